//! Tests of CBC against published vectors.

use super::*;
use crate::testing::*;
use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

fn check(cipher: Cipher, key: &[u8], iv: &[u8], plain: &[u8], encrypted: &[u8]) {
    let mut text = plain.to_vec();
    CbcEncryptor::new(cipher, key).unwrap().unwrap().encrypt(iv, &mut text).unwrap();
    assert_eq!(text, encrypted);
    CbcDecryptor::new(cipher, key).unwrap().unwrap().decrypt(iv, &mut text).unwrap();
    assert_eq!(text, plain);
}

fn aes(key_len: usize) -> Cipher {
    match key_len {
        16 => Cipher::Aes128Cbc,
        24 => Cipher::Aes192Cbc,
        _ => Cipher::Aes256Cbc,
    }
}

#[test]
fn rfc_3602() {
    let mut count = 0;
    for case in json_cases("rfc/rfc3602.json") {
        let octets = |name: &str| hex(case[name].as_str().unwrap());
        let whole_packet = case.get("plaintext").is_none();
        let (plain, encrypted) =
            if whole_packet { ("pre_encryption", "encrypted") } else { ("plaintext", "ciphertext") };
        check(Cipher::Aes128Cbc, &octets("key"), &octets("iv"), &octets(plain), &octets(encrypted));
        count += 1;
    }
    println!("RFC 3602: {count} cases checked");
}

/// The cases of a NIST response file: the values that precede each PLAINTEXT or CIPHERTEXT.
fn fax_cases(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut cases: Vec<BTreeMap<&str, &str>> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if name == "COUNT" {
            cases.push(BTreeMap::new());
        } else if let Some(case) = cases.last_mut() {
            case.insert(name, value);
        }
    }
    cases
}

#[test]
fn nist_aes_cbc() {
    let mut count = 0;
    for name in [
        "GFSbox128",
        "GFSbox192",
        "GFSbox256",
        "KeySbox128",
        "KeySbox256",
        "MMT128",
        "MMT192",
        "MMT256",
        "VarKey256",
        "VarTxt128",
    ] {
        let Some(text) = vectors(&format!("cbc/CBC{name}.fax")) else { return };
        for case in fax_cases(&text) {
            let key = hex(case["KEY"]);
            check(aes(key.len()), &key, &hex(case["IV"]), &hex(case["PLAINTEXT"]), &hex(case["CIPHERTEXT"]));
            count += 1;
        }
    }
    println!("NIST AES-CBC: {count} cases checked");
}

#[test]
fn nist_3des_cbc() {
    let mut count = 0;
    for name in ["MMT2", "MMT3", "invperm", "permop", "subtab", "varkey", "vartext"] {
        let Some(text) = vectors(&format!("cbc/TCBC{name}.fax")) else { return };
        for case in fax_cases(&text) {
            let key = match case.get("KEYs") {
                Some(key) => hex(key).repeat(3),
                None => [case["KEY1"], case["KEY2"], case["KEY3"]].into_iter().flat_map(hex).collect(),
            };
            let (plain, encrypted) = (hex(case["PLAINTEXT"]), hex(case["CIPHERTEXT"]));
            check(Cipher::TripleDesCbc, &key, &hex(case["IV"]), &plain, &encrypted);
            count += 1;
        }
    }
    println!("NIST 3DES-CBC: {count} cases checked");
}

#[test]
fn wycheproof_aes_cbc() {
    let Some(text) = vectors("wycheproof/aes_cbc_pkcs5_test.json") else { return };
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in file["testGroups"].as_array().unwrap().iter().flat_map(|g| g["tests"].as_array().unwrap()) {
        if case["result"] != "valid" {
            // These have wrong PKCS padding, which the raw cipher knows nothing of.
            continue;
        }
        let octets = |name: &str| hex(case[name].as_str().unwrap());
        let mut plain = octets("msg");
        let pad = 16 - plain.len() % 16;
        plain.extend(std::iter::repeat_n(u8::try_from(pad).unwrap(), pad));
        let key = octets("key");
        check(aes(key.len()), &key, &octets("iv"), &plain, &octets("ct"));
        count += 1;
    }
    println!("Wycheproof AES-CBC: {count} cases checked");
}

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
