//! AES-CBC and 3DES-CBC, and the sample packets of RFC 3602.

use std::collections::BTreeMap;

use esp_core::crypt::{CbcDecryptor, CbcEncryptor};
use esp_core::suite::Cipher;

use crate::Parse;
use crate::opening::rfc_3602_packet;
use crate::source::{Check, hex, octets, rfc, wycheproof};

pub const FILES: &[(&str, Parse)] = &[
    ("rfc/rfc3602.json", rfc_3602),
    ("cbc/CBCGFSbox128.fax", nist),
    ("cbc/CBCGFSbox192.fax", nist),
    ("cbc/CBCGFSbox256.fax", nist),
    ("cbc/CBCKeySbox128.fax", nist),
    ("cbc/CBCKeySbox256.fax", nist),
    ("cbc/CBCMMT128.fax", nist),
    ("cbc/CBCMMT192.fax", nist),
    ("cbc/CBCMMT256.fax", nist),
    ("cbc/CBCVarKey256.fax", nist),
    ("cbc/CBCVarTxt128.fax", nist),
    ("cbc/TCBCMMT2.fax", nist),
    ("cbc/TCBCMMT3.fax", nist),
    ("cbc/TCBCinvperm.fax", nist),
    ("cbc/TCBCpermop.fax", nist),
    ("cbc/TCBCsubtab.fax", nist),
    ("cbc/TCBCvarkey.fax", nist),
    ("cbc/TCBCvartext.fax", nist),
    ("wycheproof/aes_cbc_pkcs5_test.json", wycheproof_cbc),
];

/// Both directions.
fn both_ways(cipher: Cipher, key: Vec<u8>, iv: Vec<u8>, plain: Vec<u8>, encrypted: Vec<u8>) -> Check {
    Box::new(move || {
        let mut text = plain.clone();
        CbcEncryptor::new(cipher, &key).unwrap().unwrap().encrypt(&iv, &mut text).unwrap();
        assert_eq!(text, encrypted);
        CbcDecryptor::new(cipher, &key).unwrap().unwrap().decrypt(&iv, &mut text).unwrap();
        assert_eq!(text, plain);
    })
}

fn aes(key: &[u8]) -> Cipher {
    match key.len() {
        16 => Cipher::Aes128Cbc,
        24 => Cipher::Aes192Cbc,
        _ => Cipher::Aes256Cbc,
    }
}

/// The cases with the cipher alone, and of those that are whole packets also the packet.
fn rfc_3602(text: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for case in rfc(text) {
        let whole = case.get("spi").is_some();
        let (plain, encrypted) =
            if whole { ("pre_encryption", "encrypted") } else { ("plaintext", "ciphertext") };
        let (key, iv) = (octets(&case, "key"), octets(&case, "iv"));
        checks.push(both_ways(aes(&key), key, iv, octets(&case, plain), octets(&case, encrypted)));
        if whole {
            checks.push(Box::new(move || rfc_3602_packet(&case)));
        }
    }
    checks
}

/// A NIST response file, of AES (one key) or of triple DES (three, or one that stands for all three).
fn nist(text: &str) -> Vec<Check> {
    let check = |case: BTreeMap<&str, &str>| {
        let field = |name: &str| hex(case[name]);
        let (cipher, key) = if let Some(key) = case.get("KEY") {
            (aes(&hex(key)), hex(key))
        } else if let Some(key) = case.get("KEYs") {
            (Cipher::TripleDesCbc, hex(key).repeat(3))
        } else {
            (Cipher::TripleDesCbc, [field("KEY1"), field("KEY2"), field("KEY3")].concat())
        };
        both_ways(cipher, key, field("IV"), field("PLAINTEXT"), field("CIPHERTEXT"))
    };
    response_cases(text).into_iter().map(check).collect()
}

/// The fields behind each `COUNT`.
fn response_cases(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut cases: Vec<BTreeMap<&str, &str>> = Vec::new();
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let (name, value) = (name.trim(), value.trim());
        if name == "COUNT" {
            cases.push(BTreeMap::new());
        } else if let Some(case) = cases.last_mut() {
            case.insert(name, value);
        }
    }
    cases
}

/// The valid cases: the others have wrong PKCS padding, which the cipher alone knows nothing of.
fn wycheproof_cbc(text: &str) -> Vec<Check> {
    let valid = wycheproof(text).into_iter().filter(|(_, case)| case["result"] == "valid");
    let check = |(_, case)| {
        let (key, mut plain) = (octets(&case, "key"), octets(&case, "msg"));
        let pad = 16 - plain.len() % 16;
        plain.extend(std::iter::repeat_n(u8::try_from(pad).unwrap(), pad));
        both_ways(aes(&key), key, octets(&case, "iv"), plain, octets(&case, "ct"))
    };
    valid.map(check).collect()
}
