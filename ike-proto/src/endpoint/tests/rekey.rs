use core::time::Duration;

use super::{assert_connected, assert_settled, command, connected, s};
use crate::diagnose::{CloseReason, Event};
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::testing::{Fate, Pair, Side};

fn rekeyed(pair: &Pair, side: Side) -> usize {
    pair.peer(side).events.iter().filter(|event| matches!(event, Event::ChildRekeyed { .. })).count()
}

/// Lets time pass in small steps, with a packet both ways at each: none may be lost (make before break).
pub(super) fn run_with_traffic(pair: &mut Pair, span: Duration) {
    let end = pair.now + span;
    while pair.now < end {
        pair.run(Duration::from_millis(3));
        assert!(pair.carries(), "a packet was lost at {} {:#?}", pair.now, pair.transcript);
    }
}

#[test]
fn a_child_sa_is_rekeyed_by_either_side() {
    for side in [Side::A, Side::B] {
        let mut pair = connected();
        command(&mut pair, side, Command::RekeyChild);
        run_with_traffic(&mut pair, s(2));
        pair.run(s(20));
        assert_settled(&mut pair);
        assert_eq!((rekeyed(&pair, Side::A), rekeyed(&pair, Side::B)), (1, 1));
    }
}

/// With a key exchange of its own, and with a wrong guess of the group (F-22).
#[test]
fn a_child_sa_is_rekeyed_with_pfs() {
    let groups = [vec![DhGroup::Modp768], vec![DhGroup::Modp1024, DhGroup::Modp768]];
    for ours in groups {
        let mut pair = Pair::with(|side, config| {
            config.child.proposals[0].groups =
                if side == Side::A { ours.clone() } else { vec![DhGroup::Modp768] };
        });
        pair.connect();
        assert_connected(&mut pair);
        command(&mut pair, Side::A, Command::RekeyChild);
        run_with_traffic(&mut pair, s(2));
        pair.run(s(20));
        assert_settled(&mut pair);
        assert_eq!(rekeyed(&pair, Side::A), 1, "{:#?}", pair.transcript);
        assert_eq!(
            pair.a.endpoint.child_sas(crate::testing::CONNECTION, pair.now).next().unwrap().pfs,
            Some(DhGroup::Modp768)
        );
    }
}

/// F-25: new keys, new ids, the Child SA stays; and again on the new IKE SA, by the other side.
#[test]
fn an_ike_sa_is_rekeyed_by_either_side() {
    for side in [Side::A, Side::B] {
        let mut pair = connected();
        for by in [side, side.other(), side] {
            command(&mut pair, by, Command::RekeyIke);
            run_with_traffic(&mut pair, s(1));
            pair.run(s(100));
            assert_settled(&mut pair);
        }
        command(&mut pair, side, Command::RekeyChild);
        pair.run(s(20));
        assert_settled(&mut pair);
        let rekeys = |side| {
            let events = &pair.peer(side).events;
            events.iter().filter(|event| matches!(event, Event::IkeRekeyed { .. })).count()
        };
        assert_eq!((rekeys(Side::A), rekeys(Side::B)), (3, 3));
    }
}

/// SAs are replaced before their lifetime ends, over many lifetimes and without losing a packet for lack of an SA.
#[test]
fn lifetimes_are_kept() {
    let mut pair = Pair::with(|_, config| {
        config.child.lifetime = s(120);
        config.ike_lifetime = s(600);
    });
    pair.connect();
    for _ in 0..3_000 {
        pair.run(s(1));
        assert!(pair.carries(), "{:#?}", pair.transcript);
    }
    pair.run(s(1));
    assert_connected(&mut pair);
    assert!(rekeyed(&pair, Side::A) >= 25);
    assert!(pair.closed(Side::A).is_empty(), "{:?}", pair.closed(Side::A));
}

/// Without rekeying, the hard end comes and is told.
#[test]
fn what_cannot_be_rekeyed_expires() {
    let mut pair = Pair::with(|_, config| config.child.lifetime = s(100));
    pair.connect();
    // The peer no longer answers: the Child SA must not outlive its time all the same.
    pair.set_filter(|_, _| crate::testing::Fate::Lose);
    pair.run(s(300));
    assert_eq!(pair.counts(Side::A), (0, 0));
    assert_eq!(pair.counts(Side::B), (0, 0));
    assert_eq!(pair.closed(Side::A), [CloseReason::PeerDead]);
}

/// A PFS group that the peer does not have shows at the rekey, with its name on the side that knows it.
#[test]
fn a_pfs_mismatch_is_told_and_the_child_sa_stays() {
    let mut pair = Pair::with(|side, config| {
        let group = if side == Side::A { DhGroup::Modp1024 } else { DhGroup::Modp768 };
        config.child.proposals[0].groups = vec![group];
    });
    pair.connect();
    command(&mut pair, Side::A, Command::RekeyChild);
    pair.run(s(5));
    assert_connected(&mut pair);
    let told = pair.failures(Side::B);
    let [crate::diagnose::FailureReason::ChildProposal { difference, by_peer: false }] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!(difference.field_names(), [crate::suite::difference::Field::DhGroup]);
    assert_eq!(pair.failures(Side::A).len(), 1);
}

/// F-24: the answer to a rekey is lost again and again, and until it arrives the peer has the old Child SA alone: it goes on
/// being sent with.
#[test]
fn f_24_an_answer_that_is_lost_thrice_loses_no_packet() {
    let mut pair = connected();
    let base = pair.sent.len();
    let mut lost = 0;
    pair.set_filter(move |number, datagram| {
        let response = datagram.payload.get(19).is_some_and(|flags| flags & 0x20 != 0);
        if number >= base && response && lost < 3 {
            lost += 1;
            return Fate::Lose;
        }
        Fate::Deliver
    });
    command(&mut pair, Side::A, Command::RekeyChild);
    run_with_traffic(&mut pair, s(60));
    assert_settled(&mut pair);
}
