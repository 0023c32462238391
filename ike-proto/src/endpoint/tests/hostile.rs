//! What an attacker on the path can send (X).

use core::net::SocketAddr;
use core::time::Duration;

use proptest::prelude::*;

use super::{assert_connected, connected, s};
use crate::endpoint::{Command, Input};
use crate::testing::{CONNECTION, Datagram, Fate, Pair, Side};

fn give(pair: &mut Pair, side: Side, port: u16, payload: &[u8]) {
    let local = SocketAddr::new(pair.peer(side).address, port);
    let remote = SocketAddr::new(pair.peer(side.other()).address, port);
    pair.input(side, Input::Datagram { local, remote, payload });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// any octets, on either port.
    #[test]
    fn garbage_changes_nothing(garbage in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut pair = connected();
        give(&mut pair, Side::B, 500, &garbage);
        give(&mut pair, Side::B, 4_500, &[&[0; 4], garbage.as_slice()].concat());
        pair.run(s(5));
        assert_connected(&mut pair);
    }

    /// X-1, F-31: any octet of any message of the handshake changed on the way: the change is dropped, and the
    /// repetition connects. The changed copy comes first.
    #[test]
    fn a_forged_copy_before_each_protected_message_changes_nothing(
        number in 2_usize..4, place in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let mut pair = Pair::new();
        pair.set_filter(move |n, _| if n == number { Fate::Lose } else { Fate::Deliver });
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(Duration::from_millis(100));
        let mut forged: Datagram = pair.sent[number].clone();
        let place = place.index(forged.payload.len());
        forged.payload[place] ^= 1 << bit;
        pair.inject(forged);
        pair.run(s(20));
        assert_connected(&mut pair);
    }
}

/// our own messages, sent back to us, in every state.
#[test]
fn reflected_messages_change_nothing() {
    let mut pair = Pair::new();
    pair.command(Side::A, Command::Initiate(CONNECTION));
    for _ in 0..30 {
        let sent = pair.sent.clone();
        for datagram in sent {
            let side = if datagram.from.ip() == pair.a.address { Side::A } else { Side::B };
            let (local, remote) = (datagram.from, datagram.to);
            pair.input(side, Input::Datagram { local, remote, payload: &datagram.payload });
        }
        pair.run(Duration::from_millis(5));
    }
    assert_connected(&mut pair);
}

/// F-23: every message that ever was, sent again much later.
#[test]
fn replayed_messages_change_nothing() {
    let mut pair = connected();
    pair.command(Side::A, Command::RekeyChild(CONNECTION));
    pair.run(s(20));
    pair.command(Side::B, Command::RekeyIke(CONNECTION));
    pair.run(s(90));
    for datagram in pair.sent.clone() {
        pair.inject(datagram);
        pair.run(Duration::from_millis(50));
    }
    assert_connected(&mut pair);
    assert_eq!(pair.closed(Side::A), []);
    assert_eq!(pair.closed(Side::B), []);
}

/// RFC 7296 §2.21.1: an error that anyone could have sent does not end an attempt that a good answer follows.
#[test]
fn a_forged_error_does_not_end_an_attempt() {
    for kind in [7_u16, 14, 17, 24] {
        let mut pair = Pair::new();
        pair.command(Side::A, Command::Initiate(CONNECTION));
        let first = pair.sent[0].clone();
        let mut forged = first.payload[..28].to_vec();
        forged[16] = 41;
        forged[19] = 0x20;
        forged[24..28].copy_from_slice(&36_u32.to_be_bytes());
        forged.extend_from_slice(&[0, 0, 0, 8, 0, 0]);
        forged.extend_from_slice(&kind.to_be_bytes());
        pair.inject(Datagram { from: first.to, to: first.from, payload: forged });
        pair.run(s(5));
        assert_connected(&mut pair);
        assert_eq!(
            pair.a.endpoint.drops().get("unprotected-error").or(pair.a.endpoint.drops().get("unusable")),
            Some(&1)
        );
    }
}

/// another version is answered at most with INVALID_MAJOR_VERSION, and only a request.
#[test]
fn other_versions_are_told_ours() {
    let mut pair = Pair::new();
    pair.command(Side::A, Command::Initiate(CONNECTION));
    let mut first = pair.sent[0].payload.clone();
    pair.run(s(5));
    let before = pair.sent.len();
    for (version, flags, answers) in
        [(0x30_u8, 0x08_u8, 1_usize), (0x30, 0x28, 1), (0x00, 0x08, 1), (0xf0, 0x08, 2)]
    {
        first[17] = version;
        first[19] = flags;
        give(&mut pair, Side::B, 500, &first);
        assert_eq!(pair.sent.len() - before, answers);
    }
}

/// CREATE_CHILD_SA and INFORMATIONAL on an IKE SA that is not established.
#[test]
fn exchanges_before_authentication_change_nothing() {
    for exchange in [36_u8, 37] {
        let mut pair = Pair::new();
        pair.set_filter(|number, _| if number == 2 { Fate::Lose } else { Fate::Deliver });
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(Duration::from_millis(100));
        let mut forged = pair.sent[2].clone();
        forged.payload[18] = exchange;
        pair.inject(forged);
        pair.run(Duration::from_millis(100));
        assert_eq!(pair.counts(Side::B), (0, 0));
        assert_eq!(pair.b.endpoint.drops()["unexpected-exchange"], 1);
        pair.run(s(10));
        assert_connected(&mut pair);
    }
}
