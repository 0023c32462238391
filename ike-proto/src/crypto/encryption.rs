//! The ciphers that protect IKE messages: CBC over whole blocks, counter mode (RFC 5930), and the combined modes
//! (RFC 5282, RFC 7634). They are those of ESP, where key, salt and initialisation vector stand in the same places.

use esp_core::crypt::{AeadKey, CbcDecryptor, CbcEncryptor, CtrKey, KeyError};
use esp_core::suite::{Cipher, CipherFamily};

/// A key, initialisation vector or text whose length the cipher does not take, a cipher that does not encrypt, or a tag
/// that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

/// Whether IKE messages can be encrypted with it: anything that encrypts at all.
pub(crate) fn supports(cipher: Cipher) -> bool {
    !matches!(cipher.family(), CipherFamily::Null | CipherFamily::AesGmac)
}

/// Whether an initialisation vector must not be foreseen. Every other cipher only needs it never to come twice.
pub(crate) fn needs_random_iv(cipher: Cipher) -> bool {
    matches!(cipher.family(), CipherFamily::TripleDesCbc | CipherFamily::AesCbc)
}

/// Encrypts in place with a cipher that does not authenticate.
pub(crate) fn encrypt(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    match CbcEncryptor::new(cipher, key) {
        Some(key) => usable(Some(key))?.encrypt(iv, text).ok_or(Unusable),
        None => usable(CtrKey::new(cipher, key))?.apply(iv, text).ok_or(Unusable),
    }
}

/// Decrypts in place with a cipher that does not authenticate.
pub(crate) fn decrypt(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    match CbcDecryptor::new(cipher, key) {
        Some(key) => usable(Some(key))?.decrypt(iv, text).ok_or(Unusable),
        None => usable(CtrKey::new(cipher, key))?.apply(iv, text).ok_or(Unusable),
    }
}

/// Encrypts in place with a combined mode and fills in the tag over `associated` and the text.
pub(crate) fn seal(
    cipher: Cipher,
    key: &[u8],
    iv: &[u8],
    associated: &[u8],
    text: &mut [u8],
    tag: &mut [u8],
) -> Result<(), Unusable> {
    usable(AeadKey::new(cipher, key))?.seal(iv, associated, text, tag).ok_or(Unusable)
}

/// Decrypts in place with a combined mode if the tag is right; otherwise the text is not what it was.
pub(crate) fn open(
    cipher: Cipher,
    key: &[u8],
    iv: &[u8],
    associated: &[u8],
    text: &mut [u8],
    tag: &[u8],
) -> Result<(), Unusable> {
    usable(AeadKey::new(cipher, key))?.open(iv, associated, text, tag).ok_or(Unusable)
}

/// The key, where the cipher is of its kind and takes it.
fn usable<K>(key: Option<Result<K, KeyError>>) -> Result<K, Unusable> {
    key.and_then(Result::ok).ok_or(Unusable)
}

#[cfg(test)]
mod tests;
