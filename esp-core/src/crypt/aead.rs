//! The modes that encrypt and authenticate in one: AES-GCM (RFC 4106), AES-CCM (RFC 4309) and ChaCha20-Poly1305
//! (RFC 7634), in place.

use alloc::boxed::Box;
use core::fmt;

use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use aes_gcm::AesGcm;
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::{U8, U11, U12, U16};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;
use cipher::KeyInit;

use crate::crypt::KeyError;
use crate::crypt::salt::{Salt, split_salt};
use crate::suite::Cipher;

#[cfg(test)]
mod tests;

/// A combined mode with its key, whatever its types. One call through it protects a whole packet.
trait Combined: Send + Sync {
    /// Encrypts `text` and fills `tag`. `None` where a length is wrong.
    fn seal(&self, nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &mut [u8]) -> Option<()>;

    /// Decrypts `text` if `tag` is right. `None` where it is not.
    fn open(&self, nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Option<()>;
}

impl<T: AeadInOut + Send + Sync> Combined for T {
    fn seal(&self, nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &mut [u8]) -> Option<()> {
        let full = self.encrypt_inout_detached(nonce.try_into().ok()?, aad, text.into()).ok()?;
        if tag.len() != full.len() {
            return None;
        }
        tag.copy_from_slice(&full);
        Some(())
    }

    fn open(&self, nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Option<()> {
        self.decrypt_inout_detached(nonce.try_into().ok()?, aad, text.into(), tag.try_into().ok()?).ok()
    }
}

/// A key of a combined mode with its salt, expanded once. Wiped when dropped.
pub struct AeadKey {
    key: Box<dyn Combined>,
    salt: Salt,
}

impl AeadKey {
    /// Expands `key`, the salt behind it. `None` where `cipher` is no combined mode that encrypts.
    pub fn new(cipher: Cipher, key: &[u8]) -> Option<Result<Self, KeyError>> {
        let expand = match cipher {
            Cipher::Aes128Gcm8 => boxed::<AesGcm<Aes128Enc, U12, U8>>,
            Cipher::Aes128Gcm12 => boxed::<AesGcm<Aes128Enc, U12, U12>>,
            Cipher::Aes128Gcm16 => boxed::<AesGcm<Aes128Enc, U12, U16>>,
            Cipher::Aes192Gcm8 => boxed::<AesGcm<Aes192Enc, U12, U8>>,
            Cipher::Aes192Gcm12 => boxed::<AesGcm<Aes192Enc, U12, U12>>,
            Cipher::Aes192Gcm16 => boxed::<AesGcm<Aes192Enc, U12, U16>>,
            Cipher::Aes256Gcm8 => boxed::<AesGcm<Aes256Enc, U12, U8>>,
            Cipher::Aes256Gcm12 => boxed::<AesGcm<Aes256Enc, U12, U12>>,
            Cipher::Aes256Gcm16 => boxed::<AesGcm<Aes256Enc, U12, U16>>,
            Cipher::Aes128Ccm8 => boxed::<Ccm<Aes128Enc, U8, U11>>,
            Cipher::Aes128Ccm12 => boxed::<Ccm<Aes128Enc, U12, U11>>,
            Cipher::Aes128Ccm16 => boxed::<Ccm<Aes128Enc, U16, U11>>,
            Cipher::Aes192Ccm8 => boxed::<Ccm<Aes192Enc, U8, U11>>,
            Cipher::Aes192Ccm12 => boxed::<Ccm<Aes192Enc, U12, U11>>,
            Cipher::Aes192Ccm16 => boxed::<Ccm<Aes192Enc, U16, U11>>,
            Cipher::Aes256Ccm8 => boxed::<Ccm<Aes256Enc, U8, U11>>,
            Cipher::Aes256Ccm12 => boxed::<Ccm<Aes256Enc, U12, U11>>,
            Cipher::Aes256Ccm16 => boxed::<Ccm<Aes256Enc, U16, U11>>,
            Cipher::ChaCha20Poly1305 => boxed::<ChaCha20Poly1305>,
            _ => return None,
        };
        let split = split_salt(cipher.name(), cipher.key_len(), cipher.salt_len(), key);
        Some(split.and_then(|(key, salt)| {
            let error =
                KeyError::Length { name: cipher.name(), expected: cipher.key_len(), given: key.len() };
            Ok(Self { key: expand(key).ok_or(error)?, salt })
        }))
    }

    /// Encrypts `text` in place and fills `tag`. `iv` is used once under this key. `None` where a length is wrong.
    #[must_use]
    pub fn seal(&self, iv: &[u8], aad: &[u8], text: &mut [u8], tag: &mut [u8]) -> Option<()> {
        let nonce = self.salt.nonce(iv)?;
        self.key.seal(nonce.as_slice(), aad, text, tag)
    }

    /// Decrypts `text` in place if `tag`, of exactly the algorithm's length, is right. `None` where it is not; then
    /// `text` is as it was, or, with AES-CCM, zeros.
    #[must_use]
    pub fn open(&self, iv: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Option<()> {
        let nonce = self.salt.nonce(iv)?;
        self.key.open(nonce.as_slice(), aad, text, tag)
    }
}

fn boxed<K: KeyInit + Combined + 'static>(key: &[u8]) -> Option<Box<dyn Combined>> {
    Some(Box::new(K::new_from_slice(key).ok()?))
}

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AeadKey(..)")
    }
}
