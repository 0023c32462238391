//! Tests of CBC; published values are in `tests/vectors`.

use super::*;
use crate::testing::*;
use std::collections::BTreeSet;

#[test]
fn wrong_lengths_are_refused_and_change_nothing() {
    for cipher in CBC {
        for len in (0..40).filter(|&len| len != cipher.key_len()) {
            let error = CbcEncryptor::new(cipher, &octets(1, len)).unwrap().unwrap_err();
            let expected = KeyError::Length { name: cipher.name(), expected: cipher.key_len(), given: len };
            assert_eq!(error, expected);
            assert_eq!(CbcDecryptor::new(cipher, &octets(1, len)).unwrap().unwrap_err(), error);
        }
        let key = octets(1, cipher.key_len());
        let (encrypt, decrypt) = (
            CbcEncryptor::new(cipher, &key).unwrap().unwrap(),
            CbcDecryptor::new(cipher, &key).unwrap().unwrap(),
        );
        let iv = octets(2, cipher.iv_len());
        for len in (0..40).filter(|len| len % cipher.block_len() != 0) {
            let mut text = octets(3, len);
            assert!(encrypt.encrypt(&iv, &mut text).is_none() && decrypt.decrypt(&iv, &mut text).is_none());
            assert_eq!(text, octets(3, len));
        }
        for len in (0..40).filter(|&len| len != cipher.iv_len()) {
            let mut text = [0; 48];
            assert!(encrypt.encrypt(&octets(2, len), &mut text).is_none());
            assert!(decrypt.decrypt(&octets(2, len), &mut text).is_none());
            assert!(encrypt.derive_iv(1, &mut octets(2, len)).is_none());
            assert_eq!(text, [0; 48]);
        }
    }
}

#[test]
fn ivs_are_the_encrypted_nonce_and_never_repeat() {
    for cipher in CBC {
        let key = octets(5, cipher.key_len());
        let encrypt = CbcEncryptor::new(cipher, &key).unwrap().unwrap();
        let mut seen = BTreeSet::new();
        for nonce in (0..1_000).chain([u64::from(u32::MAX), u64::MAX]) {
            let mut iv = vec![0xee; cipher.iv_len()];
            encrypt.derive_iv(nonce, &mut iv).unwrap();
            let mut plain = iv.clone();
            let zero = vec![0; cipher.iv_len()];
            CbcDecryptor::new(cipher, &key).unwrap().unwrap().decrypt(&zero, &mut plain).unwrap();
            let (front, back) = plain.split_at(cipher.iv_len() - 8);
            assert!(front.iter().all(|&octet| octet == 0) && back == nonce.to_be_bytes());
            assert!(seen.insert(iv), "{cipher} {nonce}");
        }
    }
}

#[test]
fn keys_are_not_printed() {
    let key = [0x41; 16];
    let text = format!(
        "{:?} {:?}",
        CbcEncryptor::new(Cipher::Aes128Cbc, &key).unwrap().unwrap(),
        CbcDecryptor::new(Cipher::Aes128Cbc, &key).unwrap().unwrap()
    );
    assert_eq!(text, "CbcEncryptor(..) CbcDecryptor(..)");
}
