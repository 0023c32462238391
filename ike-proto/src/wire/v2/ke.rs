//! The Key Exchange payload (RFC 7296 §3.4).

use crate::wire::codes::DhId;
use crate::wire::{DecodeError, Reader, Writer};

/// A public Diffie-Hellman value. Whether group and length fit is for the key exchange to say, which knows what was
/// offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KePayload<'a> {
    /// The group.
    pub group: DhId,
    /// The value.
    pub data: &'a [u8],
}

impl<'a> KePayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let group = DhId(reader.u16("KE group")?);
        reader.u16("KE reserved")?;
        Ok(Self { group, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u16(self.group.0);
        writer.u16(0);
        writer.put(self.data);
    }
}
