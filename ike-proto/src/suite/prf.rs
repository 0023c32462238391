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
    /// HMAC-SHA2-384 (RFC 4868).
    HmacSha384,
    /// HMAC-SHA2-512 (RFC 4868).
    HmacSha512,
    /// AES-XCBC-PRF-128 (RFC 4434).
    AesXcbc,
    /// AES-CMAC-PRF-128 (RFC 4615).
    AesCmac,
}

impl Prf {
    /// Every function, the weakest hash first.
    pub const ALL: [Self; 7] = [
        Self::HmacMd5,
        Self::HmacSha1,
        Self::HmacSha256,
        Self::HmacSha384,
        Self::HmacSha512,
        Self::AesXcbc,
        Self::AesCmac,
    ];

    /// Octets of one output.
    pub const fn output_len(self) -> usize {
        match self {
            Self::HmacMd5 | Self::AesXcbc | Self::AesCmac => 16,
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }

    /// Octets of the key that key derivation gives it (RFC 7296 §2.14): the length of its output, for HMAC, and that
    /// of an AES key.
    pub const fn key_len(self) -> usize {
        self.output_len()
    }

    /// Octets of each nonce that go into SKEYSEED; `None` for whole nonces. The two functions made of AES count as
    /// having a key of fixed length there, and there alone (RFC 7296 §2.14).
    pub const fn nonce_part(self) -> Option<usize> {
        match self {
            Self::AesXcbc | Self::AesCmac => Some(8),
            Self::HmacMd5 | Self::HmacSha1 | Self::HmacSha256 | Self::HmacSha384 | Self::HmacSha512 => None,
        }
    }

    /// The name of the hash, which is also what strongSwan calls the function after the integrity algorithm of the
    /// same hash.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacMd5 => "md5",
            Self::HmacSha1 => "sha1",
            Self::HmacSha256 => "sha256",
            Self::HmacSha384 => "sha384",
            Self::HmacSha512 => "sha512",
            Self::AesXcbc => "aesxcbc",
            Self::AesCmac => "aescmac",
        }
    }

    /// The name that stands for the function alone.
    pub const fn long_name(self) -> &'static str {
        match self {
            Self::HmacMd5 => "prfmd5",
            Self::HmacSha1 => "prfsha1",
            Self::HmacSha256 => "prfsha256",
            Self::HmacSha384 => "prfsha384",
            Self::HmacSha512 => "prfsha512",
            Self::AesXcbc => "prfaesxcbc",
            Self::AesCmac => "prfaescmac",
        }
    }
}

impl fmt::Display for Prf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.long_name())
    }
}
