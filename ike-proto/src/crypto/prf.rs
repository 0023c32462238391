//! The pseudo-random function, and the key stream made of it (RFC 7296 §2.13).

use alloc::vec::Vec;

use esp_core::secret::SecretBytes;
use thiserror::Error;
use zeroize::Zeroizing;

use super::mac::{self, Tag};
use crate::suite::Prf;

/// The function over `parts` one after the other.
pub fn prf(function: Prf, key: &[u8], parts: &[&[u8]]) -> SecretBytes {
    SecretBytes::copy_from(mac::mac(function, key, parts).as_slice())
}

/// More key material was asked of prf+ than 255 blocks, which is all that it gives (RFC 7296 §2.13). No suite needs
/// as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("prf+ gives no more than 255 blocks of key material")]
pub struct KeyMaterialExhausted;

/// prf+: T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2) and so on, taken octet by octet.
pub(crate) struct PrfPlus<'a> {
    function: Prf,
    key: &'a [u8],
    seed: &'a [&'a [u8]],
    block: Option<Tag>,
    used: usize,
    number: u8,
}

impl<'a> PrfPlus<'a> {
    /// Starts the stream of `key` and `seed`, which is its parts one after the other.
    pub(crate) const fn new(function: Prf, key: &'a [u8], seed: &'a [&'a [u8]]) -> Self {
        Self { function, key, seed, block: None, used: 0, number: 0 }
    }

    /// The next `len` octets.
    pub(crate) fn take(&mut self, len: usize) -> Result<SecretBytes, KeyMaterialExhausted> {
        let mut taken = Zeroizing::new(Vec::with_capacity(len));
        while taken.len() < len {
            let fresh =
                self.block.as_ref().and_then(|block| block.as_slice().get(self.used..)).unwrap_or_default();
            if fresh.is_empty() {
                self.next_block()?;
                continue;
            }
            let wanted = len.saturating_sub(taken.len()).min(fresh.len());
            taken.extend_from_slice(fresh.get(..wanted).unwrap_or_default());
            self.used = self.used.saturating_add(wanted);
        }
        Ok(SecretBytes::copy_from(&taken))
    }

    fn next_block(&mut self) -> Result<(), KeyMaterialExhausted> {
        self.number = self.number.checked_add(1).ok_or(KeyMaterialExhausted)?;
        let number = [self.number];
        let mut parts = Vec::with_capacity(self.seed.len().saturating_add(2));
        parts.extend(self.block.as_ref().map(Tag::as_slice));
        parts.extend_from_slice(self.seed);
        parts.push(&number);
        let block = mac::mac(self.function, self.key, &parts);
        self.block = Some(block);
        self.used = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
