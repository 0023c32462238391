//! The rules of a tunnel's subnets among themselves (TUN-2, TUN-3, TUN-5).

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use esp_core::net::Cidr;

use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::limits::Limits;
use crate::tunnel::VpnTunnel;

/// Checks both lists.
pub(super) fn subnets(
    tunnel: &VpnTunnel,
    gateway: Option<&VpnGateway>,
    limits: &Limits,
    findings: &mut Vec<Finding>,
) {
    let at = |field: &str| format!("tunnel[{}].{field}", tunnel.id);
    let local = side(&at("local_subnets"), &tunnel.local_subnets, limits.local_subnets, findings);
    let remote = side(&at("remote_subnets"), &tunnel.remote_subnets, limits.remote_subnets, findings);
    if let Some(gateway) = gateway {
        inside_vpc(&at("local_subnets"), &tunnel.local_subnets, gateway, findings);
    }
    if !local || !remote {
        return;
    }
    for (index, near) in tunnel.local_subnets.iter().enumerate() {
        for far in tunnel.remote_subnets.iter().filter(|far| far.overlaps(near)) {
            let message =
                format!("local subnet {near} and remote subnet {far} overlap: {}", relation(near, far));
            let fix = "Renumber one side, or choose subnets that have no address in common";
            findings.push(Finding::error("TUN-3", entry(&at("local_subnets"), index), message, fix));
        }
    }
}

/// Checks one list; whether it is short enough to be compared with the other.
fn side(path: &str, subnets: &[Cidr], limit: usize, findings: &mut Vec<Finding>) -> bool {
    if subnets.is_empty() {
        let fix = format!("Give 1 to {limit} subnets");
        findings.push(Finding::error("TUN-2", path, "there is no subnet", fix));
        return false;
    }
    if subnets.len() > limit {
        let message = format!("there are {} subnets; at most {limit} are allowed", subnets.len());
        let fix = "Join neighbouring subnets into wider ones, or divide them among tunnels";
        findings.push(Finding::error("TUN-2", path, message, fix));
        return false;
    }
    let mut seen = BTreeMap::new();
    for (index, subnet) in subnets.iter().enumerate() {
        let first = *seen.entry(*subnet).or_insert(index);
        if first != index {
            let message = format!("{subnet} stands in the list already, as {}", entry(path, first));
            findings.push(Finding::error("TUN-5", entry(path, index), message, "Remove this one"));
            continue;
        }
        for other in subnets.iter().take(index).filter(|other| *other != subnet && other.overlaps(subnet)) {
            let message =
                format!("{other} and {subnet} of the same side overlap: {}", relation(other, subnet));
            let fix = "Keep the wider one alone, or divide it into parts that do not overlap";
            findings.push(Finding::error("TUN-3", entry(path, index), message, fix));
        }
    }
    true
}

fn inside_vpc(path: &str, subnets: &[Cidr], gateway: &VpnGateway, findings: &mut Vec<Finding>) {
    for (index, subnet) in subnets.iter().enumerate().filter(|(_, subnet)| !gateway.vpc.contains(subnet)) {
        let cidrs = crate::text::list(&gateway.vpc.cidrs);
        let message =
            format!("local subnet {subnet} is not inside VPC {}, which has {cidrs}", gateway.vpc.id);
        let fix = "Choose subnets of the gateway's VPC";
        findings.push(Finding::error("TUN-2", entry(path, index), message, fix));
    }
}

/// The path of an entry, counted from 1 as people count.
fn entry(path: &str, index: usize) -> String {
    format!("{path}[{}]", index.saturating_add(1))
}

/// Which of two overlapping subnets contains which.
pub(super) fn relation(a: &Cidr, b: &Cidr) -> String {
    if a == b {
        "they are equal".to_string()
    } else if a.contains_net(b) {
        format!("{a} contains {b}")
    } else {
        format!("{b} contains {a}")
    }
}
