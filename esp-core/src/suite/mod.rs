//! The algorithms of a Security Association, as static enums: a new algorithm is one variant, and the compiler lists
//! what is missing.

mod cipher;
mod integrity;

pub use cipher::Cipher;
pub use integrity::Integrity;

use core::fmt;

/// The algorithms of one Security Association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaSuite {
    /// The encryption; [`Cipher::Null`] for AH.
    pub cipher: Cipher,
    /// The integrity protection.
    pub integrity: Integrity,
    /// Whether sequence numbers have 64 bits (RFC 4303 §2.2.1).
    pub esn: bool,
}

impl fmt::Display for SaSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}{}", self.cipher, self.integrity, if self.esn { "-esn" } else { "" })
    }
}
