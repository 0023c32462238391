//! Tests of extended sequence numbers.

use super::*;
use proptest::prelude::*;

/// RFC 4303 appendix A2.1, word for word: two cases by whether the window spans two subspaces.
fn by_the_rfc(top: u64, size: u32, low: u32) -> Option<u64> {
    let (high, top_low) = (top >> 32, u32::try_from(top & 0xffff_ffff).unwrap());
    let bottom = top_low.wrapping_sub(size - 1);
    let high = if top_low >= size - 1 {
        if low >= bottom { Some(high) } else { (high < 0xffff_ffff).then(|| high + 1) }
    } else if low >= bottom {
        high.checked_sub(1)
    } else {
        Some(high)
    };
    high.map(|high| (high << 32) | u64::from(low))
}

proptest! {
    #[test]
    fn it_is_what_the_rfc_says(top: u64, size in 32..=65_536_u32, low: u32) {
        prop_assert_eq!(infer(top, size, low), by_the_rfc(top, size, low));
    }

    #[test]
    fn it_is_what_the_rfc_says_near_the_edges(
        high in prop::sample::select(vec![0_u64, 1, 2, 0xffff_fffe, 0xffff_ffff]),
        near in -70_000_i64..70_000,
        size in prop::sample::select(vec![32_u32, 33, 64, 4_096]),
        offset in -70_000_i64..70_000,
    ) {
        let top = (high << 32).wrapping_add_signed(near);
        let low = u32::try_from(top.wrapping_add_signed(offset) & 0xffff_ffff).unwrap();
        prop_assert_eq!(infer(top, size, low), by_the_rfc(top, size, low));
    }

    /// What an honest sender sends next is always understood, across every carry.
    #[test]
    fn numbers_near_the_top_are_understood(top in 0..u64::MAX - 100_000, ahead in 1..100_000_u64) {
        let sequence = top + ahead;
        prop_assert_eq!(infer(top, 64, u32::try_from(sequence & 0xffff_ffff).unwrap()), Some(sequence));
    }
}

#[test]
fn numbers_that_cannot_be_are_none() {
    assert_eq!(infer(0, 64, 0xffff_fff0), None, "below 0");
    assert_eq!(infer(u64::MAX, 64, 5), None, "beyond 2^64");
    assert_eq!(infer(0, 64, 1), Some(1));
    assert_eq!(infer(0xffff_ffff, 64, 0), Some(0x1_0000_0000));
    assert_eq!(infer(0x1_0000_0000, 64, 0xffff_ffff), Some(0xffff_ffff));
}
