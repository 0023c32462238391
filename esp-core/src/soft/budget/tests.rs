//! Tests of counting within a second.

use super::*;

#[test]
fn so_many_in_each_second() {
    let budget = Budget::default();
    let taken = |millis: u64| (0..10).filter(|_| budget.take(Instant::from_millis(millis), 3)).count();
    assert_eq!([0, 999, 1_000, 1_001, 5_000].map(taken), [3, 0, 3, 0, 3]);
    assert!(!Budget::default().take(Instant::ZERO, 0));
    assert!(Budget::default().take(Instant::FAR_FUTURE, u32::MAX));
}
