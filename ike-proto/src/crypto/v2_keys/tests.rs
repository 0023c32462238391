use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use esp_core::suite::{Cipher, Integrity};

use super::*;
use crate::crypto::vectors::{self, Line, hex};
use crate::suite::DhGroup;

const SUITE: IkeSuite = IkeSuite {
    cipher: Cipher::Aes128Cbc,
    integrity: Some(Integrity::HmacSha1_96),
    prf: Prf::HmacSha256,
    dh: DhGroup::Modp2048,
};

/// F-20, F-25: NIST's SKEYSEED, key material of an IKE SA and of Child SAs, and SKEYSEED of a rekey.
#[test]
fn f_20_f_25_nist_vectors() {
    let Some(text) = vectors::read("ike-kdf/ikev2.subset.fax") else { return };
    let mut function = None;
    let mut fields = BTreeMap::<String, Vec<u8>>::new();
    let mut count = 0;
    for line in vectors::lines(&text) {
        match line {
            Line::Section("SHA-1") => function = Some(Prf::HmacSha1),
            Line::Section("SHA-256") => function = Some(Prf::HmacSha256),
            Line::Section("SHA-384") => function = Some(Prf::HmacSha384),
            Line::Section("SHA-512") => function = Some(Prf::HmacSha512),
            Line::Section(name) if name.starts_with("SHA-") => panic!("{name}"),
            Line::Field("COUNT", _) => fields.clear(),
            Line::Field(name, value) => {
                fields.insert(name.into(), hex(value));
                if let Some(function) = function.filter(|_| name == "SKEYSEED(Rekey)") {
                    check(function, &fields);
                    count += 1;
                }
            }
            Line::Section(_) => {}
        }
    }
    println!("{count} vectors");
    assert_eq!(count, 27);
}

fn check(function: Prf, fields: &BTreeMap<String, Vec<u8>>) {
    let field = |name: &str| fields[name].as_slice();
    let spi = |name: &str| IkeSpi(field(name).try_into().unwrap());
    let seed = KeySeed { nonce_i: field("Ni"), nonce_r: field("Nr"), spi_i: spi("SPIi"), spi_r: spi("SPIr") };
    let shared = SecretBytes::copy_from(field("g^ir"));
    let shared_new = SecretBytes::copy_from(field("g^ir (new)"));

    let secret = skeyseed(function, &shared, &seed);
    assert_eq!(secret.expose(), field("SKEYSEED"));
    let suite = IkeSuite { prf: function, ..SUITE };
    let keys = IkeKeys::derive(suite, &shared, &seed).unwrap();
    let order = [
        &keys.sk_d,
        &keys.protect_i.int_key,
        &keys.protect_r.int_key,
        &keys.protect_i.enc_key,
        &keys.protect_r.enc_key,
        &keys.sk_pi,
        &keys.sk_pr,
    ];
    let all: Vec<u8> = order.into_iter().flat_map(SecretBytes::expose).copied().collect();
    let compared = all.len().min(field("DKM").len());
    assert_eq!(all[..compared], field("DKM")[..compared]);

    let sa = SaSuite::esp(Cipher::Aes256Cbc, Some(Integrity::HmacSha256_128), false).unwrap();
    for (name, shared) in [("DKM(Child SA)", None), ("DKM(Child SA D-H)", Some(&shared_new))] {
        let child = child_keys(function, &keys.sk_d, shared, seed.nonce_i, seed.nonce_r, sa).unwrap();
        let (i, r) = (&child.initiator_to_responder, &child.responder_to_initiator);
        let order = [&i.encryption, &i.integrity, &r.encryption, &r.integrity];
        let all: Vec<u8> = order.into_iter().flat_map(SecretBytes::expose).copied().collect();
        assert_eq!((i.encryption.len(), i.integrity.len()), (32, 32));
        let compared = all.len().min(field(name).len());
        assert_eq!(all[..compared], field(name)[..compared]);
    }
    let rekeyed = skeyseed_rekey(function, &keys.sk_d, &shared_new, &seed);
    assert_eq!(rekeyed.expose(), field("SKEYSEED(Rekey)"));
}

/// F-25: after SKEYSEED, which the old function makes, the new function is used.
#[test]
fn f_25_a_rekey_changes_the_function_after_skeyseed() {
    let seed = KeySeed { nonce_i: &[1; 32], nonce_r: &[2; 32], spi_i: IkeSpi([3; 8]), spi_r: IkeSpi([4; 8]) };
    let (sk_d, shared) = (SecretBytes::copy_from(&[5; 20]), SecretBytes::copy_from(&[6; 128]));
    let keys = IkeKeys::derive_rekey(Prf::HmacSha1, &sk_d, SUITE, &shared, &seed).unwrap();
    let secret = prf(Prf::HmacSha1, &[5; 20], &[&[6; 128], &[1; 32], &[2; 32]]);
    let first = prf(Prf::HmacSha256, secret.expose(), &[&[1; 32], &[2; 32], &[3; 8], &[4; 8], &[1]]);
    assert_eq!(keys.sk_d, first);
}

/// Of the functions made of AES only SKEYSEED takes eight octets of each nonce; the stream takes the nonces whole
/// (RFC 7296 §2.14).
#[test]
fn aes_functions_take_a_part_of_the_nonces() {
    let seed = KeySeed { nonce_i: &[1; 32], nonce_r: &[2; 16], spi_i: IkeSpi([3; 8]), spi_r: IkeSpi([4; 8]) };
    let shared = SecretBytes::copy_from(&[6; 32]);
    for function in [Prf::AesXcbc, Prf::AesCmac] {
        let keys = IkeKeys::derive(IkeSuite { prf: function, ..SUITE }, &shared, &seed).unwrap();
        let secret = prf(function, &[[1; 8], [2; 8]].concat(), &[&[6; 32]]);
        let first = prf(function, secret.expose(), &[&[1; 32], &[2; 16], &[3; 8], &[4; 8], &[1]]);
        assert_eq!(keys.sk_d, first);
    }
}

#[test]
fn keys_are_not_printed() {
    let seed = KeySeed { nonce_i: &[1; 32], nonce_r: &[2; 32], spi_i: IkeSpi([3; 8]), spi_r: IkeSpi([4; 8]) };
    let keys = IkeKeys::derive(SUITE, &SecretBytes::copy_from(&[7; 256]), &seed).unwrap();
    let text = std::format!("{keys:?}");
    assert!(
        text.contains("sk_d: [32 secret octets]") && text.contains("enc_key: [16 secret octets]"),
        "{text}"
    );
}
