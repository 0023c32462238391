//! The rules of phase 2 (SEC-1 to SEC-5). SEC-6 needs none: the model has no other mode than tunnel.

use super::Rules;
use super::choice::{choice, lifetime};
use crate::algorithms::IpsecProtocol;
use crate::finding::Finding;
use crate::text::list;
use crate::tunnel::VpnTunnel;
use alloc::format;
use alloc::vec::Vec;

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
    let authentication = policy.authentication;
    findings.extend(choice("SEC-2", at("authentication"), authentication, &limits.esp_authentication));
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
}
