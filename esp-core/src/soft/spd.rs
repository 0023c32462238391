//! The Security Policy Database: which policy a packet falls under (RFC 4301 §4.4.1).

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::net::IpAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use crate::command::{PolicyAction, PolicyId, PolicyParams};
use crate::net::IpView;
use crate::selector::{AddressRange, TrafficSelector};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// What a packet falls under.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) id: PolicyId,
    pub(crate) action: PolicyAction,
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

/// What puts one entry before another: the lower number, the longer prefixes, the lower id.
type Rank = (u32, Reverse<u32>, PolicyId);

/// One pair of selectors of a policy.
#[derive(Clone, Debug)]
struct Entry {
    rank: Rank,
    local: TrafficSelector,
    remote: TrafficSelector,
    policy: Arc<Policy>,
}

/// The policies, as pairs of selectors in the order in which they are asked. What none selects is dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spd {
    entries: Vec<Entry>,
    policies: BTreeMap<PolicyId, Arc<Policy>>,
}

impl Spd {
    /// Adds a policy, or replaces the one with its id.
    pub(crate) fn insert(&mut self, params: &PolicyParams) {
        self.remove(params.id);
        let policy =
            Arc::new(Policy { id: params.id, action: params.action, last_acquire: AtomicU64::new(u64::MAX) });
        for local in &params.selectors.local {
            for remote in &params.selectors.remote {
                let length = fixed_bits(&local.addresses).saturating_add(fixed_bits(&remote.addresses));
                self.entries.push(Entry {
                    rank: (params.priority, Reverse(length), params.id),
                    local: *local,
                    remote: *remote,
                    policy: Arc::clone(&policy),
                });
            }
        }
        self.entries.sort_by_key(|entry| entry.rank);
        self.policies.insert(params.id, policy);
    }

    /// Removes a policy, if it is there.
    pub(crate) fn remove(&mut self, id: PolicyId) {
        if self.policies.remove(&id).is_some() {
            self.entries.retain(|entry| entry.policy.id != id);
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
        let selects = |entry: &&Entry| {
            entry.local.matches(packet.protocol, packet.source, packet.source_port)
                && entry.remote.matches(packet.protocol, packet.destination, packet.destination_port)
        };
        self.entries.iter().find(selects).map(|entry| &*entry.policy)
    }
}

/// How many leading bits all addresses of the range have in common; for a network its prefix length.
fn fixed_bits(range: &AddressRange) -> u32 {
    match (range.first(), range.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        _ => 0,
    }
}
