//! When an SA is replaced and when it ends.

use core::time::Duration;

use esp_core::time::Instant;

use super::Effects;
use crate::diagnose::Role;

/// No SA is replaced earlier before its end than this, however long it lives.
const LONGEST_MARGIN: Duration = Duration::from_secs(540);

/// The two points in the life of an SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// When it is to be replaced; `None` once that is under way.
    pub(crate) rekey_at: Option<Instant>,
    /// When it is gone.
    pub(crate) expires_at: Instant,
}

impl Lifetime {
    /// Draws the time of replacement: a tenth of the life before its end, and earlier by a random part of as much
    /// again. The initiator draws from the earlier half and the responder from the later one, so that the two ends
    /// hardly ever replace the same SA at once (RFC 7296 §2.8).
    pub(crate) fn new(fx: &mut Effects<'_>, life: Duration, role: Role) -> Self {
        let margin = (life / 10).min(LONGEST_MARGIN);
        let half = margin / 2;
        let jitter =
            Duration::from_micros(fx.random_below(u64::try_from(half.as_micros()).unwrap_or(u64::MAX)));
        let before = margin + jitter + if role == Role::Initiator { half } else { Duration::ZERO };
        let expires_at = fx.now + life;
        Self { rekey_at: Some(expires_at.saturating_sub(before)), expires_at }
    }

    /// How long until it is replaced.
    pub(crate) fn rekey_in(&self, now: Instant) -> Duration {
        self.rekey_at.unwrap_or(self.expires_at).saturating_duration_since(now)
    }
}
