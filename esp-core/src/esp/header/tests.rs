//! Tests of the ESP header.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn round_trip(spi: u32, sequence: u32, rest: Vec<u8>) {
        let header = EspHeader { spi, sequence };
        let packet = [&header.to_bytes()[..], &rest].concat();
        prop_assert_eq!(EspHeader::parse(&packet), Some(header));
        for len in 0..EspHeader::LEN {
            prop_assert_eq!(EspHeader::parse(&packet[..len]), None);
        }
    }
}
