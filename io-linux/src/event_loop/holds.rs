//! Which destinations the policies protect, counted where several protect the same.

use std::collections::{BTreeMap, BTreeSet};

use esp_core::command::{PolicyAction, PolicyId, PolicyParams};
use esp_core::net::Cidr;

/// The destinations of each policy.
#[derive(Debug, Default)]
pub(super) struct Holds {
    policies: BTreeMap<PolicyId, BTreeSet<Cidr>>,
}

/// What a change of policy changes of the destinations.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Destinations that are protected from now on.
    pub(super) begin: BTreeSet<Cidr>,
    /// Destinations that no policy protects any more.
    pub(super) end: BTreeSet<Cidr>,
}

impl Holds {
    /// A policy was added, or took the place of the one with its id.
    pub(super) fn add(&mut self, policy: &PolicyParams) -> Change {
        let protects = matches!(policy.action, PolicyAction::Protect { .. });
        let selectors = policy.selectors.remote.iter().filter(|_| protects);
        let wanted = selectors.filter_map(|selector| selector.addresses.to_cidr()).collect();
        self.change(|policies| policies.insert(policy.id, wanted))
    }

    /// A policy was removed.
    pub(super) fn remove(&mut self, id: PolicyId) -> Change {
        self.change(|policies| policies.remove(&id))
    }

    fn change<R>(&mut self, edit: impl FnOnce(&mut BTreeMap<PolicyId, BTreeSet<Cidr>>) -> R) -> Change {
        let before = self.all();
        edit(&mut self.policies);
        let after = self.all();
        Change { begin: &after - &before, end: &before - &after }
    }

    fn all(&self) -> BTreeSet<Cidr> {
        self.policies.values().flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests;
