//! Tests of fragmentation against a reassembly that knows nothing of it.

use super::*;
use crate::net::Fragment;
use crate::testing::*;
use proptest::prelude::*;

/// A packet that may be fragmented.
fn fragmentable(payload_len: usize, options: &[u8]) -> Vec<u8> {
    let mut packet = inner(payload_len);
    packet.splice(20..20, options.iter().copied());
    packet[0] = 0x45 + u8::try_from(options.len() / 4).unwrap();
    let len = u16::try_from(packet.len()).unwrap();
    packet[2..4].copy_from_slice(&len.to_be_bytes());
    packet[6] = 0;
    checksum(&mut packet);
    packet
}

fn checksum(packet: &mut [u8]) {
    let header_len = usize::from(packet[0] & 0x0f) * 4;
    packet[10..12].fill(0);
    let checksum = ipv4_checksum(&packet[..header_len]);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
}

fn cut(packet: &[u8], max_len: usize) -> Vec<Vec<u8>> {
    let mut fragments = Fragments::new(packet, max_len).unwrap();
    let mut storage = storage(packet.len());
    core::iter::from_fn(|| Some(fragments.next_into(&mut storage)?.unwrap().as_slice().to_vec())).collect()
}

/// The packet whose fragments these are, with the header of the first.
fn reassemble(fragments: &[Vec<u8>]) -> Vec<u8> {
    let mut payload: Vec<u8> = Vec::new();
    for (i, fragment) in fragments.iter().enumerate() {
        let view = IpView::parse(fragment).unwrap();
        let field = u16::from_be_bytes([fragment[6], fragment[7]]);
        assert_eq!(usize::from(field & 0x1fff) * 8, payload.len());
        assert_eq!(field & 0x2000 != 0, i + 1 < fragments.len());
        assert_eq!(ipv4_checksum(&fragment[..view.header_len]), 0);
        payload.extend(&fragment[view.header_len..]);
    }
    let header_len = usize::from(fragments[0][0] & 0x0f) * 4;
    let mut packet = fragments[0][..header_len].to_vec();
    packet.extend(payload);
    let len = u16::try_from(packet.len()).unwrap();
    packet[2..4].copy_from_slice(&len.to_be_bytes());
    packet[6..8].fill(0);
    checksum(&mut packet);
    packet
}

#[test]
fn a_packet_that_fits_is_its_own_fragment() {
    let packet = fragmentable(100, &[]);
    assert_eq!(cut(&packet, 136), vec![packet.clone()]);
    let empty = {
        let mut packet = packet[..20].to_vec();
        packet[2..4].copy_from_slice(&[0, 20]);
        checksum(&mut packet);
        packet
    };
    assert_eq!(cut(&empty, 100), vec![empty]);
}

#[test]
fn later_fragments_have_the_options_that_are_copied() {
    // Record Route, which is not copied; Stream Identifier, which is; no operation.
    let packet = fragmentable(100, &hex("0707040a000000880400010101010000"));
    let fragments = cut(&packet, 80);
    assert!(fragments.len() > 2);
    assert_eq!(fragments[0][20..36], packet[20..36]);
    for later in &fragments[1..] {
        assert_eq!(later[20..36], hex("01010101010101880400010101010000"));
        assert_eq!(IpView::parse(later).unwrap().fragment, Fragment::Later);
    }
    assert_eq!(reassemble(&fragments), packet);
}

#[test]
fn a_fragment_is_cut_again() {
    let packet = fragmentable(1_000, &[]);
    let mut pieces = Vec::new();
    for fragment in cut(&packet, 600) {
        pieces.extend(cut(&fragment, 100));
    }
    assert_eq!(reassemble(&pieces), packet);
}

#[test]
fn what_may_not_be_fragmented_is_not() {
    let refused = |packet: &[u8], max_len| Fragments::new(packet, max_len).unwrap_err();
    assert_eq!(refused(&inner(100), 64), DropReason::TooBig, "DF");
    let v6 = ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), 59, &[0; 100]);
    assert_eq!(refused(&v6, 64), DropReason::TooBig);
    assert_eq!(refused(&fragmentable(100, &[]), 27), DropReason::TooBig);
    assert_eq!(refused(&[], 100), DropReason::NotAnIpPacket);
    let mut last = fragmentable(100, &[]);
    last[6..8].copy_from_slice(&[0x1f, 0xff]);
    let mut fragments = Fragments::new(&last, 60).unwrap();
    let mut storage = storage(200);
    assert!(fragments.next_into(&mut storage).unwrap().is_ok());
    assert_eq!(fragments.next_into(&mut storage).unwrap().unwrap_err(), DropReason::Malformed);
    let packet = fragmentable(100, &[]);
    let mut fragments = Fragments::new(&packet, 60).unwrap();
    assert_eq!(fragments.next_into(&mut [0; 100]).unwrap().unwrap_err(), DropReason::BufferTooSmall);
}

proptest! {
    #[test]
    fn fragments_are_the_packet(payload_len in 0..5_000_usize, max_len in 28..1_600_usize) {
        let packet = fragmentable(payload_len, &[]);
        let fragments = cut(&packet, max_len);
        prop_assert!(fragments.iter().all(|fragment| fragment.len() <= max_len.max(28)));
        prop_assert_eq!(reassemble(&fragments), packet);
    }

    #[test]
    fn any_octets(mut octets in prop::collection::vec(any::<u8>(), 0..200), max_len in 0..200_usize) {
        if let Some(first) = octets.first_mut() {
            *first = 0x40 | (*first & 0x0f);
        }
        let mut storage = storage(200);
        if let Ok(mut fragments) = Fragments::new(&octets, max_len) {
            let mut count = 0;
            while fragments.next_into(&mut storage).is_some() {
                count += 1;
            }
            prop_assert!(count <= 200 / 8 + 1);
        }
    }
}
