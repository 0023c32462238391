//! The algorithms that configuration text of peers can name, by strongSwan's keywords.
//!
//! This is more than a tenant may choose: a peer's text that offers AES-GCM has no typing error in it, and a comparison
//! must be able to say what it offers.

use crate::algorithms::EspEncryption;
use crate::text::text_enum;

text_enum! {
    /// A cipher, of IKE or of ESP.
    Encryption, "encryption algorithm" {
        /// No encryption (RFC 2410).
        Null = "null",
        /// Single DES, which some devices still have as their default.
        Des = "des",
        /// Triple DES in CBC mode.
        TripleDes = "3des",
        /// AES-CBC with 128 bits.
        Aes128 = "aes128",
        /// AES-CBC with 192 bits.
        Aes192 = "aes192",
        /// AES-CBC with 256 bits.
        Aes256 = "aes256",
        /// AES in counter mode with 128 bits.
        Aes128Ctr = "aes128ctr",
        /// AES in counter mode with 192 bits.
        Aes192Ctr = "aes192ctr",
        /// AES in counter mode with 256 bits.
        Aes256Ctr = "aes256ctr",
        /// AES-GCM with 128 bits and a check value of 8 octets.
        Aes128Gcm8 = "aes128gcm8",
        /// AES-GCM with 128 bits and a check value of 12 octets.
        Aes128Gcm12 = "aes128gcm12",
        /// AES-GCM with 128 bits and a check value of 16 octets.
        Aes128Gcm16 = "aes128gcm16",
        /// AES-GCM with 192 bits and a check value of 8 octets.
        Aes192Gcm8 = "aes192gcm8",
        /// AES-GCM with 192 bits and a check value of 12 octets.
        Aes192Gcm12 = "aes192gcm12",
        /// AES-GCM with 192 bits and a check value of 16 octets.
        Aes192Gcm16 = "aes192gcm16",
        /// AES-GCM with 256 bits and a check value of 8 octets.
        Aes256Gcm8 = "aes256gcm8",
        /// AES-GCM with 256 bits and a check value of 12 octets.
        Aes256Gcm12 = "aes256gcm12",
        /// AES-GCM with 256 bits and a check value of 16 octets.
        Aes256Gcm16 = "aes256gcm16",
        /// AES-CCM with 128 bits and a check value of 8 octets.
        Aes128Ccm8 = "aes128ccm8",
        /// AES-CCM with 128 bits and a check value of 12 octets.
        Aes128Ccm12 = "aes128ccm12",
        /// AES-CCM with 128 bits and a check value of 16 octets.
        Aes128Ccm16 = "aes128ccm16",
        /// AES-CCM with 192 bits and a check value of 8 octets.
        Aes192Ccm8 = "aes192ccm8",
        /// AES-CCM with 192 bits and a check value of 12 octets.
        Aes192Ccm12 = "aes192ccm12",
        /// AES-CCM with 192 bits and a check value of 16 octets.
        Aes192Ccm16 = "aes192ccm16",
        /// AES-CCM with 256 bits and a check value of 8 octets.
        Aes256Ccm8 = "aes256ccm8",
        /// AES-CCM with 256 bits and a check value of 12 octets.
        Aes256Ccm12 = "aes256ccm12",
        /// AES-CCM with 256 bits and a check value of 16 octets.
        Aes256Ccm16 = "aes256ccm16",
        /// ChaCha20 with Poly1305 (RFC 7634).
        ChaCha20Poly1305 = "chacha20poly1305",
        /// Camellia with 128 bits.
        Camellia128 = "camellia128",
        /// Camellia with 256 bits.
        Camellia256 = "camellia256",
    }
}

impl Encryption {
    /// Whether it authenticates by itself, so that no integrity algorithm stands beside it.
    pub fn is_aead(self) -> bool {
        EspEncryption::ALL.iter().any(|choice| choice.is_aead() && Self::from(*choice) == self)
    }
}

text_enum! {
    /// What authenticates messages or packets.
    Integrity, "authentication algorithm" {
        /// HMAC-MD5-96.
        Md5 = "md5",
        /// HMAC-SHA1-96.
        Sha1 = "sha1",
        /// HMAC-SHA2-256-128.
        Sha256 = "sha256",
        /// HMAC-SHA2-384-192.
        Sha384 = "sha384",
        /// HMAC-SHA2-512-256.
        Sha512 = "sha512",
        /// AES-XCBC-MAC-96.
        AesXcbc = "aesxcbc",
        /// AES-CMAC-96.
        AesCmac = "aescmac",
    }
}

text_enum! {
    /// What derives the keys of IKE, where it is named apart from the integrity algorithm.
    Prf, "pseudo-random function" {
        /// HMAC-MD5.
        Md5 = "prfmd5",
        /// HMAC-SHA1.
        Sha1 = "prfsha1",
        /// HMAC-SHA2-256.
        Sha256 = "prfsha256",
        /// HMAC-SHA2-384.
        Sha384 = "prfsha384",
        /// HMAC-SHA2-512.
        Sha512 = "prfsha512",
        /// AES-XCBC-PRF-128.
        AesXcbc = "prfaesxcbc",
        /// AES-CMAC-PRF-128.
        AesCmac = "prfaescmac",
    }
}

impl Prf {
    /// The function that goes with `integrity` where nothing is named.
    pub const fn of(integrity: Integrity) -> Self {
        match integrity {
            Integrity::Md5 => Self::Md5,
            Integrity::Sha1 => Self::Sha1,
            Integrity::Sha256 => Self::Sha256,
            Integrity::Sha384 => Self::Sha384,
            Integrity::Sha512 => Self::Sha512,
            Integrity::AesXcbc => Self::AesXcbc,
            Integrity::AesCmac => Self::AesCmac,
        }
    }
}

text_enum! {
    /// A group of the key exchange.
    Group, "Diffie-Hellman group" {
        /// Group 1.
        Modp768 = "modp768",
        /// Group 2.
        Modp1024 = "modp1024",
        /// Group 5.
        Modp1536 = "modp1536",
        /// Group 14.
        Modp2048 = "modp2048",
        /// Group 15.
        Modp3072 = "modp3072",
        /// Group 16.
        Modp4096 = "modp4096",
        /// Group 17.
        Modp6144 = "modp6144",
        /// Group 18.
        Modp8192 = "modp8192",
        /// Group 19.
        Ecp256 = "ecp256",
        /// Group 20.
        Ecp384 = "ecp384",
        /// Group 21.
        Ecp521 = "ecp521",
        /// Group 22.
        Modp1024Subgroup160 = "modp1024s160",
        /// Group 23.
        Modp2048Subgroup224 = "modp2048s224",
        /// Group 24.
        Modp2048Subgroup256 = "modp2048s256",
        /// Group 31.
        Curve25519 = "curve25519",
    }
}
