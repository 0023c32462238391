//! Tests of the combined modes against published vectors.

use super::*;
use crate::testing::*;
use std::vec::Vec;

/// The cases of a Wycheproof file whose nonce and tag have the lengths of an ESP algorithm. The salt is the front of
/// the nonce.
fn wycheproof(file: &str, cipher: impl Fn(usize, usize) -> Option<Cipher>) {
    let Some(text) = vectors(file) else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for group in json["testGroups"].as_array().unwrap() {
        let number = |name: &str| usize::try_from(group[name].as_u64().unwrap()).unwrap();
        let Some(cipher) = cipher(number("keySize"), number("tagSize")) else { continue };
        if number("ivSize") != (cipher.salt_len() + cipher.iv_len()) * 8 {
            continue;
        }
        for case in group["tests"].as_array().unwrap() {
            check(cipher, case);
            count += 1;
        }
    }
    assert!(count > 0);
    println!("{file}: {count} cases checked");
}

fn check(cipher: Cipher, case: &serde_json::Value) {
    let octets = |name: &str| hex(case[name].as_str().unwrap());
    let (nonce, aad, tag) = (octets("iv"), octets("aad"), octets("tag"));
    let (salt, iv) = nonce.split_at(cipher.salt_len());
    let key = AeadKey::new(cipher, &[&octets("key"), salt].concat()).unwrap().unwrap();
    let mut text = octets("ct");
    let opened = key.open(iv, &aad, &mut text, &tag);
    let valid = case["result"] == "valid" || case["result"] == "acceptable";
    assert_eq!(opened.is_some(), valid, "{cipher} {}", case["tcId"]);
    if valid {
        assert_eq!(text, octets("msg"));
        let mut sealed_tag = vec![0; tag.len()];
        key.seal(iv, &aad, &mut text, &mut sealed_tag).unwrap();
        assert_eq!((text, sealed_tag), (octets("ct"), tag));
    }
}

#[test]
fn wycheproof_aes_gcm() {
    wycheproof("wycheproof/aes_gcm_test.json", |key, tag| match (key, tag) {
        (128, 128) => Some(Cipher::Aes128Gcm16),
        (192, 128) => Some(Cipher::Aes192Gcm16),
        (256, 128) => Some(Cipher::Aes256Gcm16),
        _ => None,
    });
}

#[test]
fn wycheproof_aes_ccm() {
    wycheproof("wycheproof/aes_ccm_test.json", |key, tag| match (key, tag) {
        (128, 128) => Some(Cipher::Aes128Ccm16),
        (192, 128) => Some(Cipher::Aes192Ccm16),
        (256, 128) => Some(Cipher::Aes256Ccm16),
        _ => None,
    });
}

#[test]
fn wycheproof_chacha20_poly1305() {
    wycheproof("wycheproof/chacha20_poly1305_test.json", |key, tag| {
        (key == 256 && tag == 128).then_some(Cipher::ChaCha20Poly1305)
    });
}

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
