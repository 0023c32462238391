//! Random histories of ESP and AH against a receiver that remembers every number.

use super::*;
use crate::ah;
use crate::net::transport::Arrived;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;

const SPACE: i128 = 1 << 32;

/// A receiver that remembers every number it ever verified.
struct Model {
    esn: bool,
    size: i128,
    seen: BTreeSet<i128>,
}

impl Model {
    fn top(&self) -> i128 {
        self.seen.last().copied().unwrap_or(0)
    }

    /// The number that a packet is taken for whose own number is `sequence`: with extended numbers the only one with
    /// its low half from the bottom of the window on (RFC 4303 appendix A2).
    fn taken_for(&self, sequence: i128) -> i128 {
        let bottom = if self.esn { self.top() - self.size + 1 } else { 0 };
        bottom + (sequence - bottom).rem_euclid(SPACE)
    }

    /// What is said of a packet before its ICV is looked at.
    fn check(&self, sequence: i128) -> Result<(), DropReason> {
        match self.taken_for(sequence) {
            0 => Err(DropReason::SequenceZero),
            number if number < 0 || number + self.size <= self.top() => Err(DropReason::TooOld),
            number if self.seen.contains(&number) => Err(DropReason::Replayed),
            _ => Ok(()),
        }
    }

    /// What becomes of an honest packet.
    fn take(&mut self, sequence: i128) -> Result<(), DropReason> {
        self.check(sequence)?;
        if self.taken_for(sequence) != sequence {
            return Err(DropReason::BadIcv);
        }
        self.seen.insert(sequence);
        Ok(())
    }
}

/// What an attacker sends before a packet arrives.
#[derive(Clone, Debug)]
enum Forgery {
    None,
    Flipped(Index),
    Cut(Index),
}

/// One number after the other, each counted from the highest so far.
#[derive(Clone, Debug)]
struct History {
    suite: SaSuite,
    window: u32,
    start: i128,
    steps: Vec<(i128, Forgery)>,
}

fn histories() -> impl Strategy<Value = History> {
    let gcm = |esn| SaSuite::esp(Cipher::Aes128Gcm16, None, esn).unwrap();
    let sha1 = |esn| suite(Cipher::Aes128Cbc, Integrity::HmacSha1_96, esn);
    // The numbers with carries three times as often.
    let esp = [sha1(false), sha1(true), sha1(true), sha1(true), gcm(false), gcm(true), gcm(true), gcm(true)];
    let suites: Vec<_> = esp.into_iter().chain(ah_suites()).collect();
    let windows = prop::sample::select(vec![32_u32, 64, 1_024, 4_096, 8_192]);
    (prop::sample::select(suites), windows, 0..3_i128).prop_flat_map(|(suite, window, epoch)| {
        let wide = i128::from(window);
        let step = prop_oneof![
            8 => -20..40_i128,
            6 => -wide - 40..8,
            2 => 1..2 * wide,
            1 => Just(if suite.esn() { SPACE / 2 } else { SPACE / 64 }),
        ];
        let forgery = prop_oneof![
            4 => Just(Forgery::None),
            1 => any::<Index>().prop_map(Forgery::Flipped),
            1 => any::<Index>().prop_map(Forgery::Cut),
        ];
        let steps = prop::collection::vec((step, forgery), 1..120);
        (0..wide + 200, steps).prop_map(move |(before_carry, steps)| {
            let carry = if suite.esn() { epoch * SPACE } else { epoch * (SPACE / 3) };
            History { suite, window, start: (carry - before_carry).max(1), steps }
        })
    })
}

/// A receiver in tunnel mode for ESP, in transport mode for AH, which covers the header too.
fn world(suite: SaSuite, window: u32) -> World {
    let mut world = World::new(SUITE);
    let ah = suite.protocol() == IpsecProtocol::Ah;
    world.params.suite = suite;
    world.params.keys = keys(suite, 7);
    world.params.protocol = suite.protocol();
    world.params.replay_window = window;
    world.params.mode = if ah { Mode::Transport } else { Mode::Tunnel };
    world.sa = InboundSa::new(&world.params).unwrap();
    world
}

impl World {
    fn is_ah(&self) -> bool {
        self.params.protocol == IpsecProtocol::Ah
    }

    fn seal_any(&self, sequence: i128, payload: &[u8]) -> Vec<u8> {
        let sequence = u64::try_from(sequence).unwrap();
        if !self.is_ah() {
            return self.seal(sequence, 4, payload);
        }
        let sealer = ah::Sealer::new(self.params.suite, self.params.spi, &self.params.keys).unwrap();
        let mut storage = storage(payload.len());
        let mut packet = PacketBuf::copy_from(&mut storage, payload).unwrap();
        sealer.seal(sequence, &mut packet).unwrap();
        packet.as_slice().to_vec()
    }

    fn open_any(&self, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        if !self.is_ah() {
            return self.open(packet);
        }
        let mut storage = storage(packet.len());
        let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
        let outer = Some(Arrived::parse(&mut buf)?.outer);
        let source = HOME.parse().unwrap();
        let arrival = Arrival { key: self.params.key(), source, expected: None, outer };
        self.sa.open(NOW, &arrival, &mut buf, &self.events)?;
        Ok(buf.as_slice().to_vec())
    }

    /// What a packet can change, beside the numbers below the highest, which later packets show.
    fn state(&self) -> (i128, SaUsage, Vec<SaEvent>) {
        (self.top().into(), self.sa.counters().usage(), self.events())
    }
}

/// A packet with one bit off, from the SPI on, and what is said of it: its number is looked at first.
fn flip(world: &World, model: &Model, packet: &[u8], place: &Index) -> (Vec<u8>, DropReason) {
    let spi = if world.is_ah() { 24 } else { 0 };
    let bit = spi * 8 + place.index((packet.len() - spi) * 8);
    let mut forged = packet.to_vec();
    forged[bit / 8] ^= 1 << (bit % 8);
    let low = u32::from_be_bytes(*forged[spi + 4..].first_chunk().unwrap());
    let reason = model.check(low.into()).err().unwrap_or(DropReason::BadIcv);
    (forged, reason)
}

/// The front of a packet, and what is said of it: of ESP without a number its length, else its number is looked at
/// first; of AH the length in the IP header.
fn cut(world: &World, model: &Model, sequence: i128, packet: &[u8], len: usize) -> (Vec<u8>, DropReason) {
    let suite = world.params.suite;
    let around = 8 + suite.iv_len() + suite.icv_len();
    let reason = if world.is_ah() {
        if len < 20 { DropReason::NotAnIpPacket } else { DropReason::BadLengthField }
    } else if len < 8 {
        DropReason::TooShort
    } else if let Err(reason) = model.check(sequence) {
        reason
    } else if len < around + suite.block_len().max(2) {
        DropReason::TooShort
    } else if !(len - around).is_multiple_of(suite.block_len()) {
        DropReason::NotBlockAligned
    } else {
        DropReason::BadIcv
    };
    (packet[..len].to_vec(), reason)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// X-28, F-31 for ESP and AH: packets in any order, again, late, changed and cut, around every carry over 2^32.
    /// What is verified passes once; what is refused is refused for the right reason and changes nothing.
    #[test]
    fn any_history_is_what_the_model_says(history in histories()) {
        let suite = history.suite;
        let world = world(suite, history.window);
        let mut model = Model { esn: suite.esn(), size: history.window.into(), seen: BTreeSet::new() };
        let last = if suite.esn() { i128::from(u64::MAX) } else { SPACE - 1 };
        // Extended numbers are followed from one half of 2^32 to the next.
        let halves = (1..).map(|half| half * (SPACE / 2)).take_while(|&half| half < history.start);
        let way = halves.chain([history.start]).map(|number| (Some(number), 0, Forgery::None));
        for (number, step, forgery) in way.chain(history.steps.into_iter().map(|(step, f)| (None, step, f))) {
            let sequence = number.unwrap_or(model.top() + step).clamp(0, last);
            let payload = inner(usize::try_from(sequence % 40).unwrap());
            let packet = world.seal_any(sequence, &payload);
            world.events();
            let before = world.state();
            let forged = match forgery {
                Forgery::None => None,
                Forgery::Flipped(place) => Some(flip(&world, &model, &packet, &place)),
                Forgery::Cut(len) => Some(cut(&world, &model, sequence, &packet, len.index(packet.len()))),
            };
            if let Some((forged, reason)) = forged {
                prop_assert_eq!(world.open_any(&forged), Err(reason), "{} {:#x}", suite, sequence);
                prop_assert_eq!(&world.state(), &before);
            }
            let expected = model.take(sequence).map(|()| payload);
            prop_assert_eq!(&world.open_any(&packet), &expected, "{} {:#x}", suite, sequence);
            if expected.is_err() {
                prop_assert_eq!(&world.state(), &before);
            }
            prop_assert_eq!(i128::from(world.top()), model.top());
        }
    }
}
