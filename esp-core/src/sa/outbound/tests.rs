//! Tests of outbound Security Associations.

use super::*;
use crate::command::SaEvent;
use crate::esp::EspHeader;
use crate::sa::Direction;
use crate::suite::{Cipher, Integrity};
use crate::testing::*;
use std::collections::BTreeSet;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(5);

fn sa(esn: bool) -> (OutboundSa, SaKey) {
    let params = params(Direction::Outbound, 0x1000, suite(Cipher::Aes128Cbc, Integrity::HmacSha1_96, esn));
    (OutboundSa::new(&params).unwrap(), params.key())
}

fn seal(sa: &OutboundSa, key: SaKey, events: &EventQueue) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(50);
    let mut packet = PacketBuf::copy_from(&mut storage, &octets(1, 50)).unwrap();
    let sealed = sa.seal(NOW, 4, &mut packet, key, events);
    if sealed.is_err() {
        assert_eq!(packet.as_slice(), octets(1, 50), "a refused packet is left as it was");
    }
    sealed.map(|()| packet.as_slice().to_vec())
}

fn sequence(packet: &[u8]) -> u32 {
    EspHeader::parse(packet).unwrap().sequence
}

#[test]
fn numbers_begin_at_one_and_rise_by_one() {
    let ((sa, key), events) = (sa(false), EventQueue::new(4));
    for expected in 1..=5 {
        assert_eq!(sequence(&seal(&sa, key, &events).unwrap()), expected);
    }
}

/// the sequence number does not wrap at 2^32, and the end is reported before and at it, once each.
#[test]
fn the_sequence_number_never_wraps() {
    for (esn, last) in [(false, u64::from(u32::MAX)), (true, u64::MAX)] {
        let ((sa, key), events) = (sa(esn), EventQueue::new(4));
        sa.sequence.store(last - last / 16 - 1, Ordering::Relaxed);
        seal(&sa, key, &events).unwrap();
        assert_eq!(events.pop(), None);
        seal(&sa, key, &events).unwrap();
        let limit = Limit::SequenceNumber;
        assert_eq!(events.pop(), Some(SaEvent::SoftLimit { key, limit }));
        sa.sequence.store(last - 1, Ordering::Relaxed);
        assert_eq!(sequence(&seal(&sa, key, &events).unwrap()), u32::MAX);
        for _ in 0..3 {
            assert_eq!(seal(&sa, key, &events), Err(DropReason::SequenceExhausted));
        }
        assert_eq!(events.pop(), Some(SaEvent::HardLimit { key, limit }));
        assert_eq!(events.pop(), None);
    }
}

/// Extended numbers go on where the others end.
#[test]
fn extended_numbers_pass_2_to_the_32() {
    let ((sa, key), events) = (sa(true), EventQueue::new(4));
    sa.sequence.store(u64::from(u32::MAX) - 1, Ordering::Relaxed);
    let low = [(); 3].map(|()| sequence(&seal(&sa, key, &events).unwrap()));
    assert_eq!(low, [u32::MAX, 0, 1]);
}

#[test]
fn a_packet_without_room_costs_no_number() {
    let ((sa, key), events) = (sa(false), EventQueue::new(4));
    let mut small = [0; 50];
    let mut packet = PacketBuf::new(&mut small, 0, 50).unwrap();
    assert_eq!(sa.seal(NOW, 4, &mut packet, key, &events), Err(DropReason::BufferTooSmall));
    assert_eq!(sequence(&seal(&sa, key, &events).unwrap()), 1);
    assert_eq!(sa.counters().usage().packets, 1);
}

/// Many cores seal with one Security Association: no number is given twice.
#[test]
fn many_threads_share_the_numbers() {
    let ((sa, key), events) = (sa(false), EventQueue::new(4));
    let numbers: Vec<u32> = std::thread::scope(|scope| {
        let work = || (0..500).map(|_| sequence(&seal(&sa, key, &events).unwrap())).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(numbers.iter().copied().collect::<BTreeSet<_>>(), (1..=2_000).collect());
    assert_eq!(sa.counters().usage().packets, 2_000);
}

/// RFC 4303 §2.7: with padding against traffic analysis packets of all lengths look alike, and come out as they were.
#[test]
fn padded_packets_look_alike_and_open() {
    for suite in suites() {
        let outbound = params(Direction::Outbound, 0x1000, suite);
        let (ours, events) = (OutboundSa::new(&outbound).unwrap(), EventQueue::new(8));
        let theirs = mirrored(&outbound);
        let peer = crate::sa::InboundSa::new(&theirs).unwrap();
        let arrival = crate::sa::Arrival {
            key: theirs.key(),
            source: "192.0.2.1:0".parse().unwrap(),
            expected: None,
            outer: None,
        };
        let mut lens = BTreeSet::new();
        for payload in [0, 1, 17, 500] {
            let original = inner(payload);
            let mut storage = storage(1_000);
            let mut packet = PacketBuf::copy_from(&mut storage, &original).unwrap();
            ours.seal_padded(NOW, 4, 900, &mut packet, outbound.key(), &events).unwrap();
            lens.insert(packet.len());
            peer.open(NOW, &arrival, &mut packet, &events).unwrap();
            assert_eq!(packet.as_slice(), original, "{suite}");
        }
        assert_eq!(lens.len(), 1, "{suite}");

        // RFC 4303 §2.6: a dummy is verified, and dropped as what it is.
        let mut storage = storage(1_000);
        let mut packet = PacketBuf::copy_from(&mut storage, &[1; 40]).unwrap();
        ours.seal_dummy(NOW, 900, &mut packet, outbound.key(), &events).unwrap();
        assert!(lens.contains(&packet.len()), "a dummy looks as the others do");
        assert_eq!(peer.open(NOW, &arrival, &mut packet, &events), Err(DropReason::DummyPacket));
    }
}

/// Where there is no room for the padding, nothing is changed and no number spent; in transport mode the receiver could
/// not tell the padding from the payload.
#[test]
fn padding_that_cannot_be() {
    let ((sa, key), events) = (sa(false), EventQueue::new(4));
    let mut storage = storage(50);
    let mut packet = PacketBuf::copy_from(&mut storage, &octets(1, 50)).unwrap();
    let refused = sa.seal_padded(NOW, 4, 51 + PacketBuf::TAILROOM, &mut packet, key, &events);
    assert_eq!((refused, packet.as_slice()), (Err(DropReason::BufferTooSmall), &octets(1, 50)[..]));
    assert_eq!(sa.last_sequence(), 0);
    let mut transport = params(Direction::Outbound, 0x1000, SUITE);
    transport.mode = Mode::Transport;
    let sa = OutboundSa::new(&transport).unwrap();
    let refused = sa.seal_padded(NOW, 4, 60, &mut packet, key, &events);
    assert_eq!(refused, Err(DropReason::PaddingOutsideTunnelMode));
}
