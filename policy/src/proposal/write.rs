//! From a proposal to its words.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::spelling::{KINDS, listed};
use super::tables::{Form, Table, Words};
use super::{Encryption, Group, Integrity, Prf, Proposal, ProposalError, Spelling};

pub(super) fn write(spelling: Spelling, table: &Table, proposal: &Proposal) -> Result<String, ProposalError> {
    if proposal.is_empty() {
        return Err(ProposalError::Empty { example: spelling.example() });
    }
    let [encryption, integrity, prf, group] = KINDS;
    let is_ah = proposal.encryption.is_empty() && !table.ah.words.is_empty();
    let authentication = if is_ah { &table.ah } else { &table.integrity };
    let ciphers = words(spelling, encryption, &table.encryption, &proposal.encryption, Encryption::name)?;
    let integrities = words(spelling, integrity, authentication, &proposal.integrity, Integrity::name)?;
    let prfs = words(spelling, prf, &table.prf, &prfs(table, proposal), Prf::name)?;
    let groups = match table.group.words {
        [] => Vec::new(),
        _ => words(spelling, group, &table.group, &proposal.groups, Group::name)?,
    };
    let settings = [
        (table.encryption.setting, ciphers),
        (authentication.setting, integrities),
        (table.prf.setting, prfs),
        (table.group.setting, groups),
    ];
    let mut text = joined(table.form, &settings);
    if let Some(line) = table.beside_aead.filter(|_| proposal.is_aead()) {
        text.push('\n');
        text.push_str(line);
    }
    Ok(text)
}

/// A language that names the function as well as the integrity algorithm needs it named.
fn prfs(table: &Table, proposal: &Proposal) -> Vec<Prf> {
    if proposal.prf.is_empty() && table.form == Form::Settings && !table.prf.words.is_empty() {
        return proposal.integrity.iter().copied().map(Prf::of).collect();
    }
    proposal.prf.clone()
}

fn joined(form: Form, settings: &[(&'static str, Vec<&'static str>); 4]) -> String {
    let [ciphers, integrities, prfs, groups] = settings;
    match form {
        Form::Settings => {
            let given = settings.iter().filter(|(_, words)| !words.is_empty());
            let lines: Vec<String> =
                given.map(|(setting, words)| format!("{setting} {}", words.join(" "))).collect();
            lines.join("\n")
        }
        Form::Line => {
            let all: Vec<&str> = ciphers.1.iter().chain(&integrities.1).copied().collect();
            all.join(" ")
        }
        Form::Joined { before_group } => {
            let all: Vec<&str> = ciphers.1.iter().chain(&integrities.1).chain(&prfs.1).copied().collect();
            let mut text = all.join("-");
            for group in &groups.1 {
                if !text.is_empty() {
                    text.push(before_group);
                }
                text.push_str(group);
            }
            text
        }
    }
}

fn words<T: Copy + PartialEq>(
    spelling: Spelling,
    what: &'static str,
    table: &Words<T>,
    items: &[T],
    name: fn(T) -> &'static str,
) -> Result<Vec<&'static str>, ProposalError> {
    items.iter().map(|item| word(spelling, what, table.words, *item, name)).collect()
}

/// The first word of an algorithm.
pub(super) fn word<T: Copy + PartialEq>(
    spelling: Spelling,
    what: &'static str,
    words: &[(T, &'static str)],
    item: T,
    name: fn(T) -> &'static str,
) -> Result<&'static str, ProposalError> {
    let found = words.iter().find(|(known, _)| *known == item);
    found.map(|(_, word)| *word).ok_or_else(|| ProposalError::NoWord {
        what,
        name: name(item),
        spelling: spelling.name(),
        allowed: listed(&words.iter().map(|(_, word)| *word).collect::<Vec<_>>()),
    })
}
