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
    /// The peers' outer addresses.
    pub peers: Vec<IpAddr>,
    /// Outer addresses of peers, of any tunnel of this gateway, that lie in `destination`. IKE and ESP of the gateway
    /// itself must reach them on the path that they have: a route that caught them would send the tunnel through itself
    /// . Packets of the hosts behind the gateway to these addresses belong into the tunnel like all others.
    pub spared: Vec<IpAddr>,
}

/// A change of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteCommand {
    /// Announce the route, or replace the one to this destination.
    Add(Route),
    /// Withdraw it.
    Remove(Route),
}

/// The routes that stand, by destination and by the tunnels that want them.
#[derive(Debug, Default)]
pub(crate) struct RouteTable {
    /// What each tunnel has for sources.
    routes: BTreeMap<Cidr, BTreeMap<TunnelId, Vec<Cidr>>>,
    /// Where the peer of each tunnel is.
    outer: BTreeMap<TunnelId, IpAddr>,
}

impl RouteTable {
    /// Announces `destinations` for a tunnel; the result is what changes outside.
    pub(crate) fn announce(
        &mut self,
        tunnel: &TunnelId,
        destinations: &[Cidr],
        sources: &[Cidr],
    ) -> Vec<RouteCommand> {
        let stand = |destination: &Cidr| {
            let shares = self.routes.get(destination);
            shares.and_then(|shares| shares.get(tunnel)).is_some_and(|share| share == sources)
        };
        if destinations.iter().all(stand) {
            return Vec::new();
        }
        self.change(|table| {
            for destination in destinations {
                let shares = table.routes.entry(*destination).or_default();
                shares.insert(tunnel.clone(), sources.to_vec());
            }
        })
    }

    /// Withdraws all that a tunnel announced; the result is what changes outside.
    pub(crate) fn withdraw(&mut self, tunnel: &TunnelId) -> Vec<RouteCommand> {
        if !self.routes.values().any(|shares| shares.contains_key(tunnel)) {
            return Vec::new();
        }
        self.change(|table| {
            table.routes.retain(|_, shares| {
                shares.remove(tunnel);
                !shares.is_empty()
            });
        })
    }

    /// Notes where the peer of a tunnel is, if that is known: no route catches what the gateway itself sends there.
    pub(crate) fn spare(&mut self, tunnel: &TunnelId, peer: Option<IpAddr>) -> Vec<RouteCommand> {
        self.change(|table| {
            match peer {
                Some(peer) => table.outer.insert(tunnel.clone(), peer),
                None => table.outer.remove(tunnel),
            };
        })
    }

    /// The routes that stand.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Route> {
        self.routes.iter().map(|(destination, shares)| self.merge(*destination, shares))
    }

    /// Changes the table; the result is the difference, what goes before what comes.
    fn change(&mut self, change: impl FnOnce(&mut Self)) -> Vec<RouteCommand> {
        let before: BTreeMap<Cidr, Route> = self.iter().map(|route| (route.destination, route)).collect();
        change(self);
        let after: BTreeMap<Cidr, Route> = self.iter().map(|route| (route.destination, route)).collect();
        let gone = before.iter().filter(|(destination, _)| !after.contains_key(destination));
        let gone = gone.map(|(_, route)| RouteCommand::Remove(route.clone()));
        let new = after.iter().filter(|(destination, route)| before.get(destination) != Some(route));
        let new = new.map(|(_, route)| RouteCommand::Add(route.clone()));
        gone.chain(new).collect()
    }

    fn merge(&self, destination: Cidr, shares: &BTreeMap<TunnelId, Vec<Cidr>>) -> Route {
        let sources: BTreeSet<Cidr> = shares.values().flatten().copied().collect();
        let peers: BTreeSet<IpAddr> = shares.keys().filter_map(|id| self.outer.get(id).copied()).collect();
        let inside = self.outer.values().filter(|address| destination.contains(**address));
        let spared: BTreeSet<IpAddr> = inside.copied().collect();
        Route {
            destination,
            sources: sources.into_iter().collect(),
            peers: peers.into_iter().collect(),
            spared: spared.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
