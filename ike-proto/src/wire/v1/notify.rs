//! The Notification payload (RFC 2408 §3.14).

use alloc::vec::Vec;

use esp_core::sa::{IpsecProtocol, Spi};

use super::codes::{DOI_IPSEC, NotifyType};
use crate::wire::codes::ProtocolId;
use crate::wire::header::IkeSpi;
use crate::wire::{DecodeError, Reader, Writer};

/// An error or a piece of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotifyPayload<'a> {
    /// The domain of interpretation. Errors of phase 1 often say 0.
    pub doi: u32,
    /// What kind of SPI follows.
    pub protocol: ProtocolId,
    /// The SPI it is about: of an ISAKMP SA both cookies or nothing, of ESP and AH four octets. Peers differ in what
    /// they put here, so any length is read, and [`Self::cookies`] and [`Self::child_spi`] say what it is.
    pub spi: &'a [u8],
    /// What it says.
    pub kind: NotifyType,
    /// What belongs to it.
    pub data: &'a [u8],
}

impl<'a> NotifyPayload<'a> {
    /// A notification about the ISAKMP SA that carries it, without an SPI.
    pub const fn new(kind: NotifyType, data: &'a [u8]) -> Self {
        Self { doi: DOI_IPSEC, protocol: ProtocolId::IKE, spi: &[], kind, data }
    }

    /// The cookies of the ISAKMP SA that the notification is about, if it names one.
    pub fn cookies(&self) -> Option<(IkeSpi, IkeSpi)> {
        let (initiator, responder) = self.spi.split_at_checked(8)?;
        (self.protocol == ProtocolId::IKE)
            .then_some((IkeSpi(initiator.try_into().ok()?), IkeSpi(responder.try_into().ok()?)))
    }

    /// The SPI of an IPsec SA that the notification is about, if it names one: protocol ESP or AH and four octets.
    pub fn child_spi(&self) -> Option<(IpsecProtocol, Spi)> {
        let spi = u32::from_be_bytes(self.spi.try_into().ok()?);
        Some((self.protocol.ipsec()?, Spi::new(spi)?))
    }

    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let doi = reader.u32("Notification DOI")?;
        let protocol = ProtocolId(reader.u8("Notification protocol")?);
        let spi_size = reader.u8("Notification SPI size")?;
        let kind = NotifyType(reader.u16("Notification type")?);
        let spi = reader.take("Notification SPI", spi_size.into())?;
        Ok(Self { doi, protocol, spi, kind, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u32(self.doi);
        writer.u8(self.protocol.0);
        writer.count_u8("Notification SPI", self.spi.len());
        writer.u16(self.kind.0);
        writer.put(self.spi);
        writer.put(self.data);
    }
}

/// Both cookies as the SPI of an ISAKMP SA (RFC 3706 §5.3, RFC 2407 §4.6.3).
pub fn cookie_pair(initiator: IkeSpi, responder: IkeSpi) -> Vec<u8> {
    [initiator.0, responder.0].concat()
}
