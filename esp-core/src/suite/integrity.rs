//! Integrity algorithms.

use core::fmt;

/// An integrity algorithm, with the length its check value is cut to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Integrity {
    /// HMAC-MD5-96 (RFC 2403).
    HmacMd5_96,
    /// HMAC-SHA1-96 (RFC 2404).
    HmacSha1_96,
    /// HMAC-SHA2-256-128 (RFC 4868): a key of 32 octets, a check value of 16.
    HmacSha256_128,
    /// HMAC-SHA2-384-192 (RFC 4868): a key of 48 octets, a check value of 24.
    HmacSha384_192,
    /// HMAC-SHA2-512-256 (RFC 4868): a key of 64 octets, a check value of 32.
    HmacSha512_256,
    /// AES-XCBC-MAC-96 (RFC 3566).
    AesXcbc96,
    /// AES-CMAC-96 (RFC 4494).
    AesCmac96,
    /// AES-GMAC with a key of 128 bits, for AH alone (RFC 4543 §4). Its check value holds its initialisation vector
    /// too.
    Aes128Gmac,
    /// AES-GMAC with a key of 192 bits, for AH alone.
    Aes192Gmac,
    /// AES-GMAC with a key of 256 bits, for AH alone.
    Aes256Gmac,
}

impl Integrity {
    /// Every integrity algorithm.
    pub const ALL: &'static [Self] = &[
        Self::HmacMd5_96,
        Self::HmacSha1_96,
        Self::HmacSha256_128,
        Self::HmacSha384_192,
        Self::HmacSha512_256,
        Self::AesXcbc96,
        Self::AesCmac96,
        Self::Aes128Gmac,
        Self::Aes192Gmac,
        Self::Aes256Gmac,
    ];

    /// Octets of key material that a Security Association needs; of GMAC the key and the salt behind it.
    pub const fn key_len(self) -> usize {
        match self {
            Self::HmacMd5_96 | Self::AesXcbc96 | Self::AesCmac96 => 16,
            Self::HmacSha1_96 | Self::Aes128Gmac => 20,
            Self::Aes192Gmac => 28,
            Self::HmacSha256_128 => 32,
            Self::Aes256Gmac => 36,
            Self::HmacSha384_192 => 48,
            Self::HmacSha512_256 => 64,
        }
    }

    /// Octets of the Integrity Check Value in each packet.
    pub const fn icv_len(self) -> usize {
        match self {
            Self::HmacMd5_96 | Self::HmacSha1_96 | Self::AesXcbc96 | Self::AesCmac96 => 12,
            Self::HmacSha256_128 => 16,
            Self::HmacSha384_192 | Self::Aes128Gmac | Self::Aes192Gmac | Self::Aes256Gmac => 24,
            Self::HmacSha512_256 => 32,
        }
    }

    /// Whether it is defined for AH and not for ESP.
    pub const fn is_ah_only(self) -> bool {
        matches!(self, Self::Aes128Gmac | Self::Aes192Gmac | Self::Aes256Gmac)
    }

    /// The name that strongSwan and the product's configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacMd5_96 => "md5",
            Self::HmacSha1_96 => "sha1",
            Self::HmacSha256_128 => "sha256",
            Self::HmacSha384_192 => "sha384",
            Self::HmacSha512_256 => "sha512",
            Self::AesXcbc96 => "aesxcbc",
            Self::AesCmac96 => "aescmac",
            Self::Aes128Gmac => "aes128gmac",
            Self::Aes192Gmac => "aes192gmac",
            Self::Aes256Gmac => "aes256gmac",
        }
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
