//! The only place that reads a clock.

use esp_core::time::Instant;

/// The system's monotonic clock, counted from its construction.
///
/// It stands still while the machine is suspended (`CLOCK_MONOTONIC`): lifetimes of Security Associations then run
/// longer by the suspension, which the peer ends with its own clock.
#[derive(Clone, Copy, Debug)]
pub struct MonotonicClock {
    start: std::time::Instant,
}

impl MonotonicClock {
    /// A clock that reads [`Instant::ZERO`] now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the event loop's clock; every other place is given the time"
    )]
    pub fn start() -> Self {
        Self { start: std::time::Instant::now() }
    }

    /// The time since [`MonotonicClock::start`].
    pub fn now(&self) -> Instant {
        Instant::ZERO.saturating_add(self.start.elapsed())
    }
}

#[cfg(test)]
mod tests;
