//! DIAG-1, DIAG-2: each field that can differ, told on the side that can know it.

use super::{MODES, main_with, pair_with, s};
use crate::config::{ConnectionConfig, ExchangeMode, Identity, PreSharedKey, Version};
use crate::diagnose::FailureReason;
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::suite::difference::Field;
use crate::testing::{CONNECTION, Pair, Side, ike_proposal, selectors};
use esp_core::suite::{Cipher, Integrity};

fn attempt(mode: ExchangeMode, change: impl Fn(&mut ConnectionConfig)) -> Pair {
    let mut pair = pair_with(mode, |side, config| {
        if side == Side::B {
            change(config);
        }
    });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(s(200));
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side).1, 0, "{:#?}", pair.transcript);
    }
    pair
}

fn ike_fields(pair: &Pair, side: Side) -> Vec<Field> {
    match pair.failures(side).first() {
        Some(FailureReason::IkeProposal { difference, .. }) => difference.field_names(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_algorithm_of_phase_1() {
    for mode in MODES {
        let cases = [
            (Cipher::Aes256Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024, Field::Encryption),
            (Cipher::Aes128Cbc, Integrity::HmacMd5_96, DhGroup::Modp1024, Field::Integrity),
            (Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp768, Field::DhGroup),
        ];
        for (cipher, integrity, group, field) in cases {
            let pair =
                attempt(mode, |config| config.ike_proposals = vec![ike_proposal(cipher, integrity, group)]);
            assert_eq!(ike_fields(&pair, Side::B), [field], "{mode:?}");
            assert!(matches!(
                pair.failures(Side::A).as_slice(),
                [FailureReason::IkeProposal { by_peer: true, .. }]
            ));
            assert_eq!(pair.b.endpoint.ike_sa_count(), 0, "X-14, X-26: nothing is left of it");
        }
    }
}

/// F-8: the wrong key shows in the garbled fifth message, and both ends say so.
#[test]
fn the_pre_shared_key() {
    for mode in MODES {
        let pair = attempt(mode, |config| config.psk = PreSharedKey::new(b"another key").unwrap());
        let told = if mode == ExchangeMode::Main { Side::B } else { Side::A };
        assert!(
            pair.failures(told).iter().any(|reason| matches!(reason, FailureReason::Key { .. })),
            "{mode:?} {:?} {:?}",
            pair.failures(Side::A),
            pair.failures(Side::B)
        );
        assert_eq!(pair.failures(Side::A).len(), 1);
        assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
    }
}

/// identities are compared whole.
#[test]
fn the_identity() {
    for mode in MODES {
        for id in ["aa", "", "a\0", "*"] {
            let pair = attempt(mode, |config| config.remote_id = Identity::Fqdn(id.to_string()));
            let failures = pair.failures(Side::B);
            let [FailureReason::Identity { received, .. }] = failures.as_slice() else {
                panic!("{failures:?}")
            };
            assert_eq!(*received, Identity::Fqdn("a".to_string()));
        }
        let pair = attempt(mode, |config| config.local_id = Identity::Fqdn("c".to_string()));
        assert!(
            pair.failures(Side::A).iter().any(|reason| matches!(reason, FailureReason::Identity { .. })),
            "{mode:?} {:?}",
            pair.failures(Side::A)
        );
    }
}

#[test]
fn exchange_mode_and_version() {
    for mode in MODES {
        let other = if mode == ExchangeMode::Main { ExchangeMode::Aggressive } else { ExchangeMode::Main };
        let pair = attempt(mode, |config| config.version = Version::V1(other));
        assert_eq!(pair.failures(Side::B)[0], FailureReason::ExchangeMode { ours: other });
        assert_eq!(pair.failures(Side::A), [FailureReason::ExchangeMode { ours: mode }]);
        let pair = attempt(mode, |config| config.version = Version::V2);
        assert_eq!(pair.failures(Side::B)[0], FailureReason::Version { peer: 1 });
    }
}

#[test]
fn each_algorithm_of_phase_2() {
    type Change = fn(&mut ConnectionConfig);
    let cases: [(Change, Field); 4] = [
        (|c| c.child.proposals[0].ciphers = vec![Cipher::Aes256Cbc], Field::Encryption),
        (|c| c.child.proposals[0].integrities = vec![Integrity::HmacMd5_96], Field::Integrity),
        (|c| c.child.proposals[0].groups = vec![DhGroup::Modp768], Field::DhGroup),
        (
            |c| {
                c.child.proposals[0].protocol = esp_core::sa::IpsecProtocol::Ah;
                c.child.proposals[0].ciphers.clear();
            },
            Field::Protocol,
        ),
    ];
    for (change, field) in cases {
        let pair = attempt(ExchangeMode::Main, change);
        let failures = pair.failures(Side::B);
        let Some(FailureReason::ChildProposal { difference, by_peer: false }) = failures.first() else {
            panic!("{failures:?}")
        };
        assert!(difference.field_names().contains(&field), "{field} {:?}", difference.field_names());
        assert!(matches!(
            pair.failures(Side::A).first(),
            Some(FailureReason::ChildProposal { by_peer: true, .. })
        ));
        assert_eq!(pair.counts(Side::A).0, 1, "phase 1 stands");
    }
}

/// DIAG-2: both lists of subnets.
#[test]
fn the_subnets() {
    let pair = attempt(ExchangeMode::Main, |config| {
        config.child.selectors = selectors("10.3.0.0/16", "10.1.0.0/16")
    });
    let failures = pair.failures(Side::B);
    let Some(FailureReason::Selectors { ours, theirs, by_peer: false }) = failures.first() else {
        panic!("{failures:?}")
    };
    assert_eq!(*ours, selectors("10.3.0.0/16", "10.1.0.0/16"));
    assert_eq!(*theirs, selectors("10.2.0.0/16", "10.1.0.0/16"));
    assert!(matches!(pair.failures(Side::A).first(), Some(FailureReason::Selectors { by_peer: true, .. })));
}

/// F-8: two keys behind any address are told apart by trying both, and by the identity in aggressive mode.
#[test]
fn several_keys_for_any_address() {
    for mode in MODES {
        let mut pair = main_with(|_, _| {});
        for side in [Side::A, Side::B] {
            for (number, key) in [(1, "first"), (2, "second")] {
                let (local, remote) = (pair.peer(side).address, pair.peer(side.other()).address);
                let mut config = crate::testing::connection(local, remote, side == Side::A);
                config.version = Version::V1(mode);
                config.psk = PreSharedKey::new(key.as_bytes()).unwrap();
                if side == Side::B {
                    config.remote = None;
                    config.remote_id = Identity::Fqdn(format!("a{number}"));
                } else {
                    config.local_id = Identity::Fqdn(format!("a{number}"));
                }
                let id = crate::endpoint::ConnectionId(number);
                pair.command(side, Command::Add(id, Box::new(config)));
            }
        }
        for number in [1, 2] {
            pair.command(Side::A, Command::Initiate(crate::endpoint::ConnectionId(number)));
        }
        pair.run(s(20));
        for number in [1, 2] {
            let id = crate::endpoint::ConnectionId(number);
            assert_eq!(pair.b.endpoint.child_sas(id, pair.now).count(), 1, "{mode:?} {number}");
        }
    }
}

/// What a failure names.
fn named(reason: &FailureReason) -> &'static str {
    match reason {
        FailureReason::IkeProposal { difference, .. } | FailureReason::ChildProposal { difference, .. } => {
            match difference.field_names().as_slice() {
                [Field::Encryption] => "encryption",
                [Field::DhGroup] => "group",
                [Field::Protocol] => "protocol",
                _ => "other algorithms",
            }
        }
        FailureReason::Selectors { theirs, .. } if *theirs != Default::default() => "subnets",
        FailureReason::Identity { .. } => "identity",
        FailureReason::ExchangeMode { .. } => "mode",
        _ => "nothing",
    }
}

/// DIAG-1, DIAG-2: what a bare refusal is about is named from what the same peer said when it last initiated.
#[test]
fn what_the_peer_said_is_remembered() {
    type Change = fn(ExchangeMode, &mut ConnectionConfig);
    let cases: [(&str, Change); 8] = [
        ("encryption", |_, c| c.ike_proposals[0].ciphers = vec![Cipher::Aes256Cbc]),
        ("group", |_, c| c.ike_proposals[0].groups = vec![DhGroup::Modp768]),
        ("identity", |_, c| c.remote_id = Identity::Fqdn("c".to_string())),
        ("mode", |mode, c| {
            let main = mode == ExchangeMode::Main;
            c.version = Version::V1(if main { ExchangeMode::Aggressive } else { ExchangeMode::Main });
        }),
        ("subnets", |_, c| c.child.selectors = selectors("10.3.0.0/16", "10.1.0.0/16")),
        ("encryption", |_, c| c.child.proposals[0].ciphers = vec![Cipher::Aes256Cbc]),
        ("group", |_, c| c.child.proposals[0].groups = vec![DhGroup::Modp768]),
        ("protocol", |_, c| {
            c.child.proposals[0].protocol = esp_core::sa::IpsecProtocol::Ah;
            c.child.proposals[0].ciphers.clear();
        }),
    ];
    for mode in MODES {
        for (name, change) in cases {
            let mut pair = attempt(mode, |config| change(mode, config));
            let answering = pair.failures(Side::B).first().map(named);
            assert_eq!(answering, Some(name), "{mode:?}");
            pair.b.events.clear();
            pair.command(Side::B, Command::Initiate(CONNECTION));
            pair.run(s(200));
            let initiating = pair.failures(Side::B).first().map(named);
            assert_eq!(initiating, Some(name), "{mode:?} {:#?}", pair.transcript);
        }
    }
}

/// DIAG-1: whoever answers main mode learns last that the initiator wants somebody else, or does not believe us.
#[test]
fn our_own_identity_is_refused() {
    let pair = attempt(ExchangeMode::Main, |config| config.local_id = Identity::Fqdn("c".to_string()));
    let local_id = Identity::Fqdn("c".to_string());
    assert_eq!(pair.failures(Side::B), [FailureReason::RefusedByPeer { local_id }], "{:#?}", pair.transcript);
}
