//! The connection log (CONN-7): timestamped, bounded, in words that an operator understands.

use std::collections::VecDeque;
use std::fmt;

use esp_core::time::Instant;
use serde::{Serialize, Serializer};

mod line;

pub(crate) use line::Line;
pub use line::LogFields;

/// How much an entry matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Each message.
    Debug,
    /// What a healthy tunnel does.
    Info,
    /// What an operator may want to change.
    Warning,
    /// What keeps a tunnel from working.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One line of a log. Serialized, its times are microseconds of the gateway's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// When it happened, the first time.
    #[serde(serialize_with = "micros")]
    pub at: Instant,
    /// When it happened last.
    #[serde(serialize_with = "micros")]
    pub last: Instant,
    /// How often in a row.
    pub times: u64,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, by a name that stays when the words change: `ike-established`, `state`.
    pub event: &'static str,
    /// The values that `text` has for people.
    pub fields: LogFields,
    /// What happened, in words.
    pub text: String,
}

impl fmt::Display for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:7} {}", self.at, self.severity, self.text)?;
        if self.times > 1 {
            write!(f, " ({} times until {})", self.times, self.last)?;
        }
        Ok(())
    }
}

fn micros<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(at.as_micros())
}

/// A bounded log: the oldest entries make room, and an entry that says what one of the last few said is counted
/// there, so that a flood of one kind does not push out what an operator looks for.
///
/// For export it is text for people, a line an entry ([`Display`](fmt::Display)), or the same serialized with its fields, for
/// programs.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectionLog {
    entries: VecDeque<LogEntry>,
    #[serde(skip)]
    capacity: usize,
    forgotten: u64,
}

impl fmt::Display for ConnectionLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.forgotten > 0 {
            writeln!(f, "(older entries that made room: {})", self.forgotten)?;
        }
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

/// How far back an entry of the same words is looked for.
const LOOK_BACK: usize = 8;

impl ConnectionLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: VecDeque::new(), capacity: capacity.max(1), forgotten: 0 }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &LogEntry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// How many entries made room for others.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Adds an entry. `None` where it was counted with one that stands already.
    pub(crate) fn push(&mut self, now: Instant, line: Line) -> Option<LogEntry> {
        let Line { severity, event, text, fields } = line;
        let same = |entry: &&mut LogEntry| entry.text == text && entry.severity == severity;
        if let Some(entry) = self.entries.iter_mut().rev().take(LOOK_BACK).find(same) {
            entry.times = entry.times.saturating_add(1);
            entry.last = now;
            return None;
        }
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        let entry = LogEntry { at: now, last: now, times: 1, severity, event, fields, text };
        self.entries.push_back(entry.clone());
        Some(entry)
    }
}

#[cfg(test)]
mod tests;
