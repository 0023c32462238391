//! Address translation (F-26, PEER-3).

use super::{assert_connected, s};
use crate::diagnose::Event;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, NatBox, Pair, Side};

fn behind_nat() -> Pair {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.remote = None;
        }
    });
    pair.set_nat(NatBox::new("198.51.100.7".parse().unwrap()));
    pair
}

#[test]
fn a_nat_is_found_and_passed() {
    let mut pair = behind_nat();
    pair.connect();
    assert_connected(&mut pair);
    let found = |side, local, remote| {
        let wanted = (local, remote);
        pair.peer(side).events.iter().any(
            |event| matches!(event, Event::NatDetected { local, remote, .. } if (*local, *remote) == wanted),
        )
    };
    assert!(found(Side::A, true, false));
    assert!(found(Side::B, false, true));
    let b = pair.b.datapath.outbound().unwrap();
    assert_eq!(b.remote.to_string(), "198.51.100.7");
    assert_eq!(b.encap.unwrap().local_port, 4_500);
    assert!(b.encap.unwrap().remote_port > 20_000);
    let a = pair.a.datapath.outbound().unwrap();
    assert_eq!((a.encap.unwrap().local_port, a.encap.unwrap().remote_port), (4_500, 4_500));
}

/// A keep-alive is one octet, from port 4500, and only from the side behind the NAT.
#[test]
fn the_mapping_is_held() {
    let mut pair = behind_nat();
    pair.connect();
    for _ in 0..60 {
        pair.run(s(1));
        assert!(pair.carries());
    }
    let alive: Vec<_> = pair.sent.iter().filter(|datagram| datagram.payload == [0xff]).collect();
    assert!(alive.len() >= 2, "{}", alive.len());
    assert!(alive.iter().all(|datagram| datagram.from == "192.0.2.1:4500".parse().unwrap()));
}

/// A changed mapping is followed, by authentic messages only, and the SAs move with it.
#[test]
fn a_changed_mapping_is_followed() {
    let mut pair = behind_nat();
    pair.connect();
    let before = pair.b.datapath.outbound().unwrap().encap.unwrap().remote_port;
    pair.nat_mut().unwrap().forget();
    pair.run(s(60));
    assert_connected(&mut pair);
    let after = pair.b.datapath.outbound().unwrap().encap.unwrap().remote_port;
    assert_ne!(before, after);
    assert!(pair.b.events.iter().any(|event| matches!(event, Event::PeerMoved { .. })));
}

/// Rekeying works behind a NAT, from both sides.
#[test]
fn rekeying_passes_a_nat() {
    for side in [Side::A, Side::B] {
        for action in [Command::RekeyChild, Command::RekeyIke] {
            let mut pair = behind_nat();
            pair.connect();
            pair.command(side, action(CONNECTION));
            pair.run(s(100));
            super::assert_settled(&mut pair);
        }
    }
}

/// ESP is carried in UDP because one side wants it, whichever it is.
#[test]
fn encapsulation_can_be_forced() {
    for forcing in [Side::A, Side::B] {
        let mut pair = Pair::with(|side, config| config.nat.force_encapsulation = side == forcing);
        pair.connect();
        assert_connected(&mut pair);
        for side in [Side::A, Side::B] {
            assert!(pair.peer(side).datapath.outbound().unwrap().encap.is_some(), "{forcing:?} {side:?}");
        }
    }
}

/// DIAG-3: port 500 passes and 4500 does not.
#[test]
fn a_blocked_port_4500_is_named() {
    let mut pair = behind_nat();
    pair.set_filter(|_, datagram| {
        if datagram.to.port() == 4_500 { crate::testing::Fate::Lose } else { crate::testing::Fate::Deliver }
    });
    pair.connect();
    pair.run(s(300));
    let failures = pair.failures(Side::A);
    assert!(
        matches!(
            failures.as_slice(),
            [crate::diagnose::FailureReason::NoAnswer {
                exchange: "IKE_AUTH",
                hint: Some(crate::diagnose::NatBlock::Port4500),
                ..
            }]
        ),
        "{failures:?}"
    );
}
