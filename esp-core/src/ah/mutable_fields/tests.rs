//! The tables of RFC 4302, entry by entry.

use super::*;
use proptest::prelude::*;
use std::vec::Vec;

fn cover(end: End, headers: &[u8]) -> Result<Vec<u8>, DropReason> {
    CoveredHeaders::new(end, headers).map(|covered| covered.as_slice().to_vec())
}

/// An IPv4 header with every octet set, before options that are filled up to whole words with zeros.
fn v4(options: &[u8]) -> Vec<u8> {
    let words = 5 + options.len().div_ceil(4);
    let mut header =
        vec![0x40 | u8::try_from(words).unwrap(), 0xb9, 0x12, 0x34, 0x56, 0x78, 0xff, 0xff, 64, 51];
    header.extend([0xaa, 0xbb, 192, 0, 2, 1, 198, 51, 100, 1]);
    header.extend(options);
    header.resize(words * 4, 0);
    header
}

/// §3.3.3.1.1.1: type of service, flags, fragment offset, time to live and checksum are zero, the rest stays.
#[test]
fn ipv4_fixed_header() {
    for end in [End::Sender, End::Receiver] {
        let expected = [0x45, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 51, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1];
        assert_eq!(cover(end, &v4(&[])), Ok(expected.to_vec()));
    }
}

/// Appendix A1, the whole table, by the copied flag, class and number of each option; and what is in no table.
#[test]
fn ipv4_options() {
    let kind = |copied: u8, class: u8, number: u8| copied << 7 | class << 5 | number;
    let immutable = [(1, 0, 2), (1, 0, 5), (1, 0, 6), (1, 0, 20), (1, 0, 21)];
    let zeroed = [
        (1, 0, 3),
        (0, 2, 4),
        (0, 0, 7),
        (1, 0, 9),
        (0, 2, 18),
        (1, 0, 8),
        (0, 0, 11),
        (0, 0, 12),
        (1, 0, 17),
        (0, 0, 10),
        (1, 2, 13),
        (1, 0, 14),
        (0, 0, 15),
        (1, 0, 16),
        (1, 0, 19),
        (0, 3, 30),
    ];
    let around = |option: [u8; 7]| [&[1][..], &option, &[1, 130, 3, 0xcc]].concat();
    for (keep, kinds) in [(true, &immutable[..]), (false, &zeroed[..])] {
        for &(copied, class, number) in kinds {
            // A source route whose pointer is behind its end, so that the destination stays.
            let option = [kind(copied, class, number), 7, 8, 1, 2, 3, 4];
            let header = v4(&around(option));
            let covered = cover(End::Sender, &header).unwrap();
            let expected = around(if keep { option } else { [0; 7] });
            assert_eq!(covered[20..], v4(&expected)[20..], "{number}");
            assert_eq!(covered[16..20], [198, 51, 100, 1]);
            assert_eq!(cover(End::Receiver, &header).unwrap(), covered);
        }
    }
}

/// What lies behind the end of the options is covered as it is: nobody may change it.
#[test]
fn ipv4_octets_behind_the_end_of_options() {
    let header = v4(&[1, 0, 7, 99, 0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(cover(End::Sender, &header).unwrap()[20..], header[20..]);
}

/// §3.3.3.1.1.1: with loose or strict source routing the destination is mutable but predictable.
#[test]
fn ipv4_source_routes_end_at_their_last_address() {
    for kind in [131, 137] {
        let route = |pointer| v4(&[kind, 11, pointer, 10, 0, 0, 1, 10, 0, 0, 2]);
        for (pointer, last) in [(4, [10, 0, 0, 2]), (8, [10, 0, 0, 2]), (12, [198, 51, 100, 1])] {
            let covered = cover(End::Sender, &route(pointer)).unwrap();
            assert_eq!(covered[16..20], last);
            assert_eq!(covered[20..], [0; 12]);
            assert_eq!(final_destination(&route(pointer)), Ok(IpAddr::from(last)));
            assert_eq!(cover(End::Receiver, &route(pointer)).unwrap()[16..20], [198, 51, 100, 1]);
        }
    }
}

#[test]
fn ipv4_options_that_contradict_themselves_are_refused() {
    for options in
        [&[7, 0, 0, 0][..], &[7, 1, 0, 0], &[7, 5, 0, 0], &[1, 1, 1, 7], &[131, 2, 1, 1], &[131, 6, 4, 1]]
    {
        assert_eq!(cover(End::Sender, &v4(options)), Err(DropReason::Malformed), "{options:?}");
    }
    assert_eq!(cover(End::Sender, &[]), Err(DropReason::NotAnIpPacket));
    assert_eq!(cover(End::Sender, &v4(&[])[..19]), Err(DropReason::NotAnIpPacket));
}

const DESTINATION: [u8; 16] = [0xdd; 16];

/// An IPv6 header with every mutable bit set, before extension headers; AH follows.
fn v6(next_header: u8, extensions: &[u8]) -> Vec<u8> {
    let mut header = vec![0x6f, 0xff, 0xff, 0xff, 0x01, 0x02, next_header, 64];
    header.extend([0x55; 16]);
    header.extend(DESTINATION);
    header.extend(extensions);
    header
}

fn v6_covered(next_header: u8, extensions: &[u8]) -> Vec<u8> {
    let mut header = v6(next_header, extensions);
    header[..4].copy_from_slice(&[0x60, 0, 0, 0]);
    header[7] = 0;
    header
}

/// §3.3.3.1.2.1: traffic class, flow label and hop limit are zero, the rest stays.
#[test]
fn ipv6_fixed_header() {
    for end in [End::Sender, End::Receiver] {
        assert_eq!(cover(end, &v6(51, &[])), Ok(v6_covered(51, &[])));
    }
}

/// §3.3.3.1.2.2: the data of an option whose third bit is set is zero; its type and length stay, and so does every
/// option without the bit, padding too.
#[test]
fn ipv6_options_by_their_mutable_bit() {
    for kind in [0, 60] {
        let options = [51, 1, 0, 0x1e, 2, 7, 7, 0x3e, 3, 9, 9, 9, 1, 2, 5, 5];
        let mut expected = options;
        expected[9..12].fill(0);
        for end in [End::Sender, End::Receiver] {
            assert_eq!(cover(end, &v6(kind, &options)), Ok(v6_covered(kind, &expected)));
        }
    }
}

/// Appendix A2: a routing header is covered as the receiver will see it.
#[test]
fn ipv6_routes_are_covered_as_they_end() {
    for kind in [0, 2] {
        let header = |left: u8, addresses: [[u8; 16]; 3]| {
            [&[51, 6, kind, left, 0, 0, 0, 0][..], &addresses.concat()].concat()
        };
        let (a, b, c) = ([0xa; 16], [0xb; 16], [0xc; 16]);
        for (left, addresses, last) in [
            (3, [DESTINATION, a, b], c),
            (2, [a, DESTINATION, b], c),
            (1, [a, b, DESTINATION], c),
            (0, [a, b, c], DESTINATION),
        ] {
            let packet = v6(43, &header(left, [a, b, c]));
            let mut expected = v6_covered(43, &header(0, addresses));
            expected[24..40].copy_from_slice(&last);
            assert_eq!(cover(End::Sender, &packet).unwrap(), expected, "{left} left");
            assert_eq!(final_destination(&packet), Ok(IpAddr::from(last)));
            assert_eq!(cover(End::Receiver, &packet), Ok(v6_covered(43, &header(left, [a, b, c]))));
        }
        assert_eq!(cover(End::Sender, &v6(43, &header(4, [a, b, c]))), Err(DropReason::Malformed));
    }
}

/// A route that is not a plain list of addresses is covered as it is when it is gone, and refused before.
#[test]
fn ipv6_routes_of_other_types_are_not_predicted() {
    let header = |left| [&[51, 2, 4, left, 0, 0, 0, 0][..], &[0xa; 16]].concat();
    assert_eq!(cover(End::Sender, &v6(43, &header(1))), Err(DropReason::RouteNotPredictable));
    assert_eq!(cover(End::Sender, &v6(43, &header(0))), Ok(v6_covered(43, &header(0))));
    assert_eq!(cover(End::Receiver, &v6(43, &header(1))), Ok(v6_covered(43, &header(1))));
}

/// Appendix A2: a fragment header of a whole packet is skipped, as if reassembly had removed it.
#[test]
fn ipv6_fragment_headers_are_left_out() {
    let options = |next| [next, 0, 1, 4, 1, 2, 3, 4];
    let fragment = |next| [next, 0, 0, 0, 9, 9, 9, 9];
    let packet = v6(0, &[options(44), fragment(60), options(51)].concat());
    let mut expected = v6_covered(0, &[options(60), options(51)].concat());
    expected[4..6].copy_from_slice(&[0x00, 0xfa]);
    for end in [End::Sender, End::Receiver] {
        assert_eq!(cover(end, &packet).unwrap(), expected);
    }
    let mut expected = v6_covered(51, &[]);
    expected[4..6].copy_from_slice(&[0x00, 0xfa]);
    assert_eq!(cover(End::Sender, &v6(44, &fragment(51))).unwrap(), expected);
}

#[test]
fn ipv6_headers_that_contradict_themselves_are_refused() {
    let malformed = Err(DropReason::Malformed);
    assert_eq!(cover(End::Sender, &v6(60, &[51, 1, 0, 0, 0, 0, 0, 0])), malformed, "longer than it is");
    assert_eq!(
        cover(End::Sender, &v6(60, &[51, 0, 5, 9, 0, 0, 0, 0])),
        malformed,
        "an option beyond its header"
    );
    assert_eq!(
        cover(End::Sender, &v6(60, &[51, 0, 1, 3, 0, 0, 0, 5])),
        malformed,
        "an option without a length"
    );
    assert_eq!(cover(End::Sender, &v6(17, &[0; 8])), malformed, "no extension header");
    assert_eq!(cover(End::Sender, &v6(51, &[])[..39]), Err(DropReason::NotAnIpPacket));
}

#[test]
fn headers_are_bounded() {
    let options = |len: usize| {
        let mut header = vec![0; len];
        (header[0], header[1]) = (51, u8::try_from(len / 8 - 1).unwrap());
        header
    };
    assert!(cover(End::Sender, &v6(60, &options(MAX_COVERED_HEADERS - 40))).is_ok());
    assert_eq!(
        cover(End::Sender, &v6(60, &options(MAX_COVERED_HEADERS - 32))),
        Err(DropReason::HeadersTooLong)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever is given, nothing panics, and what a router may change makes no difference.
    #[test]
    fn routers_change_nothing_that_is_covered(
        options in proptest::collection::vec(any::<u8>(), 0..40),
        tos: u8, flags: u8, ttl: u8, sum: [u8; 2], is_ipv4: bool, kind in prop_oneof![Just(0_u8), Just(43), Just(60)],
    ) {
        let before = if is_ipv4 { v4(&options) } else { v6(kind, &options) };
        let mut after = before.clone();
        if is_ipv4 {
            (after[1], after[6], after[8]) = (tos, flags, ttl);
            after[10..12].copy_from_slice(&sum);
        } else {
            after[0] = 0x60 | tos >> 4;
            (after[1], after[2], after[7]) = (tos, flags, ttl);
        }
        for end in [End::Sender, End::Receiver] {
            prop_assert_eq!(cover(end, &before), cover(end, &after));
        }
    }
}
