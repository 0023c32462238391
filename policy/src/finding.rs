//! What validation has to say.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// The configuration works, and should be thought over.
    Warning,
    /// Nothing is wrong; it is good to know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// One rule that a configuration breaks, or one choice that is weak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule, such as `TUN-4`.
    pub rule: &'static str,
    /// Where it is broken, such as `tunnel[t-1].ike.dh_group`.
    pub path: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with the values at fault.
    pub message: String,
    /// What to change.
    pub fix: String,
}

impl Finding {
    /// A reason to refuse the configuration.
    pub fn error(
        rule: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { rule, path: path.into(), severity: Severity::Error, message: message.into(), fix: fix.into() }
    }

    /// A reason to think the configuration over.
    pub fn warning(
        rule: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, path, message, fix) }
    }

    /// What is good to know before a failure teaches it.
    pub fn note(
        rule: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Note, ..Self::error(rule, path, message, fix) }
    }

    /// Whether the configuration is refused for this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {}: {}. {}", self.severity, self.rule, self.path, self.message, self.fix)
    }
}

/// A change that was refused, with everything that speaks against it and the warnings that came up with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The findings, at least one of them an error.
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// Lets `findings` pass as warnings if none of them is an error.
    pub(crate) fn unless_harmless(findings: Vec<Finding>) -> Result<Vec<Finding>, Self> {
        if findings.iter().any(Finding::is_error) { Err(Self { findings }) } else { Ok(findings) }
    }
}

impl From<Finding> for Refusal {
    fn from(finding: Finding) -> Self {
        Self { findings: vec![finding] }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
