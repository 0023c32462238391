//! What is wrong with a text, and where.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::limits;
use crate::proposal::nearest::nearest;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// One thing that is wrong with a text, or that was not understood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What is wrong, with what would be allowed.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Why a text was not read: everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// The faults, in the order of the text; at least one.
    pub faults: Vec<Fault>,
}

impl From<Fault> for ImportError {
    fn from(fault: Fault) -> Self {
        Self { faults: alloc::vec![fault] }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl core::error::Error for ImportError {}

/// Collects faults while a text is read.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) errors: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

impl Faults {
    pub(super) fn error(&mut self, place: Place, message: impl Into<String>) {
        if self.errors.len() < limits::FAULTS {
            self.errors.push(Fault { place, message: message.into() });
        }
    }

    pub(super) fn warning(&mut self, place: Place, message: impl Into<String>) {
        if self.warnings.len() < limits::FAULTS {
            self.warnings.push(Fault { place, message: message.into() });
        }
    }

    /// A word that is none of those allowed.
    pub(super) fn not_allowed(&mut self, place: Place, key: &str, given: &str, allowed: &[&str]) {
        let message = format!("{key} cannot be {}; write one of {}", quoted(given), allowed.join(", "));
        self.error(place, message + &meant(given, allowed));
    }

    /// A setting that is not known, and is left out.
    pub(super) fn unknown(&mut self, place: Place, key: &str, known: &[&str]) {
        let message = format!("{} is not known here and was left out", quoted(key));
        self.warning(place, message + &meant(key, known));
    }

    /// Whether the text can be used: the warnings, or the errors.
    pub(super) fn result(self) -> Result<Vec<Fault>, ImportError> {
        let Self { mut errors, mut warnings } = self;
        warnings.sort_by_key(|fault| fault.place);
        errors.sort_by_key(|fault| fault.place);
        if errors.is_empty() { Ok(warnings) } else { Err(ImportError { faults: errors }) }
    }
}

/// A piece of the text, short enough to stand in a message.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(limits::QUOTED).collect();
    if text.chars().count() > limits::QUOTED {
        short.push('…');
    }
    format!("`{short}`")
}

fn meant(given: &str, words: &[&str]) -> String {
    match nearest(given, words.iter().copied()) {
        Some(word) if word != given => format!("; did you mean `{word}`?"),
        _ => String::new(),
    }
}

/// Checks a whole text against the bounds.
pub(super) fn check_size(text: &str) -> Result<(), ImportError> {
    if text.len() > limits::TEXT {
        let message = format!("the text has {} octets; at most {} are read", text.len(), limits::TEXT);
        return Err(Fault { place: Place { line: 1, column: 1 }, message }.into());
    }
    let long = text.lines().enumerate().find(|(_, line)| line.len() > limits::LINE);
    if let Some((index, _)) = long {
        let message = format!("the line has more than {} octets", limits::LINE);
        return Err(Fault { place: Place { line: index.saturating_add(1), column: 1 }, message }.into());
    }
    Ok(())
}

/// The column of the octet `offset` of a line.
pub(super) fn column(line: &str, offset: usize) -> usize {
    line.char_indices().take_while(|(at, _)| *at < offset).count().saturating_add(1)
}

impl Place {
    /// The place of `part`, which is a part of `line`.
    pub(super) fn of(number: usize, line: &str, part: &str) -> Self {
        let offset = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
        Self { line: number, column: column(line, offset) }
    }
}
