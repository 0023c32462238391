//! Post-quantum pre-shared keys (RFC 8784): every line of its table, with both ends ours.

use alloc::string::ToString;

use super::{assert_connected, assert_settled, s};
use crate::config::{Identity, Ppk, PpkConfig, PreSharedKey};
use crate::diagnose::{FailureReason, PpkFailure};
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Pair, Side};

/// A key of one side: its name, its octets, and whether it is mandatory.
type Key = Option<(&'static [u8], &'static [u8], bool)>;

const OPTIONAL: Key = Some((b"ppk", b"a long secret of both", false));
const MANDATORY: Key = Some((b"ppk", b"a long secret of both", true));

fn attempt(a: Key, b: Key) -> Pair {
    let mut pair = Pair::with(|side, config| {
        let key = if side == Side::A { a } else { b };
        config.v2.ppk =
            key.map(|(id, secret, mandatory)| PpkConfig { key: Ppk::new(id, secret).unwrap(), mandatory });
    });
    pair.connect();
    pair
}

fn is_used(pair: &Pair) -> bool {
    let answer = pair.transcript.iter().find(|line| line.starts_with("B IKE_AUTH response"));
    answer.is_some_and(|line| line.contains("N(PPK_IDENTITY)"))
}

/// What an initiator knows that used a key and was refused: that it may be the key.
fn refused_with_key(id: &[u8]) -> FailureReason {
    FailureReason::Ppk(PpkFailure::RefusedByPeer { id: id.to_vec() })
}

fn refused_a() -> FailureReason {
    FailureReason::RefusedByPeer { local_id: Identity::Fqdn("a".to_string()) }
}

#[test]
fn both_have_the_key() {
    for (a, b) in [(OPTIONAL, OPTIONAL), (OPTIONAL, MANDATORY), (MANDATORY, OPTIONAL), (MANDATORY, MANDATORY)]
    {
        let mut pair = attempt(a, b);
        assert_connected(&mut pair);
        assert!(is_used(&pair), "{:#?}", pair.transcript);
        // What comes after has its keys from the mixed SK_d.
        pair.command(Side::B, Command::RekeyChild(CONNECTION));
        pair.run(s(30));
        pair.command(Side::A, Command::RekeyIke(CONNECTION));
        pair.run(s(90));
        assert_settled(&mut pair);
    }
}

/// NO_PPK_AUTH goes out only where the key is optional.
#[test]
fn the_way_back_is_offered_only_where_it_is_allowed() {
    for (key, offered) in [(OPTIONAL, true), (MANDATORY, false)] {
        let pair = attempt(key, key);
        let request = pair.transcript.iter().find(|line| line.starts_with("A IKE_AUTH request")).unwrap();
        assert!(request.contains("N(PPK_IDENTITY)"), "{request}");
        assert_eq!(request.contains("N(NO_PPK_AUTH)"), offered, "{request}");
    }
}

#[test]
fn one_end_alone_may_have_an_optional_key() {
    for (a, b) in [(OPTIONAL, None), (None, OPTIONAL)] {
        let mut pair = attempt(a, b);
        assert_connected(&mut pair);
        assert!(!is_used(&pair));
    }
}

#[test]
fn one_end_alone_cannot_have_a_mandatory_key() {
    let mut pair = attempt(MANDATORY, None);
    pair.run(s(30));
    assert_eq!(pair.failures(Side::A), [FailureReason::Ppk(PpkFailure::NotUsedByPeer)]);
    assert_eq!(pair.counts(Side::A), (0, 0));

    // An end that has none says nothing of it.
    let pair = attempt(None, MANDATORY);
    assert_eq!(pair.failures(Side::B), [FailureReason::Ppk(PpkFailure::NotUsedByPeer)]);
    assert_eq!(pair.failures(Side::A), [refused_a()]);
}

/// Keys of other names: without one where neither end insists.
#[test]
fn a_name_that_is_not_known() {
    const OTHER: &[u8] = b"other";
    let other = |mandatory| Some((OTHER, &b"another secret"[..], mandatory));
    let mut pair = attempt(OPTIONAL, other(false));
    assert_connected(&mut pair);
    assert!(!is_used(&pair));
    for (a, b) in [(MANDATORY, other(false)), (OPTIONAL, other(true)), (MANDATORY, other(true))] {
        let pair = attempt(a, b);
        let failure = FailureReason::Ppk(PpkFailure::UnknownId { received: b"ppk".to_vec() });
        assert_eq!(pair.failures(Side::B), [failure]);
        assert_eq!(pair.failures(Side::A), [refused_with_key(b"ppk")]);
    }
}

/// The same name and another key: an error even where the key is optional, and named as far as can be told.
#[test]
fn another_key_of_the_same_name() {
    let other = |mandatory| Some((&b"ppk"[..], &b"not the same secret"[..], mandatory));
    let pair = attempt(other(false), OPTIONAL);
    assert_eq!(pair.failures(Side::B), [FailureReason::Ppk(PpkFailure::Differs { id: b"ppk".to_vec() })]);
    assert_eq!(pair.failures(Side::A), [refused_with_key(b"ppk")]);
    let pair = attempt(other(true), MANDATORY);
    assert_eq!(pair.failures(Side::B), [FailureReason::Ppk(PpkFailure::EitherKey { id: b"ppk".to_vec() })]);
    assert_eq!(pair.failures(Side::A), [refused_with_key(b"ppk")]);
}

/// the way back proves the same as AUTH does: with another pre-shared key it leads nowhere.
#[test]
fn x_20_the_way_back_needs_the_pre_shared_key() {
    let mut pair = Pair::with(|side, config| {
        let (id, secret): (&[u8], &[u8]) = if side == Side::A { (b"x", b"x") } else { (b"y", b"y") };
        config.v2.ppk = Some(PpkConfig { key: Ppk::new(id, secret).unwrap(), mandatory: false });
        if side == Side::A {
            config.psk = PreSharedKey::new(b"not it").unwrap();
        }
    });
    pair.connect();
    assert_eq!(pair.failures(Side::B), [FailureReason::Key { remote_id: Identity::Fqdn("a".to_string()) }]);
    assert_eq!(pair.counts(Side::B), (0, 0));
}
