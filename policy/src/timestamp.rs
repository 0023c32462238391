//! Moments of the calendar.

use core::fmt;
use core::str::FromStr;

use crate::text::serde_by_text;

/// A moment in UTC, to the second: when a resource was created, when it expires. Written as in RFC 3339.
///
/// The caller says what time it is; nothing here reads a clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no moment in time; write it as in 2026-01-31T12:00:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// The moment this many seconds after the beginning of 1970. `None` beyond the years -9999 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Seconds since the beginning of 1970.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// The same time of day `months` months later, or on the last day of that month where it is too short.
    pub(crate) fn after_months(self, months: u32) -> Option<Self> {
        self.after(jiff::Span::new().try_months(i64::from(months)).ok()?)
    }

    /// This many hours later.
    pub(crate) fn after_hours(self, hours: u32) -> Option<Self> {
        self.after(jiff::Span::new().try_hours(i64::from(hours)).ok()?)
    }

    fn after(self, span: jiff::Span) -> Option<Self> {
        let later = self.0.to_zoned_datetime(jiff::tz::TimeZone::UTC).checked_add(span).ok()?;
        Some(Self(later.timestamp()))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        Self::from_unix(moment.as_second()).ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_by_text!(Timestamp, "a moment as in 2026-01-31T12:00:00Z");

#[cfg(test)]
mod tests;
