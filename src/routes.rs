//! Which routes stand (ROUTE-1), counted where tunnels share a prefix.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use esp_core::net::Cidr;
use ipsec_policy::TunnelId;

/// A route to a remote subnet through the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The remote subnet.
    pub destination: Cidr,
    /// The local subnets that it is for.
    pub sources: Vec<Cidr>,
    /// The peers' outer addresses. Where one lies in `destination`, IKE and ESP to it must keep the path that they
    /// have: a route that caught them would send the tunnel through itself.
    pub peers: Vec<IpAddr>,
}

/// A change of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteCommand {
    /// Announce the route, or replace the one to this destination.
    Add(Route),
    /// Withdraw it.
    Remove(Route),
}

/// What one tunnel contributes to a route.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Share {
    sources: Vec<Cidr>,
    peer: IpAddr,
}

/// The routes that stand, by destination and by the tunnels that want them.
#[derive(Debug, Default)]
pub(crate) struct RouteTable {
    routes: BTreeMap<Cidr, BTreeMap<TunnelId, Share>>,
}

impl RouteTable {
    /// Announces `destinations` for a tunnel; the result is what changes outside.
    pub(crate) fn announce(
        &mut self,
        tunnel: &TunnelId,
        destinations: &[Cidr],
        sources: &[Cidr],
        peer: IpAddr,
    ) -> Vec<RouteCommand> {
        let mut changes = Vec::new();
        for destination in destinations {
            let shares = self.routes.entry(*destination).or_default();
            let before = (!shares.is_empty()).then(|| merge(*destination, shares));
            shares.insert(tunnel.clone(), Share { sources: sources.to_vec(), peer });
            let after = merge(*destination, shares);
            if before.as_ref() != Some(&after) {
                changes.push(RouteCommand::Add(after));
            }
        }
        changes
    }

    /// Withdraws all that a tunnel announced; the result is what changes outside.
    pub(crate) fn withdraw(&mut self, tunnel: &TunnelId) -> Vec<RouteCommand> {
        let mut changes = Vec::new();
        self.routes.retain(|destination, shares| {
            let before = merge(*destination, shares);
            if shares.remove(tunnel).is_none() {
                return true;
            }
            if shares.is_empty() {
                changes.push(RouteCommand::Remove(before));
                return false;
            }
            let after = merge(*destination, shares);
            if before != after {
                changes.push(RouteCommand::Add(after));
            }
            true
        });
        changes
    }

    /// The routes that stand.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Route> {
        self.routes.iter().map(|(destination, shares)| merge(*destination, shares))
    }
}

fn merge(destination: Cidr, shares: &BTreeMap<TunnelId, Share>) -> Route {
    let sources: BTreeSet<Cidr> = shares.values().flat_map(|share| share.sources.iter().copied()).collect();
    let peers: BTreeSet<IpAddr> = shares.values().map(|share| share.peer).collect();
    Route { destination, sources: sources.into_iter().collect(), peers: peers.into_iter().collect() }
}

#[cfg(test)]
mod tests;
