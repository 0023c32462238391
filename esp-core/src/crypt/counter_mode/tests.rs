//! Tests of counter mode.

use super::*;
use crate::testing::*;

/// The nine vectors of RFC 3686 §6: key, IV, nonce, plain text, ciphertext.
#[rustfmt::skip]
const RFC_3686: [[&str; 5]; 9] = [
    [
        "ae6852f8121067cc4bf7a5765577f39e",
        "0000000000000000",
        "00000030",
        "53696e676c6520626c6f636b206d7367",
        "e4095d4fb7a7b3792d6175a3261311b8",
    ],
    [
        "7e24067817fae0d743d6ce1f32539163",
        "c0543b59da48d90b",
        "006cb6db",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28",
    ],
    [
        "7691be035e5020a8ac6e618529f9a0dc",
        "27777f3f4a1786f0",
        "00e0017b",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
        "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f",
    ],
    [
        "16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb78515",
        "36733c147d6d93cb",
        "00000048",
        "53696e676c6520626c6f636b206d7367",
        "4b55384fe259c9c84e7935a003cbe928",
    ],
    [
        "7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a",
        "020c6eadc2cb500d",
        "0096b03b",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00",
    ],
    [
        "02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe",
        "5cbd60278dcc0912",
        "0007bdfd",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
        "96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188abee0935",
    ],
    [
        "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104",
        "db5672c97aa8f0b2",
        "00000060",
        "53696e676c6520626c6f636b206d7367",
        "145ad01dbf824ec7560863dc71e3e0c0",
    ],
    [
        "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884",
        "c1585ef15a43d875",
        "00faac24",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c",
    ],
    [
        "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d",
        "51a51d70a1c11148",
        "001cc5b7",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
        "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8",
    ],
];

#[test]
fn rfc_3686() {
    for [key, iv, nonce, plain, encrypted] in RFC_3686 {
        let material = [hex(key), hex(nonce)].concat();
        let cipher = match material.len() {
            20 => Cipher::Aes128Ctr,
            28 => Cipher::Aes192Ctr,
            _ => Cipher::Aes256Ctr,
        };
        let key = CtrKey::new(cipher, &material).unwrap().unwrap();
        let mut text = hex(plain);
        key.apply(&hex(iv), &mut text).unwrap();
        assert_eq!(text, hex(encrypted));
        key.apply(&hex(iv), &mut text).unwrap();
        assert_eq!(text, hex(plain));
    }
    println!("RFC 3686: {} cases checked", RFC_3686.len());
}

#[test]
fn wrong_lengths_are_refused() {
    assert!(CtrKey::new(Cipher::Aes128Cbc, &[0; 16]).is_none());
    let key = CtrKey::new(Cipher::Aes128Ctr, &[1; 20]).unwrap().unwrap();
    assert!(key.apply(&[0; 7], &mut [0; 16]).is_none() && key.apply(&[0; 12], &mut [0; 16]).is_none());
    for len in (0..40).filter(|&len| len != 20) {
        let error = CtrKey::new(Cipher::Aes128Ctr, &octets(1, len)).unwrap().unwrap_err();
        assert_eq!(error, KeyError::Length { name: "aes128ctr", expected: 20, given: len });
    }
    assert_eq!(format!("{key:?}"), "CtrKey(..)");
}
