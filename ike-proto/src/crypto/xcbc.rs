//! AES-XCBC-MAC before it is cut (RFC 3566 §4): CBC with an initialisation vector of zeros, whose last block is mixed
//! with one of two further keys, so that no message is a prefix of another.

use aes::Aes128;
use cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

const BLOCK: usize = 16;

/// A message under way.
pub(super) struct Xcbc {
    cipher: Aes128,
    /// What the last block is mixed with where it is whole, and where it was filled up.
    last: [Zeroizing<[u8; BLOCK]>; 2],
    /// The previous blocks.
    state: Zeroizing<[u8; BLOCK]>,
    /// What has come of the block that may be the last.
    block: Zeroizing<[u8; BLOCK]>,
    len: usize,
}

impl Xcbc {
    /// Derives the three keys.
    pub(super) fn new(key: &[u8; BLOCK]) -> Self {
        let master = Aes128::new(key.into());
        let derived = |constant| {
            let mut block = Zeroizing::new([constant; BLOCK]);
            encrypt(&master, &mut block);
            block
        };
        Self {
            cipher: Aes128::new((&*derived(1)).into()),
            last: [derived(2), derived(3)],
            state: Zeroizing::new([0; BLOCK]),
            block: Zeroizing::new([0; BLOCK]),
            len: 0,
        }
    }

    /// Adds octets.
    pub(super) fn update(&mut self, octets: &[u8]) {
        for octet in octets {
            // A full block is taken in only when another octet shows that it is not the last.
            if self.len == BLOCK {
                xor(&mut self.state, &self.block);
                encrypt(&self.cipher, &mut self.state);
                self.len = 0;
            }
            if let Some(place) = self.block.get_mut(self.len) {
                *place = *octet;
            }
            self.len = self.len.saturating_add(1);
        }
    }

    /// The value.
    pub(super) fn finish(mut self) -> Zeroizing<[u8; BLOCK]> {
        let [whole, filled] = &self.last;
        let key = if self.len == BLOCK {
            whole
        } else {
            for (place, octet) in
                self.block.iter_mut().skip(self.len).zip(core::iter::once(0x80).chain([0; BLOCK]))
            {
                *place = octet;
            }
            filled
        };
        xor(&mut self.state, &self.block);
        xor(&mut self.state, key);
        encrypt(&self.cipher, &mut self.state);
        self.state
    }
}

fn encrypt(cipher: &Aes128, block: &mut [u8; BLOCK]) {
    cipher.encrypt_block(block.into());
}

fn xor(to: &mut [u8; BLOCK], from: &[u8; BLOCK]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to ^= from);
}
