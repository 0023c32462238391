//! The rules of phase 2 (SEC-1 to SEC-5). SEC-6 needs none: the model has no other mode than tunnel.

use super::Rules;
use super::choice::{choice, lifetime};
use crate::algorithms::{IkeVersion, IpsecProtocol};
use crate::finding::Finding;
use crate::gateway::VpnGateway;
use crate::identity::Identity;
use crate::peer::PeerGateway;
use crate::text::list;
use crate::tunnel::VpnTunnel;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// Checks the IPsec policy of a tunnel.
pub(super) fn ipsec(tunnel: &VpnTunnel, rules: &Rules, findings: &mut Vec<Finding>) {
    let at = |field: &str| format!("tunnel[{}].ipsec.{field}", tunnel.id);
    let (policy, limits) = (&tunnel.ipsec, &rules.limits);
    if !rules.capabilities.protocols.contains(&policy.protocol) {
        let wanted = policy.protocol.name().to_uppercase();
        let message = format!("this build carries {}; it cannot run {wanted}", rules.capabilities);
        let fix = format!("Set the protocol to {}", list(&rules.capabilities.protocols));
        findings.push(Finding::error("SEC-1", at("protocol"), message, fix));
    }
    if let (IpsecProtocol::Ah, Some(encryption)) = (policy.protocol, policy.encryption) {
        let message = format!("encryption {encryption} is set, but AH only authenticates");
        let fix = "Remove the encryption, or set the protocol to esp";
        findings.push(Finding::error("SEC-1", at("encryption"), message, fix));
    }
    if let (Some(encryption), None, Some(authentication)) =
        (policy.encryption(), policy.authentication(), policy.authentication)
    {
        let message =
            format!("authentication {authentication} is set, but {encryption} authenticates by itself");
        let fix = "Remove the authentication, or choose an encryption in CBC mode";
        findings.push(Finding::error("SEC-2", at("authentication"), message, fix));
    }
    if let Some(authentication) = policy.authentication() {
        findings.extend(choice("SEC-2", at("authentication"), authentication, &limits.esp_authentication));
    }
    if let Some(encryption) = policy.encryption() {
        findings.extend(choice("SEC-3", at("encryption"), encryption, &limits.esp_encryption));
    }
    if let Some(group) = policy.pfs.group() {
        findings.extend(choice("SEC-4", at("pfs"), group, &limits.pfs_groups));
    }
    findings.extend(lifetime(
        "SEC-5",
        at("lifetime_secs"),
        policy.lifetime_secs,
        &limits.ipsec_lifetime_secs,
    ));
    if policy.lifetime_secs > tunnel.ike.lifetime_secs {
        let (phase_2, phase_1) = (policy.lifetime_secs, tunnel.ike.lifetime_secs);
        let message = format!("phase 2 lives for {phase_2} s, longer than phase 1 with its {phase_1} s");
        let fix = format!(
            "Set it to {phase_1} s or less: some devices delete their IPsec SAs together with phase 1, and with them the traffic"
        );
        findings.push(Finding::warning("SEC-5", at("lifetime_secs"), message, fix));
    }
}

/// In IKEv2 the first IPsec SA comes with the handshake, without a key exchange of its own. Another group at the peer shows
/// at the first rekey, hours later (RFC 7296 §1.2). It holds for every such tunnel, so it is told to who asks what there is
/// to say of a configuration, and not whenever one is loaded.
pub(crate) fn pfs_shows_late(tunnel: &VpnTunnel) -> Option<Finding> {
    if tunnel.ike.version != IkeVersion::V2 {
        return None;
    }
    let pfs = tunnel.ipsec.pfs.group().map_or("disabled", |group| group.name());
    let message = format!(
        "PFS is {pfs} here; if the peer has another setting, the tunnel comes up and fails at its first rekey"
    );
    let fix =
        "Compare the setting with the peer's, or ask for a rekey right after connecting, which brings it out";
    Some(Finding::note("SEC-4", format!("tunnel[{}].ipsec.pfs", tunnel.id), message, fix))
}

/// AH authenticates the addresses that a NAT changes (F-18). An identity that is another address than the one on the wire
/// tells that there is one.
pub(super) fn ah_through_nat(
    tunnel: &VpnTunnel,
    gateway: &VpnGateway,
    peer: &PeerGateway,
    findings: &mut Vec<Finding>,
) {
    if tunnel.ipsec.protocol != IpsecProtocol::Ah {
        return;
    }
    let translated = |identity: Option<Identity>, address: IpAddr| match identity {
        Some(Identity::Ip(named)) if named != address => Some(named),
        _ => None,
    };
    let ours = translated(Some(tunnel.local_identity(gateway)), gateway.external.address);
    let theirs = translated(tunnel.remote_identity(peer), peer.address).filter(|_| !peer.is_any());
    let (who, named, address) = match (ours, theirs) {
        (Some(named), _) => ("this gateway", named, gateway.external.address),
        (None, Some(named)) => ("the peer", named, peer.address),
        (None, None) => return,
    };
    let message =
        format!("{who} is at {address} and calls itself {named}, as behind a NAT, which AH does not pass");
    let fix = "Set the protocol to esp";
    let path = format!("tunnel[{}].ipsec.protocol", tunnel.id);
    findings.push(Finding::warning("SEC-1", path, message, fix));
}
