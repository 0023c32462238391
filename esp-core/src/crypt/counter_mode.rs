//! AES in counter mode (RFC 3686) in place. It is its own inverse.

use core::fmt;

use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore, consts::U16};
use ctr::CtrCore;
use ctr::flavors::Ctr32BE;

use crate::crypt::KeyError;
use crate::crypt::salt::{Salt, split_salt};
use crate::suite::{Cipher, CipherFamily};

#[cfg(test)]
mod tests;

/// A key of counter mode with its nonce, expanded once. Wiped when dropped.
pub struct CtrKey {
    aes: Aes,
    salt: Salt,
}

enum Aes {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl CtrKey {
    /// Expands `key`, the nonce behind it. `None` where `cipher` is no counter mode.
    pub fn new(cipher: Cipher, key: &[u8]) -> Option<Result<Self, KeyError>> {
        if cipher.family() != CipherFamily::AesCtr {
            return None;
        }
        let split = split_salt(cipher.name(), cipher.key_len(), cipher.salt_len(), key);
        Some(split.and_then(|(key, salt)| {
            let aes = match cipher {
                Cipher::Aes128Ctr => Aes128Enc::new_from_slice(key).map(Aes::Aes128),
                Cipher::Aes192Ctr => Aes192Enc::new_from_slice(key).map(Aes::Aes192),
                _ => Aes256Enc::new_from_slice(key).map(Aes::Aes256),
            };
            let error =
                KeyError::Length { name: cipher.name(), expected: cipher.key_len(), given: key.len() };
            Ok(Self { aes: aes.map_err(|_| error)?, salt })
        }))
    }

    /// Encrypts or decrypts `text`. `iv` is used once under this key. `None` where it has not eight octets.
    #[must_use]
    pub fn apply(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        // Nonce, IV, and a counter of 32 bits that begins at 1 (RFC 3686 §4).
        let mut block = [0; 16];
        let nonce = self.salt.nonce(iv)?;
        block.iter_mut().zip(nonce.as_slice()).for_each(|(place, octet)| *place = *octet);
        *block.last_mut()? = 1;
        match &self.aes {
            Aes::Aes128(key) => apply(key, block, text),
            Aes::Aes192(key) => apply(key, block, text),
            Aes::Aes256(key) => apply(key, block, text),
        }
        Some(())
    }
}

fn apply<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>>(key: &C, block: [u8; 16], text: &mut [u8]) {
    CtrCore::<_, Ctr32BE>::inner_iv_init(key, &block.into()).apply_keystream_partial(text.into());
}

impl fmt::Debug for CtrKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CtrKey(..)")
    }
}
