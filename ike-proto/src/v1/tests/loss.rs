//! Every single message lost, doubled, late or overtaken: repetitions are identical, and what was answered is answered
//! again.

use core::time::Duration;

use super::{MODES, assert_settled, command, connected, pair_with, s, strike};
use crate::diagnose::{FailureReason, NatBlock};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Side};

const FATES: [Fate; 4] = [
    Fate::Lose,
    Fate::Duplicate,
    Fate::Delay(Duration::from_millis(15)),
    Fate::Delay(Duration::from_millis(5_500)),
];

/// Main mode has six messages, aggressive mode three, quick mode three.
#[test]
fn a_tunnel_comes_up_whatever_one_datagram_suffers() {
    for mode in MODES {
        for fate in FATES {
            for victim in 0..10 {
                let mut pair = pair_with(mode, |_, _| {});
                strike(&mut pair, victim, fate);
                pair.command(Side::A, Command::Initiate(CONNECTION));
                pair.run(s(100));
                assert_settled(&mut pair);
            }
        }
    }
}

/// Every third datagram lost, every second pair of them, and the first four.
#[test]
fn a_tunnel_comes_up_through_heavy_loss() {
    let patterns: [fn(usize) -> bool; 3] = [|n| n % 3 == 0, |n| n / 2 % 2 == 0, |n| n < 4];
    for mode in MODES {
        for lost in patterns {
            let mut pair = pair_with(mode, |_, config| config.liveness.delay = s(900));
            pair.set_filter(move |number, _| if lost(number) { Fate::Lose } else { Fate::Deliver });
            pair.command(Side::A, Command::Initiate(CONNECTION));
            pair.run(s(250));
            super::assert_connected(&mut pair);
        }
    }
}

/// A repeated message is the identical octets, and so is the repeated answer.
#[test]
fn repetitions_are_identical() {
    for victim in 1..9 {
        let mut pair = pair_with(crate::config::ExchangeMode::Main, |_, _| {});
        strike(&mut pair, victim, Fate::Lose);
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(s(7));
        let lost = pair.sent[victim].payload.clone();
        let again = pair.sent.iter().filter(|datagram| datagram.payload == lost).count();
        assert!(again >= 2, "message {victim} was not repeated: {:#?}", pair.transcript);
    }
}

/// DIAG-1: nobody answers.
#[test]
fn silence_is_told_with_what_was_tried() {
    for mode in MODES {
        let mut pair = pair_with(mode, |_, _| {});
        pair.set_filter(|_, _| Fate::Lose);
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(s(200));
        let failures = pair.failures(Side::A);
        let [FailureReason::NoAnswer { tried, transmissions: 6, hint, .. }] = failures.as_slice() else {
            panic!("{failures:?}")
        };
        assert_eq!(*tried, [("192.0.2.1:500".parse().unwrap(), "192.0.2.2:500".parse().unwrap())]);
        assert_eq!(*hint, Some(NatBlock::Port500));
        assert_eq!(pair.a.endpoint.ike_sa_count(), 0);
        assert_eq!(pair.a.endpoint.next_timeout(), None);
    }
}

/// Every message of a rekey in both phases.
#[test]
fn rekeys_go_on_whatever_one_datagram_suffers() {
    for mode in MODES {
        for rekey in [Command::RekeyChild, Command::RekeyIke] {
            for fate in FATES {
                for victim in 0..10 {
                    let mut pair = connected(mode);
                    strike(&mut pair, victim, fate);
                    command(&mut pair, Side::A, rekey);
                    pair.run(s(300));
                    assert_settled(&mut pair);
                }
            }
        }
    }
}
