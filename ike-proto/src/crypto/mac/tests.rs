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
        assert_eq!(hmac(function, &field("key"), &[&field("data")]).as_slice(), field("digest"), "{case}");
        count += 1;
    }
    println!("{count} vectors");
    assert!(count >= 14);
}

/// Wycheproof: valid tags match, modified ones do not, for keys shorter and longer than a block.
#[test]
fn wycheproof_vectors() {
    let mut count = 0;
    for (name, function) in [("sha1", Prf::HmacSha1), ("sha256", Prf::HmacSha256)] {
        let Some(text) = vectors::read(&format!("wycheproof/hmac_{name}_test.json")) else { return };
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for group in json["testGroups"].as_array().unwrap() {
            for case in group["tests"].as_array().unwrap() {
                let field = |name: &str| hex(case[name].as_str().unwrap());
                let (tag, msg) = (field("tag"), field("msg"));
                let (head, tail) = msg.split_at(msg.len() / 2);
                let computed = hmac(function, &field("key"), &[head, tail]);
                assert_eq!(computed.as_slice()[..tag.len()] == tag, case["result"] == "valid", "{case}");
                count += 1;
            }
        }
    }
    println!("{count} vectors");
}

#[test]
fn check_values_are_cut() {
    for integrity in [Integrity::HmacMd5_96, Integrity::HmacSha1_96, Integrity::HmacSha256_128] {
        assert_eq!(icv(integrity, b"key", &[b"text"]).as_slice().len(), integrity.icv_len());
    }
    let lens: Vec<_> = [Prf::HmacMd5, Prf::HmacSha1, Prf::HmacSha256]
        .map(|function| (hmac(function, b"", &[]).as_slice().len(), function.output_len()))
        .into();
    assert!(lens.iter().all(|(have, need)| have == need));
}
