//! How large the datapath's tables may grow.

use core::time::Duration;

/// The bounds of a datapath.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatapathLimits {
    /// Security Associations, both directions together.
    pub max_sas: usize,
    /// Policies.
    pub max_policies: usize,
    /// Traffic selectors on each side of one policy or Security Association.
    pub max_selectors: usize,
    /// Events that wait to be polled. What finds the queue full is reported with a later packet.
    pub max_events: usize,
    /// The shortest time between two [`Acquire`](crate::command::SaEvent::Acquire) events of one policy.
    pub acquire_interval: Duration,
}

impl Default for DatapathLimits {
    fn default() -> Self {
        Self {
            max_sas: 65_536,
            max_policies: 16_384,
            max_selectors: 64,
            max_events: 4_096,
            acquire_interval: Duration::from_secs(1),
        }
    }
}
