//! What a security group must let pass (GW-9).

use alloc::format;
use alloc::vec::Vec;

use crate::algorithms::IpsecProtocol;
use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::limits::Limits;
use crate::peer::PeerGateway;
use crate::security_group::{Need, TrafficDirection};
use crate::tunnel::VpnTunnel;

const UDP: u8 = 17;
const IKE_PORT: u16 = 500;
const NAT_PORT: u16 = 4_500;

/// Checks the rules of a gateway's group by themselves.
pub(super) fn group(gateway: &VpnGateway, limits: &Limits) -> Vec<Finding> {
    let Some(group) = &gateway.security_group else { return Vec::new() };
    let path = format!("gateway[{}].security_group.rules", gateway.id);
    let mut findings = Vec::new();
    let (count, limit) = (group.rules.len(), limits.security_rules);
    if count > limit {
        let message = format!("the security group has {count} rules; at most {limit} are allowed");
        findings.push(Finding::error("GW-9", path.as_str(), message, "Join rules"));
    }
    for (index, rule) in group.rules.iter().enumerate() {
        let path = format!("{path}[{}].ports", index.saturating_add(1));
        let Some((first, last)) = rule.ports else { continue };
        if first > last {
            let message = format!("the range of ports from {first} to {last} is empty");
            findings.push(Finding::error("GW-9", path, message, format!("Write {last} to {first}")));
        } else if ![6, UDP].iter().any(|protocol| rule.protocol.matches(*protocol)) {
            let message = format!("protocol {} has no ports", rule.protocol);
            findings.push(Finding::error("GW-9", path, message, "Remove the ports, or choose tcp or udp"));
        }
    }
    findings
}

/// Warns where the gateway's group drops what `tunnel` needs: UDP 500 and 4500, and its own protocol, both ways.
pub(super) fn needs(tunnel: &VpnTunnel, gateway: &VpnGateway, peer: &PeerGateway) -> Vec<Finding> {
    let Some(group) = &gateway.security_group else { return Vec::new() };
    let protocol = match tunnel.ipsec.protocol {
        IpsecProtocol::Esp => (50, None, "protocol 50 (ESP)"),
        IpsecProtocol::Ah => (51, None, "protocol 51 (AH)"),
    };
    let wanted = [(UDP, Some(IKE_PORT), "UDP 500"), (UDP, Some(NAT_PORT), "UDP 4500"), protocol];
    let remote = (!peer.is_any()).then_some(peer.address);
    let mut findings = Vec::new();
    for direction in [TrafficDirection::In, TrafficDirection::Out] {
        for (protocol, port, name) in wanted {
            let Some(rule) = group.blocks(&Need { direction, protocol, port, remote }) else { continue };
            let (way, whom) = match direction {
                TrafficDirection::In => ("from", "in"),
                TrafficDirection::Out => ("to", "out"),
            };
            let who = remote.map_or("any peer".into(), |address| format!("{address}"));
            let why = rule.map_or("no rule allows it".into(), |place| format!("rule {place} denies it"));
            let message = format!(
                "the security group drops {name} {way} {who}, which tunnel {} needs: {why}",
                tunnel.id
            );
            let path = format!("gateway[{}].security_group", gateway.id);
            let fix = format!("Allow {name} {way} {who}, direction {whom}, before any rule that denies it");
            findings.push(Finding::warning("GW-9", path, message, fix));
        }
    }
    findings
}
