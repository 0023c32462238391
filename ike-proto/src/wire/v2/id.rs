//! The Identification payloads (RFC 7296 §3.5).

use alloc::vec::Vec;

use crate::wire::codes::IdType;
use crate::wire::{DecodeError, Reader, Writer};

/// Who a side says it is. The octets are compared whole: they may hold anything, also a zero octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdPayload<'a> {
    /// What the octets are.
    pub kind: IdType,
    /// Octets without a meaning, sent as zero. They are kept because AUTH signs them as they came.
    pub reserved: [u8; 3],
    /// The identity.
    pub data: &'a [u8],
}

impl<'a> IdPayload<'a> {
    /// An identity to be sent.
    pub const fn new(kind: IdType, data: &'a [u8]) -> Self {
        Self { kind, reserved: [0; 3], data }
    }

    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let kind = IdType(reader.u8("ID type")?);
        let reserved = reader.array("ID reserved")?;
        let data = reader.take_rest();
        let right_length = match kind {
            IdType::IPV4_ADDR => data.len() == 4,
            IdType::IPV6_ADDR => data.len() == 16,
            _ => true,
        };
        if !right_length {
            let value = data.len() as u64;
            return Err(DecodeError::Invalid { field: "length of the ID's address", offset, value });
        }
        Ok(Self { kind, reserved, data })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.kind.0);
        writer.put(&self.reserved);
        writer.put(self.data);
    }

    /// The payload without its generic head, as AUTH signs it (RFC 7296 §2.15).
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.data.len().saturating_add(4));
        body.push(self.kind.0);
        body.extend_from_slice(&self.reserved);
        body.extend_from_slice(self.data);
        body
    }
}
