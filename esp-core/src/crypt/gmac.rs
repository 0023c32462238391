//! AES-GMAC (RFC 4543), which is AES-GCM over no plain text: everything is associated data. It is taken in parts, so
//! that what is authenticated need not lie in one piece.

use core::fmt;

use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use cipher::{Array, BlockCipherEncrypt, KeyInit};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

use crate::crypt::KeyError;
use crate::crypt::salt::{Salt, split_salt};
use crate::secret::ct_eq;

#[cfg(test)]
mod tests;

/// Octets of a tag, which is never cut (RFC 4543 §3.4).
pub(super) const TAG_LEN: usize = 16;

type Block = ghash::Block;

#[derive(Clone)]
enum Aes {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl Aes {
    fn encrypt(&self, block: &mut Block) {
        match self {
            Self::Aes128(key) => key.encrypt_block(block),
            Self::Aes192(key) => key.encrypt_block(block),
            Self::Aes256(key) => key.encrypt_block(block),
        }
    }
}

/// A key of AES-GMAC with its salt, expanded once. Wiped when dropped.
#[derive(Clone)]
pub struct GmacKey {
    aes: Aes,
    /// The state of the universal hash before the first octet: a packet starts from a copy of it.
    start: GHash,
    salt: Salt,
}

impl GmacKey {
    /// Expands `material`: a key of 16, 24 or 32 octets with a salt of four behind it, `expected` octets together.
    /// `name` is for the error.
    pub(crate) fn new(name: &'static str, expected: usize, material: &[u8]) -> Result<Self, KeyError> {
        let error = KeyError::Length { name, expected, given: material.len() };
        let (key, salt) = split_salt(name, expected, 4, material)?;
        let aes = match key.len() {
            16 => Aes128Enc::new_from_slice(key).map(Aes::Aes128),
            24 => Aes192Enc::new_from_slice(key).map(Aes::Aes192),
            _ => Aes256Enc::new_from_slice(key).map(Aes::Aes256),
        };
        let aes = aes.map_err(|_| error)?;
        let mut hash_key = Block::default();
        aes.encrypt(&mut hash_key);
        let start = GHash::new(&hash_key);
        zeroize::Zeroize::zeroize(hash_key.as_mut_slice());
        Ok(Self { aes, start, salt })
    }

    /// Fills `tag` with the tag over `parts`, one behind the other. `iv` is used once under this key. `None` where a
    /// length is wrong.
    #[must_use]
    pub(crate) fn compute(&self, iv: &[u8], parts: &[&[u8]], tag: &mut [u8]) -> Option<()> {
        let full = self.tag(iv, parts)?;
        if tag.len() != TAG_LEN {
            return None;
        }
        tag.copy_from_slice(&full);
        Some(())
    }

    /// Whether `tag` is the tag over `parts`.
    pub(crate) fn verify(&self, iv: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
        self.tag(iv, parts).is_some_and(|expected| ct_eq(&expected, tag))
    }

    fn tag(&self, iv: &[u8], parts: &[&[u8]]) -> Option<Block> {
        let mut hash = Hash { ghash: self.start.clone(), pending: Block::default(), filled: 0, total: 0 };
        for part in parts {
            hash.update(part);
        }
        let mut tag = hash.finish();

        // The block that hides the hash is the nonce with the counter 1, encrypted (NIST SP 800-38D §7.1).
        let mut mask = Block::default();
        let nonce = self.salt.nonce(iv)?;
        mask.iter_mut().zip(nonce.as_slice()).for_each(|(place, octet)| *place = *octet);
        *mask.last_mut()? = 1;
        self.aes.encrypt(&mut mask);
        tag.iter_mut().zip(&mask).for_each(|(place, octet)| *place ^= *octet);
        Some(tag)
    }
}

/// GHASH over parts that need not end where a block ends.
struct Hash {
    ghash: GHash,
    pending: Block,
    filled: usize,
    total: u64,
}

impl Hash {
    fn update(&mut self, mut part: &[u8]) {
        self.total = self.total.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if self.filled > 0 {
            let free = self.pending.get_mut(self.filled..).unwrap_or_default();
            let (now, later) = part.split_at(part.len().min(free.len()));
            free.iter_mut().zip(now).for_each(|(place, octet)| *place = *octet);
            self.filled = self.filled.saturating_add(now.len());
            part = later;
            if self.filled < self.pending.len() {
                return;
            }
            self.ghash.update(core::slice::from_ref(&self.pending));
        }
        let (blocks, rest) = Array::slice_as_chunks(part);
        self.ghash.update(blocks);
        self.pending.iter_mut().zip(rest).for_each(|(place, octet)| *place = *octet);
        self.filled = rest.len();
    }

    fn finish(mut self) -> Block {
        self.ghash.update_padded(self.pending.get(..self.filled).unwrap_or_default());
        let mut lengths = Block::default();
        let bits = self.total.saturating_mul(8).to_be_bytes();
        lengths.iter_mut().zip(bits).for_each(|(place, octet)| *place = octet);
        self.ghash.update(core::slice::from_ref(&lengths));
        self.ghash.finalize()
    }
}

impl fmt::Debug for GmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GmacKey(..)")
    }
}
