//! DIAG-1, DIAG-2: for each mistake an operator can make, our event names exactly that field, whether we answer or
//! initiate. Side B is ours and has the mistake; side A is the peer.

use alloc::string::ToString;

use esp_core::sa::IpsecProtocol;
use esp_core::suite::{Cipher, Integrity};

use super::s;
use crate::config::{ConnectionConfig, ExchangeMode, Identity, Ppk, PpkConfig, PreSharedKey, Version};
use crate::diagnose::{FailureReason, PpkFailure};
use crate::endpoint::Command;
use crate::suite::difference::Field;
use crate::suite::{DhGroup, Prf};
use crate::testing::{CONNECTION, Pair, Side, selectors};

/// What a failure says, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Ike(Vec<Field>),
    Child(Vec<Field>),
    /// Which of our sides has nothing in common with the peer's: local, remote.
    Subnets(bool, bool),
    Identity(&'static str, &'static str),
    OurIdentity(&'static str, &'static str),
    Key,
    Ppk(PpkFailure),
    Version(u8),
    Other(FailureReason),
}

fn said(reason: FailureReason) -> Said {
    match reason {
        FailureReason::IkeProposal { difference, .. } => Said::Ike(difference.field_names()),
        FailureReason::ChildProposal { difference, .. } => Said::Child(difference.field_names()),
        FailureReason::Selectors { ours, theirs, .. } => {
            let apart = |a: &[esp_core::selector::TrafficSelector], b: &[_]| {
                !a.iter().any(|a| b.iter().any(|b| a.intersection(b).is_some()))
            };
            Said::Subnets(apart(&ours.local, &theirs.local), apart(&ours.remote, &theirs.remote))
        }
        FailureReason::Identity { received, expected } => {
            Said::Identity(received.to_string().leak(), expected.to_string().leak())
        }
        FailureReason::LocalIdentity { wanted, ours } => {
            Said::OurIdentity(wanted.to_string().leak(), ours.to_string().leak())
        }
        FailureReason::Key { .. } => Said::Key,
        FailureReason::Ppk(failure) => Said::Ppk(failure),
        FailureReason::Version { peer } => Said::Version(peer),
        other => Said::Other(other),
    }
}

fn fqdn(name: &str) -> Identity {
    Identity::Fqdn(name.to_string())
}

type Mistake = (&'static str, fn(&mut ConnectionConfig), Said);

/// Everything but version and PFS, which show in other ways.
fn mistakes() -> Vec<Mistake> {
    let ppk = PpkFailure::UnknownId { received: b"ppk".to_vec() };
    vec![
        (
            "IKE encryption",
            |c| c.ike_proposals[0].ciphers = vec![Cipher::Aes256Cbc],
            Said::Ike(vec![Field::Encryption]),
        ),
        (
            "IKE encryption of another kind",
            |c| {
                c.ike_proposals[0].ciphers = vec![Cipher::Aes256Gcm16];
                c.ike_proposals[0].integrities = Vec::new();
            },
            Said::Ike(vec![Field::Encryption]),
        ),
        (
            "IKE integrity",
            |c| c.ike_proposals[0].integrities = vec![Integrity::HmacSha256_128],
            Said::Ike(vec![Field::Integrity]),
        ),
        ("IKE function", |c| c.ike_proposals[0].prfs = vec![Prf::HmacSha256], Said::Ike(vec![Field::Prf])),
        (
            "IKE group",
            |c| c.ike_proposals[0].groups = vec![DhGroup::Modp768],
            Said::Ike(vec![Field::DhGroup]),
        ),
        ("our identity", |c| c.local_id = fqdn("c"), Said::OurIdentity("b", "c")),
        ("the peer's identity", |c| c.remote_id = fqdn("c"), Said::Identity("a", "c")),
        (
            "the kind of identity",
            |c| c.remote_id = Identity::KeyId(vec![b'a']),
            Said::Identity("a", "keyid:61"),
        ),
        ("the key", |c| c.psk = PreSharedKey::new(b"not it").unwrap(), Said::Key),
        (
            "the post-quantum key's name",
            |c| {
                let key = Ppk::new(b"other", b"secret").unwrap();
                c.v2.ppk = Some(PpkConfig { key, mandatory: true });
            },
            Said::Ppk(ppk),
        ),
        (
            "our subnets",
            |c| c.child.selectors = selectors("10.9.0.0/16", "10.1.0.0/16"),
            Said::Subnets(true, false),
        ),
        (
            "the peer's subnets",
            |c| c.child.selectors = selectors("10.2.0.0/16", "10.9.0.0/16"),
            Said::Subnets(false, true),
        ),
        (
            "the protocol",
            |c| {
                c.child.proposals[0].protocol = IpsecProtocol::Ah;
                c.child.proposals[0].ciphers = Vec::new();
            },
            Said::Child(vec![Field::Protocol]),
        ),
        (
            "ESP encryption",
            |c| c.child.proposals[0].ciphers = vec![Cipher::TripleDesCbc],
            Said::Child(vec![Field::Encryption]),
        ),
        (
            "ESP integrity",
            |c| c.child.proposals[0].integrities = vec![Integrity::HmacMd5_96],
            Said::Child(vec![Field::Integrity]),
        ),
        ("ESP sequence numbers", |c| c.child.proposals[0].esn = vec![true], Said::Child(vec![Field::Esn])),
    ]
}

fn pair(name: &str, change: fn(&mut ConnectionConfig)) -> Pair {
    Pair::with(|side, config| {
        if name.contains("post-quantum") {
            let key = Ppk::new(b"ppk", b"secret").unwrap();
            config.v2.ppk = Some(PpkConfig { key, mandatory: true });
        }
        if side == Side::B {
            change(config);
        }
    })
}

/// As a responder we see what the peer says, and name the field at once.
#[test]
fn ours_answering() {
    for (name, change, expected) in mistakes() {
        let mut pair = pair(name, change);
        pair.connect();
        pair.run(s(10));
        let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
        assert_eq!(failures, [expected], "{name}");
    }
}

/// As an initiator we get a bare refusal, and name the field from what the same peer said when it last initiated.
#[test]
fn ours_initiating() {
    for (name, change, expected) in mistakes() {
        let mut pair = pair(name, change);
        pair.connect();
        pair.run(s(10));
        for side in [Side::A, Side::B] {
            pair.command(side, Command::Forget(CONNECTION));
            pair.peer_mut(side).events.clear();
        }
        pair.command(Side::B, Command::Initiate(CONNECTION));
        pair.run(s(20));
        let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
        assert_eq!(failures, [expected], "{name}");
    }
}

/// What the peer never said cannot be named: the event says so, and no field is guessed.
#[test]
fn ours_initiating_to_a_peer_that_never_did() {
    for (name, change, expected) in mistakes() {
        let mut pair = pair(name, change);
        pair.command(Side::B, Command::Initiate(CONNECTION));
        pair.run(s(20));
        let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
        let unknown = match expected {
            Said::Ike(_) => Said::Ike(Vec::new()),
            Said::Child(_) => Said::Child(Vec::new()),
            Said::Subnets(..) => Said::Subnets(true, true),
            // It is one of the things that the peer may have refused, and so it is named with them.
            Said::Ppk(_) => Said::Ppk(PpkFailure::RefusedByPeer { id: b"other".to_vec() }),
            _ => {
                let local_id = if name == "our identity" { fqdn("c") } else { fqdn("b") };
                Said::Other(FailureReason::RefusedByPeer { local_id })
            }
        };
        assert_eq!(failures, [unknown], "{name}");
    }
}

/// A configuration that was changed makes what was remembered of a refusal void.
#[test]
fn a_change_voids_what_was_remembered() {
    let mut pair = pair("the key", |c| c.psk = PreSharedKey::new(b"not it").unwrap());
    pair.connect();
    let mut config = crate::testing::connection(pair.b.address, pair.a.address, false);
    config.psk = PreSharedKey::new(b"another that is not it").unwrap();
    pair.command(Side::B, Command::Add(CONNECTION, Box::new(config)));
    pair.b.events.clear();
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(20));
    assert_eq!(pair.failures(Side::B), [FailureReason::RefusedByPeer { local_id: fqdn("b") }]);
}

/// DIAG-2: PFS shows at the first rekey. Answering, the group that was offered is known; initiating, that all else was
/// accepted before says that it is the group.
#[test]
fn another_pfs_group() {
    let cases: [(&[DhGroup], &[DhGroup]); 3] =
        [(&[DhGroup::Modp768], &[DhGroup::Modp1024]), (&[DhGroup::Modp768], &[]), (&[], &[DhGroup::Modp768])];
    for (a, b) in cases {
        for initiator in [Side::A, Side::B] {
            let mut pair = Pair::with(|side, config| {
                config.child.proposals[0].groups = if side == Side::A { a.to_vec() } else { b.to_vec() };
            });
            pair.connect();
            pair.command(initiator, Command::RekeyChild(CONNECTION));
            pair.run(s(10));
            let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
            assert_eq!(failures, [Said::Child(vec![Field::DhGroup])], "{a:?} {b:?} {initiator:?}");
            assert!(pair.carries(), "the old Child SA still serves");
        }
    }
}

/// DIAG-1: the version.
#[test]
fn another_version_answering() {
    let mut pair = Pair::with(|side, config| {
        if side == Side::B {
            config.version = Version::V1(ExchangeMode::Main);
        }
    });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(s(5));
    let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
    assert_eq!(failures.first(), Some(&Said::Version(2)));
    assert!(failures.iter().all(|said| *said == Said::Version(2)), "{failures:?}");
}

/// DIAG-1: a peer that lacks a connection of our version refuses our proposals; its own first message has shown the version.
#[test]
fn another_version_initiating() {
    for (ours, theirs, shown) in [
        (Version::V1(ExchangeMode::Main), Version::V2, 2),
        (Version::V1(ExchangeMode::Aggressive), Version::V2, 2),
        (Version::V2, Version::V1(ExchangeMode::Main), 1),
    ] {
        let mut pair = Pair::with(|side, config| {
            config.version = if side == Side::B { ours } else { theirs };
        });
        pair.command(Side::A, Command::Initiate(CONNECTION));
        pair.run(s(200));
        pair.b.events.clear();
        pair.command(Side::B, Command::Initiate(CONNECTION));
        pair.run(s(200));
        let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
        assert_eq!(failures, [Said::Version(shown)], "{ours:?}");
    }
}

/// DIAG-2: an offer in IKE_AUTH says nothing of groups, so a CREATE_CHILD_SA that is refused later is not for its group.
#[test]
fn what_ike_auth_offered_names_no_group() {
    let mut pair = Pair::with(|side, config| {
        config.child.proposals[0].groups = vec![DhGroup::Modp768];
        if side == Side::B {
            config.child.proposals[0].ciphers = vec![Cipher::TripleDesCbc];
        }
    });
    pair.connect();
    pair.run(s(10));
    pair.b.events.clear();
    pair.command(Side::B, Command::Initiate(CONNECTION));
    pair.run(s(20));
    let failures: Vec<Said> = pair.failures(Side::B).into_iter().map(said).collect();
    assert_eq!(failures, [Said::Child(vec![Field::Encryption])]);
}
