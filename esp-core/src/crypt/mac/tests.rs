//! Tests of lengths; published values are in `tests/vectors`.

use super::*;
use crate::testing::*;
use std::vec::Vec;

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
