//! Documents as TOML and JSON, with errors that say where and what else.

use alloc::string::{String, ToString};
use core::fmt;

use crate::document::Document;

/// The version of the format that this crate writes, and the newest that it reads.
pub const DOCUMENT_VERSION: u32 = 1;

/// Why a text is no document. It quotes no line, since the line may hold a key (PSK-2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong, with the values that are allowed.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl core::error::Error for TextError {}

impl Document {
    /// Reads TOML.
    pub fn from_toml(text: &str) -> Result<Self, TextError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count().saturating_add(1);
            let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
            let column = before.get(start..).unwrap_or_default().chars().count().saturating_add(1);
            TextError { line, column, message: error.message().to_string() }
        })
    }

    /// Reads JSON.
    pub fn from_json(text: &str) -> Result<Self, TextError> {
        serde_json::from_str(text).map_err(|error: serde_json::Error| {
            let (line, column) = (error.line().max(1), error.column().max(1));
            // Its text ends in the place, which stands in fields of its own here.
            let whole = error.to_string();
            let message = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(message, _)| message);
            TextError { line, column, message: message.to_string() }
        })
    }
}

/// The version of a document; one that is newer than this crate is refused where it stands.
pub(crate) mod version {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::DOCUMENT_VERSION;

    pub(crate) fn serialize<S: Serializer>(version: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        version.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let version = u32::deserialize(deserializer)?;
        if (1..=DOCUMENT_VERSION).contains(&version) {
            return Ok(version);
        }
        Err(D::Error::custom(format_args!(
            "version {version} of the format is unknown here; versions 1 to {DOCUMENT_VERSION} are allowed"
        )))
    }
}

#[cfg(test)]
mod tests;
