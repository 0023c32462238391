//! The Security Association payload: proposals, their transforms, and the attributes of those (RFC 7296 §3.3).

use alloc::vec::Vec;

use crate::wire::codes::{AttributeType, ProtocolId, TransformType};
use crate::wire::{DecodeError, Reader, Writer, limits};

/// What is offered, or what was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaPayload {
    /// The proposals, the preferred one first. Their numbers count up by one.
    pub proposals: Vec<Proposal>,
}

/// One proposal: of each type of transform one may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number, by which the answer names it.
    pub number: u8,
    /// What it is for.
    pub protocol: ProtocolId,
    /// The sender's SPI: four octets for ESP and AH, none or eight for IKE.
    pub spi: Vec<u8>,
    /// The transforms, those that are not known included.
    pub transforms: Vec<Transform>,
}

impl Proposal {
    /// The transforms of one type, in the order they came.
    pub fn of_type(&self, kind: TransformType) -> impl Iterator<Item = &Transform> {
        self.transforms.iter().filter(move |transform| transform.kind == kind)
    }
}

/// One algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    /// What it is about.
    pub kind: TransformType,
    /// Which one, in the registry of its type.
    pub id: u16,
    /// Its attributes, mostly none.
    pub attributes: Vec<Attribute>,
}

impl Transform {
    /// A transform without attributes.
    pub const fn new(kind: TransformType, id: u16) -> Self {
        Self { kind, id, attributes: Vec::new() }
    }

    /// A transform with a key length in bits.
    pub fn with_key_length(kind: TransformType, id: u16, bits: u16) -> Self {
        let value = AttributeValue::Basic(bits);
        Self { kind, id, attributes: Vec::from([Attribute { kind: AttributeType::KEY_LENGTH, value }]) }
    }

    /// The key length in bits, if that is the one attribute.
    pub fn key_length(&self) -> Option<u16> {
        match self.attributes.as_slice() {
            [Attribute { kind: AttributeType::KEY_LENGTH, value: AttributeValue::Basic(bits) }] => {
                Some(*bits)
            }
            _ => None,
        }
    }
}

/// An attribute of a transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What it says.
    pub kind: AttributeType,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of an attribute, in one of two formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// Two octets.
    Basic(u16),
    /// Any number of octets.
    Variable(Vec<u8>),
}

/// The bit of an attribute's type that says that its value has two octets.
const BASIC: u16 = 0x8000;
/// "More proposals follow."
const MORE_PROPOSALS: u8 = 2;
/// "More transforms follow."
const MORE_TRANSFORMS: u8 = 3;

impl SaPayload {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let mut proposals: Vec<Proposal> = Vec::new();
        loop {
            let offset = reader.offset();
            if proposals.len() >= limits::MAX_PROPOSALS {
                let limit = limits::MAX_PROPOSALS;
                return Err(DecodeError::TooMany { field: "proposals", offset, limit });
            }
            let (more, _, mut body) = reader.structure("proposal")?;
            let proposal = Proposal::decode(&mut body)?;
            let in_order = match proposals.last() {
                Some(last) => last.number.checked_add(1) == Some(proposal.number),
                None => proposal.number != 0,
            };
            if !in_order {
                let (offset, value) = (offset.saturating_add(4), proposal.number.into());
                return Err(DecodeError::Invalid { field: "proposal number", offset, value });
            }
            proposals.push(proposal);
            if is_last(more, MORE_PROPOSALS, "last proposal marker", offset)? {
                break;
            }
        }
        reader.finish("octets after the last proposal")?;
        Ok(Self { proposals })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
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
            ProtocolId::IKE => matches!(spi_size, 0 | 8),
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
        let [kind, _] = reader.array("transform type")?;
        let id = reader.u16("transform id")?;
        let mut attributes = Vec::new();
        while !reader.is_empty() {
            if attributes.len() >= limits::MAX_ATTRIBUTES {
                let (offset, limit) = (reader.offset(), limits::MAX_ATTRIBUTES);
                return Err(DecodeError::TooMany { field: "attributes", offset, limit });
            }
            attributes.push(Attribute::decode(reader)?);
        }
        Ok(Self { kind: TransformType(kind), id, attributes })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.kind.0, 0]);
        writer.u16(self.id);
        for attribute in &self.attributes {
            attribute.encode(writer);
        }
    }
}

impl Attribute {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = reader.u16("attribute type")?;
        let value_or_length = reader.u16("attribute value or length")?;
        let value = if kind & BASIC == 0 {
            AttributeValue::Variable(reader.take("attribute value", value_or_length.into())?.to_vec())
        } else {
            AttributeValue::Basic(value_or_length)
        };
        Ok(Self { kind: AttributeType(kind & !BASIC), value })
    }

    fn encode(&self, writer: &mut Writer) {
        match &self.value {
            AttributeValue::Basic(value) => {
                writer.u16(self.kind.0 | BASIC);
                writer.u16(*value);
            }
            AttributeValue::Variable(value) => {
                writer.u16(self.kind.0 & !BASIC);
                writer.count_u16("attribute", value.len());
                writer.put(value);
            }
        }
    }
}

/// Reads the octet that says whether another structure of its kind follows.
fn is_last(marker: u8, more: u8, field: &'static str, offset: usize) -> Result<bool, DecodeError> {
    match marker {
        0 => Ok(true),
        _ if marker == more => Ok(false),
        _ => Err(DecodeError::Invalid { field, offset, value: marker.into() }),
    }
}
