//! Tests of CBC encryption side by side: it is what CBC one after the other is.

use super::*;
use crate::crypt::CbcEncryptor;
use crate::suite::Cipher;
use crate::testing::*;
use std::vec::Vec;

#[test]
fn lanes_of_all_keys_and_lengths_are_plain_cbc() {
    let ciphers = [Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc];
    for count in 0_u8..=8 {
        let keys: Vec<_> = (0..count)
            .map(|at| {
                let cipher = ciphers[usize::from(at) % 3];
                // Every second lane has the key of the one before.
                CbcEncryptor::new(cipher, &octets(at / 2, cipher.key_len())).unwrap().unwrap()
            })
            .collect();
        let plain: Vec<_> = (0..count).map(|at| octets(at, usize::from(at * 7 % 5) * 16)).collect();
        let iv = |at: usize| octets(u8::try_from(at).unwrap() + 50, 16);
        let mut texts = plain.clone();
        let mut lanes: Vec<_> = (keys.iter().zip(&mut texts).enumerate())
            .map(|(at, (key, text))| Some(key.lane(&iv(at), text).unwrap()))
            .chain([None])
            .collect();
        encrypt_lanes(&mut lanes);
        drop(lanes);
        for (at, (key, mut expected)) in keys.iter().zip(plain).enumerate() {
            key.encrypt(&iv(at), &mut expected).unwrap();
            assert_eq!(texts[at], expected, "lane {at} of {count}");
        }
    }
}

#[test]
fn wrong_lengths_make_no_lane() {
    let key = CbcEncryptor::new(Cipher::Aes128Cbc, &[1; 16]).unwrap().unwrap();
    assert!(key.lane(&[0; 8], &mut [0; 32]).is_none());
    assert!(key.lane(&[0; 16], &mut [0; 31]).is_none());
    let key = CbcEncryptor::new(Cipher::TripleDesCbc, &[1; 24]).unwrap().unwrap();
    assert!(key.lane(&[0; 8], &mut [0; 32]).is_none());
}
