//! The algorithms of one Security Association, in the combinations that exist.

use core::fmt;

use crate::sa::IpsecProtocol;
use crate::suite::{Cipher, Integrity};

#[cfg(test)]
mod tests;

/// The algorithms of one Security Association. Combinations that protect nothing, or that nobody defined, cannot be
/// made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaSuite {
    algorithms: Algorithms,
    esn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Algorithms {
    /// ESP with a cipher that does not authenticate.
    Separate(Cipher, Integrity),
    /// ESP with a combined mode.
    Combined(Cipher),
    /// AH.
    Ah(Integrity),
}

/// Algorithms that are no suite of ESP together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// A cipher that does not authenticate, alone: whoever is on the path could change every packet.
    #[error("{0} does not authenticate; ESP needs an integrity algorithm with it")]
    NoIntegrity(Cipher),
    /// A combined mode with an integrity algorithm beside it (RFC 7296 §3.3).
    #[error("{0} authenticates by itself; {1} must not stand beside it")]
    IntegrityBesideAead(Cipher, Integrity),
    /// An integrity algorithm that is defined for AH alone (RFC 4543 §5.3).
    #[error("the integrity algorithm {0} is for AH alone; for ESP it is a cipher of that name")]
    OnlyForAh(Integrity),
}

impl SaSuite {
    /// A suite of ESP; `esn` says whether sequence numbers have 64 bits (RFC 4303 §2.2.1).
    ///
    /// # Errors
    /// The algorithms do not go together: one of the two must authenticate, and not both.
    pub const fn esp(cipher: Cipher, integrity: Option<Integrity>, esn: bool) -> Result<Self, SuiteError> {
        let algorithms = match (cipher.is_aead(), integrity) {
            (true, None) => Algorithms::Combined(cipher),
            (true, Some(integrity)) => return Err(SuiteError::IntegrityBesideAead(cipher, integrity)),
            (false, None) => return Err(SuiteError::NoIntegrity(cipher)),
            (false, Some(integrity)) if integrity.is_ah_only() => {
                return Err(SuiteError::OnlyForAh(integrity));
            }
            (false, Some(integrity)) => Algorithms::Separate(cipher, integrity),
        };
        Ok(Self { algorithms, esn })
    }

    /// A suite of AH; `esn` says whether sequence numbers have 64 bits (RFC 4302 §2.5.1).
    pub const fn ah(integrity: Integrity, esn: bool) -> Self {
        Self { algorithms: Algorithms::Ah(integrity), esn }
    }

    /// The protocol it is for.
    pub const fn protocol(self) -> IpsecProtocol {
        match self.algorithms {
            Algorithms::Separate(..) | Algorithms::Combined(_) => IpsecProtocol::Esp,
            Algorithms::Ah(_) => IpsecProtocol::Ah,
        }
    }

    /// The encryption; `None` for AH.
    pub const fn cipher(self) -> Option<Cipher> {
        match self.algorithms {
            Algorithms::Separate(cipher, _) | Algorithms::Combined(cipher) => Some(cipher),
            Algorithms::Ah(_) => None,
        }
    }

    /// The integrity protection; `None` where the cipher authenticates by itself.
    pub const fn integrity(self) -> Option<Integrity> {
        match self.algorithms {
            Algorithms::Separate(_, integrity) | Algorithms::Ah(integrity) => Some(integrity),
            Algorithms::Combined(_) => None,
        }
    }

    /// Whether sequence numbers have 64 bits, the high half of which is not sent (RFC 4303 §2.2.1).
    pub const fn esn(self) -> bool {
        self.esn
    }

    /// Octets of key material for the encryption, its salt included; taken before those for the integrity
    /// (RFC 7296 §2.17).
    pub const fn encryption_key_len(self) -> usize {
        match self.cipher() {
            Some(cipher) => cipher.key_len(),
            None => 0,
        }
    }

    /// Octets of key material for the integrity.
    pub const fn integrity_key_len(self) -> usize {
        match self.integrity() {
            Some(integrity) => integrity.key_len(),
            None => 0,
        }
    }

    /// Octets of the initialisation vector in front of what ESP encrypts.
    pub const fn iv_len(self) -> usize {
        match self.cipher() {
            Some(cipher) => cipher.iv_len(),
            None => 0,
        }
    }

    /// Octets that ESP pads its plain text to a multiple of, beside the four that it always does.
    pub const fn block_len(self) -> usize {
        match self.cipher() {
            Some(cipher) => cipher.block_len(),
            None => 1,
        }
    }

    /// Octets of the Integrity Check Value.
    pub const fn icv_len(self) -> usize {
        match self.algorithms {
            Algorithms::Separate(_, integrity) | Algorithms::Ah(integrity) => integrity.icv_len(),
            Algorithms::Combined(cipher) => match cipher.tag_len() {
                Some(len) => len,
                None => 0,
            },
        }
    }
}

impl fmt::Display for SaSuite {
    /// As strongSwan writes one: aes128-sha1, aes256gcm16-esn, sha256 for AH.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.algorithms {
            Algorithms::Separate(cipher, integrity) => write!(f, "{cipher}-{integrity}")?,
            Algorithms::Combined(cipher) => write!(f, "{cipher}")?,
            Algorithms::Ah(integrity) => write!(f, "{integrity}")?,
        }
        f.write_str(if self.esn { "-esn" } else { "" })
    }
}
