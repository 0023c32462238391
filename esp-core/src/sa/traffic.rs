//! What a datapath has carried and dropped, for whoever keeps accounts.

use alloc::vec::Vec;

use crate::drop_reason::DropReason;
use crate::sa::params::{SaKey, SaUsage};

/// What one Security Association has done since it was added. The counters only grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaTraffic {
    /// Which one.
    pub key: SaKey,
    /// What it has carried.
    pub usage: SaUsage,
    /// The highest sequence number: given out, or received and verified; 0 before the first. Whoever takes over goes on
    /// above it.
    pub sequence: u64,
    /// How many of its packets were dropped, by each reason that there was.
    pub drops: Vec<(DropReason, u64)>,
}

/// What a whole datapath has done since it began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrafficReport {
    /// The Security Associations that stand.
    pub sas: Vec<SaTraffic>,
    /// How many packets were dropped, by each reason that there was; those of Security Associations, present and past, and
    /// those that belong to none.
    pub drops: Vec<(DropReason, u64)>,
}
