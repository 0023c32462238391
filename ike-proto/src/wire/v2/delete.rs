//! The Delete payload (RFC 7296 §3.11).

use alloc::vec::Vec;

use esp_core::sa::IpsecProtocol;

use crate::wire::codes::ProtocolId;
use crate::wire::{DecodeError, Reader, Writer, limits};

/// What the sender has deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletePayload {
    /// The IKE SA that the message belongs to, with everything made under it.
    IkeSa,
    /// Child SAs.
    Child {
        /// ESP or AH.
        protocol: IpsecProtocol,
        /// The SPIs in the sender's inbound packets, as they were sent: they may be reserved values or repeat.
        spis: Vec<u32>,
    },
}

impl DeletePayload {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let protocol = ProtocolId(reader.u8("Delete protocol")?);
        let size_offset = reader.offset();
        let spi_size = reader.u8("Delete SPI size")?;
        let count_offset = reader.offset();
        let count = reader.u16("Delete SPI count")?;
        let wrong_size =
            DecodeError::Invalid { field: "Delete SPI size", offset: size_offset, value: spi_size.into() };
        if protocol == ProtocolId::IKE {
            if spi_size != 0 {
                return Err(wrong_size);
            }
            if count != 0 {
                let (field, value) = ("Delete SPI count", count.into());
                return Err(DecodeError::Invalid { field, offset: count_offset, value });
            }
            reader.finish("octets after Delete")?;
            return Ok(Self::IkeSa);
        }
        let Some(protocol) = protocol.ipsec() else {
            return Err(DecodeError::Invalid { field: "Delete protocol", offset, value: protocol.0.into() });
        };
        if spi_size != 4 {
            return Err(wrong_size);
        }
        if usize::from(count) > limits::MAX_DELETED_SPIS {
            let limit = limits::MAX_DELETED_SPIS;
            return Err(DecodeError::TooMany { field: "deleted SPIs", offset: count_offset, limit });
        }
        let mut spis = Vec::new();
        for _ in 0..count {
            spis.push(reader.u32("deleted SPI")?);
        }
        reader.finish("octets after Delete")?;
        Ok(Self::Child { protocol, spis })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        match self {
            Self::IkeSa => writer.put(&[ProtocolId::IKE.0, 0, 0, 0]),
            Self::Child { protocol, spis } => {
                writer.put(&[ProtocolId::from(*protocol).0, 4]);
                writer.count_u16("deleted SPIs", spis.len());
                for spi in spis {
                    writer.u32(*spi);
                }
            }
        }
    }
}
