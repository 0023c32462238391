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
    /// How long a path MTU that a router told holds, before longer packets are tried again (RFC 1191 §6.3).
    pub path_mtu_age: Duration,
    /// What a router of IPv4 cannot lower a path MTU below, in octets; for IPv6 it is 1280. A path that carries less is
    /// not to be had by forging one message.
    pub least_path_mtu: usize,
    /// ICMP errors to hosts behind us in one second (RFC 4443 §2.4 f). Packets beyond are dropped without one.
    pub errors_per_second: u32,
    /// [`UnknownSpi`](crate::command::SaEvent::UnknownSpi) events in one second.
    pub unknown_spis_per_second: u32,
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
            path_mtu_age: Duration::from_secs(600),
            least_path_mtu: 576,
            errors_per_second: 100,
            unknown_spis_per_second: 2,
            acquire_interval: Duration::from_secs(1),
        }
    }
}
