//! When a failed attempt is made again (CONN-3).

use std::time::Duration;

use esp_core::time::Instant;

/// How often and when a failed attempt is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryConfig {
    /// Retries of a failed attempt before the tunnel's state says *failed*.
    pub retries: u32,
    /// The pause before each of them.
    pub pause: Duration,
    /// From then on an attempt is made this often, until one succeeds.
    pub interval: Duration,
}

impl Default for RetryConfig {
    /// The product's: three retries, then every 12 s.
    fn default() -> Self {
        Self { retries: 3, pause: Duration::from_secs(1), interval: Duration::from_secs(12) }
    }
}

/// The failures of one tunnel since it was last connected.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    failures: u32,
    /// When the last retry failed: attempts are made at multiples of the interval from there, however long each takes.
    exhausted_at: Option<Instant>,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextAttempt {
    /// When the next attempt is due.
    pub(crate) at: Instant,
    /// Whether the retries are used up, so that the state says *failed*.
    pub(crate) exhausted: bool,
}

impl Retry {
    /// Starts to count anew.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// How many attempts have failed since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure and says when to try again.
    pub(crate) fn failed(&mut self, now: Instant, config: &RetryConfig) -> NextAttempt {
        self.failures = self.failures.saturating_add(1);
        if self.failures <= config.retries {
            return NextAttempt { at: now + config.pause, exhausted: false };
        }
        let start = *self.exhausted_at.get_or_insert(now);
        let interval = u64::try_from(config.interval.as_micros()).unwrap_or(u64::MAX).max(1);
        let elapsed = now.saturating_duration_since(start).as_micros();
        let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let due = (elapsed / interval).saturating_add(1).saturating_mul(interval);
        NextAttempt { at: start + Duration::from_micros(due), exhausted: true }
    }
}

#[cfg(test)]
mod tests;
