//! The Identification payload (RFC 2407 §4.6.2): who a side is, and in quick mode what it protects.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use esp_core::selector::{AddressRange, PortRange, TrafficSelector};
use thiserror::Error;

use crate::wire::codes::IdType;
use crate::wire::{DecodeError, Reader, Writer};

/// An identity with a protocol and a port. The octets are compared whole: they may hold anything, also a zero octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdPayload<'a> {
    /// What the octets are.
    pub kind: IdType,
    /// The IP protocol, 0 for every one.
    pub protocol: u8,
    /// The port, 0 for every one.
    pub port: u16,
    /// The identity.
    pub data: &'a [u8],
}

/// Why an identity stands for no traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// It names somebody, not addresses.
    #[error("{0} names no addresses")]
    NoAddresses(IdType),
    /// It is not as long as its type says.
    #[error("{kind} has {have} octets and must have {need}")]
    Length {
        /// The type.
        kind: IdType,
        /// Octets that the type takes.
        need: usize,
        /// Octets that there are.
        have: usize,
    },
    /// The mask has a zero bit before a one bit.
    #[error("the mask {0} is not that of a network")]
    Mask(IpAddr),
    /// The first address of a range lies behind the last.
    #[error("the range {0}-{1} ends before it starts")]
    Range(IpAddr, IpAddr),
}

impl<'a> IdPayload<'a> {
    /// An identity of phase 1, with protocol and port 0.
    pub const fn new(kind: IdType, data: &'a [u8]) -> Self {
        Self { kind, protocol: 0, port: 0, data }
    }

    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let kind = IdType(reader.u8("ID type")?);
        let protocol = reader.u8("ID protocol")?;
        let port = reader.u16("ID port")?;
        Ok(Self { kind, protocol, port, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.kind.0);
        writer.u8(self.protocol);
        writer.u16(self.port);
        writer.put(self.data);
    }

    /// The payload without its generic head, octet by octet as it came: what HASH_I and HASH_R are made of (F-4).
    pub fn body(&self) -> Vec<u8> {
        let [high, low] = self.port.to_be_bytes();
        let mut body = Vec::with_capacity(self.data.len().saturating_add(4));
        body.extend_from_slice(&[self.kind.0, self.protocol, high, low]);
        body.extend_from_slice(self.data);
        body
    }

    /// Whether protocol and port are those that an identity of phase 1 may have: 0/0 or 17/500, and of peers behind a
    /// NAT also 17/0 and 17/4500 (F-9).
    pub const fn is_phase_1_port(&self) -> bool {
        matches!((self.protocol, self.port), (0, 0) | (17, 0 | 500 | 4500))
    }

    /// The traffic that an identity of quick mode stands for. Bits behind a mask are not looked at.
    ///
    /// # Errors
    /// It names no addresses, or none that make sense.
    pub fn selector(&self) -> Result<TrafficSelector, IdError> {
        let ports = match self.port {
            0 => PortRange::ANY,
            port => PortRange { first: port, last: port },
        };
        let (first, last) = self.first_and_last()?;
        let addresses = AddressRange::new(first, last).ok_or(IdError::Range(first, last))?;
        Ok(TrafficSelector { protocol: self.protocol, ports, addresses })
    }

    fn first_and_last(&self) -> Result<(IpAddr, IpAddr), IdError> {
        match self.kind {
            IdType::IPV4_ADDR => {
                let address = self.octets::<4>()?.into();
                Ok((address, address))
            }
            IdType::IPV6_ADDR => {
                let address = self.octets::<16>()?.into();
                Ok((address, address))
            }
            IdType::IPV4_ADDR_SUBNET => {
                let (address, mask) = halves_v4(self.octets()?);
                let (bits, mask_bits) = (address.to_bits(), mask.to_bits());
                if mask_bits.leading_ones() != mask_bits.count_ones() {
                    return Err(IdError::Mask(mask.into()));
                }
                let last = Ipv4Addr::from_bits(bits | !mask_bits);
                Ok((Ipv4Addr::from_bits(bits & mask_bits).into(), last.into()))
            }
            IdType::IPV6_ADDR_SUBNET => {
                let (address, mask) = halves_v6(self.octets()?);
                let (bits, mask_bits) = (address.to_bits(), mask.to_bits());
                if mask_bits.leading_ones() != mask_bits.count_ones() {
                    return Err(IdError::Mask(mask.into()));
                }
                let last = Ipv6Addr::from_bits(bits | !mask_bits);
                Ok((Ipv6Addr::from_bits(bits & mask_bits).into(), last.into()))
            }
            IdType::IPV4_ADDR_RANGE => {
                let (first, last) = halves_v4(self.octets()?);
                Ok((first.into(), last.into()))
            }
            IdType::IPV6_ADDR_RANGE => {
                let (first, last) = halves_v6(self.octets()?);
                Ok((first.into(), last.into()))
            }
            kind => Err(IdError::NoAddresses(kind)),
        }
    }

    fn octets<const N: usize>(&self) -> Result<[u8; N], IdError> {
        let wrong = IdError::Length { kind: self.kind, need: N, have: self.data.len() };
        self.data.try_into().map_err(|_| wrong)
    }
}

fn halves_v4(octets: [u8; 8]) -> (Ipv4Addr, Ipv4Addr) {
    let [a, b, c, d, e, f, g, h] = octets;
    ([a, b, c, d].into(), [e, f, g, h].into())
}

fn halves_v6(octets: [u8; 32]) -> (Ipv6Addr, Ipv6Addr) {
    let (mut first, mut second) = ([0; 16], [0; 16]);
    for (place, octet) in first.iter_mut().chain(&mut second).zip(octets) {
        *place = octet;
    }
    (first.into(), second.into())
}

/// An identity that stands on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedId {
    /// What the octets are.
    pub kind: IdType,
    /// The IP protocol, 0 for every one.
    pub protocol: u8,
    /// The port, 0 for every one.
    pub port: u16,
    /// The identity.
    pub data: Vec<u8>,
}

impl OwnedId {
    /// The identity of quick mode that stands for `selector`: an address, a subnet or a range, whichever is the first to
    /// fit. `None` for a range of ports, which has no form here.
    pub fn for_selector(selector: &TrafficSelector) -> Option<Self> {
        let port = match selector.ports {
            PortRange::ANY => 0,
            PortRange { first, last } if first == last && first != 0 => first,
            _ => return None,
        };
        let (kind, data) = id_of_addresses(&selector.addresses)?;
        Some(Self { kind, protocol: selector.protocol, port, data })
    }

    /// The payload.
    pub fn payload(&self) -> IdPayload<'_> {
        IdPayload { kind: self.kind, protocol: self.protocol, port: self.port, data: &self.data }
    }
}

impl From<IdPayload<'_>> for OwnedId {
    fn from(id: IdPayload<'_>) -> Self {
        Self { kind: id.kind, protocol: id.protocol, port: id.port, data: id.data.to_vec() }
    }
}

/// `None` does not happen: both ends of a range are of one family.
fn id_of_addresses(addresses: &AddressRange) -> Option<(IdType, Vec<u8>)> {
    let is_host = addresses.first() == addresses.last();
    let is_network = addresses.to_cidr().is_some();
    Some(match (addresses.first(), addresses.last()) {
        (IpAddr::V4(host), IpAddr::V4(_)) if is_host => (IdType::IPV4_ADDR, host.octets().to_vec()),
        (IpAddr::V6(host), IpAddr::V6(_)) if is_host => (IdType::IPV6_ADDR, host.octets().to_vec()),
        (IpAddr::V4(first), IpAddr::V4(last)) if is_network => {
            let mask = !(first.to_bits() ^ last.to_bits());
            (IdType::IPV4_ADDR_SUBNET, [first.octets(), mask.to_be_bytes()].concat())
        }
        (IpAddr::V6(first), IpAddr::V6(last)) if is_network => {
            let mask = !(first.to_bits() ^ last.to_bits());
            (IdType::IPV6_ADDR_SUBNET, [first.octets(), mask.to_be_bytes()].concat())
        }
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            (IdType::IPV4_ADDR_RANGE, [first.octets(), last.octets()].concat())
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            (IdType::IPV6_ADDR_RANGE, [first.octets(), last.octets()].concat())
        }
        _ => return None,
    })
}
