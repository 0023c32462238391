//! A configuration as a file holds it.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::alarm::AlarmTemplate;
use crate::document_text::DOCUMENT_VERSION;
use crate::finding::{Finding, Refusal};
use crate::gateway::VpnGateway;
use crate::inventory::Inventory;
use crate::peer::PeerGateway;
use crate::tunnel::{ExposedTunnel, VpnTunnel};
use crate::validate::{Rules, pfs_shows_late};

/// Lists of gateways, peers and tunnels, not checked against each other yet. In TOML: `[[gateway]]`, `[[peer]]` and
/// `[[tunnel]]`.
///
/// Serialised, it is without keys (PSK-2); [`Document::exposed`] is with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// The version of the format; absent, it is the newest.
    #[serde(with = "crate::document_text::version")]
    pub version: u32,
    /// The VPN gateways.
    #[serde(rename = "gateway")]
    pub gateways: Vec<VpnGateway>,
    /// The peer gateways.
    #[serde(rename = "peer")]
    pub peers: Vec<PeerGateway>,
    /// The tunnels.
    #[serde(rename = "tunnel")]
    pub tunnels: Vec<VpnTunnel>,
    /// The alarm templates.
    #[serde(rename = "alarm")]
    pub alarms: Vec<AlarmTemplate>,
}

impl Default for Document {
    fn default() -> Self {
        let (gateways, peers, tunnels, alarms) = Default::default();
        Self { version: DOCUMENT_VERSION, gateways, peers, tunnels, alarms }
    }
}

impl Document {
    /// Everything that speaks against this configuration, every weak choice in it, and what is good to know of it.
    pub fn validate(&self, rules: &Rules) -> Vec<Finding> {
        let mut findings = self.build(rules).1;
        findings.extend(self.tunnels.iter().filter_map(pfs_shows_late));
        findings
    }

    /// The configuration with its warnings, or everything that speaks against it.
    pub fn into_inventory(self, rules: Rules) -> Result<(Inventory, Vec<Finding>), Refusal> {
        let (inventory, findings) = self.build(&rules);
        Ok((inventory, Refusal::unless_harmless(findings)?))
    }

    /// What to serialise where the keys are to be written too.
    pub fn exposed(&self) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Exposed<'a> {
            version: u32,
            gateway: &'a [VpnGateway],
            peer: &'a [PeerGateway],
            tunnel: Vec<ExposedTunnel<'a>>,
            alarm: &'a [AlarmTemplate],
        }
        Exposed {
            version: self.version,
            gateway: &self.gateways,
            peer: &self.peers,
            tunnel: self.tunnels.iter().map(ExposedTunnel::new).collect(),
            alarm: &self.alarms,
        }
    }

    /// Puts everything together, whatever it breaks, so that one fault does not hide another.
    fn build(&self, rules: &Rules) -> (Inventory, Vec<Finding>) {
        let mut findings = Vec::new();
        twice("GW-1", "gateway", self.gateways.iter().map(|gateway| &gateway.id), &mut findings);
        twice("PEER-1", "peer", self.peers.iter().map(|peer| &peer.id), &mut findings);
        twice("TUN-1", "tunnel", self.tunnels.iter().map(|tunnel| &tunnel.id), &mut findings);
        twice("MON-2", "alarm", self.alarms.iter().map(|alarm| &alarm.id), &mut findings);
        let mut inventory = Inventory::new(rules.clone());
        for alarm in &self.alarms {
            findings.extend(inventory.check_alarm(alarm));
            inventory.put_alarm(alarm.clone());
        }
        for gateway in &self.gateways {
            findings.extend(inventory.check_gateway(gateway));
            inventory.put_gateway(gateway.clone());
        }
        for peer in &self.peers {
            findings.extend(inventory.check_peer(peer));
            inventory.put_peer(peer.clone());
        }
        for tunnel in &self.tunnels {
            findings.extend(inventory.check_tunnel(tunnel));
            inventory.put_tunnel(tunnel.clone());
        }
        (inventory, findings)
    }
}

/// Reports the ids that stand in a list more than once.
fn twice<'a, T: Ord + Display + 'a>(
    rule: &'static str,
    kind: &str,
    ids: impl Iterator<Item = &'a T>,
    findings: &mut Vec<Finding>,
) {
    let mut seen = BTreeSet::new();
    for id in ids.filter(|id| !seen.insert(*id)) {
        let message = format!("the id {id} is given twice");
        findings.push(Finding::error(
            rule,
            format!("{kind}[{id}].id"),
            message,
            "Give each an id of its own",
        ));
    }
}

#[cfg(test)]
mod tests;
