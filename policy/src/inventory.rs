//! The gateways, peers and tunnels that exist, and the rules between them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::alarm_book::{AlarmBook, Watched};
use crate::finding::{Finding, Refusal};
use crate::gateway::VpnGateway;
use crate::ids::{GatewayId, PeerId, TunnelId, VpcId};
use crate::keys_by_address::KeysByAddress;
use crate::pair_index::PairIndex;
use crate::peer::PeerGateway;
use crate::text::list;
use crate::tunnel::VpnTunnel;
use crate::validate::{self, Rules};

/// A configuration that keeps every rule. A change that would break one is refused as a whole, with everything that
/// speaks against it; one that is merely weak passes and returns its warnings.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    rules: Rules,
    gateways: BTreeMap<GatewayId, VpnGateway>,
    peers: BTreeMap<PeerId, PeerGateway>,
    tunnels: BTreeMap<TunnelId, VpnTunnel>,
    pub(crate) alarms: AlarmBook,
    tunnels_of_gateway: BTreeMap<GatewayId, BTreeSet<TunnelId>>,
    tunnels_of_peer: BTreeMap<PeerId, BTreeSet<TunnelId>>,
    /// The keys of those tunnels of a gateway that the peer's address does not tell apart (F-8).
    keys_by_address: KeysByAddress,
    gateways_of_vpc: BTreeMap<VpcId, BTreeSet<GatewayId>>,
    gateways_of_address: BTreeMap<IpAddr, BTreeSet<GatewayId>>,
    pairs_of_vpc: BTreeMap<VpcId, PairIndex>,
}

/// What a batch of deletions did (GW-4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchRemoval {
    /// What was deleted. The external addresses in it are free again.
    pub removed: Vec<VpnGateway>,
    /// What was not, and why.
    pub refused: Vec<(GatewayId, Refusal)>,
}

impl Inventory {
    /// An empty inventory under `rules`.
    pub fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// What configurations are measured against.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// A gateway.
    pub fn gateway(&self, id: &GatewayId) -> Option<&VpnGateway> {
        self.gateways.get(id)
    }

    /// A peer.
    pub fn peer(&self, id: &PeerId) -> Option<&PeerGateway> {
        self.peers.get(id)
    }

    /// A tunnel.
    pub fn tunnel(&self, id: &TunnelId) -> Option<&VpnTunnel> {
        self.tunnels.get(id)
    }

    /// All gateways, by id.
    pub fn gateways(&self) -> impl ExactSizeIterator<Item = &VpnGateway> {
        self.gateways.values()
    }

    /// All peers, by id.
    pub fn peers(&self) -> impl ExactSizeIterator<Item = &PeerGateway> {
        self.peers.values()
    }

    /// All tunnels, by id.
    pub fn tunnels(&self) -> impl ExactSizeIterator<Item = &VpnTunnel> {
        self.tunnels.values()
    }

    /// The tunnels of a gateway, by id.
    pub fn tunnels_of_gateway(&self, id: &GatewayId) -> impl Iterator<Item = &VpnTunnel> {
        self.tunnels_of_gateway.get(id).into_iter().flatten().filter_map(|id| self.tunnels.get(id))
    }

    /// The tunnels to a peer, by id.
    pub fn tunnels_of_peer(&self, id: &PeerId) -> impl Iterator<Item = &VpnTunnel> {
        self.tunnels_of_peer.get(id).into_iter().flatten().filter_map(|id| self.tunnels.get(id))
    }

    /// Adds a gateway (GW-1).
    pub fn add_gateway(&mut self, gateway: VpnGateway) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.check_gateway(&gateway);
        if self.gateways.contains_key(&gateway.id) {
            findings.push(taken("GW-1", format!("gateway[{}].id", gateway.id)));
        }
        let warnings = Refusal::unless_harmless(findings)?;
        self.put_gateway(gateway);
        Ok(warnings)
    }

    /// Changes a gateway. Its tunnels must agree with the change.
    pub fn replace_gateway(&mut self, gateway: VpnGateway) -> Result<Vec<Finding>, Refusal> {
        let Some(old) = self.gateways.get(&gateway.id).cloned() else {
            return Err(absent("GW-1", format!("gateway[{}].id", gateway.id)).into());
        };
        let mut findings = self.check_gateway(&gateway);
        let tunnels: Vec<_> = self.tunnels_of_gateway(&gateway.id).cloned().collect();
        self.move_gateway(gateway, &tunnels);
        findings.extend(tunnels.iter().flat_map(|tunnel| self.check_tunnel(tunnel)));
        Refusal::unless_harmless(findings).inspect_err(|_| self.move_gateway(old, &tunnels))
    }

    /// Deletes a gateway without tunnels; its external address is free again (GW-4).
    pub fn remove_gateway(&mut self, id: &GatewayId) -> Result<VpnGateway, Refusal> {
        let path = format!("gateway[{id}]");
        if let Some(tunnels) = self.tunnels_of_gateway.get(id) {
            return Err(in_use("GW-4", path, tunnels).into());
        }
        let gateway = self.gateways.remove(id).ok_or_else(|| absent("GW-4", path))?;
        self.forget_gateway(&gateway);
        Ok(gateway)
    }

    /// Deletes those gateways that may be deleted, and reports each refusal (GW-4).
    pub fn remove_gateways<'a>(&mut self, ids: impl IntoIterator<Item = &'a GatewayId>) -> BatchRemoval {
        let mut batch = BatchRemoval::default();
        for id in ids {
            match self.remove_gateway(id) {
                Ok(gateway) => batch.removed.push(gateway),
                Err(refusal) => batch.refused.push((id.clone(), refusal)),
            }
        }
        batch
    }

    /// Adds a peer (PEER-1).
    pub fn add_peer(&mut self, peer: PeerGateway) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.check_peer(&peer);
        if self.peers.contains_key(&peer.id) {
            findings.push(taken("PEER-1", format!("peer[{}].id", peer.id)));
        }
        let warnings = Refusal::unless_harmless(findings)?;
        self.put_peer(peer);
        Ok(warnings)
    }

    /// Changes a peer. Its tunnels must agree with the change.
    pub fn replace_peer(&mut self, peer: PeerGateway) -> Result<Vec<Finding>, Refusal> {
        let Some(old) = self.peers.get(&peer.id).cloned() else {
            return Err(absent("PEER-1", format!("peer[{}].id", peer.id)).into());
        };
        let mut findings = self.check_peer(&peer);
        let id = peer.id.clone();
        self.move_peer(peer);
        findings.extend(self.tunnels_of_peer(&id).flat_map(|tunnel| self.check_tunnel(tunnel)));
        Refusal::unless_harmless(findings).inspect_err(|_| self.move_peer(old))
    }

    /// Deletes a peer without tunnels (PEER-1).
    pub fn remove_peer(&mut self, id: &PeerId) -> Result<PeerGateway, Refusal> {
        let path = format!("peer[{id}]");
        if let Some(tunnels) = self.tunnels_of_peer.get(id) {
            return Err(in_use("PEER-1", path, tunnels).into());
        }
        Ok(self.peers.remove(id).ok_or_else(|| absent("PEER-1", path))?)
    }

    /// Adds a tunnel (TUN-1).
    pub fn add_tunnel(&mut self, tunnel: VpnTunnel) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.check_tunnel(&tunnel);
        if self.tunnels.contains_key(&tunnel.id) {
            findings.push(taken("TUN-1", format!("tunnel[{}].id", tunnel.id)));
        }
        let warnings = Refusal::unless_harmless(findings)?;
        self.put_tunnel(tunnel);
        Ok(warnings)
    }

    /// Changes a tunnel. Whether that reconnects it is for [`VpnTunnel::must_reconnect`] to say (TUN-6).
    pub fn replace_tunnel(&mut self, tunnel: VpnTunnel) -> Result<Vec<Finding>, Refusal> {
        if !self.tunnels.contains_key(&tunnel.id) {
            return Err(absent("TUN-1", format!("tunnel[{}].id", tunnel.id)).into());
        }
        let warnings = Refusal::unless_harmless(self.check_tunnel(&tunnel))?;
        self.put_tunnel(tunnel);
        Ok(warnings)
    }

    /// Deletes a tunnel (TUN-7).
    pub fn remove_tunnel(&mut self, id: &TunnelId) -> Result<VpnTunnel, Refusal> {
        let tunnel = self.tunnels.remove(id).ok_or_else(|| absent("TUN-7", format!("tunnel[{id}]")))?;
        self.forget(&tunnel);
        Ok(tunnel)
    }

    /// What speaks against `gateway` in the place of the one with its id.
    pub(crate) fn check_gateway(&self, gateway: &VpnGateway) -> Vec<Finding> {
        let mut findings = validate::gateway(gateway, &self.rules.limits);
        let path = format!("gateway[{}].alarm_template", gateway.id);
        findings.extend(self.alarms.check_use(gateway.alarm_template.as_ref(), path));
        let siblings = self.gateways_of_vpc.get(&gateway.vpc.id).into_iter().flatten();
        let mut others = siblings.filter(|id| **id != gateway.id).filter_map(|id| self.gateways.get(id));
        let wanted: BTreeSet<_> = gateway.vpc.cidrs.iter().collect();
        if let Some(other) = others.find(|other| other.vpc.cidrs.iter().collect::<BTreeSet<_>>() != wanted) {
            let message = format!(
                "VPC {} has {} here and {} at gateway {}",
                gateway.vpc.id,
                list(&gateway.vpc.cidrs),
                list(&other.vpc.cidrs),
                other.id
            );
            let path = format!("gateway[{}].vpc.cidrs", gateway.id);
            findings.push(Finding::error("GW-1", path, message, "Give the same address space at both"));
        }
        let address = gateway.external.address;
        let mut holders = self.gateways_of_address.get(&address).into_iter().flatten();
        if let Some(other) = holders.find(|id| **id != gateway.id) {
            let message = format!("external address {address} is bound to gateway {other} already");
            let path = format!("gateway[{}].external.address", gateway.id);
            findings.push(Finding::error("GW-1", path, message, "Bind an external address of its own"));
        }
        findings
    }

    /// What speaks against `peer` in the place of the one with its id.
    pub(crate) fn check_peer(&self, peer: &PeerGateway) -> Vec<Finding> {
        validate::peer(peer)
    }

    /// What speaks against `tunnel` in the place of the one with its id.
    pub(crate) fn check_tunnel(&self, tunnel: &VpnTunnel) -> Vec<Finding> {
        let gateway = self.gateways.get(&tunnel.gateway);
        let peer = self.peers.get(&tunnel.peer);
        let mut findings = validate::tunnel(tunnel, gateway, peer, &self.rules);
        findings.extend(peer.and_then(|peer| self.keys_by_address.check(tunnel, peer)));
        let path = format!("tunnel[{}].alarm_template", tunnel.id);
        findings.extend(self.alarms.check_use(tunnel.alarm_template.as_ref(), path));
        let limits = &self.rules.limits;
        let others = |ids: Option<&BTreeSet<TunnelId>>| {
            ids.into_iter().flatten().filter(|id| **id != tunnel.id).count()
        };
        let count = others(self.tunnels_of_gateway.get(&tunnel.gateway));
        if count >= limits.tunnels_per_gateway {
            let (id, limit) = (&tunnel.gateway, limits.tunnels_per_gateway);
            findings.push(full(
                "GW-3",
                format!("tunnel[{}].gateway", tunnel.id),
                "VPN gateway",
                id,
                limit,
                count,
            ));
        }
        let count = others(self.tunnels_of_peer.get(&tunnel.peer));
        if count >= limits.tunnels_per_peer {
            let (id, limit) = (&tunnel.peer, limits.tunnels_per_peer);
            findings.push(full(
                "PEER-1",
                format!("tunnel[{}].peer", tunnel.id),
                "peer gateway",
                id,
                limit,
                count,
            ));
        }
        if let Some(index) = gateway.and_then(|gateway| self.pairs_of_vpc.get(&gateway.vpc.id))
            && tunnel.local_subnets.len() <= limits.local_subnets
            && tunnel.remote_subnets.len() <= limits.remote_subnets
        {
            findings.extend(validate::pairs(tunnel, index));
        }
        findings
    }

    /// Adds or replaces a gateway, unchecked. Its tunnels, if it has any, must be forgotten first.
    pub(crate) fn put_gateway(&mut self, gateway: VpnGateway) {
        if let Some(old) = self.gateways.remove(&gateway.id) {
            self.forget_gateway(&old);
        }
        let id = gateway.id.clone();
        self.alarms.attach(&Watched::Gateway(id.clone()), None, gateway.alarm_template.as_ref());
        self.gateways_of_vpc.entry(gateway.vpc.id.clone()).or_default().insert(id.clone());
        self.gateways_of_address.entry(gateway.external.address).or_default().insert(id.clone());
        self.gateways.insert(id, gateway);
    }

    /// Adds or replaces a peer, unchecked.
    pub(crate) fn put_peer(&mut self, peer: PeerGateway) {
        self.peers.insert(peer.id.clone(), peer);
    }

    /// Adds or replaces a tunnel, unchecked.
    pub(crate) fn put_tunnel(&mut self, tunnel: VpnTunnel) {
        if let Some(old) = self.tunnels.remove(&tunnel.id) {
            self.forget(&old);
        }
        let id = tunnel.id.clone();
        self.alarms.attach(&Watched::Tunnel(id.clone()), None, tunnel.alarm_template.as_ref());
        self.keys_by_address.insert(&tunnel, self.peers.get(&tunnel.peer));
        self.tunnels_of_gateway.entry(tunnel.gateway.clone()).or_default().insert(id.clone());
        self.tunnels_of_peer.entry(tunnel.peer.clone()).or_default().insert(id.clone());
        if let Some(gateway) = self.gateways.get(&tunnel.gateway) {
            let index = self.pairs_of_vpc.entry(gateway.vpc.id.clone()).or_default();
            tunnel.pairs().for_each(|pair| index.insert(pair, &id));
        }
        self.tunnels.insert(id, tunnel);
    }

    /// Replaces a gateway together with what its tunnels have noted about its VPC.
    fn move_gateway(&mut self, gateway: VpnGateway, tunnels: &[VpnTunnel]) {
        tunnels.iter().for_each(|tunnel| self.forget(tunnel));
        self.put_gateway(gateway);
        tunnels.iter().for_each(|tunnel| self.put_tunnel(tunnel.clone()));
    }

    /// Replaces a peer together with what its tunnels have noted about it.
    fn move_peer(&mut self, peer: PeerGateway) {
        let tunnels: Vec<_> = self.tunnels_of_peer(&peer.id).cloned().collect();
        tunnels.iter().for_each(|tunnel| self.keys_by_address.remove(tunnel));
        tunnels.iter().for_each(|tunnel| self.keys_by_address.insert(tunnel, Some(&peer)));
        self.put_peer(peer);
    }

    /// Drops what is noted about a tunnel besides the tunnel itself.
    fn forget(&mut self, tunnel: &VpnTunnel) {
        self.alarms.attach(&Watched::Tunnel(tunnel.id.clone()), tunnel.alarm_template.as_ref(), None);
        self.keys_by_address.remove(tunnel);
        drop_member(&mut self.tunnels_of_gateway, &tunnel.gateway, &tunnel.id);
        drop_member(&mut self.tunnels_of_peer, &tunnel.peer, &tunnel.id);
        let Some(gateway) = self.gateways.get(&tunnel.gateway) else { return };
        if let Some(index) = self.pairs_of_vpc.get_mut(&gateway.vpc.id) {
            tunnel.pairs().for_each(|pair| index.remove(pair, &tunnel.id));
            if index.is_empty() {
                self.pairs_of_vpc.remove(&gateway.vpc.id);
            }
        }
    }

    /// Drops what is noted about a gateway besides the gateway itself.
    fn forget_gateway(&mut self, gateway: &VpnGateway) {
        self.alarms.attach(&Watched::Gateway(gateway.id.clone()), gateway.alarm_template.as_ref(), None);
        drop_member(&mut self.gateways_of_vpc, &gateway.vpc.id, &gateway.id);
        drop_member(&mut self.gateways_of_address, &gateway.external.address, &gateway.id);
    }
}

/// Takes a member out of a group, and the group out of the map with its last member.
fn drop_member<K: Ord, V: Ord>(groups: &mut BTreeMap<K, BTreeSet<V>>, key: &K, member: &V) {
    if let Some(group) = groups.get_mut(key) {
        group.remove(member);
        if group.is_empty() {
            groups.remove(key);
        }
    }
}

fn taken(rule: &'static str, path: String) -> Finding {
    Finding::error(rule, path, "the id is taken", "Choose another id, or replace what has it")
}

fn absent(rule: &'static str, path: String) -> Finding {
    Finding::error(rule, path, "there is nothing with this id", "Name one that exists")
}

fn in_use(rule: &'static str, path: String, tunnels: &BTreeSet<TunnelId>) -> Finding {
    let message = format!("it has {} tunnels: {}", tunnels.len(), list(tunnels));
    Finding::error(rule, path, message, "Delete these tunnels first")
}

fn full(
    rule: &'static str,
    path: String,
    what: &str,
    id: impl ToString,
    limit: usize,
    count: usize,
) -> Finding {
    let message = format!("{what} {} has {count} tunnels; the limit is {limit}", id.to_string());
    Finding::error(rule, path, message, "Delete a tunnel, or use another gateway")
}

#[cfg(test)]
mod tests;
