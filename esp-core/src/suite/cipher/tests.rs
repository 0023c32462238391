//! Tests of the ciphers' figures.

use super::*;
use std::collections::BTreeSet;

/// Key material as each RFC asks for it: the key and what it calls salt or nonce.
#[test]
fn key_lengths_include_the_salt() {
    let lens = [
        (Cipher::Null, 0),
        (Cipher::TripleDesCbc, 24),
        (Cipher::Aes192Cbc, 24),
        (Cipher::Aes128Ctr, 20),
        (Cipher::Aes256Ctr, 36),
        (Cipher::Aes128Gcm16, 20),
        (Cipher::Aes192Gcm12, 28),
        (Cipher::Aes256Gcm8, 36),
        (Cipher::Aes128Ccm8, 19),
        (Cipher::Aes192Ccm12, 27),
        (Cipher::Aes256Ccm16, 35),
        (Cipher::Aes192Gmac, 28),
        (Cipher::ChaCha20Poly1305, 36),
    ];
    for (cipher, len) in lens {
        assert_eq!(cipher.key_len(), len, "{cipher}");
    }
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<_> = Cipher::ALL.iter().map(|cipher| cipher.name()).collect();
    assert_eq!(names.len(), Cipher::ALL.len());
}
