//! Tests of AES-GMAC against AES-GCM over no text.

use super::*;
use crate::testing::*;
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use proptest::prelude::*;
use std::vec::Vec;

/// What the combined mode of another crate says about the same octets in one piece.
fn reference(material: &[u8], iv: &[u8], data: &[u8]) -> Vec<u8> {
    let (key, salt) = material.split_at(material.len() - 4);
    let nonce = [salt, iv].concat();
    let nonce = nonce[..].try_into().unwrap();
    let tag = if key.len() == 16 {
        Aes128Gcm::new_from_slice(key).unwrap().encrypt_inout_detached(nonce, data, (&mut [][..]).into())
    } else {
        Aes256Gcm::new_from_slice(key).unwrap().encrypt_inout_detached(nonce, data, (&mut [][..]).into())
    };
    tag.unwrap().to_vec()
}

proptest! {
    /// However the data is cut into parts, the tag is that of the whole.
    #[test]
    fn the_parts_are_one_message(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..6),
        key_len in prop::sample::select(vec![16_usize, 32]),
        iv: [u8; 8],
    ) {
        let material = octets(4, key_len + 4);
        let key = GmacKey::new("gmac", key_len + 4, &material).unwrap();
        let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let mut tag = [0; 16];
        key.compute(&iv, &slices, &mut tag).unwrap();
        prop_assert_eq!(&tag[..], reference(&material, &iv, &parts.concat()));
        prop_assert!(key.verify(&iv, &slices, &tag));
        tag[15] ^= 1;
        prop_assert!(!key.verify(&iv, &slices, &tag));
    }
}

/// The tag is never cut (RFC 4543 §3.4).
#[test]
fn wrong_lengths_are_refused() {
    let key = GmacKey::new("gmac", 20, &[1; 20]).unwrap();
    let mut tag = [0; 16];
    key.compute(&[0; 8], &[b"data"], &mut tag).unwrap();
    assert!((0..16).all(|len| !key.verify(&[0; 8], &[b"data"], &tag[..len])));
    assert!(key.compute(&[0; 7], &[b"data"], &mut tag).is_none());
    assert!(key.compute(&[0; 8], &[b"data"], &mut tag[..12]).is_none());
    for len in (0..40).filter(|&len| len != 20) {
        let error = GmacKey::new("gmac", 20, &octets(1, len)).unwrap_err();
        assert_eq!(error, KeyError::Length { name: "gmac", expected: 20, given: len });
    }
    assert_eq!(format!("{key:?}"), "GmacKey(..)");
}
