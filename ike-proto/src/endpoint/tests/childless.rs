//! IKE SAs without a Child SA (RFC 6023), and the window of requests.

use super::{assert_connected, assert_settled, s};
use crate::config::{Childless, WindowSize};
use crate::diagnose::FailureReason;
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::suite::difference::Field;
use crate::testing::{CONNECTION, Pair, Side};

fn pair(a: Childless, b: Childless, pfs: [&[DhGroup]; 2]) -> Pair {
    let mut pair = Pair::with(|side, config| {
        config.v2.childless = if side == Side::A { a } else { b };
        config.child.proposals[0].groups = pfs[usize::from(side == Side::B)].to_vec();
    });
    pair.connect();
    pair
}

fn line<'a>(pair: &'a Pair, start: &str) -> &'a str {
    pair.transcript.iter().find(|line| line.starts_with(start)).map(String::as_str).unwrap_or_default()
}

/// The Child SA comes in an exchange of its own, with a key exchange of its own.
#[test]
fn the_child_sa_comes_later() {
    let group: &[DhGroup] = &[DhGroup::Modp768];
    let mut pair = pair(Childless::Prefer, Childless::Allow, [group, group]);
    assert_settled(&mut pair);
    assert!(!line(&pair, "A IKE_AUTH request").contains(" SA "), "{:#?}", pair.transcript);
    assert!(!line(&pair, "B IKE_AUTH response").contains("TSi"), "{:#?}", pair.transcript);
    assert!(line(&pair, "A CREATE_CHILD_SA request").contains("KE"), "{:#?}", pair.transcript);
    pair.command(Side::B, Command::RekeyChild(CONNECTION));
    pair.run(s(30));
    assert_settled(&mut pair);
}

/// A peer that does not allow it gets an ordinary IKE_AUTH; one that only allows it does not begin so.
#[test]
fn it_needs_both_ends() {
    for (a, b, said) in [
        (Childless::Prefer, Childless::Never, false),
        (Childless::Allow, Childless::Prefer, true),
        (Childless::Never, Childless::Allow, true),
    ] {
        let mut pair = pair(a, b, [&[], &[]]);
        assert_connected(&mut pair);
        assert!(line(&pair, "A IKE_AUTH request").contains(" SA TSi TSr"));
        assert_eq!(line(&pair, "B IKE_SA_INIT").contains("N(CHILDLESS_IKEV2_SUPPORTED)"), said);
    }
}

/// DIAG-2: a difference in PFS shows at once, not at the first rekey.
#[test]
fn another_pfs_group_shows_at_once() {
    let pair = pair(Childless::Prefer, Childless::Allow, [&[DhGroup::Modp768], &[DhGroup::Modp1024]]);
    let b = pair.failures(Side::B);
    let [FailureReason::ChildProposal { difference, by_peer: false }] = b.as_slice() else { panic!("{b:?}") };
    assert_eq!(difference.field_names(), [Field::DhGroup]);
    assert_eq!(pair.counts(Side::A), (1, 0));
}

/// RFC 7296 §2.3: the peer is told how many requests it may have outstanding, where it is more than one.
#[test]
fn the_window_is_told() {
    let mut pair = Pair::with(|side, config| {
        config.v2.window = WindowSize(if side == Side::A { 1 } else { 4 });
    });
    pair.connect();
    assert_connected(&mut pair);
    assert!(!line(&pair, "A IKE_AUTH request").contains("N(SET_WINDOW_SIZE)"));
    assert!(line(&pair, "B IKE_AUTH response").contains("N(SET_WINDOW_SIZE)"));
    pair.command(Side::A, Command::RekeyChild(CONNECTION));
    pair.command(Side::B, Command::RekeyIke(CONNECTION));
    pair.run(s(90));
    assert_settled(&mut pair);
}
