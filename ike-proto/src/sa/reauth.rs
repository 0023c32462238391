//! Repeated authentication (RFC 4478): for how long the peer believes who we are, and we the peer.

use core::time::Duration;

use esp_core::time::Instant;

use super::Effects;

/// No earlier before its end than this an IKE SA is made anew, however long it lives.
const LONGEST_MARGIN: Duration = Duration::from_secs(540);

/// A peer that believes us for less than this is not followed: it would have us do nothing else.
const SHORTEST: Duration = Duration::from_secs(60);

/// With less time left than this no further attempt is made.
const LAST_ATTEMPT: Duration = Duration::from_secs(20);

/// The two ends of an authentication. Rekeying an IKE SA changes neither.
#[cfg_attr(test, derive(Clone))]
#[derive(Debug, Default)]
pub(crate) struct Reauth {
    /// When to authenticate again, and when it is too late.
    again: Option<(Instant, Instant)>,
    /// When the peer must have authenticated again.
    expires_at: Option<Instant>,
}

impl Reauth {
    /// The peer believes us for `life`. We authenticate again before: a tenth of it, and up to as much again by chance.
    pub(crate) fn told(&mut self, fx: &mut Effects<'_>, life: Duration) {
        let life = life.max(SHORTEST);
        let margin = (life / 10).min(LONGEST_MARGIN);
        let jitter = fx.random_below(u64::try_from(margin.as_micros()).unwrap_or(u64::MAX));
        let end = fx.now + life;
        self.again = Some((end.saturating_sub(margin + Duration::from_micros(jitter)), end));
    }

    /// We believe the peer until then.
    pub(crate) fn expire_at(&mut self, at: Instant) {
        self.expires_at = Some(at);
    }

    /// Whether it is time to authenticate again. An attempt that comes to nothing is repeated half way to the end.
    pub(crate) fn take_due(&mut self, now: Instant) -> bool {
        let Some((_, end)) = self.again.filter(|(at, _)| *at <= now) else { return false };
        let left = end.saturating_duration_since(now);
        self.again = (left > LAST_ATTEMPT).then(|| (now + left / 2, end));
        true
    }

    /// Whether the peer has not authenticated again in time.
    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Option<Instant> {
        [self.again.map(|(at, _)| at), self.expires_at].into_iter().flatten().min()
    }
}
