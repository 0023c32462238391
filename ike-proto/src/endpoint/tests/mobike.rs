//! MOBIKE (RFC 4555): either end moves, a NAT comes in between, messages are lost meanwhile.

use core::net::IpAddr;
use core::time::Duration;

use super::{assert_connected, s};
use crate::diagnose::{CloseReason, Event, FailureReason};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Datagram, Fate, Insider, NatBox, Pair, Raw, Side};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{NotifyPayload, Payload};

fn mobile() -> Pair {
    let mut pair = Pair::with(|_, config| config.mobike.enabled = true);
    pair.connect();
    assert_connected(&mut pair);
    pair
}

fn move_to(pair: &mut Pair, side: Side, address: &str) {
    let address: IpAddr = address.parse().unwrap();
    pair.peer_mut(side).address = address;
    pair.command(side, Command::ChangeAddress(CONNECTION, address));
}

/// Both ends send to where the other is.
fn assert_meet(pair: &mut Pair) {
    assert_connected(pair);
    for side in [Side::A, Side::B] {
        let (here, there) = (pair.peer(side).address, pair.peer(side.other()).address);
        let params = pair.peer(side).datapath.outbound().unwrap();
        assert_eq!((params.local, params.remote), (here, there), "{:#?}", pair.transcript);
        let sa = pair.peer(side).endpoint.ike_sas(CONNECTION, pair.now).next().unwrap();
        assert_eq!((sa.local.ip(), sa.remote.ip()), (here, there));
    }
}

/// Without an answer to the offer nothing changes, and IKE stays on port 500 until both speak it.
#[test]
fn mobike_is_agreed_on_by_both() {
    for one in [Side::A, Side::B] {
        let mut pair = Pair::with(|side, config| config.mobike.enabled = side == one);
        pair.connect();
        assert_connected(&mut pair);
        move_to(&mut pair, one, "192.0.2.77");
        let told = pair.failures(one);
        assert!(matches!(told.as_slice(), [FailureReason::Protocol { what }] if what.contains("MOBIKE")));
    }
    let pair = mobile();
    assert_eq!(pair.sent[2].to.port(), 4_500);
    assert!(pair.a.datapath.outbound().unwrap().encap.is_none());
}

#[test]
fn either_end_moves() {
    for side in [Side::A, Side::B] {
        let mut pair = mobile();
        move_to(&mut pair, side, "192.0.2.77");
        pair.run(s(1));
        assert_meet(&mut pair);
        let moved = |event: &Event| matches!(event, Event::PeerMoved { .. });
        assert_eq!(pair.peer(side.other()).events.iter().filter(|event| moved(event)).count(), 1);
        // And all that comes later goes on from there.
        for command in [Command::RekeyChild, Command::RekeyIke] {
            pair.command(side.other(), command(CONNECTION));
            pair.run(s(100));
            assert_meet(&mut pair);
        }
    }
}

/// A window of lost messages, wherever it begins and however long it is.
#[test]
fn a_move_survives_lost_messages() {
    for side in [Side::A, Side::B] {
        for first in 0..8 {
            for count in 1..4 {
                let mut pair = mobile();
                let base = pair.sent.len();
                let lost = base + first..base + first + count;
                pair.set_filter(
                    move |number, _| if lost.contains(&number) { Fate::Lose } else { Fate::Deliver },
                );
                move_to(&mut pair, side, "192.0.2.77");
                pair.run(s(120));
                assert_meet(&mut pair);
            }
        }
    }
}

/// A move during every other exchange, and another move before the first is answered: the last one counts.
#[test]
fn moves_meet_rekeys_and_each_other() {
    for side in [Side::A, Side::B] {
        for apart in [0, 5, 15, 25, 35] {
            for command in [Command::RekeyChild, Command::RekeyIke] {
                for by in [Side::A, Side::B] {
                    let mut pair = mobile();
                    pair.command(by, command(CONNECTION));
                    pair.run(Duration::from_millis(apart));
                    move_to(&mut pair, side, "192.0.2.77");
                    pair.run(s(200));
                    assert_meet(&mut pair);
                }
            }
            let mut pair = mobile();
            move_to(&mut pair, side, "192.0.2.77");
            pair.run(Duration::from_millis(apart));
            move_to(&mut pair, side, "192.0.2.78");
            pair.run(s(100));
            assert_meet(&mut pair);
        }
    }
}

/// Both ends move at once: the initiator cannot know where to send until the responder speaks.
#[test]
fn both_ends_move_one_after_the_other() {
    let mut pair = mobile();
    move_to(&mut pair, Side::A, "192.0.2.77");
    pair.run(s(10));
    move_to(&mut pair, Side::B, "192.0.2.78");
    pair.run(s(10));
    assert_meet(&mut pair);
}

/// The new network has a NAT: ESP is carried in UDP from then on, and no longer when it is gone.
#[test]
fn a_nat_appears_and_goes() {
    let mut pair = mobile();
    pair.set_nat(NatBox::new("198.51.100.7".parse().unwrap()));
    move_to(&mut pair, Side::A, "192.0.2.77");
    pair.run(s(5));
    assert_connected(&mut pair);
    let b = pair.b.datapath.outbound().unwrap();
    assert_eq!(b.remote.to_string(), "198.51.100.7");
    assert!(b.encap.unwrap().remote_port > 20_000);
    assert!(pair.a.datapath.outbound().unwrap().encap.is_some());
    pair.clear_nat();
    move_to(&mut pair, Side::A, "192.0.2.78");
    pair.run(s(5));
    assert_meet(&mut pair);
    for side in [Side::A, Side::B] {
        assert!(pair.peer(side).datapath.outbound().unwrap().encap.is_none());
    }
}

/// RFC 4555 §3.8: a NAT that forgets its mappings is found out by the next probe.
#[test]
fn a_changed_mapping_is_found_by_a_probe() {
    let mut pair = Pair::with(|side, config| {
        config.mobike.enabled = true;
        if side == Side::B {
            config.remote = None;
        }
    });
    pair.set_nat(NatBox::new("198.51.100.7".parse().unwrap()));
    pair.connect();
    pair.run(s(20));
    let before = pair.b.datapath.outbound().unwrap().encap.unwrap().remote_port;
    pair.nat_mut().unwrap().forget();
    pair.run(s(60));
    assert_connected(&mut pair);
    assert_ne!(pair.b.datapath.outbound().unwrap().encap.unwrap().remote_port, before);
}

/// RFC 4555 §3.9: where no NAT is allowed, one is told and nothing moves.
#[test]
fn an_unwanted_nat_is_told() {
    let mut pair = Pair::with(|_, config| {
        config.mobike.enabled = true;
        config.mobike.no_nats = true;
    });
    pair.connect();
    pair.set_nat(NatBox::new("198.51.100.7".parse().unwrap()));
    move_to(&mut pair, Side::A, "192.0.2.77");
    pair.run(s(5));
    let told = pair.failures(Side::A);
    assert!(
        matches!(told.as_slice(), [FailureReason::Notify { name }] if name == "UNEXPECTED_NAT_DETECTED"),
        "{told:?}"
    );
    assert_eq!(pair.b.datapath.outbound().unwrap().remote.to_string(), "192.0.2.1");
}

fn notify(kind: NotifyType, data: &[u8]) -> Raw {
    Raw::of(&Payload::Notify(NotifyPayload::new(kind, data)))
}

/// RFC 4555 §3.7: a peer that says it is at an address where it does not answer gets no traffic there, and one that
/// returns another cookie loses the IKE SA.
#[test]
fn an_address_that_does_not_answer_gets_no_traffic() {
    for wrong_cookie in [false, true] {
        let supported = [notify(NotifyType::MOBIKE_SUPPORTED, &[])];
        let mut insider = Insider::established_with(|_, config| config.mobike.enabled = true, &supported);
        insider.from = "203.0.113.5:500".parse().unwrap();
        let reply =
            insider.send(ExchangeType::INFORMATIONAL, &[notify(NotifyType::UPDATE_SA_ADDRESSES, &[])]);
        assert!(reply.is_some());
        let Datagram { to, .. } = insider.pair.sent.last().unwrap();
        assert_eq!(to.ip().to_string(), "203.0.113.5", "the check goes to the new address");
        assert_eq!(insider.pair.b.datapath.outbound().unwrap().remote.to_string(), "192.0.2.1");
        if wrong_cookie {
            insider.answer(ExchangeType::INFORMATIONAL, 0, &[notify(NotifyType::COOKIE2, &[1; 16])]);
            assert_eq!(insider.pair.counts(Side::B), (0, 0));
        } else {
            insider.pair.run(s(300));
            assert_eq!(insider.pair.closed(Side::B), [CloseReason::PeerDead]);
        }
    }
}

/// A message without UPDATE_SA_ADDRESSES moves nothing, wherever it comes from.
#[test]
fn only_an_update_moves() {
    let mut pair = mobile();
    pair.command(Side::A, Command::RekeyChild(CONNECTION));
    let mut sent = pair.sent.last().unwrap().clone();
    sent.from = "203.0.113.5:4500".parse().unwrap();
    pair.set_filter(|_, _| Fate::Deliver);
    pair.inject(sent);
    pair.run(s(60));
    assert_meet(&mut pair);
}
