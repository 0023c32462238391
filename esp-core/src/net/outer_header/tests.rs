//! Tests of the headers outside ESP.

use super::*;
use crate::suite::{Cipher, Integrity};
use crate::testing::*;

const PORTS: UdpEncap = UdpEncap { local_port: 4_500, remote_port: 32_000 };

fn header(local: &str, remote: &str, encap: Option<UdpEncap>) -> OuterHeader {
    let plain = OuterHeader::new(ip(local), ip(remote));
    OuterHeader { encap, tos: 0xb9, id: 7, hop_limit: 63, flow_label: 0xfff1_2345, ..plain }
}

#[test]
fn what_is_put_before_is_taken_off_again() {
    for (local, remote) in [("192.0.2.1", "198.51.100.1"), ("2001:db8::1", "2001:db8::2")] {
        for encap in [None, Some(PORTS)] {
            let mut storage = storage(30);
            let mut packet = PacketBuf::copy_from(&mut storage, &octets(1, 30)).unwrap();
            header(local, remote, encap).prepend(&mut packet).unwrap();
            let view = IpView::parse(packet.as_slice()).unwrap();
            assert_eq!((view.tos, view.dont_fragment, view.total_len), (0xb9, true, packet.len()));
            assert_eq!(view.ttl, 63);
            let sent = packet.as_slice();
            let label_or_id = if view.is_ipv4() { &sent[4..6] } else { &sent[1..4] };
            assert_eq!(label_or_id, if view.is_ipv4() { &[0, 7][..] } else { &[0x91, 0x23, 0x45] });
            let outer = strip_outer(&mut packet).unwrap();
            let (from, to) = encap.map_or((0, 0), |ports| (ports.local_port, ports.remote_port));
            assert_eq!(outer.source, SocketAddr::new(ip(local), from));
            assert_eq!(outer.destination, SocketAddr::new(ip(remote), to));
            assert_eq!((outer.protocol, outer.tos), (if encap.is_some() { 17 } else { 50 }, 0xb9));
            assert_eq!(packet.as_slice(), octets(1, 30));
        }
    }
}

#[test]
fn the_header_has_its_checksum() {
    let mut storage = storage(4);
    let mut packet = PacketBuf::copy_from(&mut storage, b"body").unwrap();
    header("192.0.2.1", "198.51.100.1", None).prepend(&mut packet).unwrap();
    assert_eq!(ipv4_checksum(&packet.as_slice()[..20]), 0);
}

/// outer fragments.
#[test]
fn outer_fragments_are_refused() {
    for field in [[0x20, 0], [0, 1], [0x20, 9]] {
        let mut storage = storage(40);
        let mut packet = inner(12);
        packet[6..8].copy_from_slice(&field);
        let mut packet = PacketBuf::copy_from(&mut storage, &packet).unwrap();
        assert_eq!(strip_outer(&mut packet), Err(DropReason::OuterFragment));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let strip = |packet: &[u8]| {
        let mut storage = storage(packet.len());
        strip_outer(&mut PacketBuf::copy_from(&mut storage, packet).unwrap())
    };
    let mut packet = inner(12);
    packet[25] = 21;
    assert_eq!(strip(&packet), Err(DropReason::BadLengthField));
    packet[25] = 7;
    assert_eq!(strip(&packet), Err(DropReason::BadLengthField));
    let mut short = inner(0);
    short[3] = 27;
    assert_eq!(strip(&short[..27]), Err(DropReason::TooShort));

    let mut large = storage(65_520);
    let mut packet = PacketBuf::new(&mut large, PacketBuf::HEADROOM, 65_520).unwrap();
    let v4 = header("192.0.2.1", "198.51.100.1", None);
    assert_eq!(v4.prepend(&mut packet), Err(DropReason::TooBig));
    let mut small = [0; 10];
    let mut packet = PacketBuf::new(&mut small, 5, 5).unwrap();
    assert_eq!(v4.prepend(&mut packet), Err(DropReason::BufferTooSmall));
    let mixed = header("192.0.2.1", "2001:db8::2", None);
    assert_eq!(mixed.prepend(&mut packet), Err(DropReason::Malformed));
}

#[test]
fn the_longest_inner_packet() {
    let suite = SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).unwrap();
    // 1500 - 20 - 8 - 16 - 12 = 1444, of which 1440 are whole blocks.
    assert_eq!(max_inner_len(1_500, ip("192.0.2.1"), suite, None), 1_438);
    assert_eq!(max_inner_len(1_500, ip("192.0.2.1"), suite, Some(PORTS)), 1_422);
    assert_eq!(max_inner_len(1_500, ip("2001:db8::1"), suite, None), 1_422);
    assert_eq!(max_inner_len(40, ip("192.0.2.1"), suite, None), 0);
}
