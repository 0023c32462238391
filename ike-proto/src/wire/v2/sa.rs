//! The Security Association payload: proposals, their transforms, and the attributes of those (RFC 7296 §3.3).

use alloc::vec::Vec;

use crate::wire::codes::{AttributeType, TransformType};
use crate::wire::proposal::{self, decode_list, encode_list};
use crate::wire::{Attribute, AttributeValue, DecodeError, Reader, Writer, limits};

/// What is offered, or what was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaPayload {
    /// The proposals, the preferred one first. Their numbers count up by one.
    pub proposals: Vec<Proposal>,
}

/// One proposal: of each type of transform one may be chosen.
pub type Proposal = proposal::Proposal<Transform>;

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
    /// Its attributes, mostly none; see [`AttributeType`].
    pub attributes: Vec<Attribute>,
}

impl Transform {
    /// A transform without attributes.
    pub const fn new(kind: TransformType, id: u16) -> Self {
        Self { kind, id, attributes: Vec::new() }
    }

    /// A transform with a key length in bits.
    pub fn with_key_length(kind: TransformType, id: u16, bits: u16) -> Self {
        Self { kind, id, attributes: Vec::from([Attribute::basic(AttributeType::KEY_LENGTH.0, bits)]) }
    }

    /// The key length in bits, if that is the one attribute.
    pub fn key_length(&self) -> Option<u16> {
        match self.attributes.as_slice() {
            [Attribute { kind, value: AttributeValue::Basic(bits) }]
                if *kind == AttributeType::KEY_LENGTH.0 =>
            {
                Some(*bits)
            }
            _ => None,
        }
    }
}

impl SaPayload {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { proposals: decode_list(&mut reader)? })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        encode_list(&self.proposals, writer);
    }
}

impl proposal::Transform for Transform {
    fn is_ike_spi_size(size: u8) -> bool {
        matches!(size, 0 | 8)
    }

    /// Numbers count up by one. Which one is the first is not looked at, as long as it is not zero.
    fn is_next_number(last: Option<u8>, number: u8) -> bool {
        match last {
            Some(last) => last.checked_add(1) == Some(number),
            None => number != 0,
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [kind, _] = reader.array("transform type")?;
        let id = reader.u16("transform id")?;
        let attributes = Attribute::decode_all(reader, limits::MAX_ATTRIBUTES)?;
        Ok(Self { kind: TransformType(kind), id, attributes })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.kind.0, 0]);
        writer.u16(self.id);
        self.attributes.iter().for_each(|attribute| attribute.encode(writer));
    }
}
