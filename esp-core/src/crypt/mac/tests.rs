//! Tests of HMAC against published vectors.

use super::*;
use crate::testing::*;
use std::vec::Vec;

/// Checks that the HMAC over `data` begins with `expected`, in one part and in two.
fn check(integrity: Integrity, key: &str, data: &str, expected: &str) {
    let (data, expected) = (hex(data), hex(expected));
    let mac = MacKey::with_any_key(integrity, &hex(key)).unwrap();
    assert_eq!(mac.full([&data, &[]])[..expected.len()], expected);
    let (front, back) = data.split_at(data.len() / 3);
    assert_eq!(mac.full([front, back])[..expected.len()], expected);
}

#[test]
fn rfc_2202_md5_and_sha1() {
    let mut count = 0;
    for case in json_cases("rfc/rfc2202.json") {
        let integrity = match case["hash"].as_str().unwrap() {
            "md5" => Integrity::HmacMd5_96,
            _ => Integrity::HmacSha1_96,
        };
        let (key, data) = (case["key"].as_str().unwrap(), case["data"].as_str().unwrap());
        check(integrity, key, data, case["digest"].as_str().unwrap());
        count += 1;
        if let Some(cut) = case["digest_96"].as_str() {
            let mac = MacKey::with_any_key(integrity, &hex(key)).unwrap();
            assert!(mac.verify([&hex(data), &[]], &hex(cut)));
            count += 1;
        }
    }
    println!("RFC 2202: {count} values checked");
}

#[test]
fn rfc_4231_and_4868() {
    let sha2 = [
        (Integrity::HmacSha256_128, "hmac_sha256", "PRF-HMAC-SHA-256", "HMAC-SHA-256-128"),
        (Integrity::HmacSha384_192, "hmac_sha384", "PRF-HMAC-SHA-384", "HMAC-SHA-384-192"),
        (Integrity::HmacSha512_256, "hmac_sha512", "PRF-HMAC-SHA-512", "HMAC-SHA-512-256"),
    ];
    let mut counts = [0; 2];
    for (integrity, name, full, cut) in sha2 {
        for case in json_cases("rfc/rfc4231.json") {
            let text = |name: &str| case[name].as_str().unwrap();
            check(integrity, text("key"), text("data"), text(name));
            counts[0] += 1;
        }
        for case in json_cases("rfc/rfc4868.json") {
            let (key, data) = (case["key"].as_str().unwrap(), case["data"].as_str().unwrap());
            if let Some(full) = case["outputs"][full].as_str() {
                check(integrity, key, data, full);
                counts[1] += 1;
            }
            if let Some(cut) = case["outputs"][cut].as_str() {
                let mac = MacKey::new(integrity, &hex(key)).unwrap();
                assert!(mac.verify([&hex(data), &[]], &hex(cut)));
                counts[1] += 1;
            }
        }
    }
    println!("RFC 4231: {} values checked; RFC 4868: {} values checked", counts[0], counts[1]);
}

#[test]
fn wycheproof_hmac_and_cmac() {
    let files = [
        ("wycheproof/hmac_sha1_test.json", Integrity::HmacSha1_96),
        ("wycheproof/hmac_sha256_test.json", Integrity::HmacSha256_128),
        ("wycheproof/hmac_sha384_test.json", Integrity::HmacSha384_192),
        ("wycheproof/hmac_sha512_test.json", Integrity::HmacSha512_256),
        ("wycheproof/aes_cmac_test.json", Integrity::AesCmac96),
    ];
    for (name, integrity) in files {
        let mut count = 0;
        let file = name;
        let Some(text) = vectors(file) else { return };
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in file["testGroups"].as_array().unwrap().iter().flat_map(|g| g["tests"].as_array().unwrap())
        {
            let octets = |name: &str| hex(case[name].as_str().unwrap());
            // AES-CMAC alone has keys of one length; the others are refused.
            let Ok(mac) = MacKey::with_any_key(integrity, &octets("key")) else {
                assert!(integrity == Integrity::AesCmac96 && octets("key").len() != 16);
                continue;
            };
            let valid = case["result"] == "valid";
            assert_eq!(mac.matches_cut([&octets("msg"), &[]], &octets("tag")), valid, "{}", case["tcId"]);
            count += 1;
        }
        println!("{name}: {count} values checked");
    }
}

#[test]
fn a_value_of_another_length_is_refused_even_if_it_begins_right() {
    for &integrity in Integrity::ALL.iter().filter(|integrity| !integrity.is_ah_only()) {
        let mac = MacKey::new(integrity, &octets(3, integrity.key_len())).unwrap();
        let full: Vec<u8> = mac.full([b"data", b""]).to_vec();
        for len in 0..=full.len() {
            let right = len == integrity.icv_len();
            assert_eq!(mac.verify([b"data", b""], &full[..len]), right, "{integrity} {len}");
        }
        let mut wrong = full[..integrity.icv_len()].to_vec();
        *wrong.last_mut().unwrap() ^= 1;
        assert!(!mac.verify([b"data", b""], &wrong));
        assert!(!mac.matches_cut([b"data", b""], &[0; 65]), "longer than the HMAC itself");
    }
}

#[test]
fn a_key_of_another_length_is_refused() {
    for &integrity in Integrity::ALL {
        for len in (0..64).filter(|&len| len != integrity.key_len()) {
            let error = MacKey::new(integrity, &octets(1, len)).unwrap_err();
            let expected =
                KeyError::Length { name: integrity.name(), expected: integrity.key_len(), given: len };
            assert_eq!(error, expected);
        }
    }
    let error = MacKey::new(Integrity::HmacMd5_96, &[0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "a key of md5 has 16 octets, this one has 3");
}
