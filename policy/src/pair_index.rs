//! Which pairs of subnets the tunnels of a VPC carry (TUN-4).

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::net::IpAddr;

use esp_core::net::Cidr;

use crate::ids::TunnelId;

/// A local and a remote subnet of one tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubnetPair {
    /// The subnet of the VPC.
    pub local: Cidr,
    /// The subnet behind the peer.
    pub remote: Cidr,
}

impl SubnetPair {
    /// Whether some packet belongs to both pairs.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.local.overlaps(&other.local) && self.remote.overlaps(&other.remote)
    }

    /// Which of two overlapping pairs a packet of both goes to: `Greater` if it is `self`. The longer remote prefix
    /// wins, as it does among routes, then the longer local one. `Equal` means that the pairs do not decide.
    pub fn precedence(&self, other: &Self) -> Ordering {
        (self.remote.length(), self.local.length()).cmp(&(other.remote.length(), other.local.length()))
    }
}

impl fmt::Display for SubnetPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} === {}", self.local, self.remote)
    }
}

/// The pairs of one VPC, sorted by remote subnet, so that the neighbours of a pair are found without a look at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairIndex {
    by_remote: BTreeMap<Cidr, BTreeMap<Cidr, Vec<TunnelId>>>,
}

impl PairIndex {
    /// Notes that `tunnel` carries `pair`.
    pub(crate) fn insert(&mut self, pair: SubnetPair, tunnel: &TunnelId) {
        let tunnels = self.by_remote.entry(pair.remote).or_default().entry(pair.local).or_default();
        if !tunnels.contains(tunnel) {
            tunnels.push(tunnel.clone());
        }
    }

    /// Forgets that `tunnel` carries `pair`.
    pub(crate) fn remove(&mut self, pair: SubnetPair, tunnel: &TunnelId) {
        let Entry::Occupied(mut locals) = self.by_remote.entry(pair.remote) else { return };
        if let Entry::Occupied(mut tunnels) = locals.get_mut().entry(pair.local) {
            tunnels.get_mut().retain(|id| id != tunnel);
            if tunnels.get().is_empty() {
                tunnels.remove();
            }
        }
        if locals.get().is_empty() {
            locals.remove();
        }
    }

    /// Whether no tunnel carries anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_remote.is_empty()
    }

    /// Every pair that has packets in common with `pair`, equal ones included, and who carries it.
    pub(crate) fn overlapping(&self, pair: SubnetPair) -> impl Iterator<Item = (SubnetPair, &TunnelId)> {
        self.remotes(pair.remote).flat_map(move |(remote, locals)| {
            let near = locals.iter().filter(move |(local, _)| local.overlaps(&pair.local));
            near.flat_map(move |(local, tunnels)| {
                tunnels.iter().map(move |tunnel| (SubnetPair { local: *local, remote: *remote }, tunnel))
            })
        })
    }

    /// The entries whose remote subnet overlaps `remote`. Prefixes either nest or have nothing in common, so these are
    /// the shorter prefixes of `remote`, each looked up by itself, and those inside it, which stand side by side.
    fn remotes(&self, remote: Cidr) -> impl Iterator<Item = (&Cidr, &BTreeMap<Cidr, Vec<TunnelId>>)> {
        let wider = (0..remote.length())
            .filter_map(move |length| self.by_remote.get_key_value(&truncated(remote, length)?));
        let inside = self.by_remote.range(remote..=Cidr::host(remote.last()));
        wider.chain(inside)
    }
}

/// The prefix of `length` bits that contains `net`.
fn truncated(net: Cidr, length: u8) -> Option<Cidr> {
    let network = match net.network() {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(length.into())?).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(length.into())?).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    };
    Cidr::new(network, length).ok()
}

#[cfg(test)]
mod tests;
