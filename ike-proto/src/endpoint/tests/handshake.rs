use core::time::Duration;

use super::{assert_connected, assert_settled, command, connected, s};
use crate::config::{Identity, Limits, PreSharedKey};
use crate::diagnose::CloseReason;
use crate::endpoint::{Command, ConnectionId};
use crate::suite::DhGroup;
use crate::testing::{CONNECTION, Fate, Pair, Side, connection, selectors};

/// F-19, F-20: both ends prove the key and derive the same keys.
#[test]
fn two_endpoints_connect() {
    let mut pair = Pair::new();
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1), "{:#?}", pair.transcript);
    assert_eq!(pair.counts(Side::B), (1, 1));
    assert!(pair.carries());
    assert_eq!(
        pair.transcript[..4],
        [
            "A IKE_SA_INIT request 0: SA KE Ni N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP) \
             N(IKEV2_FRAGMENTATION_SUPPORTED)",
            "B IKE_SA_INIT response 0: SA KE Nr N(NAT_DETECTION_SOURCE_IP) N(NAT_DETECTION_DESTINATION_IP) \
             N(IKEV2_FRAGMENTATION_SUPPORTED) N(CHILDLESS_IKEV2_SUPPORTED)",
            "A IKE_AUTH request 1: IDi N(INITIAL_CONTACT) IDr AUTH SA TSi TSr",
            "B IKE_AUTH response 1: IDr AUTH SA TSi TSr",
        ]
    );
}

/// F-22: the responder has another group, which the initiator offered too.
#[test]
fn another_group_is_taken() {
    let mut pair = other_group();
    pair.connect();
    assert_connected(&mut pair);
    assert!(pair.transcript[1].ends_with("N(INVALID_KE_PAYLOAD)"), "{:#?}", pair.transcript);
}

/// F-22, §2.6: the cookie is the first payload of an otherwise unchanged message.
#[test]
fn a_cookie_is_returned() {
    let limits = Limits { cookie_threshold: 0, ..Limits::default() };
    let mut pair = Pair::with_limits(limits, |_, _| {});
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!(pair.transcript[1], "B IKE_SA_INIT response 0: N(COOKIE)");
    assert!(pair.transcript[2].starts_with("A IKE_SA_INIT request 0: N(COOKIE) SA KE Ni"));
}

/// F-22: both, one after the other; AUTH covers the message that was sent last (F-19).
#[test]
fn a_cookie_and_another_group_chain() {
    let limits = Limits { cookie_threshold: 0, ..Limits::default() };
    let mut pair = Pair::with_limits(limits, |side, config| {
        config.ike_proposals[0].groups = match side {
            Side::A => vec![DhGroup::Modp768, DhGroup::Modp1024],
            Side::B => vec![DhGroup::Modp1024],
        };
    });
    pair.connect();
    assert_connected(&mut pair);
    assert_eq!(pair.transcript[1], "B IKE_SA_INIT response 0: N(COOKIE)");
    assert_eq!(pair.transcript[3], "B IKE_SA_INIT response 0: N(INVALID_KE_PAYLOAD)");
}

/// Two connections from any address with different keys: the identities tell which one is meant.
#[test]
fn connections_without_an_address_are_told_apart_by_identity() {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.remote = None;
        }
    });
    let mut other = connection(pair.b.address, pair.a.address, false);
    other.remote = None;
    other.remote_id = Identity::Fqdn("somebody-else".to_string());
    other.psk = PreSharedKey::new(b"another key").unwrap();
    pair.command(Side::B, Command::Add(ConnectionId(0), Box::new(other)));
    pair.connect();
    assert_connected(&mut pair);
}

/// F-28: a wider offer is narrowed to what both have.
#[test]
fn selectors_are_narrowed() {
    let mut pair = Pair::with(|side, config| {
        if side == Side::A {
            config.child.selectors = selectors("0.0.0.0/0", "0.0.0.0/0");
        }
    });
    pair.connect();
    assert_connected(&mut pair);
    let a = &pair.a.datapath.outbound().unwrap().selectors;
    assert_eq!(*a, selectors("10.1.0.0/16", "10.2.0.0/16"));
}

/// Both ends initiate at once.
#[test]
fn both_ends_may_initiate() {
    let mut pair = Pair::new();
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(60));
    assert_settled(&mut pair);
}

/// The same with each datagram lost or late in turn: one IKE SA stays, and never none.
#[test]
fn both_ends_may_initiate_whatever_one_datagram_suffers() {
    for fate in [Fate::Lose, Fate::Delay(Duration::from_millis(15)), Fate::Delay(Duration::from_millis(45))] {
        for victim in 0..10 {
            for apart in [0, 5, 15, 25] {
                let mut pair = Pair::new();
                pair.set_filter(move |number, _| if number == victim { fate } else { Fate::Deliver });
                pair.command(Side::A, Command::Initiate(CONNECTION));
                pair.run(Duration::from_millis(apart));
                pair.command(Side::B, Command::Initiate(CONNECTION));
                pair.run(s(100));
                assert_settled(&mut pair);
            }
        }
    }
}

/// CONN-6: strongSwan ends the older one of two after ten seconds, whoever began it, and moves what IKEv1 made to the newer
/// one. So neither is ended before.
#[test]
fn a_peer_with_another_rule_ends_one_of_two_first() {
    use crate::config::{ExchangeMode, Version};
    for version in [Version::V2, Version::V1(ExchangeMode::Main), Version::V1(ExchangeMode::Aggressive)] {
        let mut pair = Pair::with(|_, config| config.version = version);
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.command(Side::B, Command::Initiate(CONNECTION));
        pair.run(s(11));
        for side in [Side::A, Side::B] {
            assert_eq!(
                pair.peer(side).endpoint.ike_sas(CONNECTION, pair.now).count(),
                2,
                "{version:?} {side:?}"
            );
        }
        pair.run(s(5));
        for side in [Side::A, Side::B] {
            assert_eq!(
                pair.peer(side).endpoint.ike_sas(CONNECTION, pair.now).count(),
                1,
                "{version:?} {side:?}"
            );
        }
    }
}

/// CONN-6: a peer that ends none of two is left with one by us.
#[test]
fn a_peer_without_a_rule_keeps_one_of_two() {
    use crate::testing::Insider;
    use crate::wire::codes::ExchangeType;
    let mut peer = Insider::new(|_, _| {});
    peer.pair.set_filter(|_, _| Fate::Delay(s(1)));
    peer.pair.command(Side::B, Command::Initiate(CONNECTION));
    let payloads = peer.init_payloads();
    peer.init(&payloads).unwrap();
    let payloads = peer.auth_payloads();
    peer.send(ExchangeType::IKE_AUTH, &payloads).unwrap();
    assert_eq!(peer.pair.counts(Side::B), (1, 1));
    peer.pair.set_filter(|_, _| Fate::Deliver);
    peer.pair.run(s(5));
    assert_eq!(peer.pair.counts(Side::B).0, 2, "{:#?}", peer.pair.transcript);
    peer.pair.run(s(40));
    assert_eq!(peer.pair.counts(Side::B).0, 1, "{:#?}", peer.pair.transcript);
}

/// F-27: a peer that comes back without its state says so, and what it had is forgotten.
#[test]
fn initial_contact_ends_what_was_before() {
    let mut pair = connected();
    command(&mut pair, Side::A, Command::Forget);
    assert_eq!(pair.counts(Side::A), (0, 0));
    pair.connect();
    pair.run(s(20));
    assert_settled(&mut pair);
    assert_eq!(pair.closed(Side::B), [CloseReason::InitialContact]);
}

fn other_group() -> Pair {
    Pair::with(|side, config| {
        config.ike_proposals[0].groups = match side {
            Side::A => vec![DhGroup::Modp768, DhGroup::Modp1024],
            Side::B => vec![DhGroup::Modp1024],
        };
    })
}
