//! Encryption algorithms (IKE-3, SEC-3).

use esp_core::suite::{Cipher, CipherFamily};

use crate::proposal::Encryption;
use crate::text::text_enum;

/// Declares what can be chosen, once for IKE and once for ESP: all that encrypts has a number in both, but a tenant may be
/// allowed one and not the other. A cipher that does not encrypt cannot be chosen.
macro_rules! encryptions {
    ($($(#[$meta:meta])* $name:ident = $cipher:ident;)+) => {
        text_enum! {
            /// What encrypts the messages of IKE (IKE-3).
            #[derive(Default)]
            IkeEncryption, "IKE encryption algorithm" {
                $($(#[$meta])* $name = Cipher::$cipher.name()),+
            }
        }

        text_enum! {
            /// What encrypts the packets of ESP (SEC-3).
            #[derive(Default)]
            EspEncryption, "ESP encryption algorithm" {
                $($(#[$meta])* $name = Cipher::$cipher.name()),+
            }
        }

        encryptions!(@vocabulary IkeEncryption, $($name = $cipher;)+);
        encryptions!(@vocabulary EspEncryption, $($name = $cipher;)+);
    };
    (@vocabulary $choice:ident, $($name:ident = $cipher:ident;)+) => {
        impl $choice {
            /// The algorithm in the protocol's vocabulary.
            pub const fn cipher(self) -> Cipher {
                match self {
                    $(Self::$name => Cipher::$cipher,)+
                }
            }

            /// Whether it authenticates by itself, so that no integrity algorithm stands beside it.
            pub const fn is_aead(self) -> bool {
                self.cipher().is_aead()
            }

            /// Why this algorithm should not be chosen, if it should not.
            pub const fn weakness(self) -> Option<&'static str> {
                weakness(self.cipher())
            }
        }

        impl From<$choice> for Encryption {
            fn from(choice: $choice) -> Self {
                match choice {
                    $($choice::$name => Self::$name,)+
                }
            }
        }
    };
}

encryptions! {
    /// Triple DES in CBC mode.
    TripleDes = TripleDesCbc;
    /// AES in CBC mode with a key of 128 bits.
    #[default]
    Aes128 = Aes128Cbc;
    /// AES in CBC mode with a key of 192 bits.
    Aes192 = Aes192Cbc;
    /// AES in CBC mode with a key of 256 bits.
    Aes256 = Aes256Cbc;
    /// AES in counter mode with a key of 128 bits (RFC 3686).
    Aes128Ctr = Aes128Ctr;
    /// AES in counter mode with a key of 192 bits.
    Aes192Ctr = Aes192Ctr;
    /// AES in counter mode with a key of 256 bits.
    Aes256Ctr = Aes256Ctr;
    /// AES-GCM with a key of 128 bits and a check value of 8 octets (RFC 4106).
    Aes128Gcm8 = Aes128Gcm8;
    /// AES-GCM with a key of 128 bits and a check value of 12 octets.
    Aes128Gcm12 = Aes128Gcm12;
    /// AES-GCM with a key of 128 bits and a check value of 16 octets.
    Aes128Gcm16 = Aes128Gcm16;
    /// AES-GCM with a key of 192 bits and a check value of 8 octets.
    Aes192Gcm8 = Aes192Gcm8;
    /// AES-GCM with a key of 192 bits and a check value of 12 octets.
    Aes192Gcm12 = Aes192Gcm12;
    /// AES-GCM with a key of 192 bits and a check value of 16 octets.
    Aes192Gcm16 = Aes192Gcm16;
    /// AES-GCM with a key of 256 bits and a check value of 8 octets.
    Aes256Gcm8 = Aes256Gcm8;
    /// AES-GCM with a key of 256 bits and a check value of 12 octets.
    Aes256Gcm12 = Aes256Gcm12;
    /// AES-GCM with a key of 256 bits and a check value of 16 octets.
    Aes256Gcm16 = Aes256Gcm16;
    /// AES-CCM with a key of 128 bits and a check value of 8 octets (RFC 4309).
    Aes128Ccm8 = Aes128Ccm8;
    /// AES-CCM with a key of 128 bits and a check value of 12 octets.
    Aes128Ccm12 = Aes128Ccm12;
    /// AES-CCM with a key of 128 bits and a check value of 16 octets.
    Aes128Ccm16 = Aes128Ccm16;
    /// AES-CCM with a key of 192 bits and a check value of 8 octets.
    Aes192Ccm8 = Aes192Ccm8;
    /// AES-CCM with a key of 192 bits and a check value of 12 octets.
    Aes192Ccm12 = Aes192Ccm12;
    /// AES-CCM with a key of 192 bits and a check value of 16 octets.
    Aes192Ccm16 = Aes192Ccm16;
    /// AES-CCM with a key of 256 bits and a check value of 8 octets.
    Aes256Ccm8 = Aes256Ccm8;
    /// AES-CCM with a key of 256 bits and a check value of 12 octets.
    Aes256Ccm12 = Aes256Ccm12;
    /// AES-CCM with a key of 256 bits and a check value of 16 octets.
    Aes256Ccm16 = Aes256Ccm16;
    /// ChaCha20 with Poly1305 (RFC 7634).
    ChaCha20Poly1305 = ChaCha20Poly1305;
}

const fn weakness(cipher: Cipher) -> Option<&'static str> {
    match cipher.family() {
        CipherFamily::TripleDesCbc => Some(
            "its blocks of 64 bits begin to repeat after some gigabytes under one key, and it is many times slower \
             than AES",
        ),
        _ => None,
    }
}
