//! Bodies of fuzz targets: each takes any octets and panics only where this crate is wrong.

use core::str;

use crate::compare::{Comparison, Weight, compare};
use crate::dialect::Dialect;
use crate::document::Document;
use crate::export::export;
use crate::import;
use crate::link::Link;
use crate::proposal::Spelling;
use crate::validate::Rules;

#[cfg(test)]
mod tests;

/// Reads a text in the language that the first octet chooses, with what follows a NUL as its secrets. A tunnel in it can
/// be written, and then it fits its own text and is read back as it is (CONF-3).
pub fn read_text(data: &[u8]) {
    let Some((text, dialect)) = choose(data, Dialect::ALL) else { return };
    let (text, secrets) = match text.split_once('\0') {
        Some((text, secrets)) => (text, Some(secrets)),
        None => (text, None),
    };
    let Ok(read) = import::read(dialect, text, secrets) else { return };
    for link in read.connections.iter().filter_map(|connection| connection.link().ok()) {
        write_and_read(&link, dialect);
    }
}

fn write_and_read(link: &Link, dialect: Dialect) {
    let Ok(written) = export(link, dialect) else { return };
    let Some(text) = written.files.first().map(|file| file.text.expose()) else { return };
    let secrets = written.file("ipsec.secrets").map(|file| file.text.expose());
    let read = import::read(dialect, text, secrets);
    let links = read.as_ref().map(|read| read.connections.iter().map(|one| one.link()).collect());
    assert_eq!(links, Ok(alloc::vec![Ok(link.clone())]), "{text}");
    let compared = compare(&link.mirrored(), dialect, text, secrets);
    // That both ends wait for the other is the one thing that the two may have in common.
    let fits = |compared: &Comparison| compared.differences.iter().all(|one| one.weight != Weight::Fatal);
    assert!(compared.as_ref().is_ok_and(fits), "{compared:?}\n{text}");
}

/// Reads a proposal in the spelling that the first octet chooses. Written again it is the same.
pub fn read_proposal(data: &[u8]) {
    let Some((text, spelling)) = choose(data, Spelling::ALL) else { return };
    let Ok(proposal) = spelling.read(text) else { return };
    // What a line of its own says, the group of PFS for one, is not all that a spelling writes.
    let Ok(written) = spelling.write(&proposal) else { return };
    assert_eq!(spelling.read(&written).as_ref(), Ok(&proposal), "{text}\n{written}");
}

/// Reads a configuration as TOML or JSON and validates it.
pub fn read_document(data: &[u8]) {
    let Some((text, reader)) = choose(data, &[Document::from_toml, Document::from_json]) else { return };
    let Ok(document) = reader(text) else { return };
    for finding in document.validate(&Rules::default()) {
        assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{finding:?}");
    }
}

/// The text behind the first octet, and which of `all` that octet chooses.
fn choose<'a, T: Copy>(data: &'a [u8], all: &[T]) -> Option<(&'a str, T)> {
    let (first, text) = data.split_first()?;
    let chosen = usize::from(*first).checked_rem(all.len())?;
    Some((str::from_utf8(text).ok()?, *all.get(chosen)?))
}
