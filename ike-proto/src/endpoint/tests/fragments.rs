//! Fragmentation of long messages (RFC 7383).

use alloc::vec::Vec;
use core::time::Duration;

use super::{assert_connected, s};
use crate::config::{ConnectionConfig, FragmentationConfig, Identity};
use crate::endpoint::{Command, TimeoutReason};
use crate::suite::DhGroup;
use crate::testing::{CONNECTION, Datagram, Fate, Pair, Side};

/// SKF as the first payload of a message.
const SKF: u8 = 53;

/// Identities that make both messages of IKE_AUTH longer than a packet.
fn with_long_identities(side: Side, config: &mut ConnectionConfig) {
    let (a, b) = (Identity::KeyId(vec![0xa1; 3_000]), Identity::KeyId(vec![0xb2; 4_000]));
    (config.local_id, config.remote_id) = if side == Side::A { (a, b) } else { (b, a) };
}

fn long() -> Pair {
    Pair::with(with_long_identities)
}

fn is_fragment(datagram: &Datagram) -> bool {
    datagram.payload.get(16) == Some(&SKF)
}

fn fragments(pair: &Pair, side: Side) -> usize {
    let address = pair.peer(side).address;
    pair.sent.iter().filter(|datagram| is_fragment(datagram) && datagram.from.ip() == address).count()
}

/// Long requests and long answers: every packet keeps to the size, and nothing is fragmented that need not be.
#[test]
fn long_messages_are_sent_in_fragments() {
    let mut pair = long();
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!((fragments(&pair, Side::A), fragments(&pair, Side::B)), (7, 4));
    assert!(pair.sent.iter().all(|datagram| datagram.payload.len() + 28 <= 1_280));
    assert!(pair.sent[..2].iter().all(|datagram| !is_fragment(datagram)), "IKE_SA_INIT goes whole");
}

/// Packets of other sizes, and another size on each side.
#[test]
fn the_size_is_configured() {
    for (a, b) in [(576, 1_280), (1_280, 576), (1_500, 9_000), (0, 40)] {
        let mut pair = Pair::with(|side, config| {
            with_long_identities(side, config);
            config.v2.fragmentation.packet_size = if side == Side::A { a } else { b };
        });
        pair.connect();
        assert_connected(&mut pair);
        for (side, size) in [(Side::A, a), (Side::B, b)] {
            let address = pair.peer(side).address;
            let longest =
                pair.sent.iter().filter(|datagram| datagram.from.ip() == address && is_fragment(datagram));
            let longest = longest.map(|datagram| datagram.payload.len() + 28).max().unwrap_or_default();
            assert!(longest <= usize::from(size.max(400)), "{longest} octets where {size} are configured");
        }
    }
}

/// Where one end does not say that it can put messages together, they go whole.
#[test]
fn fragmentation_is_negotiated() {
    for deaf in [Side::A, Side::B] {
        let mut pair = Pair::with(|side, config| {
            with_long_identities(side, config);
            if side == deaf {
                config.v2.fragmentation =
                    FragmentationConfig { enabled: false, ..FragmentationConfig::default() };
            }
        });
        pair.connect();
        assert_connected(&mut pair);
        assert_eq!(fragments(&pair, Side::A) + fragments(&pair, Side::B), 0);
    }
}

/// Any one datagram lost, doubled, or late beyond its successors: all fragments are sent again, and the answer once
/// for each time.
#[test]
fn any_one_fragment_may_suffer() {
    for fate in [Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(35)), Fate::Delay(s(6))] {
        for victim in 2..13 {
            let mut pair = long();
            pair.set_filter(move |number, _| if number == victim { fate } else { Fate::Deliver });
            pair.connect();
            pair.run(s(20));
            assert_connected(&mut pair);
        }
    }
}

/// RFC 7383 §2.6.1, F-23: a lost answer is sent again, in full, once for a whole repetition of the request.
#[test]
fn a_lost_answer_in_fragments_is_repeated_once() {
    let mut pair = long();
    pair.set_filter(|number, _| if (9..13).contains(&number) { Fate::Lose } else { Fate::Deliver });
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!((fragments(&pair, Side::A), fragments(&pair, Side::B)), (14, 8));
    let (first, again) = (pair.sent[9..13].to_vec(), pair.sent[20..24].to_vec());
    assert_eq!(first, again, "the identical octets");
}

/// a fragment with another number, total or content is not authentic, and leaves the good ones alone.
#[test]
fn x_17_forged_fragments_change_nothing() {
    // Fragment number, total, content, and SPI of the responder.
    for place in [33, 35, 60, 200, 8] {
        let mut pair = long();
        pair.set_filter(|number, _| if (2..9).contains(&number) { Fate::Lose } else { Fate::Deliver });
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(Duration::from_millis(100));
        let sent = pair.sent.clone();
        for good in &sent[2..9] {
            let mut forged = good.clone();
            let place = place.min(forged.payload.len() - 1);
            forged.payload[place] ^= 1;
            pair.inject(forged);
            pair.inject(good.clone());
        }
        pair.run(s(1));
        assert_connected(&mut pair);
        let dropped: u64 = pair.b.endpoint.drops().values().sum();
        assert!(dropped >= 3, "{:?}", pair.b.endpoint.drops());
    }
}

/// another payload in clear before the fragment.
#[test]
fn x_17_nothing_stands_beside_a_fragment() {
    let mut pair = long();
    pair.set_filter(|number, _| if number == 2 { Fate::Lose } else { Fate::Deliver });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(Duration::from_millis(100));
    let mut forged = pair.sent[2].clone();
    let len = u32::try_from(forged.payload.len() + 8).unwrap();
    forged.payload[16] = 41;
    forged.payload[24..28].copy_from_slice(&len.to_be_bytes());
    forged.payload.splice(28..28, [SKF, 0, 0, 8, 0, 0, 0x40, 0]);
    pair.inject(forged);
    pair.run(Duration::from_millis(100));
    assert_eq!(pair.b.endpoint.drops().get("not-encrypted"), Some(&1));
    assert_eq!(pair.counts(Side::B), (0, 0));
    pair.run(s(10));
    assert_connected(&mut pair);
}

/// fragments before there are keys, and in the first exchange.
#[test]
fn x_17_fragments_of_a_first_message_are_refused() {
    let mut pair = long();
    pair.connect();
    let mut forged = pair.sent[2].clone();
    forged.payload[0] ^= 1;
    forged.payload[8..16].fill(0);
    forged.payload[18] = 34;
    forged.payload[20..24].fill(0);
    pair.inject(forged);
    pair.run(s(1));
    assert_connected(&mut pair);
    assert_eq!(pair.b.endpoint.ike_sa_count(), 1);
}

/// what is never completed is forgotten in time.
#[test]
fn x_26_fragments_that_lack_others_are_forgotten() {
    let mut pair = long();
    pair.set_filter(|number, _| if number < 3 { Fate::Deliver } else { Fate::Lose });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(Duration::from_millis(100));
    let (_, reason) = pair.b.endpoint.next_timeout().unwrap();
    assert!(matches!(reason, TimeoutReason::Reassembly | TimeoutReason::HalfOpen), "{reason:?}");
    pair.run(s(31));
    assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
}

/// Everything that comes after the handshake is fragmented alike: it is the IKE SA that has it, not the exchange, and
/// the IKE SA that replaces it has it too.
#[test]
fn later_exchanges_and_rekeyed_ike_sas_fragment_too() {
    let mut pair = Pair::with(|_, config| {
        config.v2.fragmentation.packet_size = 400;
        config.ike_proposals[0].groups = vec![DhGroup::Modp2048];
    });
    pair.connect();
    pair.command(Side::A, Command::RekeyIke(CONNECTION));
    pair.run(s(20));
    let before = pair.sent.len();
    pair.command(Side::B, Command::RekeyIke(CONNECTION));
    pair.run(s(20));
    assert_connected(&mut pair);
    let after: Vec<_> = pair.sent[before..].iter().filter(|datagram| is_fragment(datagram)).collect();
    assert!(after.len() >= 4, "{} fragments", after.len());
    assert!(pair.sent[2..].iter().all(|datagram| datagram.payload.len() + 28 <= 400));
}
