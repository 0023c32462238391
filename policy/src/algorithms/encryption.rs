//! Encryption algorithms (IKE-3, SEC-3).

use esp_core::suite::Cipher;

use crate::text::text_enum;

/// Why 3DES should not be chosen.
const TRIPLE_DES: &str = "its blocks of 64 bits begin to repeat after some gigabytes under one key, and \
     it is many times slower than AES";

text_enum! {
    /// What encrypts the messages of IKE (IKE-3), in CBC mode.
    #[derive(Default)]
    IkeEncryption, "IKE encryption algorithm" {
        /// Triple DES.
        TripleDes = "3des",
        /// AES with a key of 128 bits.
        #[default]
        Aes128 = "aes128",
        /// AES with a key of 192 bits.
        Aes192 = "aes192",
        /// AES with a key of 256 bits.
        Aes256 = "aes256",
    }
}

impl IkeEncryption {
    /// The algorithm in the protocol's vocabulary.
    pub const fn cipher(self) -> Cipher {
        match self {
            Self::TripleDes => Cipher::TripleDesCbc,
            Self::Aes128 => Cipher::Aes128Cbc,
            Self::Aes192 => Cipher::Aes192Cbc,
            Self::Aes256 => Cipher::Aes256Cbc,
        }
    }

    /// Why this algorithm should not be chosen, if it should not.
    pub const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::TripleDes => Some(TRIPLE_DES),
            Self::Aes128 | Self::Aes192 | Self::Aes256 => None,
        }
    }
}

text_enum! {
    /// What encrypts the packets of ESP (SEC-3), in CBC mode.
    #[derive(Default)]
    EspEncryption, "ESP encryption algorithm" {
        /// Triple DES.
        TripleDes = "3des",
        /// AES with a key of 128 bits.
        #[default]
        Aes128 = "aes128",
        /// AES with a key of 192 bits.
        Aes192 = "aes192",
        /// AES with a key of 256 bits.
        Aes256 = "aes256",
    }
}

impl EspEncryption {
    /// The algorithm in the protocol's vocabulary.
    pub const fn cipher(self) -> Cipher {
        match self {
            Self::TripleDes => Cipher::TripleDesCbc,
            Self::Aes128 => Cipher::Aes128Cbc,
            Self::Aes192 => Cipher::Aes192Cbc,
            Self::Aes256 => Cipher::Aes256Cbc,
        }
    }

    /// Why this algorithm should not be chosen, if it should not.
    pub const fn weakness(self) -> Option<&'static str> {
        match self {
            Self::TripleDes => Some(TRIPLE_DES),
            Self::Aes128 | Self::Aes192 | Self::Aes256 => None,
        }
    }
}
