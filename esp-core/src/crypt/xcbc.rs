//! AES-XCBC-MAC (RFC 3566): CBC-MAC whose last block takes another key by whether it is whole.

use core::fmt;

use aes::Aes128Enc;
use cipher::{Block, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroize;

#[cfg(test)]
mod tests;

type AesBlock = Block<Aes128Enc>;

/// A key of AES-XCBC-MAC, expanded once. Wiped when dropped.
#[derive(Clone)]
pub struct XcbcKey {
    /// K1 encrypts every block.
    aes: Aes128Enc,
    /// K2 goes into a last block that is whole.
    whole: AesBlock,
    /// K3 goes into a last block that is not.
    padded: AesBlock,
}

impl XcbcKey {
    /// Derives the three keys from one (RFC 3566 §4, step 1).
    pub fn new(key: &[u8; 16]) -> Self {
        let root = Aes128Enc::new(key.into());
        let derive = |octet: u8| {
            let mut block = AesBlock::from([octet; 16]);
            root.encrypt_block(&mut block);
            block
        };
        let mut first = derive(1);
        let key = Self { aes: Aes128Enc::new(&first), whole: derive(2), padded: derive(3) };
        first.zeroize();
        key
    }

    /// The MAC over `parts`, one behind the other, before it is cut.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut state = AesBlock::default();
        // How many octets of the current block are in the state. A whole block is encrypted when the next octet
        // comes, since the last one is treated otherwise.
        let mut filled = 0;
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                if filled == state.len() {
                    self.aes.encrypt_block(&mut state);
                    filled = 0;
                }
                let free = state.get_mut(filled..).unwrap_or_default();
                let (now, later) = rest.split_at(rest.len().min(free.len()));
                free.iter_mut().zip(now).for_each(|(place, octet)| *place ^= *octet);
                filled = filled.saturating_add(now.len());
                rest = later;
            }
        }
        let last = if filled == state.len() { &self.whole } else { &self.padded };
        if let Some(place) = state.get_mut(filled) {
            *place ^= 0x80;
        }
        state.iter_mut().zip(last).for_each(|(place, octet)| *place ^= *octet);
        self.aes.encrypt_block(&mut state);
        state.into()
    }
}

impl fmt::Debug for XcbcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("XcbcKey(..)")
    }
}

impl Drop for XcbcKey {
    fn drop(&mut self) {
        self.whole.zeroize();
        self.padded.zeroize();
    }
}
