//! Both ends do something at once, in every order and with every single loss (F-24).

use core::time::Duration;

use super::{assert_settled, command, connected, s};
use crate::endpoint::Command;
use crate::endpoint::ConnectionId;
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
                        assert!(pair.peer(side).datapath.sas(esp_core::sa::Direction::Inbound).is_empty());
                        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0, "{:#?}", pair.transcript);
                    }
                }
            }
        }
    }
}
