//! Failures in an operator's words: what happened, why, and what to change.

use alloc::string::String;

/// A failure, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub what: String,
    /// Why, with what each side said.
    pub why: String,
    /// What to change.
    pub fix: String,
}
