//! Proposals as text, in the spelling of each configuration language.
//!
//! The product writes a proposal as strongSwan does, `aes128-sha1-modp1024`. Every other language has words of its own
//! for the same algorithms, and its own way to put them together:
//!
//! | spelling | `aes128-sha1-modp1024` |
//! |---|---|
//! | strongSwan, ipsec.conf and swanctl.conf | `aes128-sha1-modp1024` |
//! | libreswan | `aes128-sha1;modp1024` |
//! | Cisco IOS, IKEv1 | `encryption aes 128`, `hash sha`, `group 2` |
//! | Cisco IOS, IKEv2 | `encryption aes-cbc-128`, `integrity sha1`, `group 2` |
//! | Cisco IOS, transform set | `esp-aes esp-sha-hmac` |
//! | Cisco ASA, IKEv1 | `encryption aes`, `hash sha`, `group 2` |
//! | Cisco ASA, IKEv2 | `encryption aes`, `integrity sha`, `prf sha`, `group 2` |
//! | Juniper Junos | `encryption-algorithm aes-128-cbc`, `authentication-algorithm sha1`, `dh-group group2` |
//! | Huawei | `encryption-algorithm aes-128`, `authentication-algorithm sha1`, `dh group2` |
//! | H3C | `encryption-algorithm aes-cbc-128`, `authentication-algorithm sha`, `dh group2` |
//!
//! [`Spelling::write`] and [`Spelling::read`] go between the two columns. An error names the word, what would be
//! allowed in its place, and the word that was probably meant.
//!
//! ```
//! use ipsec_policy::proposal::{Proposal, Spelling};
//!
//! let proposal: Proposal = "aes128-sha1-modp1024".parse()?;
//! assert_eq!(Spelling::Libreswan.write(&proposal)?, "aes128-sha1;modp1024");
//! assert_eq!(Spelling::IosIkeV1.read("encryption aes 128\nhash sha\ngroup 2")?, proposal);
//! let error = "aes128-sah1-modp1024".parse::<Proposal>().unwrap_err();
//! assert!(error.to_string().ends_with("did you mean `sha1`?"));
//! # Ok::<(), ipsec_policy::proposal::ProposalError>(())
//! ```

mod algorithms;
mod error;
pub(crate) mod nearest;
mod policies;
mod read;
mod spelling;
mod tables;
mod write;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

pub use algorithms::{Encryption, Group, Integrity, Prf};
pub use error::ProposalError;
pub(crate) use policies::{ike_choice, ipsec_choice};
pub use spelling::Spelling;

/// Algorithms that are offered together; one of each kind is chosen.
///
/// The product offers exactly one of each kind. Texts of peers may list several, and may leave a kind out where the
/// program has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Ciphers; none for AH.
    pub encryption: Vec<Encryption>,
    /// Integrity algorithms; none with a cipher that authenticates by itself.
    pub integrity: Vec<Integrity>,
    /// Pseudo-random functions; none where they follow from the integrity algorithm.
    pub prf: Vec<Prf>,
    /// Groups; none for phase 2 without PFS.
    pub groups: Vec<Group>,
}

impl Proposal {
    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.encryption.is_empty()
            && self.integrity.is_empty()
            && self.prf.is_empty()
            && self.groups.is_empty()
    }

    /// Whether it leaves no choice: one algorithm of each kind at most, the pseudo-random function that of the
    /// integrity algorithm where there is one.
    pub fn is_single(&self) -> bool {
        self.encryption.len() <= 1
            && self.integrity.len() <= 1
            && self.prf.len() <= usize::from(self.integrity.is_empty())
            && self.groups.len() <= 1
    }

    /// Whether every cipher authenticates by itself.
    pub(crate) fn is_aead(&self) -> bool {
        !self.encryption.is_empty() && self.encryption.iter().all(|cipher| cipher.is_aead())
    }

    /// As programs take a proposal of phase 1: beside ciphers that authenticate by themselves an integrity algorithm only
    /// says what keys are derived with, and beside others that needs no word where both are of the same kind.
    pub(crate) fn of_phase_1(mut self) -> Self {
        let implied: Vec<Prf> = self.integrity.iter().copied().map(Prf::of).collect();
        if self.is_aead() {
            self.integrity.clear();
            if self.prf.is_empty() {
                self.prf = implied;
            }
        } else if self.prf == implied {
            self.prf.clear();
        }
        self
    }

    /// As programs take a proposal of phase 2: without an integrity algorithm beside ciphers that authenticate by
    /// themselves (RFC 7296 §3.3).
    pub(crate) fn of_phase_2(mut self) -> Self {
        if self.is_aead() {
            self.integrity.clear();
        }
        self
    }
}

impl FromStr for Proposal {
    type Err = ProposalError;

    /// Reads the product's spelling, which is strongSwan's.
    fn from_str(text: &str) -> Result<Self, ProposalError> {
        Spelling::StrongSwan.read(text)
    }
}

impl fmt::Display for Proposal {
    /// Writes the product's spelling, which has a word for everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = (self.encryption.iter().map(|a| a.name()))
            .chain(self.integrity.iter().map(|a| a.name()))
            .chain(self.prf.iter().map(|a| a.name()))
            .chain(self.groups.iter().map(|a| a.name()));
        let all: String = words.enumerate().fold(String::new(), |mut all, (index, word)| {
            if index > 0 {
                all.push('-');
            }
            all.push_str(word);
            all
        });
        f.write_str(&all)
    }
}

#[cfg(test)]
mod tests;
