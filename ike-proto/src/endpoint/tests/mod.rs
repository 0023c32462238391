//! Whole exchanges between two endpoints.

mod childless;
mod close;
mod collisions;
mod contact;
mod diagnosis;
mod fragments;
mod handshake;
mod hints;
mod hostile;
mod identities;
mod interleavings;
mod load;
mod loss;
mod malicious;
mod malicious_answers;
mod mismatch;
mod mobike;
mod nat;
mod pairs;
mod ppk;
mod reauth;
mod rekey;
mod selectors;
mod transforms;
mod v1_commit;
mod v1_hostile;

use core::time::Duration;

use crate::endpoint::Command;
use crate::testing::{CONNECTION, Pair, Side};

/// Seconds.
const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A pair that is connected.
fn connected() -> Pair {
    let mut pair = Pair::new();
    pair.connect();
    assert_connected(&mut pair);
    pair
}

/// One IKE SA and one Child SA on each side, nothing left over in the datapaths, and packets pass.
fn assert_connected(pair: &mut Pair) {
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (1, 1), "{side:?} {:#?}", pair.transcript);
    }
    assert!(pair.carries(), "{:#?}", pair.transcript);
}

/// After everything has settled: as [`assert_connected`], and each datapath holds one pair of SAs.
fn assert_settled(pair: &mut Pair) {
    assert_connected(pair);
    for side in [Side::A, Side::B] {
        let datapath = &pair.peer(side).datapath;
        for direction in [esp_core::sa::Direction::Inbound, esp_core::sa::Direction::Outbound] {
            let sas = datapath.sas(direction);
            assert_eq!(sas.len(), 1, "{side:?} {direction:?} {:#?}", pair.transcript);
        }
        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 1);
    }
}

/// Nothing is left of anything, in no index and no datapath.
fn assert_empty(pair: &Pair) {
    for side in [Side::A, Side::B] {
        let peer = pair.peer(side);
        assert_eq!(peer.endpoint.ike_sa_count(), 0, "{side:?} {:#?}", pair.transcript);
        assert_eq!(peer.endpoint.registry.counts(), [0; 4], "{side:?} {:#?}", pair.transcript);
        for direction in [esp_core::sa::Direction::Inbound, esp_core::sa::Direction::Outbound] {
            assert!(peer.datapath.sas(direction).is_empty(), "{side:?} {:#?}", pair.transcript);
        }
    }
}

fn command(pair: &mut Pair, side: Side, command: fn(crate::endpoint::ConnectionId) -> Command) {
    pair.command(side, command(CONNECTION));
}
