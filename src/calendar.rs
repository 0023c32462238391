//! From the gateway's clock to the calendar and back (SUB-1).

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_policy::Timestamp;

/// What the calendar says, as the embedder told it last. The gateway's own clock counts from an arbitrary beginning.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calendar {
    told: Option<(Instant, Timestamp)>,
}

impl Calendar {
    /// At `now` the calendar says `moment`.
    pub(crate) fn set(&mut self, now: Instant, moment: Timestamp) {
        self.told = Some((now, moment));
    }

    /// What the calendar says at `now`; `None` while nobody has told.
    pub(crate) fn at(&self, now: Instant) -> Option<Timestamp> {
        let (told_at, moment) = self.told?;
        let passed = i64::try_from(now.saturating_duration_since(told_at).as_secs()).ok()?;
        Timestamp::from_unix(moment.unix().checked_add(passed)?)
    }

    /// When the calendar says `moment`: what is past is when it was told.
    pub(crate) fn when(&self, moment: Timestamp) -> Option<Instant> {
        let (told_at, then) = self.told?;
        let wait = moment.unix().saturating_sub(then.unix());
        Some(told_at + Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests;
