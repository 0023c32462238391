//! The Encrypted payload (RFC 7296 §3.14).
//!
//! ```text
//! | IKE header | SK head | IV | payloads | padding | pad length | Integrity Check Value |
//!                             |<------- encrypted ----------->|
//! |<---------------- covered by the check value ------------->|
//! ```

use alloc::vec::Vec;

use esp_core::secret::{SecretBytes, ct_eq};
use esp_core::suite::{Cipher, Integrity};
use thiserror::Error;
use zeroize::Zeroizing;

use super::cbc_mode;
use super::mac;
use crate::wire::codes::PayloadType;
use crate::wire::header::Header;
use crate::wire::v2::{Message, MessageBuilder, Payload, SkPayload};
use crate::wire::{EncodeError, limits};

/// The keys that protect the messages of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectKeys {
    /// The encryption.
    pub cipher: Cipher,
    /// The integrity protection.
    pub integrity: Integrity,
    /// The encryption key.
    pub enc_key: SecretBytes,
    /// The integrity key.
    pub int_key: SecretBytes,
}

/// The content of an Encrypted payload whose check value is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decrypted {
    /// What the first payload is.
    pub first: PayloadType,
    /// The payloads, without padding; [`decode_chain`](crate::wire::v2::decode_chain) reads them.
    pub plain: Zeroizing<Vec<u8>>,
}

/// Why a message is not opened. Whoever sees one has learned nothing about the sender, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProtectError {
    /// The last payload is not an Encrypted one.
    #[error("the message has no Encrypted payload")]
    NotEncrypted,
    /// There is no room for an initialisation vector, a block and a check value.
    #[error("the Encrypted payload has {have} octets and needs at least {need}")]
    TooShort {
        /// Octets that the smallest content takes.
        need: usize,
        /// Octets of the payload.
        have: usize,
    },
    /// What is encrypted is not a whole number of blocks.
    #[error("the encrypted octets are {len}, which is not a multiple of the cipher's block of {block}")]
    Unaligned {
        /// Octets that are encrypted.
        len: usize,
        /// Octets of a block.
        block: usize,
    },
    /// The check value is wrong: another key, or the message was changed.
    #[error("the Integrity Check Value is wrong")]
    Integrity,
    /// The check value is right and the padding longer than what was encrypted: the sender is broken.
    #[error("the pad length is {pad} and only {len} octets were encrypted")]
    Padding {
        /// The pad length.
        pad: u8,
        /// Octets that were encrypted.
        len: usize,
    },
    /// A key is not one that the algorithm takes.
    #[error("the keys do not fit {0}-{1}")]
    Key(Cipher, Integrity),
}

/// Why a message is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It is too long.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The key or the initialisation vector is not one that the algorithm takes.
    #[error("the keys or the initialisation vector do not fit {0}-{1}")]
    Key(Cipher, Integrity),
}

/// Makes a message whose only payload is an Encrypted one with the payloads of `inner`. Next payload and length of
/// `header` are filled in. `iv` is unpredictable and has [`Cipher::iv_len`] octets.
///
/// # Errors
/// A message that is too long; keys or an initialisation vector of the wrong length.
pub fn seal(
    header: &Header,
    inner: &MessageBuilder,
    keys: &ProtectKeys,
    iv: &[u8],
) -> Result<Vec<u8>, SealError> {
    let unusable = SealError::Key(keys.cipher, keys.integrity);
    keys.check().map_err(|_| unusable)?;
    if iv.len() != keys.cipher.iv_len() {
        return Err(unusable);
    }
    let mut text = padded(inner.chain()?, keys.cipher)?;
    cbc_mode::encrypt(keys.cipher, keys.enc_key.expose(), iv, &mut text).map_err(|_| unusable)?;

    let icv_len = keys.integrity.icv_len();
    let mut body = Vec::with_capacity(iv.len().saturating_add(text.len()).saturating_add(icv_len));
    body.extend_from_slice(iv);
    body.extend_from_slice(&text);
    body.resize(body.len().saturating_add(icv_len), 0);
    let mut outer = MessageBuilder::new();
    outer.push(&Payload::Encrypted(SkPayload { first_inner: inner.first(), body: &body }));
    let mut datagram = outer.encode(header)?;

    // The lengths that the check value covers include the check value, so it is filled in last.
    let start = datagram.len().saturating_sub(icv_len);
    if let Some((covered, place)) = datagram.split_at_mut_checked(start) {
        let icv = mac::icv(keys.integrity, keys.int_key.expose(), &[covered]).ok_or(unusable)?;
        place.iter_mut().zip(icv.as_slice()).for_each(|(place, octet)| *place = *octet);
    }
    Ok(datagram)
}

/// Opens the Encrypted payload of a message: the check value first, in constant time, and nothing else before it is
/// right.
///
/// # Errors
/// The message was not made with these keys, or not by a sender who follows the protocol.
pub fn open(message: &Message<'_>, keys: &ProtectKeys) -> Result<Decrypted, ProtectError> {
    let sk = message.encrypted().ok_or(ProtectError::NotEncrypted)?;
    keys.check()?;
    let (iv_len, block) = (keys.cipher.iv_len(), keys.cipher.block_len());
    let icv_len = keys.integrity.icv_len();
    let need = iv_len.saturating_add(block).saturating_add(icv_len);
    let too_short = ProtectError::TooShort { need, have: sk.body.len() };
    if sk.body.len() < need {
        return Err(too_short);
    }
    let start = message.raw.len().saturating_sub(icv_len);
    let (covered, received) = message.raw.split_at_checked(start).ok_or(too_short)?;
    let expected = mac::icv(keys.integrity, keys.int_key.expose(), &[covered])
        .ok_or(ProtectError::Key(keys.cipher, keys.integrity))?;
    if !ct_eq(expected.as_slice(), received) {
        return Err(ProtectError::Integrity);
    }

    let (iv, rest) = sk.body.split_at_checked(iv_len).ok_or(too_short)?;
    let (text, _) = rest.split_at_checked(rest.len().saturating_sub(icv_len)).ok_or(too_short)?;
    if !text.len().is_multiple_of(block) {
        return Err(ProtectError::Unaligned { len: text.len(), block });
    }
    let mut plain = Zeroizing::new(text.to_vec());
    cbc_mode::decrypt(keys.cipher, keys.enc_key.expose(), iv, &mut plain)
        .map_err(|_| ProtectError::Key(keys.cipher, keys.integrity))?;
    let len = plain.len();
    let pad = plain.last().copied().unwrap_or_default();
    let content = len.checked_sub(usize::from(pad).saturating_add(1));
    plain.truncate(content.ok_or(ProtectError::Padding { pad, len })?);
    Ok(Decrypted { first: sk.first_inner, plain })
}

impl ProtectKeys {
    /// Whether the keys are as long as their algorithms say; a cipher that does not encrypt has no use here.
    fn check(&self) -> Result<(), ProtectError> {
        let fits = cbc_mode::supports(self.cipher)
            && mac::supports(self.integrity)
            && self.enc_key.len() == self.cipher.key_len()
            && self.int_key.len() == self.integrity.key_len();
        if fits { Ok(()) } else { Err(ProtectError::Key(self.cipher, self.integrity)) }
    }
}

/// The payloads with the fewest octets of padding, all zero, and the pad length.
fn padded(chain: &[u8], cipher: Cipher) -> Result<Zeroizing<Vec<u8>>, EncodeError> {
    let too_long = EncodeError { field: "message", len: chain.len(), limit: limits::MAX_MESSAGE };
    let with_length = chain.len().checked_add(1).ok_or(too_long)?;
    let len = with_length.checked_next_multiple_of(cipher.block_len()).ok_or(too_long)?;
    let pad = u8::try_from(len.saturating_sub(with_length)).map_err(|_| too_long)?;
    let mut text = Zeroizing::new(Vec::with_capacity(len));
    text.extend_from_slice(chain);
    text.resize(len, 0);
    if let Some(last) = text.last_mut() {
        *last = pad;
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
