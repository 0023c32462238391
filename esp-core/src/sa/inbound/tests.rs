//! Tests of inbound Security Associations.

mod histories;

use super::*;
use crate::command::SaEvent;
use crate::crypt::MacKey;
use crate::esp::Sealer;
use crate::sa::{Direction, SaUsage};
use crate::suite::{Cipher, CipherFamily, Integrity};
use crate::testing::*;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(5);
const HOME: &str = "192.0.2.1:4500";

/// One end that receives, and the keys of the end that sends.
struct World {
    params: SaParams,
    sa: InboundSa,
    events: EventQueue,
}

impl World {
    fn new(suite: SaSuite) -> Self {
        let params = mirrored(&params(Direction::Outbound, 0x1000, suite));
        Self { sa: InboundSa::new(&params).unwrap(), params, events: EventQueue::new(16) }
    }

    fn seal(&self, sequence: u64, next_header: u8, payload: &[u8]) -> Vec<u8> {
        let sealer = Sealer::new(self.params.suite, self.params.spi, &self.params.keys).unwrap();
        let mut storage = storage(payload.len());
        let mut packet = PacketBuf::copy_from(&mut storage, payload).unwrap();
        sealer.seal(sequence, next_header, &mut packet).unwrap();
        packet.as_slice().to_vec()
    }

    fn open_from(&self, source: &str, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        let arrival = Arrival {
            key: self.params.key(),
            source: source.parse().unwrap(),
            expected: Some(HOME.parse().unwrap()),
            outer: None,
        };
        let mut storage = storage(packet.len());
        let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
        self.sa.open(NOW, &arrival, &mut buf, &self.events)?;
        Ok(buf.as_slice().to_vec())
    }

    fn open(&self, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        self.open_from(HOME, packet)
    }

    fn events(&self) -> Vec<SaEvent> {
        core::iter::from_fn(|| self.events.pop()).collect()
    }

    fn top(&self) -> u64 {
        self.sa.state.lock().window.top()
    }
}

/// replays at and beyond the window, sequence 0.
#[test]
fn replays_are_refused() {
    let world = World::new(SUITE);
    let packet = |sequence| world.seal(sequence, 4, &inner(10));
    assert_eq!(world.open(&packet(0)), Err(DropReason::SequenceZero));
    assert_eq!(world.open(&packet(100)), Ok(inner(10)));
    assert_eq!(world.open(&packet(100)), Err(DropReason::Replayed));
    assert_eq!(world.open(&packet(37)), Ok(inner(10)));
    assert_eq!(world.open(&packet(37)), Err(DropReason::Replayed));
    assert_eq!(world.open(&packet(36)), Err(DropReason::TooOld));
    assert_eq!(world.sa.counters().usage(), SaUsage { bytes: 76, packets: 2, last_used: Some(NOW) });
}

/// F-31: a packet that is not verified moves nothing, reports nothing and stays as it is.
#[test]
fn forged_packets_change_nothing() {
    for suite in suites() {
        let world = World::new(suite);
        let good = world.seal(5, 4, &inner(10));
        let is_ccm = suite.cipher().unwrap().family() == CipherFamily::AesCcm;
        for at in 8..good.len() {
            let mut forged = good.clone();
            forged[at] ^= 0x80;
            let mut copy = forged.clone();
            let len = copy.len();
            let mut buf = PacketBuf::new(&mut copy, 0, len).unwrap();
            let arrival = Arrival {
                key: world.params.key(),
                source: "203.0.113.66:1".parse().unwrap(),
                expected: Some(HOME.parse().unwrap()),
                outer: None,
            };
            let outcome = world.sa.open(NOW, &arrival, &mut buf, &world.events);
            assert_eq!(outcome, Err(DropReason::BadIcv), "{suite} {at}");
            // AES-CCM verifies what it has decrypted, and leaves zeros where that was wrong.
            let kept = if is_ccm { 16 } else { forged.len() };
            assert_eq!(buf.as_slice()[..kept], forged[..kept]);
        }
        let mut jump = good.clone();
        jump[4..8].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
        assert_eq!(world.open(&jump), Err(DropReason::BadIcv));
        assert_eq!(
            (world.top(), world.events(), world.sa.counters().usage()),
            (0, vec![], SaUsage::default())
        );
        assert_eq!(world.open(&good), Ok(inner(10)), "the right one still passes");
    }
}

/// F-31: the numbers carry over 2^32 though half of them is not sent.
#[test]
fn extended_numbers_carry() {
    let world = World::new(suite(Cipher::Aes128Cbc, Integrity::HmacSha1_96, true));
    let packet = |sequence| world.seal(sequence, 4, &inner(10));
    let carry = 1_u64 << 32;
    for sequence in [1 << 31, carry - 3, carry + 5, carry - 2, carry, carry + (1 << 31), 2 * carry + 1] {
        assert_eq!(world.open(&packet(sequence)), Ok(inner(10)), "{sequence:#x}");
        assert_eq!(world.open(&packet(sequence)), Err(DropReason::Replayed));
    }
    assert_eq!(world.top(), 2 * carry + 1);
    let wrong_epoch = world.open(&packet(carry + 7));
    assert_eq!(wrong_epoch, Err(DropReason::BadIcv), "taken for one of the next epoch");
}

#[test]
fn short_numbers_do_not_carry() {
    let world = World::new(SUITE);
    assert_eq!(world.open(&world.seal(u64::from(u32::MAX), 4, &inner(10))), Ok(inner(10)));
    assert_eq!(world.open(&world.seal(1 << 32, 4, &inner(10))), Err(DropReason::SequenceZero));
    assert_eq!(world.open(&world.seal((1 << 32) | 1, 4, &inner(10))), Err(DropReason::TooOld));
}

/// unknown next header; RFC 4301 §5.2: what the Security Association was not negotiated for.
#[test]
fn verified_packets_are_checked_for_what_they_hold() {
    let world = World::new(SUITE);
    let other = udp4([10, 9, 0, 1].into(), [10, 2, 0, 1].into(), 4);
    let v6 = ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), 59, &[]);
    let cases: [(u8, &[u8], DropReason); 9] = [
        (17, &inner(10), DropReason::UnexpectedNextHeader),
        (0, &inner(10), DropReason::UnexpectedNextHeader),
        (59, &[], DropReason::DummyPacket),
        (59, &octets(1, 100), DropReason::DummyPacket),
        (41, &inner(10), DropReason::UnexpectedNextHeader),
        (4, &v6, DropReason::UnexpectedNextHeader),
        (41, &v6, DropReason::SelectorMismatch),
        (4, &other, DropReason::SelectorMismatch),
        (4, &inner(10)[..30], DropReason::BadLengthField),
    ];
    for (sequence, (next_header, payload, reason)) in (1..).zip(cases) {
        assert_eq!(world.open(&world.seal(sequence, next_header, payload)), Err(reason));
        assert_eq!(world.top(), sequence, "its number is spent");
    }
    assert_eq!(world.sa.counters().usage().packets, 0);
    let key = world.params.key();
    assert_eq!(world.events(), [SaEvent::FirstUse { key }]);
}

/// RFC 4303 §2.7: octets behind the inner packet, which hide its length, are cut off.
#[test]
fn traffic_flow_padding_is_cut_off() {
    let world = World::new(SUITE);
    let mut payload = inner(10);
    payload.extend([0; 300]);
    assert_eq!(world.open(&world.seal(1, 4, &payload)), Ok(inner(10)));
}

/// wrong padding under a right ICV.
#[test]
fn wrong_padding_is_refused() {
    let suite = suite(Cipher::Null, Integrity::HmacSha1_96, false);
    let world = World::new(suite);
    for (trailer, reason) in
        [([1, 2, 9, 3, 4], DropReason::BadPadding), ([1, 2, 3, 200, 4], DropReason::PadLengthTooLong)]
    {
        let sequence = if reason == DropReason::BadPadding { 1_u8 } else { 2 };
        let mut packet = vec![0, 0, 0x10, 0, 0, 0, 0, sequence];
        packet.extend(inner(10));
        packet.extend(trailer);
        let mut icv = [0; 12];
        let mac = MacKey::new(suite.integrity().unwrap(), world.params.keys.integrity.expose()).unwrap();
        mac.compute(0, [&packet, &[]], &mut icv);
        packet.extend(icv);
        assert_eq!(world.open(&packet), Err(reason));
    }
}

#[test]
fn a_move_is_reported_once_and_only_by_the_newest_verified_packet() {
    let world = World::new(SUITE);
    let packet = |sequence| world.seal(sequence, 4, &inner(10));
    let key = world.params.key();
    let (a, b) = ("203.0.113.5:1024", "203.0.113.5:1025");
    let moved = |to: &str| SaEvent::PeerMoved { key, remote: to.parse().unwrap() };
    world.open(&packet(10)).unwrap();
    assert_eq!(world.events(), [SaEvent::FirstUse { key }]);
    world.open_from(a, &packet(11)).unwrap();
    world.open_from(a, &packet(12)).unwrap();
    assert_eq!(world.events(), [moved(a)]);
    world.open_from(b, &packet(13)).unwrap();
    world.open_from(a, &packet(9)).unwrap();
    assert_eq!(world.events(), [moved(b)]);
    let mut forged = packet(20);
    *forged.last_mut().unwrap() ^= 1;
    assert!(world.open_from(a, &forged).is_err());
    world.open_from("203.0.113.5:0", &packet(14)).unwrap();
    assert_eq!(world.events(), [], "neither forged nor without UDP");
    world.open(&packet(15)).unwrap();
    world.open_from(b, &packet(16)).unwrap();
    assert_eq!(world.events(), [moved(b)], "there and back and there again");
}

/// F-30: counted under its own name while nothing was ever verified, refused always.
#[test]
fn the_old_draft_of_sha256_has_its_own_reason() {
    for cipher in core::iter::once(Cipher::Null).chain(CBC) {
        let world = World::new(suite(cipher, Integrity::HmacSha256_128, false));
        let good = world.seal(1, 4, &inner(10));
        let cut = &good[..good.len() - 4];
        assert_eq!(world.open(cut), Err(DropReason::Sha256IcvCutTo96), "{cipher}");
        assert_eq!(world.open(&good), Ok(inner(10)));
        let later = world.seal(2, 4, &inner(10));
        let reason = world.open(&later[..later.len() - 4]).unwrap_err();
        assert!(matches!(reason, DropReason::BadIcv | DropReason::NotBlockAligned), "{cipher} {reason}");
    }
}

/// Many cores open the packets of one Security Association at once: each passes once.
#[test]
fn many_threads_share_the_window() {
    let world = World::new(SUITE);
    let packets: Vec<_> = (1..=60).map(|sequence| world.seal(sequence, 4, &inner(10))).collect();
    let passed: usize = std::thread::scope(|scope| {
        let work = || packets.iter().filter(|packet| world.open(packet).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(passed, 60);
    assert_eq!(world.sa.counters().usage().packets, 60);
}
