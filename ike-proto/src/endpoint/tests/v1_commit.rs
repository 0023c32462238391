//! F-13: the commit bit of IKEv1. We never set it, and honour a peer's: its Security Association is used when it says so.

use core::time::Duration;

use super::s;
use super::v1_hostile::{assert_connected, forge, pair_with};
use crate::config::ExchangeMode;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Datagram, Fate, Pair, Side};
use crate::wire::codes::ExchangeType;
use crate::wire::header::Flags;
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{NotifyPayload, Payload};

const EXCHANGE_AT: usize = 18;
const FLAGS_AT: usize = 19;

fn is_quick(datagram: &Datagram) -> bool {
    datagram.payload.get(EXCHANGE_AT) == Some(&ExchangeType::QUICK_MODE.0)
}

/// B has begun, and A's answer in quick mode has come to it with the commit bit. Returns the message id.
fn committed() -> (Pair, u32) {
    let mut pair = pair_with(ExchangeMode::Main, |_, _| {});
    let a = pair.a.address;
    // The one without the bit is lost; nothing authenticates the flags.
    pair.set_filter(
        move |_, datagram| {
            if datagram.from.ip() == a && is_quick(datagram) { Fate::Lose } else { Fate::Deliver }
        },
    );
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(1));
    let answer = pair.sent.iter().find(|datagram| datagram.from.ip() == a && is_quick(datagram));
    let mut answer = answer.expect("A answers quick mode").clone();
    answer.payload[FLAGS_AT] |= Flags::V1_COMMIT.0;
    let id = u32::from_be_bytes(answer.payload[20..24].try_into().unwrap());
    pair.inject(answer);
    pair.run(Duration::from_millis(500));
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 1), (1, 1)), "{:#?}", pair.transcript);
    (pair, id)
}

#[test]
fn f_13_the_commit_bit_is_never_set() {
    let mut pair = pair_with(ExchangeMode::Main, |_, _| {});
    pair.connect();
    assert_connected(&mut pair);
    assert!(pair.sent.iter().all(|datagram| datagram.payload[FLAGS_AT] & Flags::V1_COMMIT.0 == 0));
}

/// What the peer sends is received at once; nothing is sent until it says CONNECTED, under the message id of quick mode.
#[test]
fn f_13_connected_is_waited_for() {
    let (mut pair, id) = committed();
    assert!(pair.b.datapath.outbound().is_none());
    let connected = NotifyPayload::new(NotifyType::CONNECTED, &[]);
    let wrong = forge(&mut pair, ExchangeType::V1_INFORMATIONAL, id ^ 1, &[Payload::Notify(connected)]);
    pair.inject(wrong);
    pair.run(Duration::from_millis(500));
    assert!(pair.b.datapath.outbound().is_none());
    let right = forge(&mut pair, ExchangeType::V1_INFORMATIONAL, id, &[Payload::Notify(connected)]);
    pair.inject(right);
    pair.run(Duration::from_millis(500));
    assert_connected(&mut pair);
}

/// A peer that sends on its Security Association has connected too.
#[test]
fn f_13_a_packet_says_it_too() {
    let (mut pair, _) = committed();
    assert!(pair.packet(Side::A));
    assert_connected(&mut pair);
}

/// CONNECTED may be lost, and is not repeated: after a while the Security Association is used unasked.
#[test]
fn f_13_the_wait_has_an_end() {
    let (mut pair, _) = committed();
    pair.run(s(10));
    assert!(pair.b.datapath.outbound().is_none());
    pair.run(s(6));
    assert_connected(&mut pair);
}
