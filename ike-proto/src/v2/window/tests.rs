use std::vec::Vec;

use proptest::prelude::*;

use super::*;

fn reply(id: u32) -> Outgoing {
    Outgoing::from(Vec::from(id.to_be_bytes()))
}

/// F-23: with a window of one, only the next request is new, and only the last one is answered again.
#[test]
fn f_23_a_window_of_one() {
    let mut window = Window::new(0, 5);
    assert_eq!(window.classify(4), Incoming::Outside { expected: 5 });
    assert_eq!(window.classify(5), Incoming::New);
    assert_eq!(window.classify(6), Incoming::Outside { expected: 5 });
    window.answered(5, reply(5));
    assert_eq!(window.classify(5), Incoming::Repeated(reply(5)));
    assert_eq!(window.classify(6), Incoming::New);
    window.answered(6, reply(6));
    assert_eq!(window.classify(5), Incoming::Outside { expected: 7 });
    assert_eq!(window.classify(6), Incoming::Repeated(reply(6)));
}

/// F-23: the two counters know nothing of each other.
#[test]
fn f_23_directions_count_alone() {
    let mut window = Window::new(3, 0);
    assert_eq!((window.take_next(), window.take_next()), (3, 4));
    assert!(window.is_last(4) && !window.is_last(3) && !window.is_last(5));
    assert_eq!(window.classify(0), Incoming::New);
    window.answered(0, reply(0));
    assert_eq!(window.take_next(), 5);
}

/// RFC 7296 §2.3: a wider window takes requests out of order, each once, and answers each again while the peer may
/// still repeat it.
#[test]
fn a_wider_window_takes_requests_out_of_order() {
    let mut window = Window::new(0, 0);
    window.widen(3);
    window.answered(2, reply(2));
    assert_eq!(window.classify(2), Incoming::Repeated(reply(2)));
    assert_eq!(window.classify(0), Incoming::New);
    assert_eq!(window.classify(3), Incoming::Outside { expected: 0 }, "request 0 is not answered");
    window.answered(0, reply(0));
    assert_eq!(window.classify(3), Incoming::New);
    window.answered(1, reply(1));
    for id in 0..3 {
        assert_eq!(window.classify(id), Incoming::Repeated(reply(id)), "{id}");
    }
    for id in 3..6 {
        assert_eq!(window.classify(id), Incoming::New, "{id}");
    }
    assert_eq!(window.classify(6), Incoming::Outside { expected: 3 });
}

proptest! {
    /// Against a model: a request is new once, and never more answers are kept than two windows.
    #[test]
    fn every_request_is_new_once(size in 1_u32..6, ids in prop::collection::vec(0_u32..40, 0..200)) {
        let mut window = Window::new(0, 0);
        window.widen(size);
        let mut answered = std::collections::BTreeSet::new();
        for id in ids {
            let lowest = (0..).find(|id| !answered.contains(id)).unwrap();
            match window.classify(id) {
                Incoming::New => {
                    prop_assert!((lowest..lowest + size).contains(&id));
                    prop_assert!(answered.insert(id));
                    window.answered(id, reply(id));
                }
                Incoming::Repeated(octets) => {
                    prop_assert!(answered.contains(&id));
                    prop_assert_eq!(octets, reply(id));
                }
                Incoming::Outside { expected } => prop_assert_eq!(expected, lowest),
            }
            prop_assert!(window.replies.len() <= 2 * size as usize);
        }
    }
}
