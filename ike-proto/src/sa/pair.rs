//! The pairs of subnets of a connection.

use alloc::vec::Vec;

use esp_core::selector::{Selectors, TrafficSelector};

use super::Core;
use crate::config::ConnectionConfig;

/// A local and a remote subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) local: TrafficSelector,
    pub(crate) remote: TrafficSelector,
}

impl Pair {
    /// The pair of an IPsec SA.
    pub(crate) fn of(selectors: &Selectors) -> Option<Self> {
        let ([local], [remote]) = (selectors.local.as_slice(), selectors.remote.as_slice()) else {
            return None;
        };
        Some(Self { local: *local, remote: *remote })
    }

    /// Whether the selectors are this pair.
    pub(crate) fn is_of(&self, selectors: &Selectors) -> bool {
        selectors.local == [self.local] && selectors.remote == [self.remote]
    }

    /// As an IPsec SA has it.
    pub(crate) fn selectors(&self) -> Selectors {
        Selectors { local: Vec::from([self.local]), remote: Vec::from([self.remote]) }
    }

    /// Whether everything of `other` is in this pair.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.local.covers(&other.local) && self.remote.covers(&other.remote)
    }
}

/// Every pair of a local and a remote subnet of the same family.
pub(crate) fn pairs(core: &Core) -> Vec<Pair> {
    core.config.as_ref().map(|config| pairs_of(config)).unwrap_or_default()
}

/// The same of a configuration.
pub(crate) fn pairs_of(config: &ConnectionConfig) -> Vec<Pair> {
    let Selectors { local, remote } = &config.child.selectors;
    let family = |selector: &TrafficSelector| selector.addresses.first().is_ipv4();
    let of_local = |local: &TrafficSelector| {
        let local = *local;
        let same = remote.iter().filter(move |remote| family(remote) == family(&local));
        same.map(move |remote| Pair { local, remote: *remote })
    };
    local.iter().flat_map(of_local).collect()
}
