//! `swanctl.conf`.
//!
//! | step | file |
//! |---|---|
//! | characters to tokens | `tokens` |
//! | tokens to sections in sections, references filled in | `tree` |
//! | sections to connections | `conn`, `child` |
//! | keys | `keys` |

mod child;
mod conn;
mod keys;
mod tokens;
mod tree;

use alloc::vec::Vec;

use super::fault::Faults;
use super::{Connection, secrets};

/// Reads every connection with its children, each with the key of its ends.
pub(super) fn read(text: &str, faults: &mut Faults) -> Vec<Connection> {
    let tokens = tokens::read(text, faults);
    if !faults.errors.is_empty() {
        return Vec::new();
    }
    let root = tree::read(&tokens, faults);
    if !faults.errors.is_empty() {
        return Vec::new();
    }
    let mut connections = Vec::new();
    for section in root.sections.iter().filter(|section| section.name == "connections") {
        for connection in &section.sections {
            connections.extend(conn::read(connection, faults));
        }
    }
    let keys = keys::read(&root, faults);
    for connection in &mut connections {
        connection.psk = secrets::of(&keys, connection);
    }
    let known = ["connections", "secrets", "pools", "authorities"];
    for section in root.sections.iter().filter(|section| !known.contains(&section.name.as_str())) {
        faults.unknown(section.place, &section.name, &known);
    }
    connections
}
