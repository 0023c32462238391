//! Diffie-Hellman (RFC 7296 §2.14, RFC 2409 §5).

use alloc::vec::Vec;
use core::fmt;

use esp_core::secret::SecretBytes;
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::modp::{self, BadValue, Exponent};
use crate::suite::DhGroup;

/// Octets of a secret exponent. 256 bits are at least twice the strength of any of the groups (RFC 3526 §8), which
/// is all that a longer exponent could bring out.
const EXPONENT_LEN: usize = 32;

/// Why a peer's public value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DhError {
    /// Its length is not that of the modulus (RFC 7296 §3.4).
    #[error("the public value of {group} has {have} octets and must have {need}")]
    Length {
        /// The group.
        group: DhGroup,
        /// Octets of the modulus.
        need: usize,
        /// Octets of the value.
        have: usize,
    },
    /// It is 0, 1, p-1 or more, and would make the shared secret known to anybody (RFC 6989 §2.1).
    #[error("the public value of {0} lies outside 2 to p-2")]
    Range(DhGroup),
    /// It lies outside the subgroup of prime order, and would give away a part of our exponent (RFC 6989 §2.2).
    #[error("the public value of {0} is not in the group's subgroup of prime order")]
    Subgroup(DhGroup),
}

/// A secret exponent and the public value that belongs to it. Used for one key exchange and dropped, which wipes it.
pub struct DhPrivate {
    group: DhGroup,
    exponent: Exponent,
    public: Vec<u8>,
}

impl DhPrivate {
    /// Draws an exponent and computes the public value.
    pub fn generate(group: DhGroup, rng: &mut dyn CryptoRng) -> Self {
        let mut octets = Zeroizing::new([0; EXPONENT_LEN]);
        rng.fill_bytes(octets.as_mut_slice());
        // The highest bit allowed is set, so that the exponent has its full length and is never zero. The order of
        // the subgroup of group 24 lies between 2^255 and 2^256: 255 bits keep the exponent below it.
        let (keep, set) = match group {
            DhGroup::Modp2048Sub256 => (0x7f, 0x40),
            DhGroup::Modp768 | DhGroup::Modp1024 | DhGroup::Modp1536 | DhGroup::Modp2048 => (0xff, 0x80),
        };
        if let Some(highest) = octets.first_mut() {
            *highest = (*highest & keep) | set;
        }
        Self::from_exponent(group, Exponent::from_array(&octets))
    }

    fn from_exponent(group: DhGroup, exponent: Exponent) -> Self {
        let public = modp::generator_power(group, &exponent);
        Self { group, exponent, public }
    }

    /// The group.
    pub const fn group(&self) -> DhGroup {
        self.group
    }

    /// The public value, with leading zeros as long as the modulus.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The secret that is shared with the owner of `peer_public`, with leading zeros as long as the modulus.
    ///
    /// # Errors
    /// A value that is none of the group, or one that would make the secret a known one.
    pub fn agree(&self, peer_public: &[u8]) -> Result<SecretBytes, DhError> {
        let group = self.group;
        match modp::public_power(group, peer_public, &self.exponent) {
            Ok(shared) => Ok(SecretBytes::from(shared)),
            Err(BadValue::Length) => {
                Err(DhError::Length { group, need: group.public_len(), have: peer_public.len() })
            }
            Err(BadValue::Range) => Err(DhError::Range(group)),
            Err(BadValue::Subgroup) => Err(DhError::Subgroup(group)),
        }
    }
}

impl fmt::Debug for DhPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DhPrivate").field("group", &self.group).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
