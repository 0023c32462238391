use std::vec::Vec;

use proptest::prelude::*;

use super::*;

const OF: FragmentOf = FragmentOf { response: false, id: 1 };

fn skf(number: u16, total: u16, body: &[u8]) -> SkfPayload<'_> {
    SkfPayload { first_inner: PayloadType::NONE, number, total, body }
}

fn now() -> Instant {
    Instant::from_secs(100)
}

fn give(
    fragments: &mut Fragments,
    number: u16,
    total: u16,
    octets: &[u8],
    at: Instant,
) -> Result<bool, DropReason> {
    let (limits, skf) = (Limits::default(), skf(number, total, octets));
    fragments.check(OF, &skf, at, &limits)?;
    let first = if number == 1 { PayloadType::ID_I } else { PayloadType::NONE };
    let content = Decrypted { first, plain: Zeroizing::new(octets.to_vec()) };
    Ok(fragments.add(OF, &skf, content, at, &limits))
}

/// duplicates, a smaller total and more than the limit are refused; a larger total begins anew.
#[test]
fn x_17_totals_and_duplicates() {
    let mut fragments = Fragments::default();
    assert_eq!(give(&mut fragments, 2, 3, b"b", now()), Ok(false));
    let refused = |result| matches!(result, Err(DropReason::Fragment { .. }));
    assert!(refused(give(&mut fragments, 2, 3, b"x", now())), "duplicate");
    assert!(refused(give(&mut fragments, 1, 2, b"x", now())), "smaller total");
    assert!(refused(give(&mut fragments, 1, 65, b"x", now())), "over the limit");
    assert!(refused(give(&mut fragments, 1, u16::MAX, b"x", now())), "over the limit");
    assert_eq!(give(&mut fragments, 4, 4, b"D", now()), Ok(false), "a larger total");
    for (number, octets) in [(1, b"A"), (2, b"B")] {
        assert_eq!(give(&mut fragments, number, 4, octets, now()), Ok(false));
    }
    assert_eq!(give(&mut fragments, 3, 4, b"C", now()), Ok(true));
    let whole = fragments.take_whole().unwrap();
    assert_eq!((whole.first, &whole.plain[..]), (PayloadType::ID_I, &b"ABCD"[..]));
    assert_eq!(fragments.take_whole(), None);
}

/// what is not completed is forgotten, and octets are bounded.
#[test]
fn x_26_what_is_kept_is_bounded() {
    let limits = Limits::default();
    let mut fragments = Fragments::default();
    assert_eq!(give(&mut fragments, 1, 2, b"a", now()), Ok(false));
    let until = fragments.expires_at().unwrap();
    assert_eq!(until, now() + limits.reassembly);
    fragments.expire(until);
    assert_eq!(fragments.expires_at(), None);
    assert_eq!(give(&mut fragments, 2, 2, b"b", until), Ok(false), "the first is gone");

    let mut fragments = Fragments::default();
    let big = std::vec![0; 40_000];
    assert_eq!(give(&mut fragments, 1, 3, &big, now()), Ok(false));
    assert!(give(&mut fragments, 2, 3, &big, now()).is_err());
}

/// A fragment of another message takes the place of one that is not complete; requests and responses do not meet.
#[test]
fn messages_do_not_mix() {
    let limits = Limits::default();
    let mut fragments = Fragments::default();
    let content = || Decrypted { first: PayloadType::SA, plain: Zeroizing::new(Vec::from(*b"x")) };
    assert!(!fragments.add(OF, &skf(1, 2, b"x"), content(), now(), &limits));
    let response = FragmentOf { response: true, ..OF };
    assert!(!fragments.add(response, &skf(2, 2, b"x"), content(), now(), &limits));
    let next = FragmentOf { id: 2, ..OF };
    assert!(!fragments.add(next, &skf(2, 2, b"x"), content(), now(), &limits));
    assert!(fragments.add(next, &skf(1, 2, b"x"), content(), now(), &limits));
}

proptest! {
    /// In any order, each once or oftener, fragments make the message that was taken apart.
    #[test]
    fn any_order_makes_the_message(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..10),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let total = u16::try_from(parts.len()).unwrap();
        let mut fragments = Fragments::default();
        let all = order.iter().map(|place| place.index(parts.len())).chain(0..parts.len());
        let mut whole = None;
        for place in all {
            let number = u16::try_from(place).unwrap() + 1;
            if whole.is_none() && give(&mut fragments, number, total, &parts[place], now()) == Ok(true) {
                whole = fragments.take_whole();
            }
        }
        prop_assert_eq!(whole.unwrap().plain.to_vec(), parts.concat());
        prop_assert_eq!(fragments.expires_at(), None);
    }
}
