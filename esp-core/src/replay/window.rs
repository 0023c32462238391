//! The window of sequence numbers that a receiver remembers, as a ring of bits that never shifts (RFC 6479).

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// Numbers in one word of the ring.
const WORD_BITS: u64 = 64;

/// A replay window over full sequence numbers of 64 bits.
pub struct ReplayWindow {
    /// The highest number that was committed, 0 at the beginning.
    top: u64,
    /// How many numbers up to `top` are remembered.
    size: u32,
    /// One bit for each number, at the number modulo the ring's length. The length is a power of two and at least a
    /// word longer than `size`, so that moving up clears whole words and never one that is still in the window.
    ring: Box<[u64]>,
}

/// What committing a number did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the highest so far.
    Newest,
    /// It lay in the window.
    InWindow,
}

impl ReplayWindow {
    /// The smallest window (RFC 4303 §3.4.3).
    pub const MIN_SIZE: u32 = 32;
    /// The largest window: 8 KiB for each Security Association.
    pub const MAX_SIZE: u32 = 65_536;

    /// An empty window of `size` numbers, brought between [`ReplayWindow::MIN_SIZE`] and
    /// [`ReplayWindow::MAX_SIZE`]: a Security Association without protection against replay does not exist here
    ///
    pub fn new(size: u32) -> Self {
        let size = size.clamp(Self::MIN_SIZE, Self::MAX_SIZE);
        let words = size.div_ceil(64).saturating_add(1).next_power_of_two();
        Self { top: 0, size, ring: vec![0; usize::try_from(words).unwrap_or(usize::MAX)].into_boxed_slice() }
    }

    /// The highest number that was committed; 0 at the beginning.
    pub fn top(&self) -> u64 {
        self.top
    }

    /// How many numbers are remembered.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether `sequence` may still come. Changes nothing: a packet whose ICV is not yet verified proves nothing.
    pub fn check(&self, sequence: u64) -> Result<(), DropReason> {
        if sequence == 0 {
            return Err(DropReason::SequenceZero);
        }
        match self.top.checked_sub(sequence) {
            None => Ok(()),
            Some(behind) if behind >= u64::from(self.size) => Err(DropReason::TooOld),
            Some(_) if self.is_set(sequence) => Err(DropReason::Replayed),
            Some(_) => Ok(()),
        }
    }

    /// Checks once more and remembers `sequence`, whose packet was verified (F-31). The check is part of it, since
    /// another core may have committed the same number meanwhile.
    pub fn commit(&mut self, sequence: u64) -> Result<Verdict, DropReason> {
        self.check(sequence)?;
        let verdict = if sequence > self.top {
            self.clear_words_above_top(sequence);
            self.top = sequence;
            Verdict::Newest
        } else {
            Verdict::InWindow
        };
        let bit = bit(sequence);
        if let Some(word) = self.word_mut(sequence / WORD_BITS) {
            *word |= bit;
        }
        Ok(verdict)
    }

    /// Forgets the words that `top` enters on its way up to `sequence`.
    fn clear_words_above_top(&mut self, sequence: u64) {
        let from = self.top / WORD_BITS;
        let count = (sequence / WORD_BITS).saturating_sub(from).min(self.ring_len());
        for step in 1..=count {
            if let Some(word) = self.word_mut(from.wrapping_add(step)) {
                *word = 0;
            }
        }
    }

    fn is_set(&self, sequence: u64) -> bool {
        let index = usize::try_from((sequence / WORD_BITS) & self.mask()).unwrap_or(usize::MAX);
        self.ring.get(index).is_some_and(|word| word & bit(sequence) != 0)
    }

    /// The ring's word for the numbers from `word * 64` on.
    fn word_mut(&mut self, word: u64) -> Option<&mut u64> {
        let index = usize::try_from(word & self.mask()).ok()?;
        self.ring.get_mut(index)
    }

    fn ring_len(&self) -> u64 {
        u64::try_from(self.ring.len()).unwrap_or(u64::MAX)
    }

    fn mask(&self) -> u64 {
        self.ring_len().saturating_sub(1)
    }
}

fn bit(sequence: u64) -> u64 {
    1 << (sequence % WORD_BITS)
}

impl fmt::Debug for ReplayWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayWindow").field("top", &self.top).field("size", &self.size).finish()
    }
}
