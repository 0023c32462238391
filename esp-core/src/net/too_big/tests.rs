//! Tests of messages from routers, made by the same code that answers the host behind us.

use super::*;
use crate::net::{IcmpError, OuterHeader};
use crate::packet_buf::PacketBuf;
use crate::sa::UdpEncap;
use crate::testing::*;
use proptest::prelude::*;

/// What a router says about an outer packet of ours.
fn told(local: &str, remote: &str, encap: Option<UdpEncap>, mtu: usize) -> Vec<u8> {
    let esp = [&hex("0000123400000007")[..], &octets(1, 1_400)].concat();
    let mut storage = storage(esp.len());
    let mut packet = PacketBuf::copy_from(&mut storage, &esp).unwrap();
    let header = OuterHeader { encap, ..OuterHeader::new(ip(local), ip(remote)) };
    header.prepend(&mut packet).unwrap();
    let router = if ip(local).is_ipv4() { "203.0.113.1" } else { "2001:db8:99::1" };
    let outer = packet.as_slice().to_vec();
    let mut storage = vec![0; outer.len() + 200];
    let mut packet = PacketBuf::copy_from(&mut storage, &outer).unwrap();
    assert!((IcmpError::TooBig { mtu }).answer(&mut packet, ip(router)));
    packet.as_slice().to_vec()
}

const PORTS: UdpEncap = UdpEncap { local_port: 4_500, remote_port: 32_000 };

#[test]
fn what_a_router_says_is_read() {
    for (local, remote, header) in [("192.0.2.1", "198.51.100.1", 20), ("2001:db8::1", "2001:db8::2", 40)] {
        for encap in [None, Some(PORTS)] {
            let expected = TooBig {
                mtu: 1_300,
                source: ip(local),
                destination: ip(remote),
                packet_len: 1_408 + header + if encap.is_some() { 8 } else { 0 },
                ports: encap.map(|ports| (ports.local_port, ports.remote_port)),
                is_ah: false,
                spi: 0x1234,
                sequence: 7,
            };
            let message = told(local, remote, encap, 1_300);
            assert_eq!(TooBig::parse(&message), Ok(expected));
            for len in 0..message.len() {
                assert!(TooBig::parse(&message[..len]).is_err(), "cut off after {len}");
            }
            for bit in 0..message.len() * 8 {
                let mut damaged = message.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                // The header of IPv4 has a checksum of its own, and that of IPv6 none but for the addresses.
                if bit / 8 >= message.len() - 100 {
                    assert_eq!(TooBig::parse(&damaged), Err(DropReason::BadChecksum));
                }
            }
        }
    }
}

#[test]
fn ah_is_told_from_esp() {
    let mut message = told("192.0.2.1", "198.51.100.1", None, 1_300);
    message[28 + 9] = AH;
    message.splice(48..48, [4, 4, 0, 0]);
    message.truncate(576);
    checksum(&mut message);
    let read = TooBig::parse(&message).unwrap();
    assert_eq!((read.is_ah, read.spi, read.sequence), (true, 0x1234, 7));
}

fn checksum(message: &mut [u8]) {
    message[22..24].fill(0);
    let sum = Sum::default().add(&message[20..]).finish();
    message[22..24].copy_from_slice(&sum.to_be_bytes());
}

/// RFC 1191 §5: a router that tells no size.
#[test]
fn an_old_router_is_understood() {
    let message = told("192.0.2.1", "198.51.100.1", None, 0);
    assert_eq!(TooBig::parse(&message).unwrap().mtu, 1_006);
    assert_eq!([65_536, 1_500, 1_492, 300, 296, 0].map(plateau_below), [65_535, 1_492, 1_006, 296, 0, 0]);
}

#[test]
fn other_messages_are_told_apart() {
    let with = |change: &dyn Fn(&mut [u8])| {
        let mut message = told("192.0.2.1", "198.51.100.1", None, 1_300);
        change(&mut message);
        checksum(&mut message);
        TooBig::parse(&message).map(|read| read.mtu)
    };
    assert_eq!(with(&|_| ()), Ok(1_300));
    assert_eq!(with(&|message| message[21] = 3), Err(DropReason::NotTooBig));
    assert_eq!(with(&|message| message[20] = 11), Err(DropReason::NotTooBig));
    assert_eq!(with(&|message| message[28 + 9] = 6), Err(DropReason::NotTooBig));
    assert_eq!(with(&|message| message[28] = 0x65), Err(DropReason::Malformed));
    assert_eq!(with(&|message| message[28] = 0x44), Err(DropReason::Malformed));
    assert_eq!(with(&|message| message[28 + 7] = 1), Err(DropReason::OuterFragment));
    assert_eq!(with(&|message| message[7] = 1), Err(DropReason::OuterFragment));
    assert_eq!(TooBig::parse(&inner(100)), Err(DropReason::NotTooBig));
}

proptest! {
    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = TooBig::parse(&octets);
        let _ = Quote::parse(&octets, true).and_then(|quote| quote.told(1));
        let _ = Quote::parse(&octets, false).and_then(|quote| quote.told(1));
    }
}
