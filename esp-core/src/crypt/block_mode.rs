//! AES-CBC (RFC 3602) and 3DES-CBC (RFC 2451) in place.

use core::fmt;

use aes::{Aes128Dec, Aes128Enc, Aes192Dec, Aes192Enc, Aes256Dec, Aes256Enc};
use cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
};
use des::TdesEde3;

use crate::crypt::KeyError;
use crate::crypt::multi_buffer::{Lane, LaneKey};
use crate::suite::Cipher;

#[cfg(test)]
mod tests;

/// An encryption key, expanded once. Wiped when dropped.
pub struct CbcEncryptor(Encrypt);

enum Encrypt {
    TripleDes(TdesEde3),
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

/// A decryption key, expanded once. Wiped when dropped.
pub struct CbcDecryptor(Decrypt);

enum Decrypt {
    TripleDes(TdesEde3),
    Aes128(Aes128Dec),
    Aes192(Aes192Dec),
    Aes256(Aes256Dec),
}

/// Expands `key`, which must have the length of `cipher`.
fn expand<K: KeyInit>(cipher: Cipher, key: &[u8]) -> Result<K, KeyError> {
    K::new_from_slice(key).map_err(|_| KeyError::Length {
        name: cipher.name(),
        expected: cipher.key_len(),
        given: key.len(),
    })
}

impl CbcEncryptor {
    /// Expands `key` for `cipher`. `None` where that is none in CBC mode.
    pub fn new(cipher: Cipher, key: &[u8]) -> Option<Result<Self, KeyError>> {
        let key = match cipher {
            Cipher::TripleDesCbc => expand(cipher, key).map(Encrypt::TripleDes),
            Cipher::Aes128Cbc => expand(cipher, key).map(Encrypt::Aes128),
            Cipher::Aes192Cbc => expand(cipher, key).map(Encrypt::Aes192),
            Cipher::Aes256Cbc => expand(cipher, key).map(Encrypt::Aes256),
            _ => return None,
        };
        Some(key.map(Self))
    }

    /// Encrypts `text`, which is a multiple of the block, under `iv`. `None`, and nothing changed, where a length is
    /// wrong.
    #[must_use]
    pub fn encrypt(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        match &self.0 {
            Encrypt::TripleDes(key) => encrypt(key, iv, text),
            Encrypt::Aes128(key) => encrypt(key, iv, text),
            Encrypt::Aes192(key) => encrypt(key, iv, text),
            Encrypt::Aes256(key) => encrypt(key, iv, text),
        }
    }

    /// Whether it is AES, which encrypts several blocks at once as fast as one where they do not wait for each other.
    pub(crate) fn is_aes(&self) -> bool {
        !matches!(self.0, Encrypt::TripleDes(_))
    }

    /// What [`encrypt_lanes`](super::encrypt_lanes) is to encrypt as [`CbcEncryptor::encrypt`] would. `None` where this
    /// is not AES or a length is wrong.
    pub(crate) fn lane<'a>(&'a self, iv: &[u8], text: &'a mut [u8]) -> Option<Lane<'a>> {
        let key = match &self.0 {
            Encrypt::TripleDes(_) => return None,
            Encrypt::Aes128(key) => LaneKey::Aes128(key),
            Encrypt::Aes192(key) => LaneKey::Aes192(key),
            Encrypt::Aes256(key) => LaneKey::Aes256(key),
        };
        Lane::new(key, iv, text)
    }

    /// Writes an IV that nobody without the key can predict, for the packet that `nonce` names and no other packet
    /// under this key. `None` where `iv` has not the cipher's length.
    ///
    /// A CBC IV has to be unpredictable, or who chooses plain texts can test guesses (RFC 3602 §3); this crate draws
    /// no randomness. So the IV is the nonce, encrypted under the SA's own key: the first of the two methods of NIST
    /// SP 800-38A, appendix C. Under one key it never repeats, since a block cipher is a permutation and a nonce is
    /// used once. Every nonce is a sequence number, which never wraps.
    #[must_use]
    pub fn derive_iv(&self, nonce: u64, iv: &mut [u8]) -> Option<()> {
        match &self.0 {
            Encrypt::TripleDes(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes128(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes192(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes256(key) => derive_iv(key, nonce, iv),
        }
    }
}

impl CbcDecryptor {
    /// Expands `key` for `cipher`. `None` where that is none in CBC mode.
    pub fn new(cipher: Cipher, key: &[u8]) -> Option<Result<Self, KeyError>> {
        let key = match cipher {
            Cipher::TripleDesCbc => expand(cipher, key).map(Decrypt::TripleDes),
            Cipher::Aes128Cbc => expand(cipher, key).map(Decrypt::Aes128),
            Cipher::Aes192Cbc => expand(cipher, key).map(Decrypt::Aes192),
            Cipher::Aes256Cbc => expand(cipher, key).map(Decrypt::Aes256),
            _ => return None,
        };
        Some(key.map(Self))
    }

    /// Decrypts `text`, which is a multiple of the block, under `iv`. `None`, and nothing changed, where a length is
    /// wrong.
    #[must_use]
    pub fn decrypt(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        match &self.0 {
            Decrypt::TripleDes(key) => decrypt(key, iv, text),
            Decrypt::Aes128(key) => decrypt(key, iv, text),
            Decrypt::Aes192(key) => decrypt(key, iv, text),
            Decrypt::Aes256(key) => decrypt(key, iv, text),
        }
    }
}

fn encrypt<C: BlockCipherEncrypt>(key: &C, iv: &[u8], text: &mut [u8]) -> Option<()> {
    let iv: &Block<C> = iv.try_into().ok()?;
    let (blocks, rest) = Block::<C>::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return None;
    }
    cbc::Encryptor::inner_iv_init(key, iv).encrypt_blocks(blocks);
    Some(())
}

fn decrypt<C: BlockCipherDecrypt>(key: &C, iv: &[u8], text: &mut [u8]) -> Option<()> {
    let iv: &Block<C> = iv.try_into().ok()?;
    let (blocks, rest) = Block::<C>::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return None;
    }
    cbc::Decryptor::inner_iv_init(key, iv).decrypt_blocks(blocks);
    Some(())
}

/// Encrypts the nonce, big-endian in the last eight octets of a block of zeros.
fn derive_iv<C: BlockCipherEncrypt>(key: &C, nonce: u64, iv: &mut [u8]) -> Option<()> {
    let block: &mut Block<C> = iv.try_into().ok()?;
    for (to, from) in block.iter_mut().rev().zip(nonce.to_le_bytes().into_iter().chain(core::iter::repeat(0)))
    {
        *to = from;
    }
    key.encrypt_block(block);
    Some(())
}

impl fmt::Debug for CbcEncryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CbcEncryptor(..)")
    }
}

impl fmt::Debug for CbcDecryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CbcDecryptor(..)")
    }
}
