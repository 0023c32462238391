use std::vec::Vec;

use super::*;
use crate::crypto::vectors::{self, hex};

/// RFC 2202 and RFC 4231: HMAC with each hash.
#[test]
fn rfc_vectors() {
    let Some(text) = vectors::read("rfc/rfc2202.json") else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for case in json["cases"].as_array().unwrap() {
        let function = match case["hash"].as_str().unwrap() {
            "md5" => Prf::HmacMd5,
            "sha1" => Prf::HmacSha1,
            other => panic!("{other}"),
        };
        let field = |name: &str| hex(case[name].as_str().unwrap());
        assert_eq!(mac(function, &field("key"), &[&field("data")]).as_slice(), field("digest"), "{case}");
        count += 1;
    }
    println!("{count} vectors");
    assert!(count >= 14);
}

/// Wycheproof: valid tags match, modified ones do not, for keys shorter and longer than a block.
#[test]
fn wycheproof_vectors() {
    let mut count = 0;
    for (name, function) in [
        ("sha1", Prf::HmacSha1),
        ("sha256", Prf::HmacSha256),
        ("sha384", Prf::HmacSha384),
        ("sha512", Prf::HmacSha512),
    ] {
        let Some(text) = vectors::read(&format!("wycheproof/hmac_{name}_test.json")) else { return };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for group in json["testGroups"].as_array().unwrap() {
            for case in group["tests"].as_array().unwrap() {
                let field = |name: &str| hex(case[name].as_str().unwrap());
                let (tag, msg) = (field("tag"), field("msg"));
                let (head, tail) = msg.split_at(msg.len() / 2);
                let computed = mac(function, &field("key"), &[head, tail]);
                assert_eq!(computed.as_slice()[..tag.len()] == tag, case["result"] == "valid", "{case}");
                count += 1;
            }
        }
    }
    println!("{count} vectors");
}

#[test]
fn check_values_are_cut() {
    for integrity in Integrity::ALL.iter().copied().filter(|integrity| supports(*integrity)) {
        assert_eq!(icv(integrity, b"key", &[b"text"]).unwrap().as_slice().len(), integrity.icv_len());
    }
    assert!(!supports(Integrity::Aes128Gmac) && icv(Integrity::Aes128Gmac, b"key", &[b"text"]).is_none());
    let lens: Vec<_> =
        Prf::ALL.map(|function| (mac(function, b"", &[]).as_slice().len(), function.output_len())).into();
    assert!(lens.iter().all(|(have, need)| have == need));
}

/// RFC 4434 §2.1: keys of the right length, of a shorter and of a longer one.
#[test]
fn xcbc_vectors() {
    let message = hex("000102030405060708090a0b0c0d0e0f10111213");
    for (key, output) in [
        ("000102030405060708090a0b0c0d0e0f", "47f51b4564966215b8985c63055ed308"),
        ("00010203040506070809", "0fa087af7d866e7653434e602fdde835"),
        ("000102030405060708090a0b0c0d0e0fedcb", "8cd3c93ae598a9803006ffb67c40e9e4"),
    ] {
        for cut in 0..message.len() {
            let (head, tail) = message.split_at(cut);
            assert_eq!(mac(Prf::AesXcbc, &hex(key), &[head, tail]).as_slice(), hex(output));
        }
    }
}

/// RFC 4615 §4, and Wycheproof's for AES-128.
#[test]
fn cmac_vectors() {
    let message = hex("000102030405060708090a0b0c0d0e0f10111213");
    for (key, output) in [
        ("000102030405060708090a0b0c0d0e0fedcb", "84a348a4a45d235babfffc0d2b4da09a"),
        ("000102030405060708090a0b0c0d0e0f", "980ae87b5f4c9c5214f5b6a8455e4c2d"),
        ("00010203040506070809", "290d9e112edb09ee141fcf64c0b72f3d"),
    ] {
        assert_eq!(mac(Prf::AesCmac, &hex(key), &[&message]).as_slice(), hex(output));
    }
    let Some(text) = vectors::read("wycheproof/aes_cmac_test.json") else { return };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let groups = json["testGroups"].as_array().unwrap().iter().filter(|group| group["keySize"] == 128);
    let mut count = 0;
    for case in groups.flat_map(|group| group["tests"].as_array().unwrap()) {
        let field = |name: &str| hex(case[name].as_str().unwrap());
        let computed = mac(Prf::AesCmac, &field("key"), &[&field("msg")]);
        assert_eq!(computed.as_slice() == field("tag"), case["result"] == "valid", "{case}");
        count += 1;
    }
    println!("{count} vectors");
}
