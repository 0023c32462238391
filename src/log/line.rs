//! What is to be written into a log.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Severity;

/// Named values of an entry, in a fixed order. Serialized they are a map of texts; displayed, `name=value` with blanks between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFields(Vec<(&'static str, String)>);

impl LogFields {
    /// The value of a name, if the entry has it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl fmt::Display for LogFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.iter().enumerate() {
            let gap = if place == 0 { "" } else { " " };
            // A value with blanks is quoted, so that it can be told from the next name.
            if value.contains(' ') {
                write!(f, "{gap}{name}={value:?}")?;
            } else {
                write!(f, "{gap}{name}={value}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for LogFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// An entry before it has a time.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) severity: Severity,
    pub(crate) event: &'static str,
    pub(crate) text: String,
    pub(crate) fields: LogFields,
}

impl Line {
    /// `event` is the name of what happened, which stays when the words of `text` change.
    pub(crate) fn new(severity: Severity, event: &'static str, text: impl Into<String>) -> Self {
        Self { severity, event, text: text.into(), fields: LogFields::default() }
    }

    /// The same with a value for programs.
    pub(crate) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.fields.0.push((name, value.to_string()));
        self
    }
}
