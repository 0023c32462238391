//! Tests of clamping.

use super::*;
use crate::net::checksum::Sum;
use crate::testing::*;
use proptest::prelude::*;

const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;

/// A TCP segment in an IP packet, with a right checksum.
fn tcp(v6: bool, flags: u8, options: &[u8]) -> Vec<u8> {
    assert_eq!(options.len() % 4, 0);
    let offset = u8::try_from(5 + options.len() / 4).unwrap() << 4;
    let mut segment = hex("c0de01bb0102030400000000");
    segment.extend([offset, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(options);
    segment.extend(b"data");
    let (source, destination) =
        if v6 { (ip("2001:db8::1"), ip("2001:db8:1::1")) } else { (ip("10.1.0.1"), ip("10.2.0.1")) };
    let sum = Sum::pseudo_header(source, destination, TCP, segment.len()).add(&segment).finish();
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    if v6 {
        return ipv6("2001:db8::1".parse().unwrap(), "2001:db8:1::1".parse().unwrap(), TCP, &segment);
    }
    let mut packet = inner(0)[..20].to_vec();
    packet[2..4].copy_from_slice(&u16::try_from(20 + segment.len()).unwrap().to_be_bytes());
    packet[9] = TCP;
    packet.extend(segment);
    packet
}

fn clamped(packet: &[u8], max_len: usize) -> Vec<u8> {
    let mut packet = packet.to_vec();
    let view = IpView::parse(&packet).unwrap();
    clamp(&mut packet, &view, max_len);
    let segment = &packet[view.header_len..];
    let sum = Sum::pseudo_header(view.source, view.destination, TCP, segment.len()).add(segment).finish();
    assert_eq!(sum, 0, "the checksum is right");
    packet
}

#[test]
fn syn_and_syn_ack_announce_what_fits() {
    for (v6, headers) in [(false, 40), (true, 60)] {
        for flags in [SYN, SYN_ACK] {
            let before = tcp(v6, flags, &hex("020405b401030307"));
            let after = clamped(&before, 1_400);
            let expected = tcp(
                v6,
                flags,
                &[&[2, 4][..], &(1_400_u16 - headers).to_be_bytes(), &hex("01030307")].concat(),
            );
            assert_eq!(after, expected);
            // At an odd place.
            let before = tcp(v6, flags, &hex("01020405b4010101"));
            let after = clamped(&before, 1_400);
            assert_eq!(after.len(), before.len());
            assert_ne!(after, before);
        }
    }
}

#[test]
fn what_is_not_to_be_clamped_stays() {
    let same = |packet: Vec<u8>, max_len| assert_eq!(clamped(&packet, max_len), packet);
    same(tcp(false, ACK, &hex("020405b4")), 1_400);
    same(tcp(false, SYN, &hex("02040500")), 1_400);
    same(tcp(false, SYN, &hex("00020405b4000000")), 1_400);
    same(tcp(false, SYN, &[]), 1_400);
    same(tcp(false, SYN, &hex("0100000003000000")), 1_400);
    same(tcp(false, SYN, &hex("02030505")), 1_400);
    assert_eq!(clamped(&tcp(false, SYN, &hex("020405b4")), 100)[42..44], 536_u16.to_be_bytes());
    let mut fragment = tcp(false, SYN, &hex("020405b4"));
    fragment[6] = 0x20;
    same(fragment, 1_400);
}

proptest! {
    #[test]
    fn any_segment(segment in prop::collection::vec(any::<u8>(), 0..80), max_len in 0..2_000_usize) {
        let mut packet = ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), TCP, &segment);
        let view = IpView::parse(&packet).unwrap();
        clamp(&mut packet, &view, max_len);
    }
}
