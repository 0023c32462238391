//! The Encrypted and Authenticated Fragment payload (RFC 7383 §2.5), not yet opened.

use crate::wire::codes::PayloadType;
use crate::wire::{DecodeError, Reader, Writer};

/// A part of what an Encrypted payload would hold, encrypted and authenticated by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkfPayload<'a> {
    /// What the first payload inside the whole is; only fragment 1 says it.
    pub first_inner: PayloadType,
    /// Which fragment it is, from 1.
    pub number: u16,
    /// How many there are.
    pub total: u16,
    /// Initialisation vector, encrypted content and Integrity Check Value.
    pub body: &'a [u8],
}

impl<'a> SkfPayload<'a> {
    /// Octets between the generic head and the initialisation vector.
    pub const HEAD: usize = 4;

    /// Fragment 0, one beyond the total, and a total of 0 are refused.
    pub(super) fn decode(first_inner: PayloadType, mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let number = reader.u16("fragment number")?;
        let total_offset = reader.offset();
        let total = reader.u16("total of fragments")?;
        if total == 0 {
            return Err(DecodeError::Invalid { field: "total of fragments", offset: total_offset, value: 0 });
        }
        if !(1..=total).contains(&number) {
            return Err(DecodeError::Invalid { field: "fragment number", offset, value: number.into() });
        }
        Ok(Self { first_inner, number, total, body: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u16(self.number);
        writer.u16(self.total);
        writer.put(self.body);
    }
}
