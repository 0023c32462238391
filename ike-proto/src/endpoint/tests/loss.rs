//! F-23: requests are repeated until they are answered, and repetitions are answered with the same octets.

use core::time::Duration;

use super::{assert_connected, assert_settled, s};
use crate::diagnose::{FailureReason, NatBlock};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side};

/// Each message of the handshake lost, doubled or late in turn.
#[test]
fn a_handshake_survives_whatever_one_datagram_suffers() {
    let late = Fate::Delay(Duration::from_millis(5_500));
    for fate in [Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(15)), late] {
        for victim in 0..6 {
            let mut pair = Pair::new();
            pair.set_filter(move |number, _| if number == victim { fate } else { Fate::Deliver });
            pair.command(Side::A, Command::Initiate(CONNECTION));
            pair.run(s(100));
            assert_settled(&mut pair);
        }
    }
}

/// Every third datagram lost, every second pair of them, and the first four.
#[test]
fn a_handshake_survives_heavy_loss() {
    let patterns: [fn(usize) -> bool; 3] = [|n| n % 3 == 0, |n| n / 2 % 2 == 0, |n| n < 4];
    for lost in patterns {
        let mut pair = Pair::with(|_, config| config.liveness.delay = s(600));
        pair.set_filter(move |number, _| if lost(number) { Fate::Lose } else { Fate::Deliver });
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(s(150));
        assert_connected(&mut pair);
    }
}

/// DIAG-1: nobody answers.
#[test]
fn silence_is_told_with_what_was_tried() {
    let mut pair = Pair::new();
    pair.set_filter(|_, _| Fate::Lose);
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(s(200));
    let failures = pair.failures(Side::A);
    let [FailureReason::NoAnswer { tried, transmissions: 6, exchange: "IKE_SA_INIT", hint }] =
        failures.as_slice()
    else {
        panic!("{failures:?}")
    };
    assert_eq!(*tried, [("192.0.2.1:500".parse().unwrap(), "192.0.2.2:500".parse().unwrap())]);
    assert_eq!(*hint, Some(NatBlock::Port500));
    assert_eq!(pair.a.endpoint.ike_sa_count(), 0);
    assert_eq!(pair.a.endpoint.next_timeout(), None);
}

/// A repeated request is the identical octets, and so is the repeated answer.
#[test]
fn repetitions_are_identical() {
    let mut pair = Pair::new();
    pair.set_filter(|number, _| if matches!(number, 1 | 4) { Fate::Lose } else { Fate::Deliver });
    pair.connect();
    pair.run(s(10));
    assert_connected(&mut pair);
    assert_eq!(pair.sent[0].payload, pair.sent[2].payload);
    assert_eq!(pair.sent[1].payload, pair.sent[3].payload);
    assert_eq!(pair.sent[4].payload, pair.sent[5].payload);
}
