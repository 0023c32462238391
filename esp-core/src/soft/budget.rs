//! How many packets of one kind may be sent in a second.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::time::Instant;

#[cfg(test)]
mod tests;

/// Counts within the current second: the second above, the count in the low 20 bits. Shared by every core.
#[derive(Debug, Default)]
pub(crate) struct Budget(AtomicU64);

const COUNT_BITS: u32 = 20;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

impl Budget {
    /// Whether one more may be sent now, which is counted. At most `per_second`, and never more than 2^20 - 1.
    pub(crate) fn take(&self, now: Instant, per_second: u32) -> bool {
        // From 1 on, so that zero is before any second.
        let second = (now.as_micros() / 1_000_000).saturating_add(1) & (u64::MAX >> COUNT_BITS);
        let limit = u64::from(per_second).min(COUNT_MASK);
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
            let used = if state >> COUNT_BITS == second { state & COUNT_MASK } else { 0 };
            (used < limit).then(|| second << COUNT_BITS | used.saturating_add(1))
        });
        taken.is_ok()
    }
}
