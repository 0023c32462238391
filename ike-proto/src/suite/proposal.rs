//! Proposals as they are configured: of each kind of algorithm a list, the preferred one first.

use alloc::vec::Vec;
use core::fmt;

use esp_core::sa::IpsecProtocol;
use esp_core::suite::{Cipher, Integrity};

use super::{DhGroup, Prf};

/// Algorithms for an IKE SA. One of each list is chosen; none of the lists may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IkeProposal {
    /// Encryption.
    pub ciphers: Vec<Cipher>,
    /// Integrity.
    pub integrities: Vec<Integrity>,
    /// Pseudo-random functions.
    pub prfs: Vec<Prf>,
    /// Diffie-Hellman groups.
    pub groups: Vec<DhGroup>,
}

/// Algorithms for a Child SA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildProposal {
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// Encryption; empty for AH.
    pub ciphers: Vec<Cipher>,
    /// Integrity.
    pub integrities: Vec<Integrity>,
    /// Groups for perfect forward secrecy; empty for a Child SA without a key exchange of its own. The first Child
    /// SA of an IKE SA never has one (RFC 7296 §1.2).
    pub groups: Vec<DhGroup>,
    /// Whether sequence numbers have 64 bits; not empty.
    pub esn: Vec<bool>,
}

impl fmt::Display for IkeProposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same_hashes = self.integrities.iter().map(|x| x.name()).eq(self.prfs.iter().map(|x| x.name()));
        let mut names = Joined { f, first: true };
        names.all(&self.ciphers)?;
        names.all(&self.integrities)?;
        if !same_hashes {
            names.all(&self.prfs)?;
        }
        names.all(&self.groups)
    }
}

impl fmt::Display for ChildProposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Joined { f, first: true };
        names.all(&self.ciphers)?;
        names.all(&self.integrities)?;
        names.all(&self.groups)?;
        match self.esn.as_slice() {
            [] | [false] => Ok(()),
            choices => names.all(choices.iter().map(|esn| if *esn { "esn" } else { "noesn" })),
        }
    }
}

/// Writes names with a dash between them.
struct Joined<'f, 'b> {
    f: &'f mut fmt::Formatter<'b>,
    first: bool,
}

impl Joined<'_, '_> {
    fn all(&mut self, names: impl IntoIterator<Item: fmt::Display>) -> fmt::Result {
        for name in names {
            if !core::mem::take(&mut self.first) {
                self.f.write_str("-")?;
            }
            write!(self.f, "{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
