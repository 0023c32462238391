//! HMAC and AES-CMAC.

use esp_core::crypt::MacKey;
use esp_core::suite::Integrity;

use crate::Parse;
use crate::source::{Check, hex, octets, rfc, wycheproof};

pub const FILES: &[(&str, Parse)] = &[
    ("rfc/rfc2202.json", rfc_2202),
    ("rfc/rfc4231.json", rfc_4231),
    ("rfc/rfc4868.json", rfc_4868),
    ("wycheproof/hmac_sha1_test.json", |text| wycheproof_mac(text, Integrity::HmacSha1_96)),
    ("wycheproof/hmac_sha256_test.json", |text| wycheproof_mac(text, Integrity::HmacSha256_128)),
    ("wycheproof/hmac_sha384_test.json", |text| wycheproof_mac(text, Integrity::HmacSha384_192)),
    ("wycheproof/hmac_sha512_test.json", |text| wycheproof_mac(text, Integrity::HmacSha512_256)),
    ("wycheproof/aes_cmac_test.json", |text| wycheproof_mac(text, Integrity::AesCmac96)),
];

/// The integrity algorithms of HMAC-SHA2, with what the files call their values: whole, whole and cut.
const SHA2: [(Integrity, &str, &str, &str); 3] = [
    (Integrity::HmacSha256_128, "hmac_sha256", "PRF-HMAC-SHA-256", "HMAC-SHA-256-128"),
    (Integrity::HmacSha384_192, "hmac_sha384", "PRF-HMAC-SHA-384", "HMAC-SHA-384-192"),
    (Integrity::HmacSha512_256, "hmac_sha512", "PRF-HMAC-SHA-512", "HMAC-SHA-512-256"),
];

/// The value over `data`, in one part and in two, is `expected`, or begins with it where that was cut.
fn value(integrity: Integrity, key: Vec<u8>, data: Vec<u8>, expected: Vec<u8>) -> Check {
    Box::new(move || {
        let mac = MacKey::with_any_key(integrity, &key).unwrap();
        let (front, back) = data.split_at(data.len() / 3);
        assert!(mac.matches_cut([&data, &[]], &expected), "{integrity} {expected:02x?}");
        assert!(mac.matches_cut([front, back], &expected), "{integrity} {expected:02x?}");
        let mut other = expected;
        *other.last_mut().unwrap() ^= 1;
        assert!(!mac.matches_cut([&data, &[]], &other), "{integrity} {other:02x?}");
    })
}

/// The ICV over `data` is exactly `expected`.
fn icv(integrity: Integrity, key: Vec<u8>, data: Vec<u8>, expected: Vec<u8>) -> Check {
    Box::new(move || {
        let mac = MacKey::with_any_key(integrity, &key).unwrap();
        assert!(mac.verify([&data, &[]], &expected), "{integrity} {expected:02x?}");
    })
}

fn rfc_2202(text: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for case in rfc(text) {
        let md5 = case["hash"] == "md5";
        let integrity = if md5 { Integrity::HmacMd5_96 } else { Integrity::HmacSha1_96 };
        let (key, data) = (octets(&case, "key"), octets(&case, "data"));
        checks.push(value(integrity, key.clone(), data.clone(), octets(&case, "digest")));
        checks.extend(case["digest_96"].as_str().map(|cut| icv(integrity, key, data, hex(cut))));
    }
    checks
}

fn rfc_4231(text: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for case in rfc(text) {
        for (integrity, name, ..) in SHA2 {
            checks.push(value(integrity, octets(&case, "key"), octets(&case, "data"), octets(&case, name)));
        }
    }
    checks
}

fn rfc_4868(text: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for case in rfc(text) {
        let (key, data) = (octets(&case, "key"), octets(&case, "data"));
        let output = |name: &str| case["outputs"][name].as_str().map(hex);
        for (integrity, _, whole, cut) in SHA2 {
            checks.extend(output(whole).map(|whole| value(integrity, key.clone(), data.clone(), whole)));
            checks.extend(output(cut).map(|cut| icv(integrity, key.clone(), data.clone(), cut)));
        }
    }
    checks
}

fn wycheproof_mac(text: &str, integrity: Integrity) -> Vec<Check> {
    let check = |(_, case): (_, serde_json::Value)| -> Check {
        Box::new(move || {
            let (key, tag) = (octets(&case, "key"), octets(&case, "tag"));
            let Ok(mac) = MacKey::with_any_key(integrity, &key) else {
                assert!(integrity == Integrity::AesCmac96 && key.len() != 16, "HMAC has keys of any length");
                return;
            };
            let valid = case["result"] == "valid";
            assert_eq!(mac.matches_cut([&octets(&case, "msg"), &[]], &tag), valid, "{}", case["tcId"]);
        })
    };
    wycheproof(text).into_iter().map(check).collect()
}
