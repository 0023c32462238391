//! Pre-shared keys by identity.

use alloc::string::ToString;
use core::time::Duration;

use super::{assert_connected, s};
use crate::config::{Identity, PreSharedKey};
use crate::diagnose::FailureReason;
use crate::endpoint::{Command, ConnectionId};
use crate::testing::{CONNECTION, Fate, Pair, Side, connection, selectors};

fn kinds() -> Vec<Identity> {
    vec![
        Identity::Ip("192.0.2.1".parse().unwrap()),
        Identity::Ip("198.51.100.7".parse().unwrap()),
        Identity::Ip("2001:db8::1".parse().unwrap()),
        Identity::Fqdn("spoke.example".to_string()),
        Identity::Fqdn("192.0.2.1".to_string()),
        Identity::Email("spoke@example.org".to_string()),
        Identity::KeyId(vec![0, 0xff, 7]),
        Identity::KeyId(b"spoke.example".to_vec()),
    ]
}

/// IPv4, IPv6, FQDN, RFC 822 address and KEY_ID, on either side.
#[test]
fn every_kind_of_identity_connects() {
    for ours in kinds() {
        for theirs in kinds() {
            let mut pair = Pair::with(|side, config| {
                let (local, remote) = (ours.clone(), theirs.clone());
                (config.local_id, config.remote_id) =
                    if side == Side::A { (local, remote) } else { (remote, local) };
            });
            pair.connect();
            assert_connected(&mut pair);
        }
    }
}

/// Many peers behind `0.0.0.0`, each with an identity and a key of its own: whoever comes gets its own connection, and
/// nobody gets in with another's key.
#[test]
fn peers_of_any_address_have_keys_of_their_own() {
    let key = |place: usize| PreSharedKey::new(format!("the key of peer {place}").as_bytes()).unwrap();
    let all = kinds();
    for (place, identity) in all.iter().enumerate() {
        for stolen in [false, true] {
            let mut pair = Pair::empty(crate::config::Limits::default(), 9);
            let (a, b) = (pair.a.address, pair.b.address);
            for (place, identity) in all.iter().enumerate() {
                let mut config = connection(b, a, false);
                config.remote = None;
                config.remote_id = identity.clone();
                config.psk = key(place);
                let subnet = format!("10.2.{place}.0/24");
                config.child.selectors = selectors("10.9.0.0/16", &subnet);
                let id = ConnectionId(u32::try_from(place).unwrap() + 10);
                pair.command(Side::B, Command::Add(id, Box::new(config)));
            }
            let mut config = connection(a, b, true);
            config.local_id = identity.clone();
            config.psk = key(if stolen { (place + 1) % all.len() } else { place });
            config.child.selectors = selectors("10.2.0.0/16", "10.9.0.0/16");
            pair.command(Side::A, Command::Add(CONNECTION, Box::new(config)));
            pair.connect();
            if stolen {
                assert_eq!(pair.failures(Side::B), [FailureReason::Key { remote_id: identity.clone() }]);
                assert_eq!(pair.counts(Side::A), (0, 0));
            } else {
                assert_eq!(pair.failures(Side::B), []);
                let agreed = &pair.a.datapath.outbound().unwrap().selectors;
                assert_eq!(*agreed, selectors(&format!("10.2.{place}.0/24"), "10.9.0.0/16"));
            }
        }
    }
}

/// no key is refused where it is configured; and where the connection is gone at the moment AUTH needs its key, the
/// exchange is closed, and a repetition of the request changes nothing.
#[test]
fn x_16_no_key_when_it_is_needed() {
    assert_eq!(PreSharedKey::new(b""), None);
    let mut pair = Pair::new();
    pair.set_filter(|number, _| if number == 2 { Fate::Lose } else { Fate::Deliver });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(Duration::from_millis(100));
    pair.command(Side::B, Command::Remove(CONNECTION));
    for _ in 0..3 {
        let request = pair.sent[2].clone();
        pair.inject(request);
        pair.run(Duration::from_millis(100));
        assert_eq!(pair.counts(Side::B), (0, 0));
    }
    let local_id = Identity::Fqdn("a".to_string());
    assert_eq!(pair.failures(Side::A), [FailureReason::RefusedByPeer { local_id }]);
    pair.run(s(60));
    assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
    assert!(pair.b.datapath.outbound().is_none());
}
