//! A bound on how often something is done in a second.

use core::time::Duration;

use esp_core::time::Instant;

/// Counts within one second after the other.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct RateLimit {
    since: Instant,
    count: u32,
}

impl RateLimit {
    /// Whether it may be done once more; counted if so.
    pub(crate) fn allow(&mut self, now: Instant, per_second: u32) -> bool {
        if now.saturating_duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.count = 0;
        }
        let allowed = self.count < per_second;
        if allowed {
            self.count = self.count.saturating_add(1);
        }
        allowed
    }
}
