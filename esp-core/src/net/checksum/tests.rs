//! Tests of the checksum and its update.

use super::*;
use crate::testing::*;
use proptest::prelude::*;

#[test]
fn the_ipv4_checksum_is_right() {
    // A header whose checksum other implementations agree on.
    let known = hex("45000073000040004011b861c0a80001c0a800c7");
    assert_eq!(ipv4_checksum(&known), 0);
    let mut without = known.clone();
    without[10..12].fill(0);
    assert_eq!(ipv4_checksum(&without), 0xb861);
    assert_eq!(ipv4_checksum(&[]), 0xffff);
    assert_eq!(ipv4_checksum(&[0x12]), !0x1200);
}

/// The numbers are those of RFC 1624 §4: the case in which the equation of RFC 1141 goes wrong.
#[test]
fn the_update_of_rfc_1624() {
    assert_eq!(adjust(0xdd2f, 0x5555, 0x3285), 0x0000);
}

proptest! {
    #[test]
    fn an_updated_checksum_is_a_right_one(mut words: [u16; 10], place in 0..9_usize, new: u16) {
        // A header is never all zeros; over such octets the two zeros of ones' complement would differ.
        words[8] |= 1;
        words[9] = 0;
        let octets = |words: &[u16; 10]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        words[9] = ipv4_checksum(&octets(&words));
        let old = core::mem::replace(&mut words[place], new);
        words[9] = adjust(words[9], old, new);
        prop_assert_eq!(ipv4_checksum(&octets(&words)), 0);
    }
}
