use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;

use super::*;

fn address(v6: bool, last: u8) -> IpAddr {
    let text = if v6 { format!("2001:db8::{last:x}") } else { format!("192.0.2.{last}") };
    text.parse().unwrap()
}

/// The header, its checksum included, was not computed by this code: it is a much quoted worked example.
#[test]
fn the_header_checksum_is_that_of_others() {
    let header =
        [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
    let mut packet = header.to_vec();
    packet.resize(0x73, 0);
    assert_eq!(parse_ip(&packet).unwrap().destination, IpAddr::from([192, 168, 0, 199]));
    assert_eq!(
        build_ip([192, 168, 0, 1].into(), [192, 168, 0, 199].into(), UDP, &[0; 0x73 - 20]).unwrap(),
        packet
    );
}

#[test]
fn a_router_lowers_the_hop_limit_and_drops_at_zero() {
    for v6 in [false, true] {
        let mut packet = build_ip(address(v6, 1), address(v6, 2), ESP, &[1, 2, 3]).unwrap();
        for left in (1..64).rev() {
            packet = forwarded(&packet).unwrap();
            assert_eq!(parse_ip(&packet).unwrap().hop_limit, left);
        }
        assert_eq!(forwarded(&packet), None);
    }
}

#[test]
fn esp_is_found_raw_and_in_udp_but_not_behind_the_non_esp_marker() {
    let esp = [0, 0, 1, 1, 0, 0, 0, 9, 7, 7, 7, 7];
    let raw = build_ip(address(false, 1), address(false, 2), ESP, &esp).unwrap();
    assert_eq!(esp_payload(&parse_ip(&raw).unwrap()), Some(&esp[..]));
    let from = SocketAddr::new(address(false, 1), 40_000);
    let to = SocketAddr::new(address(false, 2), NAT_T_PORT);
    let udp = build_udp(from, to, &esp).unwrap();
    assert_eq!(esp_payload(&parse_ip(&udp).unwrap()), Some(&esp[..]));
    assert_eq!(esp_header(&esp), Some((0x101, 9)));
    let ike = build_udp(from, to, &[0; 40]).unwrap();
    assert_eq!(esp_payload(&parse_ip(&ike).unwrap()), None);
    assert_eq!(summary(&udp), "192.0.2.1:40000 > 192.0.2.2:4500 ESP 00000101 seq 9, 12 octets in UDP");
}

proptest! {
    #[test]
    fn udp_comes_back(v6: bool, ports: (u16, u16), payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (from, to) = (SocketAddr::new(address(v6, 1), ports.0), SocketAddr::new(address(v6, 2), ports.1));
        let packet = build_udp(from, to, &payload).unwrap();
        let expected = UdpDatagram { source: from, destination: to, payload: &payload };
        prop_assert_eq!(parse_udp(&parse_ip(&packet).unwrap()), Some(expected));
    }

    #[test]
    fn echo_comes_back(
        v6: bool,
        reply: bool,
        identifier: u16,
        sequence: u16,
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let echo = Echo { reply, identifier, sequence, payload: &payload };
        let packet = build_echo(address(v6, 1), address(v6, 2), &echo).unwrap();
        prop_assert_eq!(parse_echo(&parse_ip(&packet).unwrap()), Some(echo));
    }

    /// A host drops what a link has damaged, wherever in an IPv4 UDP packet that is.
    #[test]
    fn one_wrong_bit_is_seen(
        bit in 0_usize..8 * (20 + 8 + 50),
        payload in proptest::collection::vec(any::<u8>(), 50..=50),
    ) {
        let (from, to) = (SocketAddr::new(address(false, 1), 500), SocketAddr::new(address(false, 2), 500));
        let intact = build_udp(from, to, &payload).unwrap();
        let mut packet = intact.clone();
        packet[bit / 8] ^= 1 << (bit % 8);
        let seen = parse_ip(&packet).and_then(|ip| parse_udp(&ip));
        let checksum_gone = packet[26..28] == [0, 0];
        prop_assert!(seen.is_none() || checksum_gone);
    }

    #[test]
    fn nothing_panics(packet in proptest::collection::vec(any::<u8>(), 0..120), version in 0_u8..16) {
        let mut packet = packet;
        if let Some(first) = packet.first_mut() {
            *first = version << 4 | (*first & 0x0f);
        }
        let _ = summary(&packet);
        let _ = forwarded(&packet);
    }
}

#[test]
fn too_big_comes_back() {
    for v6 in [false, true] {
        let (from, to, router) = (address(v6, 1), address(v6, 2), address(v6, 9));
        let packet = build_ip(from, to, ESP, &[7; 1_400]).unwrap();
        let message = build_too_big(router, &packet, 1_300).unwrap();
        let ip = parse_ip(&message).unwrap();
        assert_eq!((ip.source, ip.destination), (router, from));
        assert_eq!(parse_too_big(&ip), Some((to, 1_300)));
        assert!(message.len() <= if v6 { 1_280 } else { 576 });
        let mut damaged = message.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(parse_too_big(&parse_ip(&damaged).unwrap()), None);
        assert_eq!(parse_too_big(&parse_ip(&packet).unwrap()), None);
        assert_eq!(build_too_big(address(!v6, 9), &packet, 1_300), None);
    }
}
