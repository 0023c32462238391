//! AES-CBC encryption of several packets side by side.
//!
//! Within one packet a block waits for the one before it. Blocks of different packets do not wait for each other, and a
//! processor works on several at once. So the packets take turns, block by block.

use core::slice;

use aes::{Aes128Enc, Aes192Enc, Aes256Enc, Block};
use cipher::BlockCipherEncrypt;

#[cfg(test)]
mod tests;

/// The key of a lane. Each lane may have another.
#[derive(Clone, Copy)]
pub(super) enum LaneKey<'a> {
    Aes128(&'a Aes128Enc),
    Aes192(&'a Aes192Enc),
    Aes256(&'a Aes256Enc),
}

/// One packet's text, as far as it is not yet encrypted.
pub(crate) struct Lane<'a> {
    key: LaneKey<'a>,
    /// The block before the next, encrypted: at first the IV. As a number, since octet by octet the exclusive or costs
    /// more than the lanes gain.
    previous: u128,
    blocks: slice::IterMut<'a, Block>,
}

impl<'a> Lane<'a> {
    /// `None` where `iv` is no block or `text` no multiple of one.
    pub(super) fn new(key: LaneKey<'a>, iv: &[u8], text: &'a mut [u8]) -> Option<Self> {
        let previous = u128::from_ne_bytes(iv.try_into().ok()?);
        let (blocks, rest) = Block::slice_as_chunks_mut(text);
        rest.is_empty().then(|| Self { key, previous, blocks: blocks.iter_mut() })
    }

    /// Encrypts the next block. `false` where there is none.
    #[inline]
    fn step(&mut self) -> bool {
        let Some(block) = self.blocks.next() else { return false };
        let mixed = self.previous ^ u128::from_ne_bytes(block.0);
        *block = mixed.to_ne_bytes().into();
        match self.key {
            LaneKey::Aes128(key) => key.encrypt_block(block),
            LaneKey::Aes192(key) => key.encrypt_block(block),
            LaneKey::Aes256(key) => key.encrypt_block(block),
        }
        self.previous = u128::from_ne_bytes(block.0);
        true
    }
}

/// Encrypts the texts of all lanes in place, in CBC mode.
pub(crate) fn encrypt_lanes(lanes: &mut [Option<Lane<'_>>]) {
    loop {
        let mut any = false;
        for lane in lanes.iter_mut().flatten() {
            any |= lane.step();
        }
        if !any {
            return;
        }
    }
}
