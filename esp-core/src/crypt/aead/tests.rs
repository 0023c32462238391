//! Tests of the combined modes; published values are in `tests/vectors`.

use super::*;
use crate::testing::*;
use std::vec::Vec;

/// The shorter tags of a mode are the front of its longest, where the mode is GCM; where it is CCM the length is
/// authenticated too (RFC 3610 §2.2), and they are not.
#[test]
fn shorter_tags() {
    let families = [
        ([Cipher::Aes128Gcm8, Cipher::Aes128Gcm12, Cipher::Aes128Gcm16], true),
        ([Cipher::Aes192Gcm8, Cipher::Aes192Gcm12, Cipher::Aes192Gcm16], true),
        ([Cipher::Aes256Gcm8, Cipher::Aes256Gcm12, Cipher::Aes256Gcm16], true),
        ([Cipher::Aes128Ccm8, Cipher::Aes128Ccm12, Cipher::Aes128Ccm16], false),
        ([Cipher::Aes192Ccm8, Cipher::Aes192Ccm12, Cipher::Aes192Ccm16], false),
        ([Cipher::Aes256Ccm8, Cipher::Aes256Ccm12, Cipher::Aes256Ccm16], false),
    ];
    for (ciphers, is_front) in families {
        let sealed = ciphers.map(|cipher| {
            let key = AeadKey::new(cipher, &octets(3, cipher.key_len())).unwrap().unwrap();
            let (mut text, mut tag) = (octets(4, 100), vec![0; cipher.tag_len().unwrap()]);
            key.seal(&[7; 8], b"header", &mut text, &mut tag).unwrap();
            (text, tag)
        });
        let [(text, short), (_, middle), (other, long)] = sealed;
        assert_eq!(text, other);
        assert_eq!(long.starts_with(&short) && long.starts_with(&middle), is_front, "{ciphers:?}");
    }
}

#[test]
fn wrong_lengths_are_refused() {
    for &cipher in Cipher::ALL.iter().filter(|cipher| cipher.is_aead()) {
        let Some(key) = AeadKey::new(cipher, &octets(1, cipher.key_len())) else { continue };
        let key = key.unwrap();
        let mut tag: Vec<u8> = vec![0; cipher.tag_len().unwrap()];
        let mut text = octets(2, 20);
        key.seal(&[1; 8], &[], &mut text, &mut tag).unwrap();
        for len in (0..20).filter(|&len| len != tag.len()) {
            let mut other = tag.clone();
            other.resize(len, 0);
            assert!(key.open(&[1; 8], &[], &mut text.clone(), &other).is_none(), "{cipher} {len}");
        }
        assert!(key.open(&[1; 7], &[], &mut text.clone(), &tag).is_none());
        for len in (0..64).filter(|&len| len != cipher.key_len()) {
            let error = AeadKey::new(cipher, &octets(1, len)).unwrap().unwrap_err();
            let expected = cipher.key_len();
            assert_eq!(error, KeyError::Length { name: cipher.name(), expected, given: len });
        }
        assert_eq!(format!("{key:?}"), "AeadKey(..)");
    }
    assert!(AeadKey::new(Cipher::Aes128Cbc, &[0; 16]).is_none());
}
