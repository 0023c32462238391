use proptest::prelude::*;

use super::*;

fn sample() -> Header {
    let (initiator, responder) = (IkeSpi([1; 8]), IkeSpi([2; 8]));
    Header { length: 28, ..Header::v2(initiator, responder, ExchangeType::INFORMATIONAL, Flags::RESPONSE, 7) }
}

fn encoded(header: &Header) -> alloc::vec::Vec<u8> {
    let mut writer = Writer::new();
    header.encode(&mut writer);
    writer.finish().unwrap()
}

/// datagrams of 0 to 27 octets.
#[test]
fn x_1_short_datagrams_are_refused() {
    let octets = encoded(&sample());
    for len in 0..HEADER_LEN {
        let error = Header::decode(&octets[..len]).unwrap_err();
        assert_eq!(error, DecodeError::Truncated { field: "IKE header", offset: 0, need: 28, have: len });
    }
}

/// a length in the header that is not the datagram's.
#[test]
fn x_1_the_length_must_be_the_datagrams() {
    for length in [0, 27, 29, u32::MAX] {
        let octets = encoded(&Header { length, ..sample() });
        assert!(matches!(Header::decode(&octets), Err(DecodeError::Invalid { field: "length", .. })));
        assert_eq!(Header::peek(&octets).unwrap().length, length);
    }
}

/// the version can be told from the first 28 octets, whatever the rest is.
#[test]
fn x_1_any_version_can_be_peeked() {
    for major_version in 0..16 {
        let octets = encoded(&Header { major_version, length: 99, ..sample() });
        assert_eq!(Header::peek(&octets).unwrap().major_version, major_version);
    }
}

#[test]
fn flags_and_spis_are_printed_for_people() {
    assert_eq!(std::format!("{}", IkeSpi([0, 0, 0, 0, 0, 0, 1, 2])), "0000000000000102");
    assert!(Flags::INITIATOR.with(Flags::RESPONSE).contains(Flags::RESPONSE));
    assert!(!Flags::INITIATOR.is_response());
}

proptest! {
    #[test]
    fn what_is_peeked_is_encoded_alike(octets in proptest::array::uniform28(any::<u8>())) {
        let header = Header::peek(&octets).unwrap();
        prop_assert_eq!(encoded(&header), octets);
    }
}
