//! The algorithms of one IKE SA.

use core::fmt;

use esp_core::suite::{Cipher, Integrity};

use super::{DhGroup, Prf};

/// The algorithms of one IKE SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IkeSuite {
    /// The encryption of its messages.
    pub cipher: Cipher,
    /// The integrity protection of its messages; `None` where the cipher authenticates by itself.
    pub integrity: Option<Integrity>,
    /// What keys and proofs are computed with.
    pub prf: Prf,
    /// The group of the key exchange.
    pub dh: DhGroup,
}

impl fmt::Display for IkeSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cipher)?;
        if let Some(integrity) = self.integrity {
            write!(f, "-{integrity}")?;
        }
        // Where both have the same hash, as almost always, one name says both.
        if self.integrity.is_none_or(|integrity| integrity.name() != self.prf.name()) {
            write!(f, "-{}", self.prf)?;
        }
        write!(f, "-{}", self.dh)
    }
}
