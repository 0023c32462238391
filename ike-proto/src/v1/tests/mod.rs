//! Whole exchanges of IKEv1 between two endpoints.

mod aggressive;
mod collisions;
mod informational;
mod loss;
mod main_mode;
mod mismatch;
mod nat;
mod nat_drafts;
mod quick;
mod rekey;

use core::time::Duration;

use esp_core::sa::Direction;

use crate::config::{ConnectionConfig, ExchangeMode, Version};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side};

/// Both exchange modes.
const MODES: [ExchangeMode; 2] = [ExchangeMode::Main, ExchangeMode::Aggressive];

/// Seconds.
const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Two endpoints that speak IKEv1 in a mode, after `change`.
fn pair_with(mode: ExchangeMode, change: impl Fn(Side, &mut ConnectionConfig)) -> Pair {
    Pair::with(|side, config| {
        config.version = Version::V1(mode);
        change(side, config);
    })
}

/// Main mode.
fn main_with(change: impl Fn(Side, &mut ConnectionConfig)) -> Pair {
    pair_with(ExchangeMode::Main, change)
}

/// A pair that is connected.
fn connected(mode: ExchangeMode) -> Pair {
    let mut pair = pair_with(mode, |_, _| {});
    pair.connect();
    assert_connected(&mut pair);
    pair
}

/// One ISAKMP SA and one pair of IPsec SAs on each side, and packets pass.
fn assert_connected(pair: &mut Pair) {
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (1, 1), "{side:?} {:#?}", pair.transcript);
    }
    assert!(pair.carries(), "{:#?}", pair.transcript);
}

/// The same, and nothing else is left in the datapaths or in the endpoints.
fn assert_settled(pair: &mut Pair) {
    assert_connected(pair);
    for side in [Side::A, Side::B] {
        for direction in [Direction::Inbound, Direction::Outbound] {
            let sas = pair.peer(side).datapath.sas(direction);
            assert_eq!(sas.len(), 1, "{side:?} {direction:?} {:#?}", pair.transcript);
        }
        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 1, "{:#?}", pair.transcript);
    }
}

/// Nothing is left at either end.
fn assert_gone(pair: &Pair) {
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (0, 0), "{side:?} {:#?}", pair.transcript);
        assert!(pair.peer(side).datapath.sas(Direction::Inbound).is_empty());
        assert!(pair.peer(side).datapath.sas(Direction::Outbound).is_empty());
        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0, "{side:?} {:#?}", pair.transcript);
    }
}

fn command(pair: &mut Pair, side: Side, command: fn(crate::endpoint::ConnectionId) -> Command) {
    pair.command(side, command(CONNECTION));
}

/// Has one datagram, counted from now, suffer a fate.
fn strike(pair: &mut Pair, victim: usize, fate: Fate) {
    let base = pair.sent.len();
    pair.set_filter(move |number, _| if number == base + victim { fate } else { Fate::Deliver });
}
