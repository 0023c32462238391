//! Encrypted messages of IKEv1 (RFC 2409 Appendix B).
//!
//! Everything behind the header is encrypted in CBC mode. There is no check value: a HASH inside says whether the message
//! is what the peer sent. The initialisation vector of a message is the last block of the one before it in its exchange,
//! so both functions hand out the next one, and the caller takes it over once the message is sent, or once its HASH is
//! right. A message that fails moves nothing (F-5).

use alloc::vec::Vec;

use esp_core::secret::SecretBytes;
use esp_core::suite::Cipher;
use thiserror::Error;
use zeroize::Zeroizing;

use super::encryption;
use crate::wire::codes::PayloadType;
use crate::wire::header::{HEADER_LEN, Header};
use crate::wire::v1::{Content, Message, MessageBuilder};
use crate::wire::{EncodeError, Writer, limits};

/// The key that protects the messages of both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectKeys {
    /// The encryption.
    pub cipher: Cipher,
    /// The encryption key.
    pub enc_key: SecretBytes,
}

/// The initialisation vector of the next message of an exchange. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iv(Vec<u8>);

impl Iv {
    /// The first octets of `octets`, as many as a block of `cipher` has.
    pub(super) fn cut(mut octets: Vec<u8>, cipher: Cipher) -> Self {
        octets.truncate(cipher.block_len());
        Self(octets)
    }

    /// The last block of `text`.
    fn last_block(text: &[u8], cipher: Cipher) -> Option<Self> {
        text.len()
            .checked_sub(cipher.block_len())
            .and_then(|start| text.get(start..))
            .map(|block| Self(block.to_vec()))
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

/// A message that was encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The whole message.
    pub datagram: Vec<u8>,
    /// The vector of the next message of the exchange.
    pub next_iv: Iv,
}

/// The content of a message that was decrypted, which says nothing yet about who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What the first payload is.
    pub first: PayloadType,
    /// The payloads with padding behind them; [`decode_padded_chain`](crate::wire::v1::decode_padded_chain) reads them.
    pub plain: Zeroizing<Vec<u8>>,
    /// The vector of the next message of the exchange, to be taken over if the message is what it should be.
    pub next_iv: Iv,
}

/// Why a message is not decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProtectError {
    /// It is in clear.
    #[error("the message is not encrypted")]
    NotEncrypted,
    /// There is nothing, or not a whole number of blocks.
    #[error("the encrypted octets are {len}, which is not a multiple of the cipher's block of {block}")]
    Unaligned {
        /// Octets behind the header.
        len: usize,
        /// Octets of a block.
        block: usize,
    },
    /// Key or initialisation vector are not what the cipher takes, or it does not encrypt in CBC mode.
    #[error("key and initialisation vector do not fit {0}")]
    Key(Cipher),
}

/// Why a message is not encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It is too long.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Key or initialisation vector are not what the cipher takes, or it does not encrypt in CBC mode.
    #[error("key and initialisation vector do not fit {0}")]
    Key(Cipher),
}

/// Encrypts the payloads of `inner` behind `header`, whose next payload, length and encryption flag are filled in. Zeros
/// fill up the last block and count in the length (F-6).
///
/// # Errors
/// A message that is too long; key or vector of the wrong length.
pub fn seal(
    header: &Header,
    inner: &MessageBuilder,
    keys: &ProtectKeys,
    iv: &Iv,
) -> Result<Sealed, SealError> {
    let unusable = SealError::Key(keys.cipher);
    let chain = inner.chain()?;
    let too_long = EncodeError { field: "message", len: chain.len(), limit: limits::MAX_MESSAGE };
    // A message with nothing in it would have no block to go on with.
    let len = chain.len().max(1).checked_next_multiple_of(keys.cipher.block_len()).ok_or(too_long)?;
    let mut text = Zeroizing::new(Vec::with_capacity(len));
    text.extend_from_slice(chain);
    text.resize(len, 0);
    encryption::encrypt(keys.cipher, keys.enc_key.expose(), iv.octets(), &mut text).map_err(|_| unusable)?;
    let next_iv = Iv::last_block(&text, keys.cipher).ok_or(unusable)?;

    let length = u32::try_from(HEADER_LEN.saturating_add(text.len())).map_err(|_| too_long)?;
    let flags = header.flags.with(crate::wire::header::Flags::V1_ENCRYPTION);
    let mut writer = Writer::new();
    Header { next_payload: inner.first(), length, flags, ..*header }.encode(&mut writer);
    writer.put(&text);
    Ok(Sealed { datagram: writer.finish()?, next_iv })
}

/// Decrypts a message. What comes out is what the peer sent only if the HASH in it says so.
///
/// # Errors
/// A message in clear or of a length that no encryption gives; key or vector of the wrong length.
pub fn open(message: &Message<'_>, keys: &ProtectKeys, iv: &Iv) -> Result<Opened, ProtectError> {
    let Content::Encrypted(text) = message.content else { return Err(ProtectError::NotEncrypted) };
    let block = keys.cipher.block_len();
    if text.is_empty() || !text.len().is_multiple_of(block) {
        return Err(ProtectError::Unaligned { len: text.len(), block });
    }
    let unusable = ProtectError::Key(keys.cipher);
    let next_iv = Iv::last_block(text, keys.cipher).ok_or(unusable)?;
    let mut plain = Zeroizing::new(text.to_vec());
    encryption::decrypt(keys.cipher, keys.enc_key.expose(), iv.octets(), &mut plain).map_err(|_| unusable)?;
    Ok(Opened { first: message.header.next_payload, plain, next_iv })
}

#[cfg(test)]
mod tests;
