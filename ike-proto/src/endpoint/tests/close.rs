use core::time::Duration;

use super::{assert_empty, command, connected, s};
use crate::diagnose::CloseReason;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side};

#[test]
fn an_end_is_told_and_answered() {
    for side in [Side::A, Side::B] {
        let mut pair = connected();
        command(&mut pair, side, Command::Terminate);
        pair.run(s(30));
        assert_eq!(pair.closed(side), [CloseReason::Local]);
        assert_eq!(pair.closed(side.other()), [CloseReason::PeerDeleted]);
        for side in [Side::A, Side::B] {
            assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0);
            assert!(pair.peer(side).datapath.sas(esp_core::sa::Direction::Outbound).is_empty());
        }
    }
}

/// Delete of an SA that we are deleting gets an empty answer (F-24).
#[test]
fn both_ends_may_end_it() {
    let mut pair = connected();
    command(&mut pair, Side::A, Command::Terminate);
    command(&mut pair, Side::B, Command::Terminate);
    pair.run(s(30));
    for side in [Side::A, Side::B] {
        assert_eq!(pair.closed(side), [CloseReason::Local]);
        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0);
    }
}

/// RFC 7296 §2.4: a peer that says nothing is probed, and given up when it does not answer.
#[test]
fn a_dead_peer_is_found() {
    let mut pair = connected();
    pair.set_filter(|_, _| Fate::Lose);
    pair.run(s(250));
    for side in [Side::A, Side::B] {
        assert_eq!(pair.closed(side), [CloseReason::PeerDead]);
        assert_eq!(pair.peer(side).endpoint.ike_sa_count(), 0);
    }
}

/// Traffic of the Child SA is proof enough: nothing is probed.
#[test]
fn traffic_spares_the_probe() {
    let mut pair = connected();
    let before = pair.transcript.len();
    for _ in 0..60 {
        pair.run(s(1));
        assert!(pair.carries());
    }
    assert_eq!(pair.transcript.len(), before, "{:#?}", &pair.transcript[before..]);
}

/// The IKE SA lives without its Child SA, and makes another one when asked.
#[test]
fn a_lost_child_sa_is_made_again() {
    let mut pair = connected();
    let key = pair.a.datapath.sas(esp_core::sa::Direction::Inbound)[0].key();
    let event = esp_core::command::SaEvent::HardLimit { key, limit: esp_core::command::Limit::Bytes };
    pair.input(Side::A, crate::endpoint::Input::Sa(event));
    pair.run(s(10));
    assert_eq!(pair.counts(Side::A), (1, 0));
    assert_eq!(pair.counts(Side::B), (1, 0));
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(s(10));
    super::assert_settled(&mut pair);
}

/// A soft limit of the datapath is answered with a rekey.
#[test]
fn a_soft_limit_rekeys() {
    let mut pair = connected();
    let key = pair.a.datapath.sas(esp_core::sa::Direction::Outbound)[0].key();
    let event = esp_core::command::SaEvent::SoftLimit { key, limit: esp_core::command::Limit::Bytes };
    pair.input(Side::A, crate::endpoint::Input::Sa(event));
    pair.run(s(20));
    super::assert_settled(&mut pair);
    assert!(pair.transcript.iter().any(|line| line.starts_with("A CREATE_CHILD_SA request")));
}

/// An IKE SA that ends while a request for a Child SA is under way gives back the SPI that it offered.
#[test]
fn an_end_gives_back_what_was_only_offered() {
    for command_of in [Command::Terminate, Command::Forget] {
        for apart in [0, 5, 15, 25] {
            let mut pair = connected();
            command(&mut pair, Side::A, Command::RekeyChild);
            pair.run(Duration::from_millis(apart));
            command(&mut pair, Side::B, command_of);
            command(&mut pair, Side::A, command_of);
            pair.run(s(400));
            assert_empty(&pair);
        }
    }
}

/// An attempt that is cancelled while IKE_AUTH is under way leaves nothing at the peer, whether it had the request
/// already or not, and whatever is lost.
#[test]
fn a_cancelled_attempt_is_deleted_at_the_peer() {
    for after in [0, 5, 15, 25, 35] {
        for lost in 0..8 {
            let mut pair = Pair::with(|_, config| config.liveness.delay = Duration::ZERO);
            pair.set_filter(move |number, _| if number == lost { Fate::Lose } else { Fate::Deliver });
            command(&mut pair, Side::A, Command::Initiate);
            pair.run(Duration::from_millis(after));
            command(&mut pair, Side::A, Command::Terminate);
            pair.run(s(300));
            assert_empty(&pair);
        }
    }
}

/// A peer that refused us has nothing to delete: a cancelled attempt ends with its answer.
#[test]
fn a_cancelled_attempt_that_is_refused_is_over() {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.psk = crate::config::PreSharedKey::new(b"another").unwrap();
        }
    });
    command(&mut pair, Side::A, Command::Initiate);
    pair.run(Duration::from_millis(25));
    command(&mut pair, Side::A, Command::Terminate);
    pair.run(s(1));
    assert_eq!(pair.peer(Side::A).endpoint.ike_sa_count(), 0, "{:#?}", pair.transcript);
}

/// CONN-6: of two IKE SAs that were begun at once one ends, and what is under way with it is still received.
#[test]
fn a_redundant_ike_sa_ends_without_losing_a_packet() {
    for apart in [0, 5, 10, 15] {
        let mut pair = Pair::new();
        command(&mut pair, Side::A, Command::Initiate);
        pair.run(Duration::from_millis(apart));
        command(&mut pair, Side::B, Command::Initiate);
        pair.run(Duration::from_millis(100));
        for _ in 0..100 {
            let under_way =
                [Side::A, Side::B].map(|side| (side, pair.peer(side).datapath.outbound().cloned()));
            pair.run(Duration::from_millis(50));
            for (side, params) in under_way {
                assert!(pair.receive(side.other(), &params.unwrap()), "{apart} {:#?}", pair.transcript);
            }
        }
        pair.run(s(60));
        super::assert_settled(&mut pair);
    }
}
