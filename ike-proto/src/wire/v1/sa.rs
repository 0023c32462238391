//! The Security Association payload: proposals, their transforms, and the attributes of those (RFC 2408 §3.4 to §3.6,
//! RFC 2407 §4.2, §4.6.1).

use alloc::vec::Vec;

use super::Attribute;
use super::codes::{DOI_IPSEC, SITUATION_IDENTITY_ONLY};
use crate::wire::codes::ProtocolId;
use crate::wire::{DecodeError, EncodeError, Reader, Writer, limits};

/// What is offered, or what was chosen. Domain of interpretation and situation are always those of IPsec, identity only;
/// nothing else is read or sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaPayload {
    /// The proposals, the preferred one first. Several of one number go together: all of them or none.
    pub proposals: Vec<Proposal>,
}

/// One proposal: of its transforms one may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number.
    pub number: u8,
    /// What it is for.
    pub protocol: ProtocolId,
    /// The sender's SPI: four octets for ESP and AH, anything up to sixteen for ISAKMP, where it means nothing.
    pub spi: Vec<u8>,
    /// The transforms, those that are not known included.
    pub transforms: Vec<Transform>,
}

/// A whole suite of algorithms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    /// Its number.
    pub number: u8,
    /// Which one, in the registry of the proposal's protocol.
    pub id: u8,
    /// Its attributes, those that are not known included.
    pub attributes: Vec<Attribute>,
}

/// "More proposals follow."
const MORE_PROPOSALS: u8 = 2;
/// "More transforms follow."
const MORE_TRANSFORMS: u8 = 3;
/// Octets of the longest SPI of an ISAKMP proposal (RFC 2408 §3.5).
const ISAKMP_SPI_MAX: u8 = 16;

impl SaPayload {
    /// The payload without its generic head: what the initiator's HASH_I and HASH_R are made of (F-4). The responder
    /// takes the octets that came, [`Chain::body`](super::Chain::body).
    ///
    /// # Errors
    /// What does not fit.
    pub fn body(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.finish()
    }

    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        only(DOI_IPSEC, "SA DOI", &mut reader)?;
        only(SITUATION_IDENTITY_ONLY, "SA situation", &mut reader)?;
        let mut proposals: Vec<Proposal> = Vec::new();
        loop {
            let offset = reader.offset();
            if proposals.len() >= limits::MAX_PROPOSALS {
                let limit = limits::MAX_PROPOSALS;
                return Err(DecodeError::TooMany { field: "proposals", offset, limit });
            }
            let (more, _, mut body) = reader.structure("proposal")?;
            proposals.push(Proposal::decode(&mut body)?);
            if is_last(more, MORE_PROPOSALS, "last proposal marker", offset)? {
                break;
            }
        }
        reader.finish("octets after the last proposal")?;
        Ok(Self { proposals })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u32(DOI_IPSEC);
        writer.u32(SITUATION_IDENTITY_ONLY);
        if self.proposals.is_empty() {
            writer.fail("empty list of proposals", 0, 0);
        }
        for (place, proposal) in self.proposals.iter().enumerate() {
            let more = if place.saturating_add(1) < self.proposals.len() { MORE_PROPOSALS } else { 0 };
            writer.structure("proposal", more, 0, |writer| proposal.encode(writer));
        }
    }
}

impl Proposal {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = reader.u8("proposal number")?;
        let protocol = ProtocolId(reader.u8("proposal protocol")?);
        let offset = reader.offset();
        let spi_size = reader.u8("proposal SPI size")?;
        let right_size = match protocol {
            ProtocolId::IKE => spi_size <= ISAKMP_SPI_MAX,
            ProtocolId::ESP | ProtocolId::AH => spi_size == 4,
            _ => true,
        };
        if !right_size {
            return Err(DecodeError::Invalid { field: "proposal SPI size", offset, value: spi_size.into() });
        }
        let count_offset = reader.offset();
        let count = reader.u8("transform count")?;
        if usize::from(count) > limits::MAX_TRANSFORMS {
            let limit = limits::MAX_TRANSFORMS;
            return Err(DecodeError::TooMany { field: "transforms", offset: count_offset, limit });
        }
        let spi = reader.take("proposal SPI", spi_size.into())?.to_vec();
        let mut transforms = Vec::new();
        for place in 1..=count {
            let offset = reader.offset();
            let (more, _, mut body) = reader.structure("transform")?;
            transforms.push(Transform::decode(&mut body)?);
            if is_last(more, MORE_TRANSFORMS, "last transform marker", offset)? != (place == count) {
                let (field, value) = ("last transform marker", more.into());
                return Err(DecodeError::Invalid { field, offset, value });
            }
        }
        reader.finish("octets after the last transform")?;
        Ok(Self { number, protocol, spi, transforms })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.u8(self.number);
        writer.u8(self.protocol.0);
        writer.count_u8("proposal SPI", self.spi.len());
        writer.count_u8("transforms", self.transforms.len());
        writer.put(&self.spi);
        for (place, transform) in self.transforms.iter().enumerate() {
            let more = if place.saturating_add(1) < self.transforms.len() { MORE_TRANSFORMS } else { 0 };
            writer.structure("transform", more, 0, |writer| transform.encode(writer));
        }
    }
}

impl Transform {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [number, id] = reader.array("transform number")?;
        reader.u16("transform reserved")?;
        let attributes = Attribute::decode_all(reader)?;
        Ok(Self { number, id, attributes })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.number, self.id, 0, 0]);
        for attribute in &self.attributes {
            attribute.encode(writer);
        }
    }
}

/// Reads a field that has only one value that we speak.
fn only(expected: u32, field: &'static str, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let offset = reader.offset();
    let value = reader.u32(field)?;
    if value == expected { Ok(()) } else { Err(DecodeError::Invalid { field, offset, value: value.into() }) }
}

/// Reads the octet that says whether another structure of its kind follows.
fn is_last(marker: u8, more: u8, field: &'static str, offset: usize) -> Result<bool, DecodeError> {
    match marker {
        0 => Ok(true),
        _ if marker == more => Ok(false),
        _ => Err(DecodeError::Invalid { field, offset, value: marker.into() }),
    }
}
