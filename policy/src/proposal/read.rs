//! From words to a proposal.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::nearest::nearest;
use super::spelling::{Found, KINDS, listed};
use super::tables::{Form, Table};
use super::{Proposal, ProposalError, Spelling};

/// The most words of one proposal that are read. No registry has as many algorithms.
const MOST_WORDS: usize = 64;

/// The most characters of a wrong word that an error repeats.
const MOST_QUOTED: usize = 64;

pub(super) fn read(spelling: Spelling, table: &Table, text: &str) -> Result<Proposal, ProposalError> {
    let mut proposal = Proposal::default();
    match table.form {
        Form::Joined { .. } => {
            let parts = text.trim().split(['-', ';']);
            for word in bounded(parts)? {
                flat(spelling, table, word)?.add_to(&mut proposal);
            }
        }
        Form::Line => {
            for word in sized(bounded(text.split_ascii_whitespace())?) {
                flat(spelling, table, &word)?.add_to(&mut proposal);
            }
        }
        Form::Settings => {
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                setting(spelling, table, line, &mut proposal)?;
            }
        }
    }
    if proposal.is_empty() {
        return Err(ProposalError::Empty { example: spelling.example() });
    }
    Ok(proposal)
}

fn bounded<'a>(words: impl Iterator<Item = &'a str>) -> Result<Vec<&'a str>, ProposalError> {
    let words: Vec<&str> = words.take(MOST_WORDS.saturating_add(1)).collect();
    if words.len() > MOST_WORDS { Err(ProposalError::TooLong { limit: MOST_WORDS }) } else { Ok(words) }
}

/// Joins a cipher with the size of its key that follows as a word of its own (`aes 256`).
fn sized(words: Vec<&str>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for word in words {
        match joined.last_mut() {
            Some(before) if matches!(word, "128" | "192" | "256") => {
                before.push(' ');
                before.push_str(word);
            }
            _ => joined.push(word.to_string()),
        }
    }
    joined
}

/// A word that may be of any kind.
fn flat(spelling: Spelling, table: &Table, given: &str) -> Result<Found, ProposalError> {
    let known = all(table);
    if let Some((found, _)) = known.iter().find(|(_, word)| *word == given) {
        return Ok(*found);
    }
    Err(unknown(spelling, "algorithm", given, known.iter().map(|(_, word)| *word).collect()))
}

fn all(table: &Table) -> Vec<(Found, &'static str)> {
    let ciphers = table.encryption.words.iter().map(|(item, word)| (Found::Encryption(*item), *word));
    let integrities = table.integrity.words.iter().chain(table.ah.words);
    let integrities = integrities.map(|(item, word)| (Found::Integrity(*item), *word));
    let prfs = table.prf.words.iter().map(|(item, word)| (Found::Prf(*item), *word));
    let groups = table.group.words.iter().map(|(item, word)| (Found::Group(*item), *word));
    ciphers.chain(integrities).chain(prfs).chain(groups).collect()
}

/// A line of a setting's name and its words.
fn setting(
    spelling: Spelling,
    table: &Table,
    line: &str,
    proposal: &mut Proposal,
) -> Result<(), ProposalError> {
    let [encryption, integrity, prf, group] = KINDS;
    let settings = [
        (table.encryption.setting, encryption, ciphers(table)),
        (table.integrity.setting, integrity, of(table.integrity.words, Found::Integrity)),
        (table.ah.setting, integrity, of(table.ah.words, Found::Integrity)),
        (table.prf.setting, prf, of(table.prf.words, Found::Prf)),
        (table.group.setting, group, of(table.group.words, Found::Group)),
    ];
    let line = line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if table.beside_aead == Some(line.as_str()) {
        return Ok(());
    }
    let behind = |name: &str| {
        let rest = line.strip_prefix(name)?.strip_prefix(' ')?;
        (!name.is_empty()).then(|| rest.to_string())
    };
    let Some((rest, what, words)) =
        settings.iter().find_map(|(name, what, words)| Some((behind(name)?, *what, words)))
    else {
        let names = settings.iter().map(|(name, ..)| *name).filter(|name| !name.is_empty()).collect();
        let given = line.rsplit_once(' ').map_or(line.as_str(), |(name, _)| name);
        return Err(unknown(spelling, "setting", given, names));
    };
    // One algorithm may be two words (`aes 256`), so the whole rest is looked up before its parts.
    let given = match words.iter().any(|(_, word)| *word == rest) {
        true => alloc::vec![rest],
        false => sized(bounded(rest.split(' '))?),
    };
    for given in given {
        let Some((found, _)) = words.iter().find(|(_, word)| *word == given) else {
            return Err(unknown(spelling, what, &given, words.iter().map(|(_, word)| *word).collect()));
        };
        found.add_to(proposal);
    }
    Ok(())
}

fn ciphers(table: &Table) -> Vec<(Found, &'static str)> {
    of(table.encryption.words, Found::Encryption)
}

fn of<T: Copy>(words: &'static [(T, &'static str)], kind: fn(T) -> Found) -> Vec<(Found, &'static str)> {
    words.iter().map(|(item, word)| (kind(*item), *word)).collect()
}

pub(super) fn unknown(
    spelling: Spelling,
    what: &'static str,
    given: &str,
    words: Vec<&'static str>,
) -> ProposalError {
    ProposalError::Unknown {
        given: given.chars().take(MOST_QUOTED).collect(),
        what,
        spelling: spelling.name(),
        nearest: nearest(given, words.iter().copied()),
        allowed: listed(&words),
    }
}
