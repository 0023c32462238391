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
    assert!(!supports(Cipher::Null) && !supports(Cipher::Aes128Gmac));
    assert_eq!(encrypt(Cipher::Null, &[], &[], &mut text), Err(Unusable));
    assert_eq!(decrypt(Cipher::Null, &[], &[], &mut text), Err(Unusable));
    assert_eq!(encrypt(Cipher::Aes128Cbc, &[0; 15], &[0; 16], &mut text), Err(Unusable));
    assert_eq!(encrypt(Cipher::Aes128Cbc, &[0; 16], &[0; 8], &mut text), Err(Unusable));
    assert_eq!(decrypt(Cipher::Aes128Cbc, &[0; 16], &[0; 16], &mut text[..15]), Err(Unusable));
}

/// RFC 5930 takes RFC 3686's construction: its test vectors 1, 3 and 7, with key, nonce and initialisation vector.
#[test]
fn counter_mode_vectors() {
    let cases = [
        (
            Cipher::Aes128Ctr,
            "ae6852f8121067cc4bf7a5765577f39e00000030",
            "0000000000000000",
            "53696e676c6520626c6f636b206d7367",
            "e4095d4fb7a7b3792d6175a3261311b8",
        ),
        (
            Cipher::Aes128Ctr,
            "7691be035e5020a8ac6e618529f9a0dc00e0017b",
            "27777f3f4a1786f0",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
            "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f",
        ),
        (
            Cipher::Aes256Ctr,
            "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c10400000060",
            "db5672c97aa8f0b2",
            "53696e676c6520626c6f636b206d7367",
            "145ad01dbf824ec7560863dc71e3e0c0",
        ),
    ];
    for (cipher, key, iv, plain, sealed) in cases {
        let mut text = hex(plain);
        encrypt(cipher, &hex(key), &hex(iv), &mut text).unwrap();
        assert_eq!(text, hex(sealed));
        decrypt(cipher, &hex(key), &hex(iv), &mut text).unwrap();
        assert_eq!(text, hex(plain));
    }
}

/// Wycheproof's AES-GCM and ChaCha20-Poly1305, with the nonce taken apart into salt and initialisation vector.
#[test]
fn wycheproof_aead_vectors() {
    let gcm = [(128, Cipher::Aes128Gcm16), (192, Cipher::Aes192Gcm16), (256, Cipher::Aes256Gcm16)];
    let ccm = [(128, Cipher::Aes128Ccm16), (192, Cipher::Aes192Ccm16), (256, Cipher::Aes256Ccm16)];
    let chacha = [(256, Cipher::ChaCha20Poly1305)];
    let files = [("aes_gcm", &gcm[..], 96), ("aes_ccm", &ccm, 88), ("chacha20_poly1305", &chacha, 96)];
    for (name, ciphers, nonce_bits) in files {
        let Some(text) = vectors::read(&format!("wycheproof/{name}_test.json")) else { return };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut count = 0;
        for group in json["testGroups"].as_array().unwrap() {
            let cipher =
                ciphers.iter().find(|(bits, _)| group["keySize"] == *bits).map(|(_, cipher)| *cipher);
            let Some(cipher) = cipher.filter(|_| group["ivSize"] == nonce_bits && group["tagSize"] == 128)
            else {
                continue;
            };
            for case in group["tests"].as_array().unwrap() {
                let field = |name: &str| hex(case[name].as_str().unwrap());
                let (nonce, tag) = (field("iv"), field("tag"));
                let (salt, iv) = nonce.split_at(cipher.salt_len());
                let key = [field("key").as_slice(), salt].concat();
                let mut opened = field("ct");
                let valid = case["result"] == "valid";
                let result = open(cipher, &key, iv, &field("aad"), &mut opened, &tag);
                assert_eq!(result.is_ok(), valid, "{case}");
                if valid {
                    assert_eq!(opened, field("msg"), "{case}");
                    let mut made = std::vec![0; 16];
                    seal(cipher, &key, iv, &field("aad"), &mut opened, &mut made).unwrap();
                    assert_eq!((opened, made), (field("ct"), tag), "{case}");
                }
                count += 1;
            }
        }
        println!("{count} vectors of {name}");
        assert!(count > 0);
    }
}

/// Every combined mode: what is sealed opens, and no bit of tag, text, associated data, key or nonce may differ.
#[test]
fn every_aead_covers_every_bit() {
    for cipher in Cipher::ALL.iter().copied().filter(|cipher| cipher.is_aead() && supports(*cipher)) {
        let key = std::vec![7; cipher.key_len()];
        let (iv, associated, plain) = ([1; 8], [2; 20], [3; 21]);
        let (mut text, mut tag) = (plain, std::vec![0; cipher.tag_len().unwrap()]);
        seal(cipher, &key, &iv, &associated, &mut text, &mut tag).unwrap();
        let tries = |key: &[u8], iv: &[u8], associated: &[u8], mut text: Vec<u8>, tag: &[u8]| {
            open(cipher, key, iv, associated, &mut text, tag).map(|()| text)
        };
        assert_eq!(tries(&key, &iv, &associated, text.to_vec(), &tag), Ok(plain.to_vec()), "{cipher}");
        let flipped = |octets: &[u8]| {
            let mut octets = octets.to_vec();
            *octets.last_mut().unwrap() ^= 1;
            octets
        };
        assert!(tries(&flipped(&key), &iv, &associated, text.to_vec(), &tag).is_err());
        assert!(tries(&key, &flipped(&iv), &associated, text.to_vec(), &tag).is_err());
        assert!(tries(&key, &iv, &flipped(&associated), text.to_vec(), &tag).is_err());
        assert!(tries(&key, &iv, &associated, flipped(&text), &tag).is_err());
        assert!(tries(&key, &iv, &associated, text.to_vec(), &flipped(&tag)).is_err());
        assert!(tries(&key, &iv, &associated, text.to_vec(), &tag[1..]).is_err(), "a cut tag");
        assert!(tries(&key, &iv, &associated, text.to_vec(), &[]).is_err(), "no tag");
        assert!(tries(&key[1..], &iv, &associated, text.to_vec(), &tag).is_err(), "a short key");
    }
}
