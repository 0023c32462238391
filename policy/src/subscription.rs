//! How long a resource is paid for (SUB-1).

use alloc::format;
use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::text::text_enum;
use crate::timestamp::Timestamp;

text_enum! {
    /// In what a resource is charged (SUB-1).
    #[derive(Default)]
    ChargeMode, "charge mode" {
        /// By the hour.
        Hourly = "hourly",
        /// By the month of the calendar.
        #[default]
        Monthly = "monthly",
        /// By the year of the calendar.
        Yearly = "yearly",
    }
}

impl ChargeMode {
    /// How many of its units a purchase or a renewal may take.
    pub const fn terms(self) -> RangeInclusive<u32> {
        match self {
            Self::Hourly => 1..=24,
            Self::Monthly => 1..=11,
            Self::Yearly => 1..=5,
        }
    }

    /// Its unit, in the plural.
    const fn unit(self) -> &'static str {
        match self {
            Self::Hourly => "hours",
            Self::Monthly => "months",
            Self::Yearly => "years",
        }
    }
}

/// What is paid for: so many hours, months or years from a day on.
///
/// The end follows the calendar and is counted from the beginning, so that what began on the 31st ends on the last day of a
/// short month and on the 31st again in a long one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// In what it is charged.
    pub mode: ChargeMode,
    /// When it began.
    pub began: Timestamp,
    /// How many hours, months or years are paid for.
    pub paid: u32,
}

impl Subscription {
    /// A subscription from `began` on for `term` hours, months or years.
    pub fn new(mode: ChargeMode, began: Timestamp, term: u32) -> Result<Self, Finding> {
        check_term(mode, term)?;
        Ok(Self { mode, began, paid: term })
    }

    /// When it ends. `None` beyond the calendar's last year.
    pub fn expires(&self) -> Option<Timestamp> {
        match self.mode {
            ChargeMode::Hourly => self.began.after_hours(self.paid),
            ChargeMode::Monthly => self.began.after_months(self.paid),
            ChargeMode::Yearly => self.began.after_months(self.paid.checked_mul(12)?),
        }
    }

    /// Whether it has ended.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires().is_some_and(|end| end <= now)
    }

    /// The subscription prolonged by `term` of its units: from its end on, or from `now` on if it has ended.
    pub fn renewed(&self, now: Timestamp, term: u32) -> Result<Self, Finding> {
        check_term(self.mode, term)?;
        if self.is_expired(now) {
            return Self::new(self.mode, now, term);
        }
        let renewed = Self { paid: self.paid.saturating_add(term), ..*self };
        if renewed.expires().is_none() {
            let message = format!(
                "{} {} from {} on lie beyond the calendar",
                renewed.paid,
                self.mode.unit(),
                self.began
            );
            return Err(Finding::error("SUB-1", "renewal.term", message, "Renew for a shorter term"));
        }
        Ok(renewed)
    }
}

fn check_term(mode: ChargeMode, term: u32) -> Result<(), Finding> {
    let terms = mode.terms();
    if terms.contains(&term) {
        return Ok(());
    }
    let (unit, least, most) = (mode.unit(), terms.start(), terms.end());
    let message = format!("a term of {term} {unit} is not between {least} and {most} {unit}");
    let nearest = term.max(*least).min(*most);
    Err(Finding::error(
        "SUB-1",
        "renewal.term",
        message,
        format!("Renew for {nearest} {unit}, or choose another charge mode"),
    ))
}

#[cfg(test)]
mod tests;
