use proptest::prelude::*;

use super::*;
use crate::wire::v1::{Content, VendorIdPayload};

const OURS: IkeSpi = IkeSpi([1; 8]);
const PHASE_1: ExchangeType = ExchangeType::IDENTITY_PROTECTION;

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

/// A message with a body of so many octets.
fn message(len: usize, octet: u8) -> Vec<u8> {
    let header = Header::v1(OURS, IkeSpi([2; 8]), ExchangeType::QUICK_MODE, Flags::default(), 77);
    let data = vec![octet; len];
    MessageBuilder::new().push(&Payload::VendorId(VendorIdPayload { data: &data })).encode(&header).unwrap()
}

/// Gives one datagram to the collection.
fn give(fragments: &mut Fragments, now: Instant, datagram: &[u8]) -> Collected {
    let message = Message::decode(datagram).unwrap();
    fragments.collect(now, OURS, &message.header, &message.fragment().expect("a fragment"))
}

/// A fragment with any content.
fn part(number: u8, last: bool, data: &[u8]) -> Vec<u8> {
    let header = Header::v1(OURS, IkeSpi([2; 8]), PHASE_1, Flags::default(), 0);
    let payload = Payload::Fragment(FragmentPayload { id: 9, number, last, data });
    MessageBuilder::new().push(&payload).encode(&header).unwrap()
}

/// What fits goes out whole; what does not, in fragments that all fit, in clear and under the first exchange's type.
#[test]
fn messages_are_split_where_they_must_be() {
    for len in [0, FRAGMENT_LEN - 32] {
        let message = message(len, 7);
        assert_eq!(split(&message, PHASE_1), [message]);
    }
    for (len, count) in [(FRAGMENT_LEN - 31, 2), (3_000, 3), (65_000, 55)] {
        let fragments = split(&message(len, 7), PHASE_1);
        assert_eq!(fragments.len(), count);
        for (number, datagram) in (1..).zip(&fragments) {
            assert!(datagram.len() <= FRAGMENT_LEN);
            let message = Message::decode(datagram).unwrap();
            assert_eq!((message.header.exchange, message.header.message_id), (PHASE_1, 0));
            assert!(matches!(message.content, Content::Clear(_)));
            let fragment = message.fragment().unwrap();
            assert_eq!((fragment.number, fragment.last), (number, usize::from(number) == count));
        }
    }
}

/// parts in any order, each of them twice.
#[test]
fn x_18_order_does_not_matter() {
    let message = message(4_000, 7);
    let parts = split(&message, PHASE_1);
    assert_eq!(parts.len(), 4);
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let mut fragments = Fragments::default();
        for (count, place) in order.into_iter().enumerate() {
            let collected = give(&mut fragments, at(1), &parts[place]);
            if count < 3 {
                assert_eq!(collected, Collected::Partial);
                assert_eq!(give(&mut fragments, at(1), &parts[place]), Collected::Partial, "a duplicate");
            } else {
                assert_eq!(collected, Collected::Message(message.clone()));
            }
        }
        assert_eq!(fragments.len(), 0);
    }
}

/// a legitimate retransmit passes: of the last part while others are missing, and of the whole message afterwards.
#[test]
fn x_18_a_retransmit_passes() {
    let message = message(2_000, 7);
    let [first, last] = &split(&message, PHASE_1)[..] else { panic!("two parts") };
    let mut fragments = Fragments::default();
    assert_eq!(give(&mut fragments, at(1), last), Collected::Partial);
    assert_eq!(give(&mut fragments, at(4), last), Collected::Partial);
    for _ in 0..2 {
        assert_eq!(give(&mut fragments, at(4), first), Collected::Message(message.clone()));
        assert_eq!(give(&mut fragments, at(9), last), Collected::Partial);
    }
}

/// parts of another message under the same id, as some peers send them, begin anew.
#[test]
fn x_18_another_message_begins_anew() {
    let (old, new) = (split(&message(4_000, 7), PHASE_1), message(2_000, 8));
    let parts = split(&new, PHASE_1);
    let mut fragments = Fragments::default();
    for part in &old[..3] {
        assert_eq!(give(&mut fragments, at(1), part), Collected::Partial);
    }
    assert_eq!(give(&mut fragments, at(2), &parts[0]), Collected::Partial);
    assert_eq!(give(&mut fragments, at(2), &parts[1]), Collected::Message(new));
}

/// last parts that contradict each other, and parts behind the last.
#[test]
fn x_18_contradictions_begin_anew() {
    let mut fragments = Fragments::default();
    assert_eq!(give(&mut fragments, at(1), &part(3, false, b"c")), Collected::Partial);
    assert_eq!(give(&mut fragments, at(1), &part(2, true, b"b")), Collected::Partial);
    assert_eq!(give(&mut fragments, at(1), &part(3, true, b"c")), Collected::Partial);
    assert_eq!(give(&mut fragments, at(1), &part(2, false, b"b")), Collected::Partial);
    // Parts 2 and 3 of three are here, and the first makes it whole, though no message.
    assert_eq!(give(&mut fragments, at(1), &part(1, false, b"a")), Collected::Nonsense);
    assert_eq!(fragments.len(), 0);
}

/// endless parts: no more octets, parts and messages than the limits, however they come.
#[test]
fn x_18_endless_parts_are_bounded() {
    let mut fragments = Fragments::default();
    let too_high = u8::try_from(limits::FRAGMENTS + 1).unwrap();
    assert_eq!(give(&mut fragments, at(1), &part(too_high, false, b"x")), Collected::TooMuch);
    assert_eq!(fragments.len(), 0);
    let data = vec![7; 4_000];
    let mut held = 0;
    for number in 1..=too_high {
        match give(&mut fragments, at(1), &part(number, false, &data)) {
            Collected::Partial => held += data.len(),
            Collected::TooMuch => break,
            other => panic!("{other:?}"),
        }
        assert!(held <= limits::FRAGMENTED_OCTETS);
    }
    assert_eq!(fragments.len(), 0, "what is too much takes the rest with it");

    let datagram = part(1, false, b"x");
    let first = Message::decode(&datagram).unwrap();
    let payload = first.fragment().unwrap();
    for number in 0..u64::try_from(limits::FRAGMENTED_MESSAGES).unwrap() {
        let cookie = IkeSpi(number.to_be_bytes());
        assert_eq!(fragments.collect(at(2), cookie, &first.header, &payload), Collected::Partial);
    }
    assert_eq!(fragments.collect(at(3), OURS, &first.header, &payload), Collected::TooMuch);
    assert_eq!(
        fragments.collect(at(40), OURS, &first.header, &payload),
        Collected::Partial,
        "they do not wait long"
    );
    assert_eq!(fragments.len(), 1);
}

/// fragments in fragments, messages of another ISAKMP SA, and octets that are no message.
#[test]
fn x_18_what_comes_together_is_a_message_of_the_same_sa() {
    let mut fragments = Fragments::default();
    let mut other = message(10, 7);
    other[0] ^= 1;
    for content in [part(1, true, b"again"), other, b"nothing".to_vec(), message(10, 7)[..30].to_vec()] {
        assert_eq!(give(&mut fragments, at(1), &part(1, true, &content)), Collected::Nonsense);
    }
    let good = message(10, 7);
    assert_eq!(give(&mut fragments, at(1), &part(1, true, &good)), Collected::Message(good));
}

proptest! {
    /// What is split comes together, whatever is missing first and comes later.
    #[test]
    fn what_is_split_comes_together(len in 0..20_000_usize, order in any::<u64>()) {
        let message = message(len, 7);
        let mut parts = split(&message, PHASE_1);
        prop_assume!(parts.len() > 1 && message.len() <= limits::FRAGMENTED_OCTETS);
        let turn = usize::try_from(order % parts.len() as u64).unwrap();
        parts.rotate_left(turn);
        let mut fragments = Fragments::default();
        let last = parts.pop().unwrap();
        for part in &parts {
            prop_assert_eq!(give(&mut fragments, at(1), part), Collected::Partial);
        }
        prop_assert_eq!(give(&mut fragments, at(1), &last), Collected::Message(message));
    }
}
