//! The Authentication payload (RFC 7296 §3.8).

use crate::wire::codes::AuthMethod;
use crate::wire::{DecodeError, Reader, Writer};

/// Proof that the sender is who its Identification payload says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthPayload<'a> {
    /// How the data was computed.
    pub method: AuthMethod,
    /// A MAC or signature. It may be empty or of any length; the verifier compares it whole.
    pub data: &'a [u8],
}

impl<'a> AuthPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let [method, _, _, _] = reader.array("AUTH head")?;
        Ok(Self { method: AuthMethod(method), data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.method.0, 0, 0, 0]);
        writer.put(self.data);
    }
}
