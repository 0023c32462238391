//! The Encrypted payload (RFC 7296 §3.14) and its fragments (RFC 7383 §2.5).
//!
//! ```text
//! | IKE header | SK head | IV | payloads | padding | pad length | Integrity Check Value |
//!                             |<------- encrypted ----------->|
//! |<---------------- covered by the check value ------------->|
//! ```
//!
//! A cipher that authenticates (RFC 5282 §5) covers the header and the SK head as associated data, and its tag is the
//! check value. In a fragment the SK head has four octets more.

use alloc::vec::Vec;

use esp_core::secret::{SecretBytes, ct_eq};
use esp_core::suite::{Cipher, Integrity};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{encryption, mac};
use crate::wire::codes::PayloadType;
use crate::wire::header::{HEADER_LEN, Header};
use crate::wire::v2::{Message, MessageBuilder, Payload, SkPayload, SkfPayload};
use crate::wire::{EncodeError, limits};

/// The keys that protect the messages of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectKeys {
    /// The encryption.
    pub cipher: Cipher,
    /// The integrity protection; `None` where the cipher authenticates by itself.
    pub integrity: Option<Integrity>,
    /// The encryption key, with what of the nonce comes from key material behind it.
    pub enc_key: SecretBytes,
    /// The integrity key, empty where the cipher authenticates by itself.
    pub int_key: SecretBytes,
}

/// The content of an Encrypted payload, or of a fragment of one, whose check value is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decrypted {
    /// What the first payload is.
    pub first: PayloadType,
    /// The payloads, without padding; [`decode_chain`](crate::wire::v2::decode_chain) reads them.
    pub plain: Zeroizing<Vec<u8>>,
}

/// Which part of a message a fragment carries (RFC 7383 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// What the first payload of the whole is; said in the first fragment alone.
    pub first: PayloadType,
    /// Which fragment it is, from 1.
    pub number: u16,
    /// How many there are.
    pub total: u16,
    /// Its part of the payloads.
    pub part: &'a [u8],
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
    /// A key is not one that the algorithm takes, or the algorithms do not go together.
    #[error("the keys do not fit {0}")]
    Key(Cipher),
}

/// Why a message is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It is too long.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The key or the initialisation vector is not one that the algorithm takes.
    #[error("the keys or the initialisation vector do not fit {0}")]
    Key(Cipher),
}

/// Makes a message whose only payload is an Encrypted one with the payloads of `inner`. Next payload and length of
/// `header` are filled in. `iv` has [`Cipher::iv_len`] octets and never comes twice under one key; of CBC it is
/// unpredictable too.
///
/// # Errors
/// A message that is too long; keys or an initialisation vector of the wrong length.
pub fn seal(
    header: &Header,
    inner: &MessageBuilder,
    keys: &ProtectKeys,
    iv: &[u8],
) -> Result<Vec<u8>, SealError> {
    let first_inner = inner.first();
    seal_payload(header, inner.chain()?, keys, iv, 0, |body| {
        Payload::Encrypted(SkPayload { first_inner, body })
    })
}

/// Makes a message whose only payload is a fragment, as [`seal`] does.
///
/// # Errors
/// As of [`seal`].
pub fn seal_fragment(
    header: &Header,
    fragment: &Fragment<'_>,
    keys: &ProtectKeys,
    iv: &[u8],
) -> Result<Vec<u8>, SealError> {
    let Fragment { first, number, total, part } = *fragment;
    let first_inner = if number == 1 { first } else { PayloadType::NONE };
    seal_payload(header, part, keys, iv, SkfPayload::HEAD, |body| {
        Payload::EncryptedFragment(SkfPayload { first_inner, number, total, body })
    })
}

/// Octets of payloads that a fragment can carry in a message of `message_len` octets. Zero where not even one fits.
pub fn fragment_capacity(keys: &ProtectKeys, message_len: usize) -> usize {
    let around = HEADER_LEN
        .saturating_add(PAYLOAD_HEAD)
        .saturating_add(SkfPayload::HEAD)
        .saturating_add(keys.cipher.iv_len())
        .saturating_add(keys.icv_len());
    let block = keys.cipher.block_len().max(1);
    let text = message_len.saturating_sub(around);
    text.saturating_sub(text.checked_rem(block).unwrap_or_default()).saturating_sub(1)
}

/// Octets of a payload's generic head.
const PAYLOAD_HEAD: usize = 4;

fn seal_payload(
    header: &Header,
    inner: &[u8],
    keys: &ProtectKeys,
    iv: &[u8],
    own_head: usize,
    payload: impl for<'b> FnOnce(&'b [u8]) -> Payload<'b>,
) -> Result<Vec<u8>, SealError> {
    let unusable = SealError::Key(keys.cipher);
    keys.check().map_err(|_| unusable)?;
    if iv.len() != keys.cipher.iv_len() {
        return Err(unusable);
    }
    let text = padded(inner, keys.cipher)?;
    let icv_len = keys.icv_len();
    let len = iv.len().saturating_add(text.len()).saturating_add(icv_len);
    let mut body = Zeroizing::new(Vec::with_capacity(len));
    body.extend_from_slice(iv);
    body.extend_from_slice(&text);
    body.resize(len, 0);
    let mut outer = MessageBuilder::new();
    outer.push(&payload(&body));
    let mut datagram = outer.encode(header)?;

    // The lengths that the check value covers include the check value, so it is filled in last.
    let text_start = text_start(own_head, iv.len());
    let icv_start = datagram.len().saturating_sub(icv_len);
    let (covered, icv) = datagram.split_at_mut_checked(icv_start).ok_or(unusable)?;
    let (before, text) = covered.split_at_mut_checked(text_start).ok_or(unusable)?;
    let key = keys.enc_key.expose();
    if let Some(integrity) = keys.integrity {
        encryption::encrypt(keys.cipher, key, iv, text).map_err(|_| unusable)?;
        let made = mac::icv(integrity, keys.int_key.expose(), &[covered]).ok_or(unusable)?;
        icv.iter_mut().zip(made.as_slice()).for_each(|(place, octet)| *place = *octet);
    } else {
        let associated = before.split_at_checked(before.len().saturating_sub(iv.len())).ok_or(unusable)?.0;
        encryption::seal(keys.cipher, key, iv, associated, text, icv).map_err(|_| unusable)?;
    }
    Ok(datagram)
}

/// Where the encrypted octets start in a message whose only payload is an Encrypted one.
const fn text_start(own_head: usize, iv_len: usize) -> usize {
    HEADER_LEN.saturating_add(PAYLOAD_HEAD).saturating_add(own_head).saturating_add(iv_len)
}

/// Opens the Encrypted payload of a message: the check value first, in constant time, and nothing else before it is
/// right.
///
/// # Errors
/// The message was not made with these keys, or not by a sender who follows the protocol.
pub fn open(message: &Message<'_>, keys: &ProtectKeys) -> Result<Decrypted, ProtectError> {
    let sk = message.encrypted().ok_or(ProtectError::NotEncrypted)?;
    let plain = open_body(message.raw, sk.body, keys)?;
    Ok(Decrypted { first: sk.first_inner, plain })
}

/// Opens a fragment of an Encrypted payload, as [`open`] does: what it holds is a part of the payloads.
///
/// # Errors
/// As of [`open`].
pub fn open_fragment(message: &Message<'_>, keys: &ProtectKeys) -> Result<Decrypted, ProtectError> {
    let skf = message.fragment().ok_or(ProtectError::NotEncrypted)?;
    let plain = open_body(message.raw, skf.body, keys)?;
    Ok(Decrypted { first: skf.first_inner, plain })
}

/// Opens `body`, the end of `raw`.
fn open_body(raw: &[u8], body: &[u8], keys: &ProtectKeys) -> Result<Zeroizing<Vec<u8>>, ProtectError> {
    let unusable = ProtectError::Key(keys.cipher);
    keys.check()?;
    let (iv_len, block) = (keys.cipher.iv_len(), keys.cipher.block_len());
    let icv_len = keys.icv_len();
    // The pad length is there even where there is no block to fill.
    let need = iv_len.saturating_add(block.max(1)).saturating_add(icv_len);
    let too_short = ProtectError::TooShort { need, have: body.len() };
    if body.len() < need {
        return Err(too_short);
    }
    let (iv, rest) = body.split_at_checked(iv_len).ok_or(too_short)?;
    let (text, icv) = rest.split_at_checked(rest.len().saturating_sub(icv_len)).ok_or(too_short)?;
    let covered = |behind: usize| raw.get(..raw.len().saturating_sub(behind)).ok_or(too_short);
    let mut plain = Zeroizing::new(text.to_vec());
    let key = keys.enc_key.expose();
    if let Some(integrity) = keys.integrity {
        let expected = mac::icv(integrity, keys.int_key.expose(), &[covered(icv_len)?]).ok_or(unusable)?;
        if !ct_eq(expected.as_slice(), icv) {
            return Err(ProtectError::Integrity);
        }
        if !text.len().is_multiple_of(block) {
            return Err(ProtectError::Unaligned { len: text.len(), block });
        }
        encryption::decrypt(keys.cipher, key, iv, &mut plain).map_err(|_| unusable)?;
    } else {
        let associated = covered(body.len())?;
        encryption::open(keys.cipher, key, iv, associated, &mut plain, icv)
            .map_err(|_| ProtectError::Integrity)?;
    }
    let len = plain.len();
    let pad = plain.last().copied().unwrap_or_default();
    let content = len.checked_sub(usize::from(pad).saturating_add(1));
    plain.truncate(content.ok_or(ProtectError::Padding { pad, len })?);
    Ok(plain)
}

impl ProtectKeys {
    /// Whether the algorithms go together and the keys are as long as they say; a cipher that does not encrypt has no
    /// use here (X-7).
    fn check(&self) -> Result<(), ProtectError> {
        let authenticates = match self.integrity {
            Some(integrity) => {
                !self.cipher.is_aead()
                    && mac::supports(integrity)
                    && self.int_key.len() == integrity.key_len()
            }
            None => self.cipher.is_aead() && self.int_key.is_empty(),
        };
        let encrypts = encryption::supports(self.cipher) && self.enc_key.len() == self.cipher.key_len();
        if encrypts && authenticates { Ok(()) } else { Err(ProtectError::Key(self.cipher)) }
    }

    /// Octets of the check value.
    fn icv_len(&self) -> usize {
        self.integrity.map_or_else(|| self.cipher.tag_len().unwrap_or_default(), Integrity::icv_len)
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
