//! From lines to sections of keys and values.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::dialect::Dialect;
use crate::import::fault::{Faults, quoted};
use crate::import::{Place, limits};

/// A `key=value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: String,
    /// Where the key stands.
    pub(super) place: Place,
    /// Where the value stands.
    pub(super) value_place: Place,
}

/// A `conn` with its own entries.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) entries: Vec<Entry>,
}

/// The conns of a text. `config setup` and `ca` concern the program, not a tunnel.
pub(super) fn read(dialect: Dialect, text: &str, faults: &mut Faults) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // Whether the entries that follow belong to the last conn.
    let mut in_conn = None;
    let mut items = 0_usize;
    for (index, full) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let line = without_comment(dialect, full);
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        items = items.saturating_add(1);
        let place = Place::of(number, full, trimmed);
        if items > limits::ITEMS || sections.len() > limits::CONNECTIONS {
            faults.error(place, "the text has more sections and entries than are read");
            break;
        }
        if line.starts_with([' ', '\t']) {
            match in_conn {
                Some(true) => {
                    let entry = entry(number, full, trimmed, faults);
                    if let (Some(section), Some(entry)) = (sections.last_mut(), entry) {
                        section.entries.push(entry);
                    }
                }
                Some(false) => {}
                None => faults.error(place, "there is no section yet; a line such as `conn NAME` begins one"),
            }
            continue;
        }
        in_conn = header(place, trimmed, &mut sections, faults).or(in_conn);
    }
    sections
}

/// The beginning of a section: whether it is a conn. `None` for a line that begins none.
fn header(place: Place, line: &str, sections: &mut Vec<Section>, faults: &mut Faults) -> Option<bool> {
    let mut words = line.split_ascii_whitespace();
    let (kind, name, more) = (words.next().unwrap_or_default(), words.next(), words.next());
    match (kind, name, more) {
        ("conn", Some(name), None) => {
            sections.push(Section { name: super::super::values::short(name), place, entries: Vec::new() });
            Some(true)
        }
        ("conn", None, _) => {
            faults.error(place, "the conn has no name; write `conn NAME`");
            Some(false)
        }
        ("conn", ..) => {
            faults.error(place, "the name of a conn is one word");
            Some(false)
        }
        ("config", Some("setup"), None) | ("ca", Some(_), None) => Some(false),
        ("version", ..) => None,
        ("include", ..) => {
            faults.error(place, "`include` is not followed; put the included text in its place");
            None
        }
        _ if line.contains('=') => {
            faults
                .error(place, "a setting has a blank in front of it; without one the line begins a section");
            None
        }
        _ => {
            faults.not_allowed(place, "the beginning of a section", kind, &["conn", "config", "ca"]);
            Some(false)
        }
    }
}

fn entry(number: usize, line: &str, trimmed: &str, faults: &mut Faults) -> Option<Entry> {
    let place = Place::of(number, line, trimmed);
    let Some((key, value)) = trimmed.split_once('=') else {
        faults.error(place, alloc::format!("{} is no setting; write `key=value`", quoted(trimmed)));
        return None;
    };
    let value = value.trim();
    let value_place = Place::of(number, line, value);
    let value = match value.strip_prefix('"') {
        None => value,
        Some(rest) => match rest.strip_suffix('"') {
            Some(inner) if !inner.contains('"') => inner,
            _ => {
                faults.error(value_place, "the quotation mark has no other one at the end");
                return None;
            }
        },
    };
    Some(Entry { key: key.trim().to_string(), value: value.to_string(), place, value_place })
}

/// The line up to a `#` outside of quotation marks. libreswan wants a blank before it.
fn without_comment(dialect: Dialect, line: &str) -> &str {
    let mut quotes = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' => quotes = !quotes,
            '#' if !quotes && (dialect == Dialect::StrongSwan || before.is_whitespace()) => {
                return line.get(..at).unwrap_or(line);
            }
            _ => {}
        }
        before = c;
    }
    line
}
