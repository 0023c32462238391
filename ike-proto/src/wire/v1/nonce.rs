//! The Nonce payload (RFC 2408 §3.13).

use crate::wire::{DecodeError, Reader};

/// Octets of the shortest nonce (RFC 2409 §5).
pub const NONCE_MIN: usize = 8;
/// Octets of the longest nonce.
pub const NONCE_MAX: usize = 256;

/// A nonce of 8 to 256 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoncePayload<'a> {
    /// The octets.
    pub data: &'a [u8],
}

impl<'a> NoncePayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let data = reader.take_rest();
        if !(NONCE_MIN..=NONCE_MAX).contains(&data.len()) {
            return Err(DecodeError::Invalid { field: "nonce length", offset, value: data.len() as u64 });
        }
        Ok(Self { data })
    }
}
