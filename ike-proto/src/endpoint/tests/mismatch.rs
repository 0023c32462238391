//! DIAG-1, DIAG-2: what is configured differently is named, on the side that can know it.

use alloc::string::ToString;

use esp_core::suite::{Cipher, Integrity};

use super::s;
use crate::config::{ConnectionConfig, Identity, PreSharedKey};
use crate::diagnose::{CloseReason, FailureReason};
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::suite::difference::Field;
use crate::testing::{CONNECTION, Pair, Side, ike_proposal, selectors};

fn attempt(change: impl Fn(&mut ConnectionConfig)) -> (Pair, Vec<FailureReason>, Vec<FailureReason>) {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            change(config);
        }
    });
    pair.connect();
    pair.run(s(40));
    let (a, b) = (pair.failures(Side::A), pair.failures(Side::B));
    (pair, a, b)
}

#[test]
fn another_key() {
    let (pair, a, b) = attempt(|config| config.psk = PreSharedKey::new(b"not it").unwrap());
    let (local_id, remote_id) = (Identity::Fqdn("a".to_string()), Identity::Fqdn("a".to_string()));
    assert_eq!(a, [FailureReason::RefusedByPeer { local_id }]);
    assert_eq!(b, [FailureReason::Key { remote_id }]);
    assert_eq!(pair.a.endpoint.ike_sa_count() + pair.b.endpoint.ike_sa_count(), 0);
}

#[test]
fn another_identity() {
    let (_, a, b) = attempt(|config| config.remote_id = Identity::Fqdn("c".to_string()));
    assert_eq!(a, [FailureReason::RefusedByPeer { local_id: Identity::Fqdn("a".to_string()) }]);
    let (received, expected) = (Identity::Fqdn("a".to_string()), Identity::Fqdn("c".to_string()));
    assert_eq!(b, [FailureReason::Identity { received, expected }]);
}

#[test]
fn our_own_identity_is_another() {
    let (_, _, b) = attempt(|config| config.local_id = Identity::Fqdn("c".to_string()));
    let (wanted, ours) = (Identity::Fqdn("b".to_string()), Identity::Fqdn("c".to_string()));
    assert_eq!(b, [FailureReason::LocalIdentity { wanted, ours }]);
}

/// Each field of the IKE proposal on its own.
#[test]
fn another_ike_proposal() {
    let base = (Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let cases = [
        (Cipher::Aes256Cbc, base.1, base.2, vec![Field::Encryption]),
        (base.0, Integrity::HmacMd5_96, base.2, vec![Field::Integrity, Field::Prf]),
        (base.0, base.1, DhGroup::Modp768, vec![Field::DhGroup]),
    ];
    for (cipher, integrity, group, fields) in cases {
        let proposal = ike_proposal(cipher, integrity, group);
        let (_, a, b) = attempt(|config| config.ike_proposals = vec![proposal.clone()]);
        let [FailureReason::IkeProposal { difference, by_peer: false }] = b.as_slice() else {
            panic!("{b:?}")
        };
        assert_eq!(difference.field_names(), fields);
        let [FailureReason::IkeProposal { by_peer: true, .. }] = a.as_slice() else { panic!("{a:?}") };
    }
}

/// What the peer offered when it initiated names the field when it later refuses us.
#[test]
fn a_bare_refusal_is_named_from_memory() {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.ike_proposals[0].ciphers = vec![Cipher::Aes256Cbc];
        }
    });
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(10));
    pair.a.events.clear();
    pair.connect();
    let a = pair.failures(Side::A);
    let [FailureReason::IkeProposal { difference, by_peer: true }] = a.as_slice() else { panic!("{a:?}") };
    assert_eq!(difference.field_names(), [Field::Encryption]);
}

#[test]
fn another_child_proposal_leaves_the_ike_sa() {
    let (pair, a, b) = attempt(|config| config.child.proposals[0].ciphers = vec![Cipher::Aes256Cbc]);
    let [FailureReason::ChildProposal { difference, by_peer: false }] = b.as_slice() else { panic!("{b:?}") };
    assert_eq!(difference.field_names(), [Field::Encryption]);
    assert!(matches!(a.as_slice(), [FailureReason::ChildProposal { by_peer: true, .. }]), "{a:?}");
    assert_eq!(pair.counts(Side::A), (1, 0));
    assert_eq!(pair.counts(Side::B), (1, 0));
    assert_eq!(pair.closed(Side::A), Vec::<CloseReason>::new());
}

#[test]
fn other_selectors_leave_the_ike_sa() {
    let theirs = selectors("10.9.0.0/16", "10.1.0.0/16");
    let (pair, a, b) = attempt(|config| config.child.selectors = theirs.clone());
    let [FailureReason::Selectors { ours, theirs: seen, by_peer: false }] = b.as_slice() else {
        panic!("{b:?}")
    };
    assert_eq!(*ours, theirs);
    assert_eq!(*seen, selectors("10.2.0.0/16", "10.1.0.0/16"));
    assert!(matches!(a.as_slice(), [FailureReason::Selectors { by_peer: true, .. }]), "{a:?}");
    assert_eq!(pair.counts(Side::A), (1, 0));
}

#[test]
fn another_mode() {
    let (pair, _, b) = attempt(|config| config.child.mode = esp_core::sa::Mode::Transport);
    assert_eq!(b, [FailureReason::Mode]);
    assert_eq!(pair.counts(Side::A), (1, 0));
}
