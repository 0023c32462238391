//! What scapy calls the algorithms that both have.

use esp_core::suite::{Cipher, CipherFamily, Integrity, SaSuite};

/// scapy's name of a cipher; `None` where it has none. Its AES-GCM knows no tag shorter than 16 octets.
pub(crate) fn cipher(cipher: Cipher) -> Option<&'static str> {
    match cipher.family() {
        CipherFamily::Null => Some("NULL"),
        CipherFamily::TripleDesCbc => Some("3DES"),
        CipherFamily::AesCbc => Some("AES-CBC"),
        CipherFamily::AesCtr => Some("AES-CTR"),
        CipherFamily::AesGcm => (cipher.tag_len() == Some(16)).then_some("AES-GCM"),
        CipherFamily::AesCcm => Some("AES-CCM"),
        CipherFamily::AesGmac => Some("AES-NULL-GMAC"),
        CipherFamily::ChaCha20Poly1305 => Some("CHACHA20-POLY1305"),
    }
}

/// scapy's name of an integrity algorithm.
pub(crate) fn integrity(integrity: Integrity) -> Option<&'static str> {
    match integrity {
        Integrity::HmacMd5_96 => Some("HMAC-MD5-96"),
        Integrity::HmacSha1_96 => Some("HMAC-SHA1-96"),
        Integrity::HmacSha256_128 => Some("SHA2-256-128"),
        Integrity::HmacSha384_192 => Some("SHA2-384-192"),
        Integrity::HmacSha512_256 => Some("SHA2-512-256"),
        Integrity::AesCmac96 => Some("AES-CMAC-96"),
        Integrity::AesXcbc96 | Integrity::Aes128Gmac | Integrity::Aes192Gmac | Integrity::Aes256Gmac => None,
    }
}

/// Every suite that both have, of ESP and AH.
pub(crate) fn suites() -> Vec<SaSuite> {
    let ciphers = Cipher::ALL.iter().copied().filter(|&name| cipher(name).is_some());
    let integrities = || Integrity::ALL.iter().copied().filter(|&name| integrity(name).is_some());
    let mut all = Vec::new();
    for esn in [false, true] {
        for cipher in ciphers.clone() {
            all.extend(SaSuite::esp(cipher, None, esn));
            all.extend(integrities().filter_map(|integrity| SaSuite::esp(cipher, Some(integrity), esn).ok()));
        }
        all.extend(integrities().map(|integrity| SaSuite::ah(integrity, esn)));
    }
    all
}
