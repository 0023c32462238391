//! The Nonce payload (RFC 7296 §3.9).

use crate::wire::{DecodeError, Reader, Writer};

/// Octets of the shortest nonce (RFC 7296 §2.10).
pub const NONCE_MIN: usize = 16;
/// Octets of the longest nonce.
pub const NONCE_MAX: usize = 256;

/// A nonce of 16 to 256 octets.
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

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.put(self.data);
    }
}
