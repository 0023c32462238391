//! The combined modes, and the sample packet of RFC 7634.

use esp_core::crypt::AeadKey;
use esp_core::suite::{Cipher, CipherFamily};
use serde_json::Value;

use crate::Parse;
use crate::opening::rfc_7634_packet;
use crate::source::{Check, octets, wycheproof};

pub const FILES: &[(&str, Parse)] = &[
    ("rfc/rfc7634.json", rfc_7634),
    ("wycheproof/aes_gcm_test.json", |text| wycheproof_aead(text, CipherFamily::AesGcm)),
    ("wycheproof/aes_ccm_test.json", |text| wycheproof_aead(text, CipherFamily::AesCcm)),
    ("wycheproof/chacha20_poly1305_test.json", |text| wycheproof_aead(text, CipherFamily::ChaCha20Poly1305)),
];

/// The cases whose nonce and tag have the lengths of an algorithm of ESP; the salt is the front of the nonce.
fn wycheproof_aead(text: &str, family: CipherFamily) -> Vec<Check> {
    let check = |(group, case): (Value, Value)| -> Option<Check> {
        let octets = |name: &str| usize::try_from(group[name].as_u64().unwrap() / 8).unwrap();
        let &cipher = Cipher::ALL.iter().find(|cipher| {
            cipher.family() == family
                && cipher.key_len() == octets("keySize") + cipher.salt_len()
                && cipher.salt_len() + cipher.iv_len() == octets("ivSize")
                && cipher.tag_len() == Some(octets("tagSize"))
        })?;
        Some(Box::new(move || wycheproof_case(cipher, &case)))
    };
    wycheproof(text).into_iter().filter_map(check).collect()
}

fn wycheproof_case(cipher: Cipher, case: &Value) {
    let (nonce, aad, tag) = (octets(case, "iv"), octets(case, "aad"), octets(case, "tag"));
    let (salt, iv) = nonce.split_at(cipher.salt_len());
    let key = AeadKey::new(cipher, &[&octets(case, "key"), salt].concat()).unwrap().unwrap();
    let mut text = octets(case, "ct");
    let opened = key.open(iv, &aad, &mut text, &tag);
    let valid = case["result"] == "valid" || case["result"] == "acceptable";
    assert_eq!(opened.is_some(), valid, "{cipher} {}", case["tcId"]);
    if valid {
        assert_eq!(text, octets(case, "msg"));
        let mut sealed_tag = vec![0; tag.len()];
        key.seal(iv, &aad, &mut text, &mut sealed_tag).unwrap();
        assert_eq!((text, sealed_tag), (octets(case, "ct"), tag));
    }
}

/// Appendix A, the combined mode alone and the whole packet. Appendix B is a message of IKE.
fn rfc_7634(text: &str) -> Vec<Check> {
    let file: Value = serde_json::from_str(text).unwrap();
    let case = file["esp"].clone();
    let primitive = case.clone();
    let alone = move || {
        let key = AeadKey::new(Cipher::ChaCha20Poly1305, &octets(&primitive, "keymat")).unwrap().unwrap();
        let sequence = u32::try_from(primitive["seq"].as_u64().unwrap()).unwrap();
        let aad = [&octets(&primitive, "spi")[..], &sequence.to_be_bytes()].concat();
        let (mut text, mut tag) = (octets(&primitive, "plaintext"), [0; 16]);
        key.seal(&octets(&primitive, "nonce")[4..], &aad, &mut text, &mut tag).unwrap();
        assert_eq!((text, &tag[..]), (octets(&primitive, "ciphertext"), &octets(&primitive, "tag")[..]));
    };
    vec![Box::new(alone), Box::new(move || rfc_7634_packet(&case))]
}
