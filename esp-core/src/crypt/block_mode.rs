//! AES-CBC (RFC 3602) and 3DES-CBC (RFC 2451) in place.

use core::fmt;

use aes::{Aes128Dec, Aes128Enc, Aes192Dec, Aes192Enc, Aes256Dec, Aes256Enc};
use cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
};
use des::TdesEde3;

use crate::crypt::KeyError;
use crate::suite::Cipher;

#[cfg(test)]
mod tests;

/// An encryption key, expanded once. Wiped when dropped.
pub struct CbcEncryptor(Encrypt);

enum Encrypt {
    Null,
    TripleDes(TdesEde3),
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

/// A decryption key, expanded once. Wiped when dropped.
pub struct CbcDecryptor(Decrypt);

enum Decrypt {
    Null,
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

fn no_key(cipher: Cipher, key: &[u8]) -> Result<(), KeyError> {
    if key.is_empty() {
        return Ok(());
    }
    Err(KeyError::Length { name: cipher.name(), expected: 0, given: key.len() })
}

impl CbcEncryptor {
    /// Expands `key` for `cipher`.
    pub fn new(cipher: Cipher, key: &[u8]) -> Result<Self, KeyError> {
        Ok(Self(match cipher {
            Cipher::Null => no_key(cipher, key).map(|()| Encrypt::Null)?,
            Cipher::TripleDesCbc => Encrypt::TripleDes(expand(cipher, key)?),
            Cipher::Aes128Cbc => Encrypt::Aes128(expand(cipher, key)?),
            Cipher::Aes192Cbc => Encrypt::Aes192(expand(cipher, key)?),
            Cipher::Aes256Cbc => Encrypt::Aes256(expand(cipher, key)?),
            other => return Err(KeyError::NotBuilt(other.name())),
        }))
    }

    /// Encrypts `text`, which is a multiple of the block, under `iv`. `None`, and nothing changed, where a length is
    /// wrong.
    #[must_use]
    pub fn encrypt(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        match &self.0 {
            Encrypt::Null => iv.is_empty().then_some(()),
            Encrypt::TripleDes(key) => encrypt(key, iv, text),
            Encrypt::Aes128(key) => encrypt(key, iv, text),
            Encrypt::Aes192(key) => encrypt(key, iv, text),
            Encrypt::Aes256(key) => encrypt(key, iv, text),
        }
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
            Encrypt::Null => iv.is_empty().then_some(()),
            Encrypt::TripleDes(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes128(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes192(key) => derive_iv(key, nonce, iv),
            Encrypt::Aes256(key) => derive_iv(key, nonce, iv),
        }
    }
}

impl CbcDecryptor {
    /// Expands `key` for `cipher`.
    pub fn new(cipher: Cipher, key: &[u8]) -> Result<Self, KeyError> {
        Ok(Self(match cipher {
            Cipher::Null => no_key(cipher, key).map(|()| Decrypt::Null)?,
            Cipher::TripleDesCbc => Decrypt::TripleDes(expand(cipher, key)?),
            Cipher::Aes128Cbc => Decrypt::Aes128(expand(cipher, key)?),
            Cipher::Aes192Cbc => Decrypt::Aes192(expand(cipher, key)?),
            Cipher::Aes256Cbc => Decrypt::Aes256(expand(cipher, key)?),
            other => return Err(KeyError::NotBuilt(other.name())),
        }))
    }

    /// Decrypts `text`, which is a multiple of the block, under `iv`. `None`, and nothing changed, where a length is
    /// wrong.
    #[must_use]
    pub fn decrypt(&self, iv: &[u8], text: &mut [u8]) -> Option<()> {
        match &self.0 {
            Decrypt::Null => iv.is_empty().then_some(()),
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
