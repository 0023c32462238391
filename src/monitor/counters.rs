//! What was counted since the counters were set to zero.

use std::collections::BTreeMap;

use esp_core::drop_reason::DropReason;
use esp_core::time::Instant;

use crate::monitor::traffic::Traffic;

/// What a tunnel or a gateway has carried and dropped. It goes on through rekeys and reconnections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Since when: its beginning, or when an operator set it to zero.
    pub since: Instant,
    /// What passed.
    pub traffic: Traffic,
    /// What was dropped, by reason (GW-7). Of a tunnel: what its Security Associations dropped. Of a gateway: everything,
    /// what belongs to no tunnel included.
    pub drops: BTreeMap<DropReason, u64>,
}

impl Counters {
    pub(crate) fn new(now: Instant) -> Self {
        Self { since: now, traffic: Traffic::default(), drops: BTreeMap::new() }
    }

    pub(crate) fn count_drops(&mut self, drops: &[(DropReason, u64)]) {
        for (reason, count) in drops {
            let sum = self.drops.entry(*reason).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// How many packets were dropped in all.
    pub fn dropped(&self) -> u64 {
        self.drops.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}
