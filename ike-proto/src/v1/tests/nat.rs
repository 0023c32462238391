use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{MODES, assert_connected, assert_settled, command, main_with, pair_with, s};
use crate::config::ConnectionConfig;
use crate::diagnose::{Event, Role};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, NatBox, Pair, Side};

const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// A is behind a NAT; B waits for whoever comes.
fn behind_nat(change: impl Fn(Side, &mut ConnectionConfig)) -> impl Fn(Side, &mut ConnectionConfig) {
    move |side, config| {
        if side == Side::B {
            config.remote = None;
        }
        change(side, config);
    }
}

fn detected(pair: &Pair, side: Side) -> (bool, bool) {
    let found = pair.peer(side).events.iter().find_map(|event| match event {
        Event::NatDetected { local, remote, .. } => Some((*local, *remote)),
        _ => None,
    });
    found.expect("NAT traversal was negotiated")
}

/// F-15: found out in messages 3 and 4 of main mode and 2 and 3 of aggressive mode; IKE moves to port 4500 with the next
/// message, and ESP goes in UDP.
#[test]
fn a_nat_is_found_and_passed() {
    for mode in MODES {
        let mut pair = pair_with(mode, behind_nat(|_, _| {}));
        pair.set_nat(NatBox::new(PUBLIC));
        pair.connect();
        assert_settled(&mut pair);
        assert_eq!((detected(&pair, Side::A), detected(&pair, Side::B)), ((true, false), (false, true)));
        let encap = pair.b.datapath.outbound().unwrap().encap.unwrap();
        assert_eq!(encap.local_port, 4500);
        assert_ne!(encap.remote_port, 4500);
        for by in [Side::A, Side::B] {
            command(&mut pair, by, Command::RekeyChild);
            pair.run(s(90));
            assert_settled(&mut pair);
        }
        command(&mut pair, Side::A, Command::RekeyIke);
        pair.run(s(60));
        assert_settled(&mut pair);
    }
}

/// F-17: phase 1 anew, by the end without a NAT, goes to the port that the NAT has given the other, and stays there.
#[test]
fn a_peer_behind_a_nat_is_asked_anew_where_it_is() {
    for mode in MODES {
        let mut pair = pair_with(mode, |side, config| {
            if side == Side::B {
                config.remote = Some(PUBLIC);
            }
        });
        pair.set_nat(NatBox::new(PUBLIC));
        pair.connect();
        assert_settled(&mut pair);
        let before = pair.b.endpoint.ike_sas(CONNECTION, pair.now).next().unwrap();
        command(&mut pair, Side::B, Command::RekeyIke);
        pair.run(s(60));
        assert_settled(&mut pair);
        let after = pair.b.endpoint.ike_sas(CONNECTION, pair.now).next().unwrap();
        assert_ne!(before.name, after.name, "{mode:?} {:#?}", pair.transcript);
        assert_eq!((before.remote, after.role), (after.remote, Role::Initiator));
    }
}

#[test]
fn without_a_nat_ports_stay() {
    for mode in MODES {
        let mut pair = pair_with(mode, |_, _| {});
        pair.connect();
        assert_eq!((detected(&pair, Side::A), detected(&pair, Side::B)), ((false, false), (false, false)));
        assert_eq!(pair.a.datapath.outbound().unwrap().encap, None);
    }
}

/// Either end has ESP carried in UDP although there is no NAT.
#[test]
fn encapsulation_can_be_forced() {
    for mode in MODES {
        for forcing in [Side::A, Side::B] {
            let mut pair = pair_with(mode, |side, config| config.nat.force_encapsulation = side == forcing);
            pair.connect();
            assert_settled(&mut pair);
            for side in [Side::A, Side::B] {
                assert!(pair.peer(side).datapath.outbound().unwrap().encap.is_some(), "{forcing:?} {side:?}");
            }
        }
    }
}

/// PEER-3: the NAT forgets its mappings, and the next message shows where the peer is now.
#[test]
fn a_changed_mapping_is_followed() {
    let mut pair = main_with(behind_nat(|_, _| {}));
    pair.set_nat(NatBox::new(PUBLIC));
    pair.connect();
    let before = pair.b.datapath.outbound().unwrap().encap;
    pair.nat_mut().unwrap().forget();
    pair.run(s(60));
    assert_connected(&mut pair);
    let after = pair.b.datapath.outbound().unwrap().encap;
    assert_ne!(before, after);
    let moved = |event: &Event| matches!(event, Event::PeerMoved { .. });
    assert_eq!(pair.b.events.iter().filter(|event| moved(event)).count(), 1);
}

/// PEER-2: whose peer may be anywhere never begins.
#[test]
fn a_connection_to_any_peer_waits() {
    let mut pair = main_with(behind_nat(|_, _| {}));
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(10));
    assert!(pair.sent.is_empty());
    let from = SocketAddr::new(pair.a.address, 500);
    pair.connect();
    assert_connected(&mut pair);
    assert!(pair.sent.iter().any(|datagram| datagram.from == from));
}
