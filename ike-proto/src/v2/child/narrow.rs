//! Narrowing of traffic selectors (RFC 7296 §2.9).

use alloc::vec::Vec;

use esp_core::selector::{Selectors, TrafficSelector};

/// What two lists of selectors have in common, in the order of the first. What another one of the result covers is
/// left out, and so is what is beyond `limit`.
pub(crate) fn intersection(
    theirs: &[TrafficSelector],
    ours: &[TrafficSelector],
    limit: usize,
) -> Vec<TrafficSelector> {
    let mut common: Vec<TrafficSelector> = Vec::new();
    for selector in theirs.iter().take(limit).flat_map(|a| ours.iter().filter_map(|b| a.intersection(b))) {
        if common.iter().any(|other| other.covers(&selector)) {
            continue;
        }
        common.retain(|other| !selector.covers(other));
        if common.len() < limit {
            common.push(selector);
        }
    }
    common
}

/// Whether every selector of `inner` lies in one of `outer`, on both sides.
pub(crate) fn covers(outer: &Selectors, inner: &Selectors) -> bool {
    let side = |outer: &[TrafficSelector], inner: &[TrafficSelector]| {
        inner.iter().all(|selector| outer.iter().any(|other| other.covers(selector)))
    };
    side(&outer.local, &inner.local) && side(&outer.remote, &inner.remote)
}

/// What two pairs of lists have in common; `None` where one side of it is empty.
pub(crate) fn common(theirs: &Selectors, ours: &Selectors, limit: usize) -> Option<Selectors> {
    let local = intersection(&theirs.local, &ours.local, limit);
    let remote = intersection(&theirs.remote, &ours.remote, limit);
    (!local.is_empty() && !remote.is_empty()).then_some(Selectors { local, remote })
}

#[cfg(test)]
mod tests;
