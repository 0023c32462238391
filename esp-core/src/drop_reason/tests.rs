//! Tests of the drop reasons and their counters.

use super::*;
use std::collections::BTreeSet;
use std::vec::Vec;

#[test]
fn every_reason_has_its_own_index_and_text() {
    for (i, reason) in DropReason::ALL.iter().enumerate() {
        assert_eq!(reason.index(), i);
        assert!(!reason.to_string().is_empty());
    }
    let texts: BTreeSet<_> = DropReason::ALL.iter().map(|reason| reason.text()).collect();
    assert_eq!(texts.len(), DropReason::COUNT, "two reasons say the same");
}

#[test]
fn counters_count_each_reason_alone() {
    let counters = DropCounters::new();
    counters.count(DropReason::BadIcv);
    counters.count(DropReason::BadIcv);
    counters.count(DropReason::NoPolicy);
    assert_eq!(counters.get(DropReason::BadIcv), 2);
    assert_eq!(counters.get(DropReason::Replayed), 0);
    assert_eq!(counters.total(), 3);
    let seen: Vec<_> = counters.iter().filter(|&(_, count)| count > 0).collect();
    assert_eq!(seen, [(DropReason::BadIcv, 2), (DropReason::NoPolicy, 1)]);
    assert_eq!(format!("{counters:?}"), "{BadIcv: 2, NoPolicy: 1}");
}
