//! The IKE header of both versions (RFC 7296 §3.1, RFC 2408 §3.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------------------------------------------------------+  0
//! |                   SPI of the IKE SA's initiator               |
//! +---------------------------------------------------------------+  8
//! |                   SPI of the IKE SA's responder               |
//! +---------------+-------+-------+---------------+---------------+ 16
//! | next payload  | major | minor | exchange type |     flags     |
//! +---------------+-------+-------+---------------+---------------+ 20
//! |                          message id                           |
//! +---------------------------------------------------------------+ 24
//! |                            length                             |
//! +---------------------------------------------------------------+ 28
//! ```

use core::fmt;

use super::codes::{ExchangeType, PayloadType};
use super::{DecodeError, Reader, Writer};

/// Octets of the header.
pub const HEADER_LEN: usize = 28;

/// The SPI of one side of an IKE SA; IKEv1 calls it a cookie. Zero stands for "not yet known".
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IkeSpi(pub [u8; 8]);

impl IkeSpi {
    /// Not yet known: the responder's SPI in the first message.
    pub const ZERO: Self = Self([0; 8]);

    /// Whether it is not yet known.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl fmt::Display for IkeSpi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for IkeSpi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IkeSpi({self})")
    }
}

/// The flags octet. Bits that a version does not define are kept, and ignored.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// IKEv2: the sender is the original initiator of the IKE SA.
    pub const INITIATOR: Self = Self(0x08);
    /// IKEv2: the sender could speak a higher major version.
    pub const VERSION: Self = Self(0x10);
    /// IKEv2: the message is a response.
    pub const RESPONSE: Self = Self(0x20);
    /// IKEv1: what follows the header is encrypted.
    pub const V1_ENCRYPTION: Self = Self(0x01);
    /// IKEv1: wait for CONNECTED before use.
    pub const V1_COMMIT: Self = Self(0x02);
    /// IKEv1: the message is authenticated and not encrypted. Nobody uses it.
    pub const V1_AUTHENTICATION_ONLY: Self = Self(0x04);

    /// Both sets of flags.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every flag of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the sender is the original initiator of the IKE SA.
    pub const fn is_initiator(self) -> bool {
        self.contains(Self::INITIATOR)
    }

    /// IKEv1: whether what follows the header is encrypted.
    pub const fn is_v1_encrypted(self) -> bool {
        self.contains(Self::V1_ENCRYPTION)
    }

    /// Whether the message is a response.
    pub const fn is_response(self) -> bool {
        self.contains(Self::RESPONSE)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#04x})", self.0)
    }
}

/// The header. `length` is what the datagram said; when encoding it is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The SPI that the original initiator of the IKE SA chose.
    pub initiator_spi: IkeSpi,
    /// The SPI that the original responder chose, zero in the first message.
    pub responder_spi: IkeSpi,
    /// What the first payload is.
    pub next_payload: PayloadType,
    /// The major version.
    pub major_version: u8,
    /// The minor version, which is ignored.
    pub minor_version: u8,
    /// What the message belongs to.
    pub exchange: ExchangeType,
    /// The flags.
    pub flags: Flags,
    /// In IKEv2 the number of the request in its direction, in IKEv1 the name of an exchange.
    pub message_id: u32,
    /// Octets of the whole message.
    pub length: u32,
}

impl Header {
    /// An IKEv2 header; next payload and length are filled in when the message is encoded.
    pub const fn v2(
        initiator_spi: IkeSpi,
        responder_spi: IkeSpi,
        exchange: ExchangeType,
        flags: Flags,
        message_id: u32,
    ) -> Self {
        Self {
            initiator_spi,
            responder_spi,
            next_payload: PayloadType::NONE,
            major_version: 2,
            minor_version: 0,
            exchange,
            flags,
            message_id,
            length: 0,
        }
    }

    /// An IKEv1 header; next payload and length are filled in when the message is encoded.
    pub const fn v1(
        initiator_spi: IkeSpi,
        responder_spi: IkeSpi,
        exchange: ExchangeType,
        flags: Flags,
        message_id: u32,
    ) -> Self {
        let header = Self::v2(initiator_spi, responder_spi, exchange, flags, message_id);
        Self { major_version: 1, ..header }
    }

    /// Reads the 28 octets at the front and nothing behind them: enough to tell the version and to answer
    /// INVALID_MAJOR_VERSION.
    ///
    /// # Errors
    /// Fewer than 28 octets.
    pub fn peek(datagram: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(datagram).nested("IKE header", HEADER_LEN)?;
        let initiator_spi = IkeSpi(reader.array("initiator SPI")?);
        let responder_spi = IkeSpi(reader.array("responder SPI")?);
        let next_payload = PayloadType(reader.u8("next payload")?);
        let version = reader.u8("version")?;
        Ok(Self {
            initiator_spi,
            responder_spi,
            next_payload,
            major_version: version >> 4,
            minor_version: version & 0x0f,
            exchange: ExchangeType(reader.u8("exchange type")?),
            flags: Flags(reader.u8("flags")?),
            message_id: reader.u32("message id")?,
            length: reader.u32("length")?,
        })
    }

    /// Reads the header of a whole message.
    ///
    /// # Errors
    /// Fewer than 28 octets, or a length other than the datagram's.
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        let header = Self::peek(datagram)?;
        if usize::try_from(header.length) != Ok(datagram.len()) {
            return Err(DecodeError::Invalid { field: "length", offset: 24, value: header.length.into() });
        }
        Ok(header)
    }

    /// Writes the header with the lengths and types that it has.
    pub fn encode(&self, writer: &mut Writer) {
        writer.put(&self.initiator_spi.0);
        writer.put(&self.responder_spi.0);
        writer.u8(self.next_payload.0);
        writer.u8((self.major_version << 4) | (self.minor_version & 0x0f));
        writer.u8(self.exchange.0);
        writer.u8(self.flags.0);
        writer.u32(self.message_id);
        writer.u32(self.length);
    }
}

#[cfg(test)]
mod tests;
