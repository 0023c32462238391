//! Ciphers in CBC mode over whole blocks.

use aes::{Aes128, Aes192, Aes256};
use cbc::{Decryptor, Encryptor};
use cipher::array::Array;
use cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use esp_core::suite::{Cipher, CipherFamily};

/// A key, initialisation vector or text whose length the cipher does not take, or a cipher that does not encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

/// Whether it is one of those here: IKE messages are encrypted with them.
pub(crate) fn supports(cipher: Cipher) -> bool {
    matches!(cipher.family(), CipherFamily::TripleDesCbc | CipherFamily::AesCbc)
}

/// Encrypts in place.
pub(crate) fn encrypt(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    match cipher {
        Cipher::TripleDesCbc => encrypt_with::<Encryptor<TdesEde3>>(key, iv, text),
        Cipher::Aes128Cbc => encrypt_with::<Encryptor<Aes128>>(key, iv, text),
        Cipher::Aes192Cbc => encrypt_with::<Encryptor<Aes192>>(key, iv, text),
        Cipher::Aes256Cbc => encrypt_with::<Encryptor<Aes256>>(key, iv, text),
        _ => Err(Unusable),
    }
}

/// Decrypts in place.
pub(crate) fn decrypt(cipher: Cipher, key: &[u8], iv: &[u8], text: &mut [u8]) -> Result<(), Unusable> {
    match cipher {
        Cipher::TripleDesCbc => decrypt_with::<Decryptor<TdesEde3>>(key, iv, text),
        Cipher::Aes128Cbc => decrypt_with::<Decryptor<Aes128>>(key, iv, text),
        Cipher::Aes192Cbc => decrypt_with::<Decryptor<Aes192>>(key, iv, text),
        Cipher::Aes256Cbc => decrypt_with::<Decryptor<Aes256>>(key, iv, text),
        _ => Err(Unusable),
    }
}

fn encrypt_with<M: BlockModeEncrypt + KeyIvInit>(
    key: &[u8],
    iv: &[u8],
    text: &mut [u8],
) -> Result<(), Unusable> {
    let mut mode = M::new_from_slices(key, iv).map_err(|_| Unusable)?;
    match Array::slice_as_chunks_mut(text) {
        (blocks, []) => {
            mode.encrypt_blocks(blocks);
            Ok(())
        }
        _ => Err(Unusable),
    }
}

fn decrypt_with<M: BlockModeDecrypt + KeyIvInit>(
    key: &[u8],
    iv: &[u8],
    text: &mut [u8],
) -> Result<(), Unusable> {
    let mut mode = M::new_from_slices(key, iv).map_err(|_| Unusable)?;
    match Array::slice_as_chunks_mut(text) {
        (blocks, []) => {
            mode.decrypt_blocks(blocks);
            Ok(())
        }
        _ => Err(Unusable),
    }
}

#[cfg(test)]
mod tests;
