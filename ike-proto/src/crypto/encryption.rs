//! The ciphers that protect IKE messages: CBC over whole blocks, counter mode (RFC 5930), and the combined modes
//! (RFC 5282, RFC 7634).

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, consts};
use cbc::{Decryptor, Encryptor};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;
use cipher::array::Array;
use cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, StreamCipher};
use ctr::Ctr32BE;
use des::TdesEde3;
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
    match cipher {
        Cipher::TripleDesCbc => encrypt_cbc::<Encryptor<TdesEde3>>(key, iv, text),
        Cipher::Aes128Cbc => encrypt_cbc::<Encryptor<Aes128>>(key, iv, text),
        Cipher::Aes192Cbc => encrypt_cbc::<Encryptor<Aes192>>(key, iv, text),
        Cipher::Aes256Cbc => encrypt_cbc::<Encryptor<Aes256>>(key, iv, text),
        _ => apply_ctr(cipher, key, iv, text),
    }
}

/// Decrypts in place with a cipher that does not authenticate.
pub(crate) fn decrypt(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    match cipher {
        Cipher::TripleDesCbc => decrypt_cbc::<Decryptor<TdesEde3>>(key, iv, text),
        Cipher::Aes128Cbc => decrypt_cbc::<Decryptor<Aes128>>(key, iv, text),
        Cipher::Aes192Cbc => decrypt_cbc::<Decryptor<Aes192>>(key, iv, text),
        Cipher::Aes256Cbc => decrypt_cbc::<Decryptor<Aes256>>(key, iv, text),
        _ => apply_ctr(cipher, key, iv, text),
    }
}

fn encrypt_cbc<C: KeyIvInit + BlockModeEncrypt>(
    key: &[u8],
    iv: &[u8],
    text: &mut [u8],
) -> Result<(), Unusable> {
    let mut mode = C::new_from_slices(key, iv).map_err(|_| Unusable)?;
    let (blocks, rest) = Array::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return Err(Unusable);
    }
    mode.encrypt_blocks(blocks);
    Ok(())
}

fn decrypt_cbc<C: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    iv: &[u8],
    text: &mut [u8],
) -> Result<(), Unusable> {
    let mut mode = C::new_from_slices(key, iv).map_err(|_| Unusable)?;
    let (blocks, rest) = Array::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return Err(Unusable);
    }
    mode.decrypt_blocks(blocks);
    Ok(())
}

/// Counter mode is the same both ways. The counter block is the nonce behind the key, the initialisation vector and a
/// counter that starts at one (RFC 5930 §2).
fn apply_ctr(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    let (key, salt) = split_salt(cipher, key)?;
    let block = [salt, iv, &[0, 0, 0, 1]].concat();
    match cipher {
        Cipher::Aes128Ctr => apply_ctr_with::<Ctr32BE<Aes128>>(key, &block, text),
        Cipher::Aes192Ctr => apply_ctr_with::<Ctr32BE<Aes192>>(key, &block, text),
        Cipher::Aes256Ctr => apply_ctr_with::<Ctr32BE<Aes256>>(key, &block, text),
        _ => Err(Unusable),
    }
}

fn apply_ctr_with<C: KeyIvInit + StreamCipher>(
    key: &[u8],
    block: &[u8],
    text: &mut [u8],
) -> Result<(), Unusable> {
    let mut mode = C::new_from_slices(key, block).map_err(|_| Unusable)?;
    mode.try_apply_keystream(text).map_err(|_| Unusable)
}

/// The key and what of the nonce lies behind it.
fn split_salt(cipher: Cipher, key: &[u8]) -> Result<(&[u8], &[u8]), Unusable> {
    let len = key.len().checked_sub(cipher.salt_len()).ok_or(Unusable)?;
    key.split_at_checked(len).ok_or(Unusable)
}

/// Calls a function with the type that stands for a combined mode.
macro_rules! with_aead {
    ($cipher:expr, $function:ident $arguments:tt) => {
        match $cipher {
            Cipher::Aes128Gcm8 => $function::<AesGcm<Aes128, consts::U12, consts::U8>> $arguments,
            Cipher::Aes128Gcm12 => $function::<AesGcm<Aes128, consts::U12, consts::U12>> $arguments,
            Cipher::Aes128Gcm16 => $function::<AesGcm<Aes128, consts::U12, consts::U16>> $arguments,
            Cipher::Aes192Gcm8 => $function::<AesGcm<Aes192, consts::U12, consts::U8>> $arguments,
            Cipher::Aes192Gcm12 => $function::<AesGcm<Aes192, consts::U12, consts::U12>> $arguments,
            Cipher::Aes192Gcm16 => $function::<AesGcm<Aes192, consts::U12, consts::U16>> $arguments,
            Cipher::Aes256Gcm8 => $function::<AesGcm<Aes256, consts::U12, consts::U8>> $arguments,
            Cipher::Aes256Gcm12 => $function::<AesGcm<Aes256, consts::U12, consts::U12>> $arguments,
            Cipher::Aes256Gcm16 => $function::<AesGcm<Aes256, consts::U12, consts::U16>> $arguments,
            Cipher::Aes128Ccm8 => $function::<Ccm<Aes128, consts::U8, consts::U11>> $arguments,
            Cipher::Aes128Ccm12 => $function::<Ccm<Aes128, consts::U12, consts::U11>> $arguments,
            Cipher::Aes128Ccm16 => $function::<Ccm<Aes128, consts::U16, consts::U11>> $arguments,
            Cipher::Aes192Ccm8 => $function::<Ccm<Aes192, consts::U8, consts::U11>> $arguments,
            Cipher::Aes192Ccm12 => $function::<Ccm<Aes192, consts::U12, consts::U11>> $arguments,
            Cipher::Aes192Ccm16 => $function::<Ccm<Aes192, consts::U16, consts::U11>> $arguments,
            Cipher::Aes256Ccm8 => $function::<Ccm<Aes256, consts::U8, consts::U11>> $arguments,
            Cipher::Aes256Ccm12 => $function::<Ccm<Aes256, consts::U12, consts::U11>> $arguments,
            Cipher::Aes256Ccm16 => $function::<Ccm<Aes256, consts::U16, consts::U11>> $arguments,
            Cipher::ChaCha20Poly1305 => $function::<ChaCha20Poly1305> $arguments,
            _ => Err(Unusable),
        }
    };
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
    let (key, salt) = split_salt(cipher, key)?;
    let nonce = [salt, iv].concat();
    with_aead!(cipher, seal_with(key, &nonce, associated, text, tag))
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
    let (key, salt) = split_salt(cipher, key)?;
    let nonce = [salt, iv].concat();
    with_aead!(cipher, open_with(key, &nonce, associated, text, tag))
}

fn seal_with<C: KeyInit + AeadInOut>(
    key: &[u8],
    nonce: &[u8],
    associated: &[u8],
    text: &mut [u8],
    tag: &mut [u8],
) -> Result<(), Unusable> {
    let cipher = C::new_from_slice(key).map_err(|_| Unusable)?;
    let nonce = nonce.try_into().map_err(|_| Unusable)?;
    let made =
        cipher.encrypt_inout_detached(nonce, associated, InOutBuf::from(text)).map_err(|_| Unusable)?;
    if tag.len() != made.len() {
        return Err(Unusable);
    }
    tag.copy_from_slice(&made);
    Ok(())
}

fn open_with<C: KeyInit + AeadInOut>(
    key: &[u8],
    nonce: &[u8],
    associated: &[u8],
    text: &mut [u8],
    tag: &[u8],
) -> Result<(), Unusable> {
    let cipher = C::new_from_slice(key).map_err(|_| Unusable)?;
    let nonce = nonce.try_into().map_err(|_| Unusable)?;
    // The length first: a tag that was cut is none.
    let tag = tag.try_into().map_err(|_| Unusable)?;
    cipher.decrypt_inout_detached(nonce, associated, InOutBuf::from(text), tag).map_err(|_| Unusable)
}

#[cfg(test)]
mod tests;
