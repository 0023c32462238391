//! Proposals as they are configured: of each kind of algorithm a list, the preferred one first.

use alloc::vec::Vec;
use core::fmt;

use esp_core::sa::IpsecProtocol;
use esp_core::suite::{Cipher, Integrity};

use super::{DhGroup, Prf};

/// Algorithms for an IKE SA. One of each list is chosen; none of the lists may be empty, but for the integrity algorithms
/// where every cipher authenticates by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IkeProposal {
    /// Encryption.
    pub ciphers: Vec<Cipher>,
    /// Integrity, for those of the ciphers that do not authenticate by themselves.
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
    /// Integrity, for those of the ciphers that do not authenticate by themselves.
    pub integrities: Vec<Integrity>,
    /// Groups for perfect forward secrecy; empty for a Child SA without a key exchange of its own. The first Child
    /// SA of an IKE SA never has one (RFC 7296 §1.2).
    pub groups: Vec<DhGroup>,
    /// Whether sequence numbers have 64 bits; not empty.
    pub esn: Vec<bool>,
}

impl IkeProposal {
    /// The proposal as it can stand on the wire: ciphers that authenticate by themselves, which have no integrity
    /// algorithm beside them, apart from the others (RFC 7296 §3.3). The half with the preferred cipher comes first.
    pub fn halves(&self) -> impl Iterator<Item = Self> {
        halves(&self.ciphers, &self.integrities).map(|(ciphers, integrities)| Self {
            ciphers,
            integrities,
            ..self.clone()
        })
    }
}

impl ChildProposal {
    /// The proposal as it can stand on the wire, see [`IkeProposal::halves`].
    pub fn halves(&self) -> impl Iterator<Item = Self> {
        halves(&self.ciphers, &self.integrities).map(|(ciphers, integrities)| Self {
            ciphers,
            integrities,
            ..self.clone()
        })
    }
}

/// A list of ciphers by whether they authenticate, each with the integrity algorithms it needs. AH has no ciphers and
/// stays whole.
fn halves(
    ciphers: &[Cipher],
    integrities: &[Integrity],
) -> impl Iterator<Item = (Vec<Cipher>, Vec<Integrity>)> {
    let of =
        |aead: bool| ciphers.iter().copied().filter(|cipher| cipher.is_aead() == aead).collect::<Vec<_>>();
    let (combined, plain) = ((of(true), Vec::new()), (of(false), integrities.to_vec()));
    let combined_first = ciphers.first().is_some_and(|cipher| cipher.is_aead());
    let in_order = if combined_first { [combined, plain] } else { [plain, combined] };
    let whole = ciphers.is_empty();
    in_order
        .into_iter()
        .enumerate()
        .filter(move |(place, half)| !half.0.is_empty() || (whole && *place == 0))
        .map(|(_, half)| half)
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
