use std::vec::Vec;

use super::*;
use crate::crypto::vectors::{self, Line, hex};

/// NIST multi-block messages, in both directions.
#[test]
fn nist_multi_block_messages() {
    let files = [
        ("cbc/CBCMMT128.fax", Cipher::Aes128Cbc),
        ("cbc/CBCMMT192.fax", Cipher::Aes192Cbc),
        ("cbc/CBCMMT256.fax", Cipher::Aes256Cbc),
        ("cbc/TCBCMMT3.fax", Cipher::TripleDesCbc),
    ];
    let mut count = 0;
    for (name, cipher) in files {
        let Some(text) = vectors::read(name) else { return };
        let (mut key, mut iv, mut plain, mut sealed) = <(Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>)>::default();
        for line in vectors::lines(&text) {
            match line {
                Line::Field("COUNT", _) => {
                    (key, plain, sealed) = Default::default();
                }
                Line::Field("IV", value) => iv = hex(value),
                Line::Field("PLAINTEXT", value) => plain = hex(value),
                Line::Field("CIPHERTEXT", value) => sealed = hex(value),
                Line::Field(name, value) if name.starts_with("KEY") => key.extend(hex(value)),
                _ => {}
            }
            if !plain.is_empty() && !sealed.is_empty() {
                let mut text = plain.clone();
                encrypt(cipher, &key, &iv, &mut text).unwrap();
                assert_eq!(text, sealed);
                decrypt(cipher, &key, &iv, &mut text).unwrap();
                assert_eq!(text, plain);
                (plain, sealed) = Default::default();
                count += 1;
            }
        }
    }
    println!("{count} vectors");
    assert_eq!(count, 80);
}

/// nothing is encrypted without a cipher, or with a key of another length.
#[test]
fn x_7_unusable_keys_are_refused() {
    let mut text = [0; 16];
    assert_eq!(encrypt(Cipher::Null, &[], &[], &mut text), Err(Unusable));
    assert_eq!(decrypt(Cipher::Null, &[], &[], &mut text), Err(Unusable));
    assert_eq!(encrypt(Cipher::Aes128Cbc, &[0; 15], &[0; 16], &mut text), Err(Unusable));
    assert_eq!(encrypt(Cipher::Aes128Cbc, &[0; 16], &[0; 8], &mut text), Err(Unusable));
    assert_eq!(decrypt(Cipher::Aes128Cbc, &[0; 16], &[0; 16], &mut text[..15]), Err(Unusable));
}
