//! Tests of error messages, read back by hand.

use super::*;
use crate::testing::*;
use proptest::prelude::*;

fn answered(packet: &[u8], error: IcmpError, source: &str) -> Option<Vec<u8>> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let is_answered = error.answer(&mut buf, ip(source));
    if !is_answered {
        assert_eq!(buf.as_slice(), packet, "nothing changed");
    }
    is_answered.then(|| buf.as_slice().to_vec())
}

fn v6(destination: &str, next_header: u8, rest: &[u8]) -> Vec<u8> {
    ipv6("2001:db8:1::1".parse().unwrap(), destination.parse().unwrap(), next_header, rest)
}

const TOO_BIG: IcmpError = IcmpError::TooBig { mtu: 1_382 };

#[test]
fn fragmentation_needed() {
    for payload_len in [100, 1_400] {
        let packet = inner(payload_len);
        let answer = answered(&packet, TOO_BIG, "10.9.0.1").unwrap();
        let view = IpView::parse(&answer).unwrap();
        assert_eq!((view.source, view.destination), (ip("10.9.0.1"), ip("10.1.0.1")));
        assert_eq!((view.protocol, view.total_len), (ICMP, answer.len()));
        assert_eq!(answer.len(), (packet.len() + 28).min(576));
        assert_eq!(ipv4_checksum(&answer[..20]), 0);
        assert_eq!(Sum::default().add(&answer[20..]).finish(), 0);
        assert_eq!(answer[20..22], [3, 4]);
        assert_eq!(answer[24..28], [0, 0, 0x05, 0x66]);
        assert_eq!(answer[28..], packet[..answer.len() - 28], "the packet is quoted");
    }
    let answer = answered(&inner(1), IcmpError::TimeExceeded, "10.9.0.1").unwrap();
    assert_eq!((&answer[20..22], &answer[24..28]), (&[11, 0][..], &[0; 4][..]));
}

#[test]
fn packet_too_big() {
    for payload_len in [100, 1_400] {
        let packet = v6("2001:db8:2::1", 59, &octets(1, payload_len));
        let answer = answered(&packet, TOO_BIG, "2001:db8::9").unwrap();
        let view = IpView::parse(&answer).unwrap();
        assert_eq!((view.source, view.destination), (ip("2001:db8::9"), ip("2001:db8:1::1")));
        assert_eq!((view.protocol, view.total_len), (ICMPV6, answer.len()));
        assert_eq!(answer.len(), (packet.len() + 48).min(1_280));
        let sum = Sum::pseudo_header(view.source, view.destination, ICMPV6, answer.len() - 40);
        assert_eq!(sum.add(&answer[40..]).finish(), 0);
        assert_eq!((&answer[40..42], &answer[44..48]), (&[2, 0][..], &[0, 0, 0x05, 0x66][..]));
        assert_eq!(answer[48..], packet[..answer.len() - 48]);
    }
    let answer = answered(&v6("2001:db8:2::1", 59, &[]), IcmpError::TimeExceeded, "2001:db8::9").unwrap();
    assert_eq!((&answer[40..42], &answer[44..48]), (&[3, 0][..], &[0; 4][..]));
}

/// An error about an error would have two gateways answer each other for ever.
#[test]
fn some_packets_are_not_answered() {
    let v4 = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut packet = inner(100);
        change(&mut packet);
        answered(&packet, TOO_BIG, "10.9.0.1").is_some()
    };
    let icmp = |kind: u8| v4(&move |packet| (packet[9], packet[20]) = (ICMP, kind));
    assert_eq!([0, 8, 13].map(icmp), [true; 3]);
    assert_eq!([3, 4, 5, 11, 12].map(icmp), [false; 5]);
    assert!(!v4(&|packet| packet[7] = 1), "a later fragment");
    assert!(v4(&|packet| packet[6] = 0x20), "a first one");
    for single in [[0, 0, 0, 0], [224, 0, 0, 1], [255, 255, 255, 255], [127, 0, 0, 1]] {
        assert!(!v4(&|packet| packet[12..16].copy_from_slice(&single)), "from {single:?}");
        assert!(!v4(&|packet| packet[16..20].copy_from_slice(&single)), "to {single:?}");
    }
    assert_eq!(answered(&inner(10), TOO_BIG, "2001:db8::9"), None);

    let v6 = |destination: &str, error: IcmpError, kind: u8| {
        answered(&v6(destination, ICMPV6, &[kind, 0, 0, 0, 0]), error, "2001:db8::9").is_some()
    };
    assert_eq!([1, 2, 3, 4, 127, 137].map(|kind| v6("2001:db8::2", TOO_BIG, kind)), [false; 6]);
    assert_eq!([128, 129, 135].map(|kind| v6("2001:db8::2", TOO_BIG, kind)), [true; 3]);
    assert!(v6("ff0e::1", TOO_BIG, 128), "the one exception");
    assert!(!v6("ff0e::1", IcmpError::TimeExceeded, 128));
    assert_eq!(answered(&[], TOO_BIG, "10.9.0.1"), None);
    let packet = inner(10);
    let mut exact = packet.clone();
    let len = packet.len();
    let mut buf = PacketBuf::new(&mut exact, 0, len).unwrap();
    assert!(!TOO_BIG.answer(&mut buf, ip("10.9.0.1")), "no room");
    assert_eq!(buf.as_slice(), packet);
}

proptest! {
    #[test]
    fn any_octets(
        octets in prop::collection::vec(any::<u8>(), 0..120),
        headroom in 0..60_usize,
        mtu: usize,
        source in prop::sample::select(vec!["10.9.0.1", "2001:db8::9"]),
    ) {
        let mut storage = vec![0; headroom + octets.len()];
        storage[headroom..].copy_from_slice(&octets);
        let len = octets.len();
        let mut buf = PacketBuf::new(&mut storage, headroom, len).unwrap();
        if (IcmpError::TooBig { mtu }).answer(&mut buf, ip(source)) {
            prop_assert!(IpView::parse(buf.as_slice()).is_ok());
        }
    }
}
