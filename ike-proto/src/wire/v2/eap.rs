//! The Extensible Authentication payload (RFC 7296 §3.16).

use crate::wire::{DecodeError, Reader, Writer};

/// An EAP message (RFC 3748 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EapPayload<'a> {
    /// Request 1, response 2, success 3 or failure 4.
    pub code: u8,
    /// Ties a response to its request.
    pub identifier: u8,
    /// The type and what belongs to it; empty in success and failure.
    pub data: &'a [u8],
}

/// Octets of the message's own head.
const HEAD: usize = 4;

impl<'a> EapPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let code = reader.u8("EAP code")?;
        let identifier = reader.u8("EAP identifier")?;
        let offset = reader.offset();
        let length = reader.u16("EAP length")?;
        if usize::from(length) != reader.remaining().saturating_add(HEAD) {
            return Err(DecodeError::Invalid { field: "EAP length", offset, value: length.into() });
        }
        Ok(Self { code, identifier, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.code, self.identifier]);
        writer.count_u16("EAP message", self.data.len().saturating_add(HEAD));
        writer.put(self.data);
    }
}
