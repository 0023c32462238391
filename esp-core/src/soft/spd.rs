//! The Security Policy Database: which policy a packet falls under (RFC 4301 §4.4.1).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use crate::command::{PolicyAction, PolicyId, PolicyParams};
use crate::net::IpView;
use crate::selector::Selectors;
use crate::soft::shapes::{Entry, Shapes};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// What a packet falls under.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) id: PolicyId,
    pub(crate) action: PolicyAction,
    selectors: Selectors,
    /// Microseconds of the last time that a Security Association was asked for, `u64::MAX` for never.
    last_acquire: AtomicU64,
}

impl Policy {
    /// Whether a Security Association may be asked for now: at most once in `interval`.
    pub(crate) fn may_acquire(&self, now: Instant, interval: Duration) -> bool {
        let last = self.last_acquire.load(Ordering::Relaxed);
        let due = last == u64::MAX || now >= Instant::from_micros(last).saturating_add(interval);
        due && self
            .last_acquire
            .compare_exchange(last, now.as_micros(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

/// The policies. What none selects is dropped.
///
/// A look-up does not ask one policy after the other: [`Shapes`] finds the few that can select a packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spd {
    v4: Shapes<u32>,
    v6: Shapes<u128>,
    policies: BTreeMap<PolicyId, Arc<Policy>>,
}

impl Spd {
    /// Adds a policy, or replaces the one with its id.
    pub(crate) fn insert(&mut self, params: &PolicyParams) {
        self.remove(params.id);
        let policy = Arc::new(Policy {
            id: params.id,
            action: params.action,
            selectors: params.selectors.clone(),
            last_acquire: AtomicU64::new(u64::MAX),
        });
        for local in &params.selectors.local {
            for remote in &params.selectors.remote {
                let entry = Entry::new(params.priority, *local, *remote, Arc::clone(&policy));
                // A pair of two families selects nothing; neither takes it.
                self.v4.insert(&entry);
                self.v6.insert(&entry);
            }
        }
        self.policies.insert(params.id, policy);
    }

    /// Removes a policy, if it is there.
    pub(crate) fn remove(&mut self, id: PolicyId) {
        let Some(policy) = self.policies.remove(&id) else { return };
        for local in &policy.selectors.local {
            for remote in &policy.selectors.remote {
                self.v4.remove(local, remote, id);
                self.v6.remove(local, remote, id);
            }
        }
    }

    /// How many policies there are.
    pub(crate) fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there is a policy with this id.
    pub(crate) fn contains(&self, id: PolicyId) -> bool {
        self.policies.contains_key(&id)
    }

    /// The policy that a packet which we send falls under.
    pub(crate) fn lookup(&self, packet: &IpView) -> Option<&Policy> {
        if packet.is_ipv4() { self.v4.lookup(packet) } else { self.v6.lookup(packet) }
    }
}
