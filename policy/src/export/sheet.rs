//! The text under construction, with the findings that come up while it is written.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{Arguments, Write};

use zeroize::Zeroizing;

use super::{ConfigFile, SecretText};
use crate::dialect::Dialect;
use crate::finding::Finding;
use crate::link::Link;
use crate::proposal::{Proposal, Spelling};

/// Room for a usual text, so that growing does not leave copies of a key behind.
const ROOM: usize = 32 * 1024;

/// A file of an export while it is written.
pub(super) struct Sheet<'a> {
    pub(super) link: &'a Link,
    pub(super) dialect: Dialect,
    pub(super) findings: Vec<Finding>,
    text: Zeroizing<String>,
    files: Vec<ConfigFile>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(link: &'a Link, dialect: Dialect) -> Self {
        let text = Zeroizing::new(String::with_capacity(ROOM));
        Self { link, dialect, findings: Vec::new(), text, files: Vec::new() }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, text: Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
        self.text.push('\n');
    }

    /// Adds the lines of `text`, each with `before` in front.
    pub(super) fn lines(&mut self, before: &str, text: &str) {
        for line in text.lines() {
            self.line(format_args!("{before}{line}"));
        }
    }

    /// Adds a comment. Whatever could end it, or mean something to a command line, is replaced.
    pub(super) fn comment(&mut self, text: &str) {
        let device = self.dialect.is_device();
        let mark = if matches!(self.dialect, Dialect::CiscoIos | Dialect::CiscoAsa) { '!' } else { '#' };
        let kept = |c: char| !c.is_control() && (!device || (c.is_ascii() && c != '?'));
        let text: String = text.chars().map(|c| if kept(c) { c } else { '_' }).collect();
        self.line(format_args!("{}", format!("{mark} {text}").trim_end()));
    }

    /// An empty line, or what a device takes for one.
    pub(super) fn gap(&mut self) {
        match self.dialect {
            Dialect::CiscoIos | Dialect::CiscoAsa => self.line(format_args!("!")),
            Dialect::Junos | Dialect::Huawei | Dialect::H3c => self.line(format_args!("#")),
            Dialect::StrongSwan | Dialect::Libreswan | Dialect::Swanctl => self.line(format_args!("")),
        }
    }

    /// Ends the file and begins the next one.
    pub(super) fn finish(&mut self, name: &'static str) {
        let text = core::mem::replace(&mut self.text, Zeroizing::new(String::with_capacity(ROOM)));
        self.files.push(ConfigFile { name, text: SecretText(text) });
    }

    pub(super) fn into_parts(self) -> (Vec<ConfigFile>, Vec<Finding>) {
        (self.files, self.findings)
    }

    /// The text cannot be written.
    pub(super) fn error(&mut self, field: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding::error("CONF-2", self.path(field), message, fix));
    }

    /// The text says less, or something else, than the tunnel.
    pub(super) fn warning(&mut self, field: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding::warning("CONF-2", self.path(field), message, fix));
    }

    fn path(&self, field: &str) -> String {
        format!("tunnel[{}].{field}", self.link.tunnel)
    }

    /// A proposal in this dialect's words, or an error and nothing.
    pub(super) fn spell(&mut self, field: &str, spelling: Spelling, proposal: &Proposal) -> String {
        spelling.write(proposal).unwrap_or_else(|error| {
            self.error(field, error.to_string(), "Choose one of those at both ends");
            String::new()
        })
    }

    /// The group of PFS in this dialect's words; nothing without PFS, or with an error.
    pub(super) fn spell_pfs(&mut self, spelling: Spelling) -> Option<&'static str> {
        let group = self.link.ipsec.pfs.group()?;
        match spelling.group(group.into()) {
            Ok(word) => Some(word),
            Err(error) => {
                self.error("ipsec.pfs", error.to_string(), "Choose one of those at both ends");
                None
            }
        }
    }

    /// The key as text. It is ASCII by construction.
    pub(super) fn key(&self) -> &'a str {
        core::str::from_utf8(self.link.psk.expose()).unwrap_or_default()
    }
}

/// Adds a line to a sheet.
macro_rules! line {
    ($sheet:expr, $($text:tt)+) => { $sheet.line(format_args!($($text)+)) };
}
pub(super) use line;
