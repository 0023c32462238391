//! Tests of AH's header.

use super::*;
use crate::testing::octets;

#[test]
fn the_fixed_part_reads_as_it_was_written() {
    let header = AhHeader { next_header: 4, payload_len: 4, spi: 0x0102_0304, sequence: 0x0a0b_0c0d };
    let bytes = header.to_bytes();
    assert_eq!(bytes, [4, 4, 0, 0, 1, 2, 3, 4, 10, 11, 12, 13]);
    assert_eq!(AhHeader::parse(&bytes), Some(header));
    for len in 0..AhHeader::LEN {
        assert_eq!(AhHeader::parse(&octets(1, len)), None);
    }
}

/// RFC 4302 §2.2 has the example: 96 bits of ICV make a payload length of 4.
#[test]
fn lengths_are_multiples_of_the_family_s_word() {
    assert_eq!([total_len(12, true), total_len(12, false)], [24, 24]);
    assert_eq!([total_len(16, true), total_len(16, false)], [28, 32]);
    assert_eq!([total_len(24, true), total_len(24, false)], [36, 40]);
    assert_eq!([total_len(32, true), total_len(32, false)], [44, 48]);
    let header = AhHeader { next_header: 4, payload_len: 4, spi: 0, sequence: 0 };
    assert_eq!(header.total_len(), 24);
    assert_eq!(AhHeader { payload_len: u8::MAX, ..header }.total_len(), 1_028);
}
