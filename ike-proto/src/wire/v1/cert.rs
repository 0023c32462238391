//! The Certificate and the Certificate Request payload (RFC 2408 §3.9, §3.10), which have the same form. Neither is
//! used with pre-shared keys; peers that also know certificates ask for them all the same.

use crate::wire::{DecodeError, Reader, Writer};

/// A certificate, or the name of an authority whose certificate is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertPayload<'a> {
    /// How it is encoded (RFC 2408 §3.9).
    pub encoding: u8,
    /// The certificate or the name.
    pub data: &'a [u8],
}

impl<'a> CertPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let encoding = reader.u8("certificate encoding")?;
        Ok(Self { encoding, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.encoding);
        writer.put(self.data);
    }
}
