//! Encryption algorithms, and those that encrypt and authenticate in one.

use core::fmt;

#[cfg(test)]
mod tests;

/// How a cipher works, without its key length and the length of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CipherFamily {
    /// No encryption (RFC 2410).
    Null,
    /// Triple DES in CBC mode (RFC 2451).
    TripleDesCbc,
    /// AES in CBC mode (RFC 3602).
    AesCbc,
    /// AES in counter mode (RFC 3686).
    AesCtr,
    /// AES in Galois/Counter Mode (RFC 4106).
    AesGcm,
    /// AES in Counter with CBC-MAC mode (RFC 4309).
    AesCcm,
    /// AES-GMAC: authenticates and does not encrypt (RFC 4543).
    AesGmac,
    /// ChaCha20 and Poly1305 (RFC 7634).
    ChaCha20Poly1305,
}

/// Declares [`Cipher`] with what each variant is, so that no table can lack one.
macro_rules! ciphers {
    ($($(#[doc = $doc:literal])+ $name:ident = $family:ident, $bits:literal, $tag:expr, $text:literal;)+) => {
        /// An algorithm that IKE negotiates as "encryption", with its key length and, where it has one, the length of
        /// its tag.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cipher {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Cipher {
            /// Every cipher.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// How it works.
            pub const fn family(self) -> CipherFamily {
                match self {
                    $(Self::$name => CipherFamily::$family,)+
                }
            }

            /// Bits of the key alone, as IKE's key length attribute counts them; 0 for none.
            pub const fn key_bits(self) -> u16 {
                match self {
                    $(Self::$name => $bits,)+
                }
            }

            /// Octets of the tag that it authenticates packets with; `None` where an [`Integrity`](super::Integrity)
            /// has to do that.
            pub const fn tag_len(self) -> Option<usize> {
                match self {
                    $(Self::$name => $tag,)+
                }
            }

            /// The name that strongSwan and the product's configuration use.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

ciphers! {
    /// No encryption (RFC 2410).
    Null = Null, 0, None, "null";
    /// Triple DES in CBC mode with three independent keys (RFC 2451).
    TripleDesCbc = TripleDesCbc, 192, None, "3des";
    /// AES in CBC mode with a key of 128 bits (RFC 3602).
    Aes128Cbc = AesCbc, 128, None, "aes128";
    /// AES in CBC mode with a key of 192 bits.
    Aes192Cbc = AesCbc, 192, None, "aes192";
    /// AES in CBC mode with a key of 256 bits.
    Aes256Cbc = AesCbc, 256, None, "aes256";
    /// AES in counter mode with a key of 128 bits (RFC 3686).
    Aes128Ctr = AesCtr, 128, None, "aes128ctr";
    /// AES in counter mode with a key of 192 bits.
    Aes192Ctr = AesCtr, 192, None, "aes192ctr";
    /// AES in counter mode with a key of 256 bits.
    Aes256Ctr = AesCtr, 256, None, "aes256ctr";
    /// AES-GCM with a key of 128 bits and a tag of 8 octets (RFC 4106).
    Aes128Gcm8 = AesGcm, 128, Some(8), "aes128gcm8";
    /// AES-GCM with a key of 128 bits and a tag of 12 octets.
    Aes128Gcm12 = AesGcm, 128, Some(12), "aes128gcm12";
    /// AES-GCM with a key of 128 bits and a tag of 16 octets.
    Aes128Gcm16 = AesGcm, 128, Some(16), "aes128gcm16";
    /// AES-GCM with a key of 192 bits and a tag of 8 octets.
    Aes192Gcm8 = AesGcm, 192, Some(8), "aes192gcm8";
    /// AES-GCM with a key of 192 bits and a tag of 12 octets.
    Aes192Gcm12 = AesGcm, 192, Some(12), "aes192gcm12";
    /// AES-GCM with a key of 192 bits and a tag of 16 octets.
    Aes192Gcm16 = AesGcm, 192, Some(16), "aes192gcm16";
    /// AES-GCM with a key of 256 bits and a tag of 8 octets.
    Aes256Gcm8 = AesGcm, 256, Some(8), "aes256gcm8";
    /// AES-GCM with a key of 256 bits and a tag of 12 octets.
    Aes256Gcm12 = AesGcm, 256, Some(12), "aes256gcm12";
    /// AES-GCM with a key of 256 bits and a tag of 16 octets.
    Aes256Gcm16 = AesGcm, 256, Some(16), "aes256gcm16";
    /// AES-CCM with a key of 128 bits and a tag of 8 octets (RFC 4309).
    Aes128Ccm8 = AesCcm, 128, Some(8), "aes128ccm8";
    /// AES-CCM with a key of 128 bits and a tag of 12 octets.
    Aes128Ccm12 = AesCcm, 128, Some(12), "aes128ccm12";
    /// AES-CCM with a key of 128 bits and a tag of 16 octets.
    Aes128Ccm16 = AesCcm, 128, Some(16), "aes128ccm16";
    /// AES-CCM with a key of 192 bits and a tag of 8 octets.
    Aes192Ccm8 = AesCcm, 192, Some(8), "aes192ccm8";
    /// AES-CCM with a key of 192 bits and a tag of 12 octets.
    Aes192Ccm12 = AesCcm, 192, Some(12), "aes192ccm12";
    /// AES-CCM with a key of 192 bits and a tag of 16 octets.
    Aes192Ccm16 = AesCcm, 192, Some(16), "aes192ccm16";
    /// AES-CCM with a key of 256 bits and a tag of 8 octets.
    Aes256Ccm8 = AesCcm, 256, Some(8), "aes256ccm8";
    /// AES-CCM with a key of 256 bits and a tag of 12 octets.
    Aes256Ccm12 = AesCcm, 256, Some(12), "aes256ccm12";
    /// AES-CCM with a key of 256 bits and a tag of 16 octets.
    Aes256Ccm16 = AesCcm, 256, Some(16), "aes256ccm16";
    /// AES-GMAC with a key of 128 bits, called ENCR_NULL_AUTH_AES_GMAC: it does not encrypt (RFC 4543).
    Aes128Gmac = AesGmac, 128, Some(16), "aes128gmac";
    /// AES-GMAC with a key of 192 bits.
    Aes192Gmac = AesGmac, 192, Some(16), "aes192gmac";
    /// AES-GMAC with a key of 256 bits.
    Aes256Gmac = AesGmac, 256, Some(16), "aes256gmac";
    /// ChaCha20 with Poly1305 (RFC 7634).
    ChaCha20Poly1305 = ChaCha20Poly1305, 256, Some(16), "chacha20poly1305";
}

impl Cipher {
    /// Octets behind the key that are part of each packet's nonce and not of the packet: the salt of the combined
    /// modes, the nonce of counter mode (RFC 3686 §5.1, RFC 4106 §8.1, RFC 4309 §7.1, RFC 4543 §5.4, RFC 7634 §2).
    pub const fn salt_len(self) -> usize {
        match self.family() {
            CipherFamily::Null | CipherFamily::TripleDesCbc | CipherFamily::AesCbc => 0,
            CipherFamily::AesCcm => 3,
            CipherFamily::AesCtr
            | CipherFamily::AesGcm
            | CipherFamily::AesGmac
            | CipherFamily::ChaCha20Poly1305 => 4,
        }
    }

    /// Octets of key material that a Security Association needs: the key and the salt behind it.
    pub const fn key_len(self) -> usize {
        (self.key_bits() as usize / 8).saturating_add(self.salt_len())
    }

    /// Octets of the initialisation vector in each packet.
    pub const fn iv_len(self) -> usize {
        match self.family() {
            CipherFamily::Null => 0,
            CipherFamily::AesCbc => 16,
            CipherFamily::TripleDesCbc
            | CipherFamily::AesCtr
            | CipherFamily::AesGcm
            | CipherFamily::AesCcm
            | CipherFamily::AesGmac
            | CipherFamily::ChaCha20Poly1305 => 8,
        }
    }

    /// Octets that the plain text is padded to a multiple of.
    pub const fn block_len(self) -> usize {
        match self.family() {
            CipherFamily::TripleDesCbc => 8,
            CipherFamily::AesCbc => 16,
            CipherFamily::Null
            | CipherFamily::AesCtr
            | CipherFamily::AesGcm
            | CipherFamily::AesCcm
            | CipherFamily::AesGmac
            | CipherFamily::ChaCha20Poly1305 => 1,
        }
    }

    /// Whether it authenticates too and stands without an [`Integrity`](super::Integrity).
    pub const fn is_aead(self) -> bool {
        self.tag_len().is_some()
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
