//! Tests of the ESP trailer.

use super::*;
use proptest::prelude::*;

fn padded(payload: &[u8], block_len: usize, next_header: u8) -> Vec<u8> {
    let mut text = payload.to_vec();
    let at = text.len();
    text.resize(at + pad_len(payload.len(), block_len) + TRAILER_LEN, 0xee);
    write(&mut text[at..], next_header);
    text
}

proptest! {
    #[test]
    fn round_trip(payload: Vec<u8>, block in prop::sample::select(vec![1_usize, 8, 16]), next_header: u8) {
        let text = padded(&payload, block, next_header);
        prop_assert_eq!(text.len() % alignment(block), 0);
        prop_assert!(text.len() < payload.len() + TRAILER_LEN + alignment(block), "no more than needed");
        prop_assert_eq!(check(&text), Ok((payload.len(), next_header)));
    }

    #[test]
    fn anything_is_answered(text: Vec<u8>) {
        if let Ok((len, _)) = check(&text) {
            prop_assert!(len + TRAILER_LEN <= text.len());
        }
    }
}

/// padding beyond the packet, and octets that are not 1, 2, 3.
#[test]
fn wrong_padding_is_refused() {
    assert_eq!(check(&[]), Err(DropReason::TooShort));
    assert_eq!(check(&[0]), Err(DropReason::TooShort));
    assert_eq!(check(&[0, 4]), Ok((0, 4)));
    assert_eq!(check(&[1, 4]), Err(DropReason::PadLengthTooLong));
    assert_eq!(check(&[1, 2, 3, 255, 4]), Err(DropReason::PadLengthTooLong));
    assert_eq!(check(&[9, 1, 2, 3, 3, 4]), Ok((1, 4)));
    for i in 1..=3 {
        let mut text = [9, 1, 2, 3, 3, 4];
        text[i] ^= 0x10;
        assert_eq!(check(&text), Err(DropReason::BadPadding));
    }
    assert_eq!(check(&[0, 0, 0, 3, 4]), Err(DropReason::BadPadding));
}

/// The longest padding is accepted: a peer may hide lengths with it.
#[test]
fn padding_of_255_octets_is_accepted() {
    let mut text: Vec<u8> = (1..=255).collect();
    text.extend([255, 41]);
    assert_eq!(check(&text), Ok((0, 41)));
}
