//! Encryption algorithms.

use core::fmt;

/// An encryption algorithm, with its key length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cipher {
    /// No encryption (RFC 2410).
    Null,
    /// Triple DES in CBC mode with three independent keys (RFC 2451).
    TripleDesCbc,
    /// AES in CBC mode with a key of 128 bits (RFC 3602).
    Aes128Cbc,
    /// AES in CBC mode with a key of 192 bits.
    Aes192Cbc,
    /// AES in CBC mode with a key of 256 bits.
    Aes256Cbc,
}

impl Cipher {
    /// Octets of key material that a Security Association needs.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Null => 0,
            Self::Aes128Cbc => 16,
            Self::TripleDesCbc | Self::Aes192Cbc => 24,
            Self::Aes256Cbc => 32,
        }
    }

    /// Octets of the initialisation vector in each packet.
    pub const fn iv_len(self) -> usize {
        match self {
            Self::Null => 0,
            Self::TripleDesCbc => 8,
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => 16,
        }
    }

    /// Octets that the plain text is padded to a multiple of.
    pub const fn block_len(self) -> usize {
        match self {
            Self::Null => 1,
            Self::TripleDesCbc => 8,
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => 16,
        }
    }

    /// The name that strongSwan and the product's configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::TripleDesCbc => "3des",
            Self::Aes128Cbc => "aes128",
            Self::Aes192Cbc => "aes192",
            Self::Aes256Cbc => "aes256",
        }
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
