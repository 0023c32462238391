//! The Notify payload (RFC 7296 §3.10).

use crate::wire::codes::{NotifyType, ProtocolId};
use crate::wire::{DecodeError, Reader, Writer};

/// An error or a piece of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotifyPayload<'a> {
    /// What kind of SPI follows; [`ProtocolId::NONE`] where there is none.
    pub protocol: ProtocolId,
    /// The SPI it is about, often empty.
    pub spi: &'a [u8],
    /// What it says.
    pub kind: NotifyType,
    /// What belongs to it.
    pub data: &'a [u8],
}

impl<'a> NotifyPayload<'a> {
    /// A notification that concerns no SPI.
    pub const fn new(kind: NotifyType, data: &'a [u8]) -> Self {
        Self { protocol: ProtocolId::NONE, spi: &[], kind, data }
    }

    /// The SPI of a Child SA that the notification is about, if it names one: protocol ESP or AH and four octets.
    pub fn child_spi(&self) -> Option<(esp_core::sa::IpsecProtocol, esp_core::sa::Spi)> {
        let spi = u32::from_be_bytes(self.spi.try_into().ok()?);
        Some((self.protocol.ipsec()?, esp_core::sa::Spi::new(spi)?))
    }

    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let protocol = ProtocolId(reader.u8("Notify protocol")?);
        let offset = reader.offset();
        let spi_size = reader.u8("Notify SPI size")?;
        let kind = NotifyType(reader.u16("Notify type")?);
        let right_size = match protocol {
            ProtocolId::ESP | ProtocolId::AH => matches!(spi_size, 0 | 4),
            ProtocolId::IKE => matches!(spi_size, 0 | 8),
            _ => true,
        };
        // A rekey that does not say what it rekeys must not be read as one that does (RFC 7296 §2.8).
        let names_child = kind != NotifyType::REKEY_SA || (protocol.ipsec().is_some() && spi_size == 4);
        if !right_size || !names_child {
            return Err(DecodeError::Invalid { field: "Notify SPI size", offset, value: spi_size.into() });
        }
        let spi = reader.take("Notify SPI", spi_size.into())?;
        Ok(Self { protocol, spi, kind, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.protocol.0);
        writer.count_u8("Notify SPI", self.spi.len());
        writer.u16(self.kind.0);
        writer.put(self.spi);
        writer.put(self.data);
    }
}
