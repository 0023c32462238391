//! Tests of the replay window against a plain set.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A window that remembers everything.
struct Model {
    size: u64,
    seen: BTreeSet<u64>,
}

impl Model {
    fn commit(&mut self, sequence: u64) -> Result<Verdict, DropReason> {
        let top = self.seen.last().copied().unwrap_or(0);
        if sequence == 0 {
            Err(DropReason::SequenceZero)
        } else if sequence + self.size <= top {
            Err(DropReason::TooOld)
        } else if !self.seen.insert(sequence) {
            Err(DropReason::Replayed)
        } else if sequence > top {
            Ok(Verdict::Newest)
        } else {
            Ok(Verdict::InWindow)
        }
    }
}

/// Steps from the top so far: mostly small, now and then far, so that every edge of every word is met.
fn steps() -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![
        6 => -70_i64..8,
        2 => -300_i64..300,
        1 => -5_000_i64..5_000,
        1 => Just(1_i64 << 33),
    ];
    prop::collection::vec(step, 1..400)
}

proptest! {
    #[test]
    fn it_is_what_a_set_says(
        size in prop_oneof![32..200_u32, Just(1_024), Just(4_096)],
        start in prop::sample::select(vec![0_u64, 1, 63, 64, 0xffff_ffe0, 0x7_ffff_fff0]),
        steps in steps(),
    ) {
        let mut window = ReplayWindow::new(size);
        let mut model = Model { size: u64::from(size), seen: BTreeSet::new() };
        if start > 0 {
            prop_assert_eq!(window.commit(start), model.commit(start));
        }
        for step in steps {
            let sequence = window.top().saturating_add_signed(step);
            let check = window.check(sequence);
            let expected = model.commit(sequence);
            prop_assert_eq!(check, expected.map(|_| ()), "checking says what committing does");
            prop_assert_eq!(window.commit(sequence), expected);
            prop_assert_eq!(window.top(), model.seen.last().copied().unwrap_or(0));
        }
    }
}

/// replay at and beyond the window, sequence 0.
#[test]
fn the_edges_of_the_window() {
    for size in [32, 63, 64, 65, 128, 4_096, 65_536] {
        let mut window = ReplayWindow::new(size);
        assert_eq!(window.commit(0), Err(DropReason::SequenceZero));
        let top = 1_000_000;
        assert_eq!(window.commit(top), Ok(Verdict::Newest));
        assert_eq!(window.commit(top), Err(DropReason::Replayed));
        let last = top + 1 - u64::from(size);
        assert_eq!(window.commit(last - 1), Err(DropReason::TooOld), "{size}");
        assert_eq!(window.commit(last), Ok(Verdict::InWindow), "{size}");
        assert_eq!(window.commit(last), Err(DropReason::Replayed));
        assert_eq!(window.commit(top + 1), Ok(Verdict::Newest));
        assert_eq!(window.commit(last), Err(DropReason::TooOld));
    }
}

/// there is always a window.
#[test]
fn the_size_is_kept_within_its_bounds() {
    assert_eq!(ReplayWindow::new(0).size(), ReplayWindow::MIN_SIZE);
    assert_eq!(ReplayWindow::new(u32::MAX).size(), ReplayWindow::MAX_SIZE);
}

#[test]
fn the_last_numbers_there_are() {
    let mut window = ReplayWindow::new(64);
    assert_eq!(window.commit(u64::MAX - 1), Ok(Verdict::Newest));
    assert_eq!(window.commit(u64::MAX), Ok(Verdict::Newest));
    assert_eq!(window.commit(u64::MAX), Err(DropReason::Replayed));
    assert_eq!(window.commit(u64::MAX - 63), Ok(Verdict::InWindow));
}
