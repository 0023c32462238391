//! Repeated authentication (RFC 4478).

use core::time::Duration;

use super::rekey::run_with_traffic;
use super::{assert_settled, command, connected, s};
use crate::diagnose::{CloseReason, Event};
use crate::endpoint::Command;
use crate::testing::{Fate, Pair, Side};

fn of_b(life: Duration) -> Pair {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.auth_lifetime = Some(life);
        }
    });
    pair.connect();
    pair
}

fn established(pair: &Pair, side: Side) -> usize {
    let events = &pair.peer(side).events;
    events.iter().filter(|event| matches!(event, Event::IkeEstablished { .. })).count()
}

/// The IKE SA is made anew before its time, the old one ends after that, and no packet is lost; a rekey in between
/// does not make the time longer.
#[test]
fn an_ike_sa_is_made_anew_before_it_ends() {
    let mut pair = of_b(s(100));
    command(&mut pair, Side::A, Command::RekeyIke);
    run_with_traffic(&mut pair, s(300));
    pair.run(s(20));
    assert_eq!(established(&pair, Side::A), established(&pair, Side::B));
    assert!((4..=5).contains(&established(&pair, Side::A)), "{:#?}", pair.transcript);
    for (side, expected) in [(Side::A, CloseReason::Replaced), (Side::B, CloseReason::PeerDeleted)] {
        assert!(pair.closed(side).iter().all(|reason| *reason == expected), "{:?}", pair.closed(side));
    }
    // No INITIAL_CONTACT: the old one is known.
    let contacts = pair.transcript.iter().filter(|line| line.contains("INITIAL_CONTACT")).count();
    assert_eq!(contacts, 1);
    assert_settled(&mut pair);
}

/// One lost datagram of the new handshake, whichever, costs nothing.
#[test]
fn a_lost_message_does_not_matter() {
    for victim in 0..6 {
        let mut pair = of_b(s(100));
        let base = pair.sent.len();
        pair.set_filter(move |number, _| if number == base + victim { Fate::Lose } else { Fate::Deliver });
        run_with_traffic(&mut pair, s(120));
        assert!(pair.closed(Side::B).iter().all(|reason| *reason == CloseReason::PeerDeleted));
    }
}

/// A peer that does not authenticate again in time loses the IKE SA.
#[test]
fn who_does_not_authenticate_again_is_let_go() {
    let mut pair = of_b(s(100));
    pair.set_filter(|_, datagram| {
        let first = datagram.payload.get(18) == Some(&34);
        if first { Fate::Lose } else { Fate::Deliver }
    });
    pair.run(s(110));
    assert_eq!(pair.closed(Side::B), [CloseReason::Expired]);
    assert_eq!(pair.closed(Side::A), [CloseReason::PeerDeleted]);
}

/// A peer that believes nobody for long does not keep us busy.
#[test]
fn a_short_belief_is_stretched() {
    let mut pair = Pair::with(|side, config| {
        config.auth_lifetime = (side == Side::B).then_some(Duration::from_secs(1));
    });
    command(&mut pair, Side::A, Command::Initiate);
    for _ in 0..400 {
        pair.run(Duration::from_millis(500));
        // It says so and does not act on it.
        pair.b.endpoint.sas.values_mut().for_each(|sa| sa.core.reauth = Default::default());
    }
    let begun = pair.transcript.iter().filter(|line| line.starts_with("A IKE_SA_INIT request")).count();
    assert!((2..=5).contains(&begun), "{begun}");
}

/// Without a word of the peer nothing is made anew.
#[test]
fn nobody_asks_nobody_proves() {
    let mut pair = connected();
    run_with_traffic(&mut pair, s(60));
    assert_eq!(established(&pair, Side::A), 1);
}
