//! Tests of transport checksums behind a NAT.

use super::*;
use crate::testing::*;
use core::net::Ipv6Addr;
use std::vec::Vec;

/// The ones' complement sum over the pseudo header and the payload; 0xffff where the checksum in it is right.
fn sum(packet: &[u8]) -> u16 {
    let view = IpView::parse(packet).unwrap();
    let payload = &packet[view.header_len..view.total_len];
    let header = Sum::pseudo_header(view.source, view.destination, view.protocol, payload.len());
    !header.add(payload).finish()
}

/// A packet of `protocol` between the addresses, with a right checksum at `at`.
fn packet(source: &str, destination: &str, protocol: u8, at: usize, seed: u8) -> Vec<u8> {
    let mut payload = octets(seed, 41);
    payload[at..at + 2].fill(0);
    let (source, destination) = (ip(source), ip(destination));
    let mut packet = match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let mut packet = udp4(source, destination, 33);
            packet[9] = protocol;
            packet[20..].copy_from_slice(&payload);
            packet
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => ipv6(source, destination, protocol, &payload),
        _ => panic!(),
    };
    let begin = packet.len() - payload.len() + at;
    let checksum = !sum(&packet);
    packet[begin..begin + 2].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(sum(&packet), 0xffff);
    packet
}

/// The packet as a NAT that cannot see the checksum leaves it.
fn translated(mut packet: Vec<u8>, source: &str) -> Vec<u8> {
    match ip(source) {
        IpAddr::V4(source) => packet[12..16].copy_from_slice(&source.octets()),
        IpAddr::V6(source) => packet[8..24].copy_from_slice(&source.octets()),
    }
    packet
}

/// RFC 3948 §3.1.2, with the original addresses and without them.
#[test]
fn checksums_are_right_behind_a_nat() {
    let v4 = ["10.0.0.1", "198.51.100.1", "203.0.113.77"];
    let v6 = ["fd00::1", "2001:db8::1", "2001:db8:7::99"];
    for (addresses, protocol, at) in
        [(v4, TCP, 16), (v4, UDP, 6), (v6, TCP, 16), (v6, UDP, 6), (v6, ICMPV6, 2)]
    {
        let [real, destination, outside] = addresses;
        let original = OriginalAddresses { source: ip(real), destination: ip(destination) };
        for seed in 0..50 {
            let sent = packet(real, destination, protocol, at, seed);
            for original in [Some(original), None] {
                let mut packet = translated(sent.clone(), outside);
                let view = IpView::parse(&packet).unwrap();
                fix(&mut packet, &view, original).unwrap();
                assert_eq!(sum(&packet), 0xffff, "{protocol} {original:?}");
                let back = OriginalAddresses { source: ip(outside), destination: ip(destination) };
                let mut packet = translated(packet, real);
                let view = IpView::parse(&packet).unwrap();
                fix(&mut packet, &view, original.map(|_| back)).unwrap();
                assert_eq!(packet, sent);
            }
        }
    }
}

/// With the original addresses a wrong checksum stays wrong: it is not for the gateway to vouch for it.
#[test]
fn a_wrong_checksum_stays_wrong_where_the_original_addresses_are_known() {
    let mut packet = translated(packet("10.0.0.1", "198.51.100.1", TCP, 16, 1), "203.0.113.77");
    *packet.last_mut().unwrap() ^= 1;
    let view = IpView::parse(&packet).unwrap();
    fix(
        &mut packet,
        &view,
        Some(OriginalAddresses { source: ip("10.0.0.1"), destination: ip("198.51.100.1") }),
    )
    .unwrap();
    assert_ne!(sum(&packet), 0xffff);
}

#[test]
fn packets_without_such_a_checksum_stay_as_they_are() {
    let none = udp4("10.0.0.1".parse().unwrap(), "198.51.100.1".parse().unwrap(), 20);
    let mut icmp = packet("10.0.0.1", "198.51.100.1", UDP, 6, 1);
    icmp[9] = 1;
    let sctp = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, 132, &octets(1, 20));
    for packet in [none, icmp, sctp] {
        let mut fixed = packet.clone();
        let view = IpView::parse(&packet).unwrap();
        fix(&mut fixed, &view, None).unwrap();
        assert_eq!(fixed, packet);
    }
    let mut short = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, TCP, &octets(1, 17));
    let view = IpView::parse(&short).unwrap();
    assert_eq!(fix(&mut short, &view, None), Err(DropReason::TooShort));
}
