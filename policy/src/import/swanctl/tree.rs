//! Sections in sections, with what they refer to filled in.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::tokens::{Kind, Token};
use crate::import::fault::{Faults, quoted};
use crate::import::{Place, limits};

/// A key with its value.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: Zeroizing<String>,
    pub(super) place: Place,
    pub(super) value_place: Place,
}

/// A section.
#[derive(Clone, Default)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) entries: Vec<Entry>,
    pub(super) sections: Vec<Section>,
    /// The sections, by their full names, whose content holds where this one says nothing.
    references: Vec<String>,
}

impl Section {
    /// The value of a key; the last one, as the program takes it.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// Sections of this name, or of names that begin with it (`local`, `local-1`).
    pub(super) fn called<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.sections.iter().filter(move |section| section.name.starts_with(name))
    }

    fn find(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |at, name| at.sections.iter().find(|section| section.name == name))
    }

    /// Takes over what `other` has and this one has not.
    fn inherit(&mut self, other: &Self) {
        for entry in
            other.entries.iter().filter(|entry| self.get(&entry.key).is_none()).cloned().collect::<Vec<_>>()
        {
            self.entries.push(entry);
        }
        for section in &other.sections {
            match self.sections.iter_mut().find(|own| own.name == section.name) {
                Some(own) => own.inherit(section),
                None => self.sections.push(section.clone()),
            }
        }
    }
}

/// The root of a text, its references filled in.
pub(super) fn read(tokens: &[Token], faults: &mut Faults) -> Section {
    let mut root = nest(tokens, faults);
    if faults.errors.is_empty() {
        // Only sections without references of their own are referred to: a chain needs no second pass, a circle ends.
        let before = root.clone();
        let mut filled = 0;
        fill(&mut root, &before, &mut filled, faults);
    }
    root
}

fn nest(tokens: &[Token], faults: &mut Faults) -> Section {
    let mut open: Vec<Section> = alloc::vec![Section::default()];
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match &token.kind {
            Kind::Section(names) => {
                let mut names = names.iter().cloned();
                let name = names.next().unwrap_or_default();
                let references = names.filter(|name| !name.is_empty()).collect();
                open.push(Section { name, place: token.place, references, ..Section::default() });
                if tokens.next_if(|next| next.kind == Kind::Open).is_none() {
                    faults.error(token.place, "the section has no `{`");
                    break;
                }
                if open.len() > limits::DEPTH {
                    faults.error(token.place, format!("sections stand more than {} deep", limits::DEPTH));
                    break;
                }
            }
            Kind::Open => faults.error(token.place, "the `{` has no name in front of it"),
            Kind::Close => {
                let closed = open.pop();
                match (open.last_mut(), closed) {
                    (Some(parent), Some(section)) => add(parent, section),
                    (_, root) => {
                        faults.error(token.place, "the `}` closes nothing");
                        open.extend(root);
                    }
                }
            }
            Kind::Value(key, value, value_place) => {
                if let Some(section) = open.last_mut() {
                    let (key, value) = (key.clone(), value.clone());
                    section.entries.push(Entry { key, value, place: token.place, value_place: *value_place });
                }
            }
        }
    }
    if let Some(unclosed) = open.get(1).filter(|_| faults.errors.is_empty()) {
        let message = format!("the section {} has no `}}`", quoted(&unclosed.name));
        faults.error(unclosed.place, message);
    }
    open.into_iter().next().unwrap_or_default()
}

/// Sections of the same name are one.
fn add(parent: &mut Section, section: Section) {
    match parent.sections.iter_mut().find(|own| own.name == section.name) {
        Some(own) => {
            own.entries.extend(section.entries);
            for inner in section.sections {
                add(own, inner);
            }
        }
        None => parent.sections.push(section),
    }
}

fn fill(section: &mut Section, root: &Section, filled: &mut usize, faults: &mut Faults) {
    for reference in core::mem::take(&mut section.references) {
        *filled = filled.saturating_add(1);
        match root.find(&reference) {
            _ if *filled > limits::INCLUDED => {
                let message = format!("more than {} references to sections", limits::INCLUDED);
                faults.error(section.place, message);
                return;
            }
            Some(other) if !other.references.is_empty() => {
                let message =
                    format!("{} refers to further sections itself, which is not read", quoted(&reference));
                faults.error(section.place, message);
            }
            Some(other) => section.inherit(other),
            None => {
                let message = format!("there is no section {}; write its full name", quoted(&reference));
                faults.error(section.place, message);
            }
        }
    }
    for inner in &mut section.sections {
        fill(inner, root, filled, faults);
    }
}
