//! The Traffic Selector payloads (RFC 7296 §3.13).
//!
//! ```text
//!  0                   1                   2                   3
//! +---------------+---------------+-------------------------------+
//! |  type (7, 8)  |  IP protocol  |            length             |
//! +---------------+---------------+-------------------------------+
//! |          first port           |           last port           |
//! +-------------------------------+-------------------------------+
//! |           first address (4 octets for type 7, 16 for 8)       |
//! |           last address                                        |
//! ```

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use esp_core::selector::{AddressRange, PortRange, TrafficSelector};

use crate::wire::{DecodeError, Reader, Writer};

/// TS_IPV4_ADDR_RANGE.
const IPV4_RANGE: u8 = 7;
/// TS_IPV6_ADDR_RANGE.
const IPV6_RANGE: u8 = 8;

/// The Traffic Selectors of one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TsPayload {
    /// The selectors of types that are understood, in the order they came.
    pub selectors: Vec<TrafficSelector>,
    /// How many selectors of other types there were; they select nothing here. Never encoded.
    pub ignored: usize,
}

impl TsPayload {
    /// A payload of these selectors.
    pub const fn new(selectors: Vec<TrafficSelector>) -> Self {
        Self { selectors, ignored: 0 }
    }

    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let [count, _, _, _] = reader.array("TS head")?;
        if count == 0 {
            return Err(DecodeError::Invalid { field: "TS count", offset, value: 0 });
        }
        let mut payload = Self::default();
        for _ in 0..count {
            match decode_selector(&mut reader)? {
                Some(selector) => payload.selectors.push(selector),
                None => payload.ignored = payload.ignored.saturating_add(1),
            }
        }
        reader.finish("octets after the last TS")?;
        Ok(payload)
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        if self.selectors.is_empty() {
            writer.fail("empty list of Traffic Selectors", 0, 0);
        }
        writer.count_u8("Traffic Selectors", self.selectors.len());
        writer.put(&[0, 0, 0]);
        for selector in &self.selectors {
            encode_selector(selector, writer);
        }
    }
}

fn decode_selector(reader: &mut Reader<'_>) -> Result<Option<TrafficSelector>, DecodeError> {
    let offset = reader.offset();
    let (kind, protocol, mut body) = reader.structure("TS")?;
    let ports = PortRange { first: body.u16("TS first port")?, last: body.u16("TS last port")? };
    let (first, last): (IpAddr, IpAddr) = match kind {
        IPV4_RANGE => {
            let first = Ipv4Addr::from_bits(body.u32("TS first address")?);
            (first.into(), Ipv4Addr::from_bits(body.u32("TS last address")?).into())
        }
        IPV6_RANGE => {
            let first = Ipv6Addr::from(body.array::<16>("TS first address")?);
            (first.into(), Ipv6Addr::from(body.array::<16>("TS last address")?).into())
        }
        _ => return Ok(None),
    };
    body.finish("octets after the TS addresses")?;
    if !ports.is_valid() {
        return Err(DecodeError::Invalid { field: "TS port range", offset, value: ports.first.into() });
    }
    match AddressRange::new(first, last) {
        Some(addresses) => Ok(Some(TrafficSelector { protocol, ports, addresses })),
        None => Err(DecodeError::Invalid { field: "TS address range", offset, value: kind.into() }),
    }
}

fn encode_selector(selector: &TrafficSelector, writer: &mut Writer) {
    let kind = if selector.addresses.first().is_ipv4() { IPV4_RANGE } else { IPV6_RANGE };
    writer.structure("Traffic Selector", kind, selector.protocol, |writer| {
        writer.u16(selector.ports.first);
        writer.u16(selector.ports.last);
        for address in [selector.addresses.first(), selector.addresses.last()] {
            match address {
                IpAddr::V4(address) => writer.put(&address.octets()),
                IpAddr::V6(address) => writer.put(&address.octets()),
            }
        }
    });
}
