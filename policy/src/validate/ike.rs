//! The rules of phase 1 (IKE-1 to IKE-8).

use super::Rules;
use super::choice::{choice, lifetime};
use crate::algorithms::{ExchangeMode, IkeVersion};
use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::peer::PeerGateway;
use crate::text::list;
use crate::tunnel::VpnTunnel;
use alloc::format;
use alloc::vec::Vec;

/// Checks the IKE policy of a tunnel.
pub(super) fn ike(
    tunnel: &VpnTunnel,
    gateway: Option<&VpnGateway>,
    peer: Option<&PeerGateway>,
    rules: &Rules,
    findings: &mut Vec<Finding>,
) {
    let at = |field: &str| format!("tunnel[{}].ike.{field}", tunnel.id);
    let (policy, limits) = (&tunnel.ike, &rules.limits);
    if !rules.capabilities.ike_versions.contains(&policy.version) {
        let message =
            format!("this build carries {}; it cannot run IKE{}", rules.capabilities, policy.version);
        let fix = format!("Set the version to {}", list(&rules.capabilities.ike_versions));
        findings.push(Finding::error("IKE-1", at("version"), message, fix));
    }
    exchange_mode(tunnel, findings);
    findings.extend(choice("IKE-2", at("authentication"), policy.authentication, &limits.ike_authentication));
    findings.extend(choice("IKE-3", at("encryption"), policy.encryption, &limits.ike_encryption));
    findings.extend(choice("IKE-5", at("dh_group"), policy.dh_group, &limits.dh_groups));
    findings.extend(lifetime("IKE-8", at("lifetime_secs"), policy.lifetime_secs, &limits.ike_lifetime_secs));
    identities(tunnel, gateway, peer, findings);
    key(tunnel, findings);
}

/// Every exchange gives a chance to test guesses of the key without the peer's help: aggressive mode to any listener, the
/// others to who stands in for the peer once.
fn key(tunnel: &VpnTunnel, findings: &mut Vec<Finding>) {
    if !tunnel.psk.is_guessable() {
        return;
    }
    let who = match tunnel.ike.exchange_mode() {
        Some(ExchangeMode::Aggressive) => "anyone who records the handshake",
        Some(ExchangeMode::Main) | None => "anyone who stands in for the peer in one handshake",
    };
    let message = format!("the pre-shared key is short or has little variety: {who} can guess it offline");
    let fix = "Take a random key of 24 characters or more";
    findings.push(Finding::warning("PSK-1", format!("tunnel[{}].psk", tunnel.id), message, fix));
}

fn exchange_mode(tunnel: &VpnTunnel, findings: &mut Vec<Finding>) {
    let path = format!("tunnel[{}].ike.exchange_mode", tunnel.id);
    match (tunnel.ike.version, tunnel.ike.exchange_mode) {
        (IkeVersion::V2, Some(mode)) => {
            let message = format!("exchange mode {mode} is set, but IKEv2 has no exchange modes");
            findings.push(Finding::error(
                "IKE-4",
                path,
                message,
                "Remove the mode, or set the version to v1",
            ));
        }
        (IkeVersion::V1, Some(mode)) => {
            if let Some(reason) = mode.weakness() {
                let message = format!("{mode} mode is weak with a pre-shared key: {reason}");
                findings.push(Finding::warning(
                    "IKE-4",
                    path,
                    message,
                    "Use main mode, or IKEv2, if the peer can",
                ));
            }
        }
        (_, None) => {}
    }
}

fn identities(
    tunnel: &VpnTunnel,
    gateway: Option<&VpnGateway>,
    peer: Option<&PeerGateway>,
    findings: &mut Vec<Finding>,
) {
    let at = |field: &str| format!("tunnel[{}].ike.{field}", tunnel.id);
    if let Some(peer) = peer.filter(|peer| peer.is_any() && tunnel.ike.remote_id.is_none()) {
        let message =
            format!("peer {} may come from any address, and nothing says what it calls itself", peer.id);
        let fix = "Give the remote id: the domain name or the address that the peer sends as its own id";
        findings.push(Finding::error("IKE-7", at("remote_id"), message, fix));
    }
    let local = gateway.map(|gateway| tunnel.local_identity(gateway));
    let remote = peer.and_then(|peer| tunnel.remote_identity(peer));
    let one_is_set = tunnel.ike.local_id.is_some() || tunnel.ike.remote_id.is_some();
    // Where neither is set, equal identities are equal addresses, which the rule of the ends refuses.
    if let Some(local) = local.filter(|local| one_is_set && remote.as_ref() == Some(local)) {
        let message = format!("both ends call themselves {local}");
        findings.push(Finding::error("IKE-6", at("local_id"), message, "Give each end an id of its own"));
    }
}
