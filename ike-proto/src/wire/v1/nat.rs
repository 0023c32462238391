//! NAT detection and original address (RFC 3947 §3.2, §5.2), under the numbers of the RFC and under those that the drafts
//! before it used.

use core::net::IpAddr;

use crate::wire::codes::{IdType, PayloadType};
use crate::wire::{DecodeError, Reader, Writer};

/// Which numbers the two payloads have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NatNumbering {
    /// 20 and 21 (RFC 3947).
    Rfc3947,
    /// 130 and 131 (draft-ietf-ipsec-nat-t-ike-00 to -03).
    Draft,
}

impl NatNumbering {
    pub(super) const fn nat_d(self) -> PayloadType {
        match self {
            Self::Rfc3947 => PayloadType::V1_NAT_D,
            Self::Draft => PayloadType::V1_NAT_D_DRAFT,
        }
    }

    pub(super) const fn nat_oa(self) -> PayloadType {
        match self {
            Self::Rfc3947 => PayloadType::V1_NAT_OA,
            Self::Draft => PayloadType::V1_NAT_OA_DRAFT,
        }
    }
}

/// The hash of one end's address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatDPayload<'a> {
    /// Under which number it goes.
    pub numbering: NatNumbering,
    /// The hash, as long as that of the negotiated hash function.
    pub hash: &'a [u8],
}

/// An end's address as that end sees it. Only transport mode has a use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatOaPayload {
    /// Under which number it goes.
    pub numbering: NatNumbering,
    /// The address.
    pub address: IpAddr,
}

impl NatOaPayload {
    pub(super) fn decode(numbering: NatNumbering, mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let kind = IdType(reader.u8("NAT-OA type")?);
        reader.take("NAT-OA reserved", 3)?;
        let address = match kind {
            IdType::IPV4_ADDR => IpAddr::from(reader.array::<4>("NAT-OA address")?),
            IdType::IPV6_ADDR => IpAddr::from(reader.array::<16>("NAT-OA address")?),
            _ => return Err(DecodeError::Invalid { field: "NAT-OA type", offset, value: kind.0.into() }),
        };
        reader.finish("octets after the NAT-OA address")?;
        Ok(Self { numbering, address })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        match self.address {
            IpAddr::V4(address) => {
                writer.put(&[IdType::IPV4_ADDR.0, 0, 0, 0]);
                writer.put(&address.octets());
            }
            IpAddr::V6(address) => {
                writer.put(&[IdType::IPV6_ADDR.0, 0, 0, 0]);
                writer.put(&address.octets());
            }
        }
    }
}
