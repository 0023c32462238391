//! A clock that is not the world's.

use core::time::Duration;

use esp_core::time::Instant;

/// How a node's own clock relates to the world's: it started at another value, and it runs fast or slow.
///
/// Two gateways never share a clock, so nothing that passes between them may depend on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeClock {
    /// What the clock showed when the world began.
    pub offset: Duration,
    /// By how many millionths it runs fast, or slow where negative; above -1,000,000.
    pub drift_ppm: i32,
}

const MILLION: u128 = 1_000_000;

impl NodeClock {
    fn rate(self) -> u128 {
        u128::try_from(1_000_000_i64.saturating_add(i64::from(self.drift_ppm))).unwrap_or(1).max(1)
    }

    /// What the node's clock shows at `world`.
    pub fn local(self, world: Instant) -> Instant {
        let passed = u128::from(world.as_micros()) * self.rate() / MILLION;
        Instant::from_micros(saturate(passed)).saturating_add(self.offset)
    }

    /// The first moment at which the node's clock shows `local` or later.
    pub fn world(self, local: Instant) -> Instant {
        let passed = u128::from(local.saturating_sub(self.offset).as_micros());
        Instant::from_micros(saturate((passed * MILLION).div_ceil(self.rate())))
    }
}

fn saturate(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
