//! Both ends do something at once, in every order and with every single loss (F-24).

use core::time::Duration;

use esp_core::command::{Limit, SaEvent};
use esp_core::sa::Direction;

use super::{assert_settled, command, connected, s};
use crate::endpoint::Command;
use crate::endpoint::{ConnectionId, Input};
use crate::testing::{Fate, Pair, Side};

type Action = fn(ConnectionId) -> Command;

const REKEYS: [Action; 2] = [Command::RekeyChild, Command::RekeyIke];

fn both(first: Action, second: Action, apart: Duration, fate: impl Fn(usize) -> Fate + 'static) -> Pair {
    let mut pair = connected();
    let base = pair.sent.len();
    pair.set_filter(move |number, _| number.checked_sub(base).map_or(Fate::Deliver, &fate));
    command(&mut pair, Side::A, first);
    pair.run(apart);
    command(&mut pair, Side::B, second);
    pair.run(s(300));
    pair
}

/// Every pair of rekeys, from at once to one after the other.
#[test]
fn simultaneous_rekeys_settle() {
    for first in REKEYS {
        for second in REKEYS {
            for apart in (0..60).step_by(5) {
                let mut pair = both(first, second, Duration::from_millis(apart), |_| Fate::Deliver);
                assert_settled(&mut pair);
            }
        }
    }
}

/// The same with each datagram lost, doubled or late in turn.
#[test]
fn simultaneous_rekeys_settle_whatever_one_datagram_suffers() {
    let fates = [Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(35)), Fate::Delay(s(6))];
    for first in REKEYS {
        for second in REKEYS {
            for fate in fates {
                for victim in 0..10 {
                    for apart in [0, 10] {
                        let hit = move |number| if number == victim { fate } else { Fate::Deliver };
                        let mut pair = both(first, second, Duration::from_millis(apart), hit);
                        assert_settled(&mut pair);
                    }
                }
            }
        }
    }
}

/// A rekey meets the end of everything: both sides end with nothing.
#[test]
fn a_rekey_and_a_delete_settle() {
    for rekey in REKEYS {
        for apart in (0..60).step_by(5) {
            for fate in [Fate::Deliver, Fate::Lose] {
                for victim in 0..6 {
                    let hit = move |number| if number == victim { fate } else { Fate::Deliver };
                    let pair = both(rekey, Command::Terminate, Duration::from_millis(apart), hit);
                    for side in [Side::A, Side::B] {
                        assert_eq!(pair.counts(side), (0, 0), "{:#?}", pair.transcript);
                        assert!(pair.peer(side).datapath.sas(Direction::Inbound).is_empty());
                        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0, "{:#?}", pair.transcript);
                    }
                }
            }
        }
    }
}

/// CONN-6: both ends make the Child SA that was lost at once, and one of the two is left.
#[test]
fn simultaneous_child_sas_settle_whatever_one_datagram_suffers() {
    let fates = [Fate::Deliver, Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(35))];
    for fate in fates {
        for victim in 0..8 {
            for apart in (0..60).step_by(10) {
                let mut pair = connected();
                let key = pair.a.datapath.sas(Direction::Inbound)[0].key();
                pair.input(Side::A, Input::Sa(SaEvent::HardLimit { key, limit: Limit::Bytes }));
                pair.run(s(10));
                assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 0), (1, 0)));
                let base = pair.sent.len();
                pair.set_filter(move |number, _| if number == base + victim { fate } else { Fate::Deliver });
                command(&mut pair, Side::A, Command::Initiate);
                pair.run(Duration::from_millis(apart));
                command(&mut pair, Side::B, Command::Initiate);
                pair.run(s(300));
                assert_settled(&mut pair);
            }
        }
    }
}

/// F-24: the peer makes what was asked for and deletes it before its answer comes: nothing is left at either end.
#[test]
fn a_delete_that_overtakes_the_answer_is_remembered() {
    let mut pair = connected();
    let key = pair.a.datapath.sas(Direction::Inbound)[0].key();
    pair.input(Side::A, Input::Sa(SaEvent::HardLimit { key, limit: Limit::Bytes }));
    pair.run(s(10));
    // The first datagram back is the answer: it is lost, and asked for again after 4 s.
    let base = pair.sent.len();
    pair.set_filter(move |number, _| if number == base + 1 { Fate::Lose } else { Fate::Deliver });
    command(&mut pair, Side::A, Command::Initiate);
    pair.run(s(1));
    let key = pair.b.datapath.sas(Direction::Inbound)[0].key();
    pair.input(Side::B, Input::Sa(SaEvent::HardLimit { key, limit: Limit::Bytes }));
    pair.run(s(60));
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 0), (1, 0)), "{:#?}", pair.transcript);
    assert!(pair.a.datapath.sas(Direction::Inbound).is_empty());
}
