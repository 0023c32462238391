//! Tests of AES-XCBC-MAC.

use super::*;
use crate::testing::*;

/// RFC 3566 §4.6: message and MAC. The seventh, of 1000 zeros, is made below.
#[rustfmt::skip]
const RFC_3566: [[&str; 2]; 6] = [
    [
        "",
        "75f0251d528ac01c4573dfd584d79f29",
    ],
    [
        "000102",
        "5b376580ae2f19afe7219ceef172756f",
    ],
    [
        "000102030405060708090a0b0c0d0e0f",
        "d2a246fa349b68a79998a4394ff7a263",
    ],
    [
        "000102030405060708090a0b0c0d0e0f10111213",
        "47f51b4564966215b8985c63055ed308",
    ],
    [
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "f54f0ec8d2b9f3d36807734bd5283fd4",
    ],
    [
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021",
        "becbb3bccdb518a30677d5481fb6b4d8",
    ],
];

#[test]
fn rfc_3566() {
    let key = XcbcKey::new(hex("000102030405060708090a0b0c0d0e0f")[..].try_into().unwrap());
    let thousand = "00".repeat(1_000);
    let seventh = [&thousand[..], "f0dafee895db30253761103b5d84528f"];
    for [message, mac] in RFC_3566.into_iter().chain([seventh]) {
        let message = hex(message);
        for at in 0..=message.len() {
            let (front, back) = message.split_at(at);
            assert_eq!(key.mac(&[front, &[], back]), hex(mac)[..]);
        }
    }
    println!("RFC 3566: 7 cases checked");
}
