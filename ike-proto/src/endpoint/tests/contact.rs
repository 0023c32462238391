//! INITIAL_CONTACT: who says it, and what it ends (F-27, RFC 2407 §4.6.3.3).

use esp_core::selector::Selectors;

use super::s;
use crate::config::{ConnectionConfig, ExchangeMode, Version};
use crate::diagnose::CloseReason;
use crate::endpoint::{Command, ConnectionId};
use crate::testing::{CONNECTION, Pair, Side, connection, selectors};

const VERSIONS: [Version; 3] =
    [Version::V2, Version::V1(ExchangeMode::Main), Version::V1(ExchangeMode::Aggressive)];
/// A second connection between the same two identities.
const SECOND: ConnectionId = ConnectionId(2);

/// Two connections between the same identities, for other subnets.
fn two_connections(version: Version, change: impl Fn(&mut ConnectionConfig)) -> Pair {
    let mut pair = Pair::with(|_, config| {
        config.version = version;
        change(config);
    });
    for side in [Side::A, Side::B] {
        let (local, remote) = (pair.peer(side).address, pair.peer(side.other()).address);
        let mut config = connection(local, remote, side == Side::A);
        config.version = version;
        change(&mut config);
        let subnets = ["10.11.0.0/16", "10.12.0.0/16"];
        let [a, b] = if side == Side::A { subnets } else { [subnets[1], subnets[0]] };
        config.child.selectors = selectors(a, b);
        pair.command(side, Command::Add(SECOND, Box::new(config)));
    }
    pair
}

/// IKE SAs and Child SAs of both connections.
fn counts(pair: &Pair, side: Side) -> [(usize, usize); 2] {
    let endpoint = &pair.peer(side).endpoint;
    let of = |id| (endpoint.ike_sas(id, pair.now).count(), endpoint.child_sas(id, pair.now).count());
    [of(CONNECTION), of(SECOND)]
}

fn said(pair: &Pair, side: Side) -> usize {
    let is_one = |line: &&String| {
        line.starts_with(&format!("{side:?} "))
            && (line.contains("INITIAL_CONTACT") || line.contains("INITIAL-CONTACT"))
    };
    pair.transcript.iter().filter(is_one).count()
}

/// F-27: the second tunnel between two gateways is not the first contact. strongSwan would end the first one.
#[test]
fn a_second_connection_of_the_same_peers_is_no_first_contact() {
    for version in VERSIONS {
        for at_once in [false, true] {
            let mut pair = two_connections(version, |_| {});
            pair.command(Side::A, Command::Initiate(CONNECTION));
            if !at_once {
                pair.run(s(5));
            }
            pair.command(Side::A, Command::Initiate(SECOND));
            pair.run(s(60));
            assert_eq!(said(&pair, Side::A), 1, "{version:?} {at_once} {:#?}", pair.transcript);
            for side in [Side::A, Side::B] {
                assert_eq!(counts(&pair, side), [(1, 1); 2], "{version:?} {side:?} {:#?}", pair.transcript);
                let closed = pair.closed(side);
                assert!(closed.iter().all(|reason| *reason == CloseReason::OtherConnection), "{closed:?}");
            }
        }
    }
}

/// F-27: who comes back without any state says so once, and what the other end has of every connection between the same
/// identities is ended, not that of the one connection alone.
#[test]
fn a_first_contact_ends_what_stood_with_the_same_identities() {
    for version in VERSIONS {
        let mut pair = two_connections(version, |_| {});
        for connection in [CONNECTION, SECOND] {
            pair.command(Side::A, Command::Initiate(connection));
            pair.run(s(5));
        }
        assert_eq!(counts(&pair, Side::B), [(1, 1); 2], "{version:?}");
        for connection in [CONNECTION, SECOND] {
            pair.command(Side::A, Command::Forget(connection));
        }
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(s(1));
        assert_eq!(counts(&pair, Side::B), [(1, 1), (0, 0)], "{version:?} {:#?}", pair.transcript);
    }
}

/// Both connections carry on when the phase 1 of each is made anew, which in IKEv1 does not say which one it is of.
#[test]
fn two_connections_of_the_same_peers_outlive_phase_1() {
    for version in VERSIONS {
        let mut pair = two_connections(version, |config| config.ike_lifetime = s(600));
        for connection in [CONNECTION, SECOND] {
            pair.command(Side::A, Command::Initiate(connection));
        }
        pair.run(s(60));
        let subnets = [selectors("10.1.0.0/16", "10.2.0.0/16"), selectors("10.11.0.0/16", "10.12.0.0/16")];
        for second in 0..3_000 {
            for (from, of) in [(Side::A, &subnets), (Side::B, &subnets.clone().map(mirrored))] {
                for selectors in of {
                    assert!(
                        pair.packet_of(from, selectors),
                        "{version:?} {from:?} {second} {selectors:?} {:#?}",
                        pair.transcript
                    );
                }
            }
            pair.run(s(1));
        }
    }
}

fn mirrored(selectors: Selectors) -> Selectors {
    Selectors { local: selectors.remote, remote: selectors.local }
}
