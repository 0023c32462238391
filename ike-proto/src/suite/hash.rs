//! Hash functions, which IKEv1 negotiates where IKEv2 negotiates what is made of them.

use core::fmt;

use esp_core::suite::Integrity;

use super::Prf;

/// A hash function. Its HMAC is the pseudo-random function of an ISAKMP SA (RFC 2409 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA2-256.
    Sha256,
    /// SHA2-384.
    Sha384,
    /// SHA2-512.
    Sha512,
}

impl Hash {
    /// Every function, the weakest first.
    pub const ALL: [Self; 5] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its HMAC.
    pub const fn prf(self) -> Prf {
        match self {
            Self::Md5 => Prf::HmacMd5,
            Self::Sha1 => Prf::HmacSha1,
            Self::Sha256 => Prf::HmacSha256,
            Self::Sha384 => Prf::HmacSha384,
            Self::Sha512 => Prf::HmacSha512,
        }
    }

    /// The integrity algorithm that is made of it.
    pub const fn integrity(self) -> Integrity {
        match self {
            Self::Md5 => Integrity::HmacMd5_96,
            Self::Sha1 => Integrity::HmacSha1_96,
            Self::Sha256 => Integrity::HmacSha256_128,
            Self::Sha384 => Integrity::HmacSha384_192,
            Self::Sha512 => Integrity::HmacSha512_256,
        }
    }

    /// The function whose HMAC a pseudo-random function is, if it is one.
    pub fn of(prf: Prf) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.prf() == prf)
    }

    /// Octets of one output.
    pub const fn output_len(self) -> usize {
        self.prf().output_len()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prf().name())
    }
}
