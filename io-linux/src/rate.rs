//! A bound on how often something is said.

use core::time::Duration;

use esp_core::time::Instant;

/// Lets a few lines pass each interval and counts the rest, so that no flood from outside becomes a flood of log lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateLimit {
    per_interval: u32,
    interval: Duration,
    interval_start: Instant,
    passed: u32,
    suppressed: u64,
}

impl RateLimit {
    /// At most `per_interval` lines each `interval`.
    pub(crate) const fn new(per_interval: u32, interval: Duration) -> Self {
        Self { per_interval, interval, interval_start: Instant::ZERO, passed: 0, suppressed: 0 }
    }

    /// Whether a line may be said now; if so, how many were kept back since the last one that was said.
    pub(crate) fn admit(&mut self, now: Instant) -> Option<u64> {
        if now.saturating_duration_since(self.interval_start) >= self.interval {
            self.interval_start = now;
            self.passed = 0;
        }
        if self.passed < self.per_interval {
            self.passed = self.passed.saturating_add(1);
            Some(core::mem::take(&mut self.suppressed))
        } else {
            self.suppressed = self.suppressed.saturating_add(1);
            None
        }
    }
}

#[cfg(test)]
mod tests;
