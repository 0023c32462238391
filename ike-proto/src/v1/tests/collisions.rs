//! Both ends do something at once, in every order and with every single loss (CONN-6).

use core::time::Duration;

use super::{MODES, assert_gone, assert_settled, command, connected, pair_with, s, strike};
use crate::config::ExchangeMode;
use crate::endpoint::{Command, ConnectionId};
use crate::testing::{CONNECTION, Fate, Pair, Side};

type Action = fn(ConnectionId) -> Command;

const REKEYS: [Action; 2] = [Command::RekeyChild, Command::RekeyIke];
const FATES: [Fate; 4] = [Fate::Deliver, Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(35))];

fn both(pair: &mut Pair, first: Action, second: Action, apart: u64) {
    command(pair, Side::A, first);
    pair.run(Duration::from_millis(apart));
    command(pair, Side::B, second);
    pair.run(s(400));
}

#[test]
fn both_ends_may_initiate_whatever_one_datagram_suffers() {
    for mode in MODES {
        for fate in FATES {
            for victim in 0..18 {
                for apart in [0, 5, 15, 35] {
                    let mut pair = pair_with(mode, |_, _| {});
                    strike(&mut pair, victim, fate);
                    pair.command(Side::A, Command::Initiate(CONNECTION));
                    pair.run(Duration::from_millis(apart));
                    pair.command(Side::B, Command::Initiate(CONNECTION));
                    pair.run(s(300));
                    assert_settled(&mut pair);
                }
            }
        }
    }
}

/// Every pair of rekeys, from at once to one after the other.
#[test]
fn simultaneous_rekeys_settle() {
    for first in REKEYS {
        for second in REKEYS {
            for apart in (0..100).step_by(5) {
                let mut pair = connected(ExchangeMode::Main);
                both(&mut pair, first, second, apart);
                assert_settled(&mut pair);
            }
        }
    }
}

/// The same with each datagram lost, doubled or late in turn.
#[test]
fn simultaneous_rekeys_settle_whatever_one_datagram_suffers() {
    for mode in MODES {
        for first in REKEYS {
            for second in REKEYS {
                for fate in FATES {
                    for victim in 0..12 {
                        let mut pair = connected(mode);
                        strike(&mut pair, victim, fate);
                        both(&mut pair, first, second, 0);
                        assert_settled(&mut pair);
                    }
                }
            }
        }
    }
}

/// A rekey meets the end of everything: both sides end with nothing, unless the word of the end is lost, which dead peer
/// detection makes good.
#[test]
fn a_rekey_and_a_delete_settle() {
    for rekey in REKEYS {
        for apart in (0..80).step_by(5) {
            for fate in [Fate::Deliver, Fate::Lose] {
                for victim in 0..6 {
                    let mut pair = connected(ExchangeMode::Main);
                    strike(&mut pair, victim, fate);
                    both(&mut pair, rekey, Command::Terminate, apart);
                    match (pair.counts(Side::A), fate) {
                        // A new phase 1 is no other thing than a new connection: one that was begun before the end was
                        // known comes up.
                        ((1, _), _) if rekey as usize == REKEYS[1] as usize => assert_settled(&mut pair),
                        (_, Fate::Deliver) => assert_gone(&pair),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Both ends end everything at once.
#[test]
fn two_deletes_settle() {
    for apart in (0..30).step_by(5) {
        let mut pair = connected(ExchangeMode::Main);
        both(&mut pair, Command::Terminate, Command::Terminate, apart);
        assert_gone(&pair);
    }
}
