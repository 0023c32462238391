//! Tests of looking at IP packets.

use super::*;
use crate::testing::*;
use proptest::prelude::*;

fn v6(protocol: u8, rest: &[u8]) -> Vec<u8> {
    ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), protocol, rest)
}

#[test]
fn an_ipv4_packet() {
    let mut packet = inner(10);
    packet[1] = 0xb8;
    let view = IpView::parse(&packet).unwrap();
    let expected = IpView {
        source: ip("10.1.0.1"),
        destination: ip("10.2.0.1"),
        protocol: 17,
        source_port: Some(5_000),
        destination_port: Some(53),
        header_len: 20,
        total_len: 38,
        ttl: 64,
        tos: 0xb8,
        dont_fragment: true,
        fragment: Fragment::Whole,
    };
    assert_eq!(view, expected);
    packet.extend([0; 6]);
    assert_eq!(IpView::parse(&packet).unwrap(), expected, "what lies behind is no part of it");
}

#[test]
fn an_ipv6_packet_behind_extension_headers() {
    let mut rest = vec![43, 0, 1, 4, 0, 0, 0, 0];
    rest.extend([60, 0, 0, 0, 0, 0, 0, 0]);
    rest.extend([6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    rest.extend([0x01, 0xbb, 0xc0, 0x00, 1, 2, 3]);
    let mut packet = v6(0, &rest);
    packet[0] = 0x6a;
    packet[1] = 0xb0;
    let view = IpView::parse(&packet).unwrap();
    assert_eq!((view.protocol, view.source_port, view.destination_port), (6, Some(443), Some(0xc000)));
    assert_eq!((view.header_len, view.total_len, view.ttl, view.tos), (72, 79, 61, 0xab));
    assert!(view.dont_fragment && !view.is_ipv4());
    assert_eq!((view.source, view.destination), (ip("2001:db8::1"), ip("2001:db8::2")));
}

/// RFC 7296 §3.13.1: type and code stand for the port; a later fragment hides ports.
#[test]
fn ports_of_icmp_and_of_fragments() {
    let port = |packet: &[u8]| IpView::parse(packet).unwrap().source_port;
    assert_eq!(port(&v6(58, &[128, 3, 0, 0])), Some(0x8003));
    assert_eq!(port(&v6(135, &[59, 0, 5, 0])), Some(0x0500));
    assert_eq!(port(&v6(47, &[1, 2, 3, 4])), None);
    assert_eq!(port(&v6(17, &[1, 2, 3])), None, "too short to show both ports");
    let fragment = |field: u16| {
        let [high, low] = field.to_be_bytes();
        v6(44, &[17, 0, high, low, 0, 0, 0, 1, 1, 2, 3, 4])
    };
    let seen = |packet: &[u8]| {
        let view = IpView::parse(packet).unwrap();
        (view.fragment, view.protocol, view.destination_port)
    };
    assert_eq!(seen(&fragment(0)), (Fragment::Whole, 17, Some(0x0304)));
    assert_eq!(seen(&fragment(1)), (Fragment::First, 17, Some(0x0304)));
    assert_eq!(seen(&fragment(8)), (Fragment::Later, 17, None));
    let mut packet = inner(10);
    packet[6] = 0x20;
    assert_eq!(seen(&packet), (Fragment::First, 17, Some(53)));
    packet[7] = 1;
    assert_eq!(seen(&packet), (Fragment::Later, 17, None));
}

#[test]
fn contradictions_are_refused() {
    let parse = |packet: &[u8]| IpView::parse(packet).unwrap_err();
    assert_eq!(parse(&[]), DropReason::NotAnIpPacket);
    assert_eq!(parse(&[0x50; 60]), DropReason::NotAnIpPacket);
    let with = |at: usize, octet: u8| {
        let mut packet = inner(10);
        packet[at] = octet;
        packet
    };
    assert_eq!(parse(&with(0, 0x44)), DropReason::Malformed);
    assert_eq!(parse(&with(0, 0x4f)), DropReason::BadLengthField);
    assert_eq!(parse(&with(3, 19)), DropReason::BadLengthField);
    assert_eq!(parse(&with(3, 39)), DropReason::BadLengthField);
    assert_eq!(parse(&v6(0, &[6, 1, 0, 0, 0, 0, 0, 0])), DropReason::Malformed, "header beyond the packet");
    assert_eq!(parse(&v6(44, &[6, 0, 0])), DropReason::Malformed);
    let endless = [60, 0, 0, 0, 0, 0, 0, 0].repeat(9);
    assert_eq!(parse(&v6(60, &endless)), DropReason::Malformed, "too many extension headers");
}

proptest! {
    #[test]
    fn any_truncation_is_refused(len in 0..100_usize, cut: prop::sample::Index) {
        for packet in [inner(len), v6(17, &octets(1, len + 8))] {
            prop_assert!(IpView::parse(&packet).is_ok());
            prop_assert!(IpView::parse(&packet[..cut.index(packet.len())]).is_err());
        }
    }

    #[test]
    fn lengths_are_within_the_packet(version in prop::sample::select(vec![0x45_u8, 0x46, 0x60]), mut packet: Vec<u8>) {
        if let Some(first) = packet.first_mut() {
            *first = version;
        }
        if let Ok(view) = IpView::parse(&packet) {
            prop_assert!(view.header_len <= view.total_len && view.total_len <= packet.len());
        }
    }
}

/// RFC 1858, RFC 3128: the second fragment of an attack on a filter that reads TCP flags in the first.
#[test]
fn a_fragment_inside_the_tcp_header_is_refused() {
    let with = |protocol, offset| {
        let mut packet = inner(100);
        packet[9] = protocol;
        packet[7] = offset;
        IpView::parse(&packet).map(|view| view.fragment)
    };
    assert_eq!(with(TCP, 1), Err(DropReason::OverlappingFragment));
    assert_eq!(
        [with(TCP, 0), with(TCP, 2), with(UDP, 1)],
        [Ok(Fragment::Whole), Ok(Fragment::Later), Ok(Fragment::Later)]
    );
}
