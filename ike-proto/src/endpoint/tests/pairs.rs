//! CONF-4: one Child SA for each pair of subnets, in IKEv2.

use core::time::Duration;

use esp_core::sa::Direction;
use esp_core::selector::Selectors;

use super::{command, s};
use crate::config::ChildSas;
use crate::diagnose::FailureReason;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side, cidr, connection};

const OF_A: [&str; 2] = ["10.1.0.0/24", "10.3.0.0/24"];
const OF_B: [&str; 3] = ["10.2.0.0/24", "10.4.0.0/24", "10.6.0.0/24"];

fn selectors(local: &[&str], remote: &[&str]) -> Selectors {
    let list = |networks: &[&str]| networks.iter().map(|text| cidr(text).into()).collect();
    Selectors { local: list(local), remote: list(remote) }
}

/// What a side wants, out of A's and B's networks.
fn seen_from(side: Side, of_a: &[&str], of_b: &[&str]) -> Selectors {
    if side == Side::A { selectors(of_a, of_b) } else { selectors(of_b, of_a) }
}

/// Two sides with several networks each, of which `many` make a Child SA for each pair.
fn pair(many: &'static [Side]) -> Pair {
    Pair::with(|side, config| {
        config.child.selectors = seen_from(side, &OF_A, &OF_B);
        if many.contains(&side) {
            config.v2.child_sas = ChildSas::OnePerPair;
        }
    })
}

/// Every pair has one Child SA of its own on each side, which carries packets both ways, and nothing else is left.
fn assert_each(pair: &mut Pair, of_b: &[&str]) {
    let count = OF_A.len() * of_b.len();
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (1, count), "{side:?} {:#?}", pair.transcript);
        for direction in [Direction::Inbound, Direction::Outbound] {
            assert_eq!(pair.peer(side).datapath.sas(direction).len(), count, "{side:?} {direction:?}");
        }
        for (a, b) in OF_A.iter().flat_map(|a| of_b.iter().map(move |b| (a, b))) {
            assert!(pair.packet_of(side, &seen_from(side, &[a], &[b])), "{side:?} {a} {b}");
        }
    }
}

/// Packets of every pair, both ways, every 50 ms.
fn run_with_traffic(pair: &mut Pair, span: Duration) {
    let end = pair.now + span;
    while pair.now < end {
        pair.run(Duration::from_millis(50));
        for side in [Side::A, Side::B] {
            for (a, b) in OF_A.iter().flat_map(|a| OF_B.iter().map(move |b| (a, b))) {
                assert!(pair.packet_of(side, &seen_from(side, &[a], &[b])), "{side:?} {a} {b}");
            }
        }
    }
}

/// IKE_AUTH makes the first and CREATE_CHILD_SA the others, whatever the responder would do itself; either end can rekey
/// them all, and the IKE SA, and each keeps its pair.
#[test]
fn conf_4_each_pair_has_its_own() {
    for many in [&[Side::A][..], &[Side::A, Side::B][..]] {
        let mut pair = pair(many);
        pair.connect();
        assert_each(&mut pair, &OF_B);
        let made =
            pair.transcript.iter().filter(|line| line.starts_with("A CREATE_CHILD_SA request")).count();
        assert_eq!(made, 5);
        for side in many {
            command(&mut pair, *side, Command::RekeyChild);
            run_with_traffic(&mut pair, s(5));
            command(&mut pair, *side, Command::RekeyIke);
            run_with_traffic(&mut pair, s(5));
            pair.run(s(30));
            assert_each(&mut pair, &OF_B);
        }
    }
}

/// One lost datagram, whichever, makes no difference in the end.
#[test]
fn conf_4_a_lost_message_does_not_matter() {
    for victim in 0..16 {
        let mut pair = pair(&[Side::A]);
        pair.set_filter(move |number, _| if number == victim { Fate::Lose } else { Fate::Deliver });
        pair.connect();
        pair.run(s(40));
        assert_each(&mut pair, &OF_B);
    }
}

/// CONF-4, CONF-6: both ends begin at once, and in the end there is one Child SA for each pair.
#[test]
fn conf_4_both_at_once() {
    let mut pair = pair(&[Side::A, Side::B]);
    command(&mut pair, Side::A, Command::Initiate);
    command(&mut pair, Side::B, Command::Initiate);
    pair.run(s(60));
    assert_each(&mut pair, &OF_B);
}

/// A pair that the peer does not have is told, the others stand, and it comes up once the peer has it.
#[test]
fn conf_4_a_refused_pair_is_tried_again() {
    let mut pair = pair(&[Side::A]);
    let known = &OF_B[..2];
    let mut of_b = connection(pair.b.address, pair.a.address, false);
    of_b.child.selectors = seen_from(Side::B, &OF_A, known);
    pair.command(Side::B, Command::Add(CONNECTION, Box::new(of_b.clone())));
    pair.connect();
    assert_each(&mut pair, known);
    let told = pair.failures(Side::A);
    assert_eq!(told.len(), OF_A.len(), "{told:#?}");
    for (reason, a) in told.iter().zip(OF_A) {
        let FailureReason::Selectors { ours, .. } = reason else { panic!("{reason:?}") };
        assert_eq!(*ours, selectors(&[a], &OF_B[2..]));
    }
    of_b.child.selectors = seen_from(Side::B, &OF_A, &OF_B);
    pair.command(Side::B, Command::Add(CONNECTION, Box::new(of_b)));
    pair.run(s(130));
    assert_each(&mut pair, &OF_B);
}

/// One that the peer deletes is made anew, by the end that initiated, while the others carry on.
#[test]
fn conf_4_a_deleted_one_is_made_up_for() {
    for deletes in [Side::A, Side::B] {
        let mut pair = pair(&[Side::A, Side::B]);
        pair.connect();
        let now = pair.now;
        let second = pair.peer(deletes).endpoint.child_sas(CONNECTION, now).nth(1).unwrap().inbound;
        pair.command(deletes, Command::TerminateChild(CONNECTION, second));
        pair.run(s(1));
        assert_eq!(pair.counts(Side::A), (1, 5));
        pair.run(s(10));
        let expected = if deletes == Side::B { 6 } else { 5 };
        assert_eq!(pair.counts(Side::A), (1, expected), "{:#?}", pair.transcript);
    }
}

/// RFC 4478: the IKE SA that is made anew has them all before the old one ends.
#[test]
fn conf_4_authentication_anew_loses_none() {
    let mut pair = Pair::with(|side, config| {
        config.child.selectors = seen_from(side, &OF_A, &OF_B);
        config.v2.child_sas = ChildSas::OnePerPair;
        config.auth_lifetime = (side == Side::B).then_some(s(100));
    });
    pair.connect();
    run_with_traffic(&mut pair, s(150));
    pair.run(s(40));
    assert_each(&mut pair, &OF_B);
}
