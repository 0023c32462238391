//! Pseudo-random functions.

use core::fmt;

/// A pseudo-random function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prf {
    /// HMAC-MD5 (RFC 2104).
    HmacMd5,
    /// HMAC-SHA1 (RFC 2104).
    HmacSha1,
    /// HMAC-SHA2-256 (RFC 4868).
    HmacSha256,
}

impl Prf {
    /// Octets of one output.
    pub const fn output_len(self) -> usize {
        match self {
            Self::HmacMd5 => 16,
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
        }
    }

    /// Octets of the key that key derivation gives it (RFC 7296 §2.14): the length of its output, for HMAC.
    pub const fn key_len(self) -> usize {
        self.output_len()
    }

    /// The name of the hash, which is also what strongSwan calls the function after the integrity algorithm of the
    /// same hash.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacMd5 => "md5",
            Self::HmacSha1 => "sha1",
            Self::HmacSha256 => "sha256",
        }
    }

    /// The name that stands for the function alone.
    pub const fn long_name(self) -> &'static str {
        match self {
            Self::HmacMd5 => "prfmd5",
            Self::HmacSha1 => "prfsha1",
            Self::HmacSha256 => "prfsha256",
        }
    }
}

impl fmt::Display for Prf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.long_name())
    }
}
