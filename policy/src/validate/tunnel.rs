//! The rules of a tunnel with its two ends (TUN-1, PEER-2).

use super::{Rules, ike, ipsec, security_group, subnets};
use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::ikev1::gaps;
use crate::peer::PeerGateway;
use crate::tunnel::VpnTunnel;
use alloc::format;
use alloc::vec::Vec;

/// Checks a tunnel with its gateway and its peer, as far as they exist.
pub(crate) fn tunnel(
    tunnel: &VpnTunnel,
    gateway: Option<&VpnGateway>,
    peer: Option<&PeerGateway>,
    rules: &Rules,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    ends(tunnel, gateway, peer, &mut findings);
    subnets::subnets(tunnel, gateway, &rules.limits, &mut findings);
    ike::ike(tunnel, gateway, peer, rules, &mut findings);
    ipsec::ipsec(tunnel, rules, &mut findings);
    for gap in gaps(&tunnel.ike, &tunnel.ipsec) {
        let path = format!("tunnel[{}].{}", tunnel.id, gap.field);
        findings.push(Finding::error(gap.rule, path, gap.message, gap.fix));
    }
    if let (Some(gateway), Some(peer)) = (gateway, peer) {
        ipsec::ah_through_nat(tunnel, gateway, peer, &mut findings);
        findings.extend(security_group::needs(tunnel, gateway, peer));
    }
    findings
}

fn ends(
    tunnel: &VpnTunnel,
    gateway: Option<&VpnGateway>,
    peer: Option<&PeerGateway>,
    findings: &mut Vec<Finding>,
) {
    let at = |field: &str| format!("tunnel[{}].{field}", tunnel.id);
    if gateway.is_none() {
        let message = format!("there is no VPN gateway {}", tunnel.gateway);
        findings.push(Finding::error("TUN-1", at("gateway"), message, "Name a gateway that exists"));
    }
    if peer.is_none() {
        let message = format!("there is no peer gateway {}", tunnel.peer);
        findings.push(Finding::error("TUN-1", at("peer"), message, "Name a peer that exists"));
    }
    let (Some(gateway), Some(peer)) = (gateway, peer) else { return };
    if peer.is_any() {
        return;
    }
    let (ours, theirs) = (gateway.external.address, peer.address);
    if ours == theirs {
        let message = format!("peer {} and gateway {} have the same address {ours}", peer.id, gateway.id);
        findings.push(Finding::error("TUN-1", at("peer"), message, "Name the gateway at the other end"));
    } else if ours.is_ipv4() != theirs.is_ipv4() {
        let message = format!("gateway {} has {ours} and peer {} has {theirs}", gateway.id, peer.id);
        let fix = "Give both ends an address of the same family";
        findings.push(Finding::error("TUN-1", at("peer"), message, fix));
    }
}
