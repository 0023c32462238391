use super::{command, connected, s};
use crate::diagnose::CloseReason;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Side};

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
