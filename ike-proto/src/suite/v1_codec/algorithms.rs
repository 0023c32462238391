//! Numbers of algorithms in the registries of both phases.

use esp_core::suite::{Cipher, CipherFamily, Integrity};

use crate::suite::Hash;
use crate::wire::v1::codes::{self, AhTransform, AuthAlgorithm, Encryption, EspTransform};

/// The number of a cipher in phase 1, with its key length where the number does not say it. Only CBC mode protects IKEv1's
/// messages.
pub(super) fn phase_1_cipher(cipher: Cipher) -> Option<(Encryption, Option<u16>)> {
    match cipher.family() {
        CipherFamily::TripleDesCbc => Some((Encryption::TRIPLE_DES, None)),
        CipherFamily::AesCbc => Some((Encryption::AES_CBC, Some(cipher.key_bits()))),
        CipherFamily::Null
        | CipherFamily::AesCtr
        | CipherFamily::AesGcm
        | CipherFamily::AesCcm
        | CipherFamily::AesGmac
        | CipherFamily::ChaCha20Poly1305 => None,
    }
}

/// The cipher of phase 1 with a number and a key length. AES without a key length has 128 bits: peers that leave it out
/// mean that.
pub(super) fn phase_1_cipher_of(encryption: Encryption, key_length: Option<u16>) -> Option<Cipher> {
    let key_length = match encryption {
        Encryption::AES_CBC => key_length.or(Some(128)),
        _ => key_length,
    };
    let found = Cipher::ALL.iter().find(|cipher| phase_1_cipher(**cipher) == Some((encryption, key_length)));
    found.copied()
}

/// The number of a cipher in ESP, with its key length where the number does not say it. ChaCha20-Poly1305 has none in IKEv1
/// (RFC 7634 §4).
pub(super) fn esp_cipher(cipher: Cipher) -> Option<(EspTransform, Option<u16>)> {
    let of_aes = |transform| Some((transform, Some(cipher.key_bits())));
    match (cipher.family(), cipher.tag_len()) {
        (CipherFamily::Null, _) => Some((EspTransform::NULL, None)),
        (CipherFamily::TripleDesCbc, _) => Some((EspTransform::TRIPLE_DES, None)),
        (CipherFamily::AesCbc, _) => of_aes(EspTransform::AES_CBC),
        (CipherFamily::AesCtr, _) => of_aes(EspTransform::AES_CTR),
        (CipherFamily::AesGcm, Some(8)) => of_aes(EspTransform::AES_GCM_8),
        (CipherFamily::AesGcm, Some(12)) => of_aes(EspTransform::AES_GCM_12),
        (CipherFamily::AesGcm, _) => of_aes(EspTransform::AES_GCM_16),
        (CipherFamily::AesCcm, Some(8)) => of_aes(EspTransform::AES_CCM_8),
        (CipherFamily::AesCcm, Some(12)) => of_aes(EspTransform::AES_CCM_12),
        (CipherFamily::AesCcm, _) => of_aes(EspTransform::AES_CCM_16),
        (CipherFamily::AesGmac, _) => of_aes(EspTransform::AES_GMAC),
        (CipherFamily::ChaCha20Poly1305, _) => None,
    }
}

/// The cipher of ESP with a number and a key length. AES in CBC mode without a key length has 128 bits, as in phase 1.
pub(super) fn esp_cipher_of(transform: EspTransform, key_length: Option<u16>) -> Option<Cipher> {
    let key_length = match transform {
        EspTransform::AES_CBC => key_length.or(Some(128)),
        _ => key_length,
    };
    Cipher::ALL.iter().find(|cipher| esp_cipher(**cipher) == Some((transform, key_length))).copied()
}

/// The number of an integrity algorithm as an attribute; AES-CMAC has none in IKEv1.
pub(super) const fn auth_algorithm(integrity: Integrity) -> Option<AuthAlgorithm> {
    match integrity {
        Integrity::HmacMd5_96 => Some(AuthAlgorithm::HMAC_MD5),
        Integrity::HmacSha1_96 => Some(AuthAlgorithm::HMAC_SHA1),
        Integrity::HmacSha256_128 => Some(AuthAlgorithm::HMAC_SHA2_256),
        Integrity::HmacSha384_192 => Some(AuthAlgorithm::HMAC_SHA2_384),
        Integrity::HmacSha512_256 => Some(AuthAlgorithm::HMAC_SHA2_512),
        Integrity::AesXcbc96 => Some(AuthAlgorithm::AES_XCBC),
        Integrity::Aes128Gmac => Some(AuthAlgorithm::AES_128_GMAC),
        Integrity::Aes192Gmac => Some(AuthAlgorithm::AES_192_GMAC),
        Integrity::Aes256Gmac => Some(AuthAlgorithm::AES_256_GMAC),
        Integrity::AesCmac96 => None,
    }
}

/// The integrity algorithm with a number.
pub(super) fn integrity_of(algorithm: AuthAlgorithm) -> Option<Integrity> {
    Integrity::ALL.iter().find(|integrity| auth_algorithm(**integrity) == Some(algorithm)).copied()
}

/// The transform of AH that goes with an authentication attribute (F-18). Beside the first two the numbers are the same.
pub(super) const fn ah_transform(algorithm: AuthAlgorithm) -> Option<AhTransform> {
    match algorithm {
        AuthAlgorithm::HMAC_MD5 => Some(AhTransform::MD5),
        AuthAlgorithm::HMAC_SHA1 => Some(AhTransform::SHA),
        AuthAlgorithm::HMAC_SHA2_256 => Some(AhTransform::SHA2_256),
        AuthAlgorithm::HMAC_SHA2_384 => Some(AhTransform::SHA2_384),
        AuthAlgorithm::HMAC_SHA2_512 => Some(AhTransform::SHA2_512),
        AuthAlgorithm::AES_XCBC => Some(AhTransform::AES_XCBC),
        AuthAlgorithm::AES_128_GMAC => Some(AhTransform::AES_128_GMAC),
        AuthAlgorithm::AES_192_GMAC => Some(AhTransform::AES_192_GMAC),
        AuthAlgorithm::AES_256_GMAC => Some(AhTransform::AES_256_GMAC),
        _ => None,
    }
}

/// The number of a hash in phase 1.
pub(super) const fn hash_number(hash: Hash) -> codes::Hash {
    match hash {
        Hash::Md5 => codes::Hash::MD5,
        Hash::Sha1 => codes::Hash::SHA1,
        Hash::Sha256 => codes::Hash::SHA2_256,
        Hash::Sha384 => codes::Hash::SHA2_384,
        Hash::Sha512 => codes::Hash::SHA2_512,
    }
}

/// The hash of phase 1 with a number.
pub(super) fn hash_of(number: codes::Hash) -> Option<Hash> {
    Hash::ALL.into_iter().find(|hash| hash_number(*hash) == number)
}
