//! When a request is sent again.

use core::time::Duration;

/// Retransmission of requests (RFC 7296 §2.1): the n-th wait is `first × 1.8ⁿ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetransmitConfig {
    /// The wait after the first transmission.
    pub first: Duration,
    /// How many times a request is sent again before the peer is given up.
    pub tries: u32,
    /// No wait is longer.
    pub longest: Duration,
}

impl Default for RetransmitConfig {
    /// What most daemons do: after 4 s × 1.8ⁿ, five times, 165 s in all.
    fn default() -> Self {
        Self { first: Duration::from_secs(4), tries: 5, longest: Duration::from_secs(60) }
    }
}

impl RetransmitConfig {
    /// How long to wait after transmission number `sent` (0 is the first) before the next; `None` when the tries are
    /// used up and that last wait is over.
    pub fn wait_after(&self, sent: u32) -> Option<Duration> {
        if sent > self.tries {
            return None;
        }
        let mut wait = self.first;
        for _ in 0..sent.min(64) {
            wait = wait.saturating_mul(9) / 5;
        }
        Some(wait.min(self.longest))
    }
}
