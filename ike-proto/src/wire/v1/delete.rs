//! The Delete payload (RFC 2408 §3.15).

use alloc::vec::Vec;

use esp_core::sa::IpsecProtocol;

use super::codes::DOI_IPSEC;
use crate::wire::codes::ProtocolId;
use crate::wire::header::IkeSpi;
use crate::wire::{DecodeError, Reader, Writer, limits};

/// What the sender has deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletePayload {
    /// ISAKMP SAs, each by its two cookies. Their IPsec SAs stay (F-17).
    Isakmp(Vec<(IkeSpi, IkeSpi)>),
    /// IPsec SAs.
    Child {
        /// ESP or AH.
        protocol: IpsecProtocol,
        /// The SPIs in the sender's inbound packets, as they were sent: they may be reserved values or repeat.
        spis: Vec<u32>,
    },
}

impl DeletePayload {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        reader.u32("Delete DOI")?;
        let offset = reader.offset();
        let protocol = ProtocolId(reader.u8("Delete protocol")?);
        let size_offset = reader.offset();
        let spi_size = reader.u8("Delete SPI size")?;
        let count_offset = reader.offset();
        let count = reader.u16("Delete SPI count")?;
        if usize::from(count) > limits::MAX_DELETED_SPIS {
            let limit = limits::MAX_DELETED_SPIS;
            return Err(DecodeError::TooMany { field: "deleted SPIs", offset: count_offset, limit });
        }
        let deleted = match (protocol, protocol.ipsec(), spi_size) {
            (ProtocolId::IKE, _, 16) => {
                let mut cookies = Vec::new();
                for _ in 0..count {
                    let initiator = IkeSpi(reader.array("deleted SPI")?);
                    cookies.push((initiator, IkeSpi(reader.array("deleted SPI")?)));
                }
                Self::Isakmp(cookies)
            }
            (_, Some(protocol), 4) => {
                let mut spis = Vec::new();
                for _ in 0..count {
                    spis.push(reader.u32("deleted SPI")?);
                }
                Self::Child { protocol, spis }
            }
            (ProtocolId::IKE, ..) | (_, Some(_), _) => {
                let (field, value) = ("Delete SPI size", spi_size.into());
                return Err(DecodeError::Invalid { field, offset: size_offset, value });
            }
            _ => {
                return Err(DecodeError::Invalid {
                    field: "Delete protocol",
                    offset,
                    value: protocol.0.into(),
                });
            }
        };
        reader.finish("octets after Delete")?;
        Ok(deleted)
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u32(DOI_IPSEC);
        match self {
            Self::Isakmp(cookies) => {
                writer.put(&[ProtocolId::IKE.0, 16]);
                writer.count_u16("deleted SPIs", cookies.len());
                for (initiator, responder) in cookies {
                    writer.put(&initiator.0);
                    writer.put(&responder.0);
                }
            }
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
