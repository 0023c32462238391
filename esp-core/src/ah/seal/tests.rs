//! Tests of putting AH into a packet.

use super::*;
use crate::suite::Integrity;
use crate::testing::*;
use core::net::Ipv6Addr;
use std::vec::Vec;

fn suite(integrity: Integrity, esn: bool) -> SaSuite {
    SaSuite::ah(integrity, esn)
}

fn sealer(suite: SaSuite) -> Sealer {
    Sealer::new(suite, Spi::new(0x0102_0304).unwrap(), &keys(suite, 3)).unwrap()
}

fn seal(suite: SaSuite, sequence: u64, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let sealed = sealer(suite).seal(sequence, &mut buf);
    if sealed.is_err() {
        assert_eq!(buf.as_slice(), packet, "a refused packet is left as it was");
    }
    sealed.map(|()| buf.as_slice().to_vec())
}

fn icv(suite: SaSuite, covered: &[u8]) -> Vec<u8> {
    let mac = MacKey::new(suite.integrity().unwrap(), keys(suite, 3).integrity.expose()).unwrap();
    let mut icv = vec![0; suite.icv_len()];
    mac.compute(0, [covered], &mut icv);
    icv
}

/// RFC 4302 §2 and §3.3.3: the packet and what its ICV covers, octet by octet.
#[test]
fn an_ipv4_packet_octet_by_octet() {
    for esn in [false, true] {
        let suite = suite(Integrity::HmacSha1_96, esn);
        let packet = inner(5);
        let sealed = seal(suite, 0x0000_0009_0000_0007, &packet).unwrap();
        let ah = [17, 4, 0, 0, 1, 2, 3, 4, 0, 0, 0, 7];
        let mut header = packet[..20].to_vec();
        header[3] += 24;
        header[9] = 51;
        header[10..12].fill(0);
        let checksum = crate::net::ipv4_checksum(&header);
        header[10..12].copy_from_slice(&checksum.to_be_bytes());
        let mut covered = header.clone();
        for mutable in [1, 6, 7, 8, 10, 11] {
            covered[mutable] = 0;
        }
        let high: &[u8] = if esn { &[0, 0, 0, 9] } else { &[] };
        let covered = [&covered[..], &ah, &[0; 12], &packet[20..], high].concat();
        assert_eq!(sealed, [&header[..], &ah, &icv(suite, &covered), &packet[20..]].concat());
    }
}

/// RFC 4302 §3.1.1 and §3.3.3.2.1: in IPv6 AH stands behind the headers for nodes on the way and before the
/// destination options for the last one, and is a multiple of 64 bits long.
#[test]
fn an_ipv6_packet_octet_by_octet() {
    let suite = suite(Integrity::HmacSha256_128, false);
    let hop_by_hop = [60, 0, 0x3e, 4, 9, 9, 9, 9];
    let behind = [&[17, 0, 1, 4, 0, 0, 0, 0][..], &octets(1, 20)].concat();
    let (a, b) = (Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED);
    let mut packet = ipv6(a, b, 0, &[&hop_by_hop[..], &behind].concat());
    (packet[0], packet[1], packet[3]) = (0x6b, 0x9f, 0xff);
    let sealed = seal(suite, 7, &packet).unwrap();
    let ah = [60, 6, 0, 0, 1, 2, 3, 4, 0, 0, 0, 7];
    let mut header = packet[..48].to_vec();
    header[5] += 32;
    header[40] = 51;
    let mut covered = header.clone();
    covered[..4].copy_from_slice(&[0x60, 0, 0, 0]);
    covered[7] = 0;
    covered[44..48].fill(0);
    let icv = icv(suite, &[&covered[..], &ah, &[0; 16], &[0; 4], &behind].concat());
    assert_eq!(sealed, [&header[..], &ah, &icv, &[0; 4], &behind].concat());
}

#[test]
fn a_routing_header_comes_before_with_the_options_before_it() {
    let suite = suite(Integrity::HmacMd5_96, false);
    let options = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let route = [&[60, 2, 0, 0, 0, 0, 0, 0][..], &[0xa; 16]].concat();
    let payload = [&options(43)[..], &route, &options(17), &octets(1, 20)].concat();
    let packet = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 60, &payload);
    let sealed = seal(suite, 1, &packet).unwrap();
    assert_eq!(sealed[40 + 8..40 + 9], [51], "behind the route");
    assert_eq!(sealed[40 + 32..40 + 34], [60, 4], "and before the last options");
}

#[test]
fn what_cannot_be_sealed_is_left_as_it_was() {
    let suite = suite(Integrity::HmacSha1_96, false);
    let mut fragment = inner(5);
    fragment[6] = 0x20;
    assert_eq!(seal(suite, 1, &fragment), Err(DropReason::FragmentInTransportMode));
    assert_eq!(seal(suite, 1, &[0; 30]), Err(DropReason::NotAnIpPacket));
    let longest = |len: usize| udp4([10, 1, 0, 1].into(), [10, 2, 0, 1].into(), len);
    assert!(seal(suite, 1, &longest(65_535 - 28 - 24)).is_ok());
    assert_eq!(seal(suite, 1, &longest(65_535 - 28 - 23)), Err(DropReason::TooBig));
    let segment_routing = [&[17, 2, 4, 1, 0, 0, 0, 0][..], &[0xa; 16], &octets(1, 20)].concat();
    let packet = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 43, &segment_routing);
    assert_eq!(seal(suite, 1, &packet), Err(DropReason::RouteNotPredictable));
    let mut octets = inner(5);
    let len = octets.len();
    let mut buf = PacketBuf::new(&mut octets, 0, len).unwrap();
    assert_eq!(sealer(suite).seal(1, &mut buf), Err(DropReason::BufferTooSmall));
    assert_eq!(buf.as_slice(), inner(5));
}
