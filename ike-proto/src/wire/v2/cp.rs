//! The Configuration payload (RFC 7296 §3.15).

use alloc::vec::Vec;

use crate::wire::codes::{CfgAttributeType, CfgType};
use crate::wire::{DecodeError, Reader, Writer, limits};

/// What is asked for, or given, of an address and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpPayload<'a> {
    /// A request, a reply, a set or its acknowledgement.
    pub kind: CfgType,
    /// The attributes, those that are not known included.
    pub attributes: Vec<CfgAttribute<'a>>,
}

/// One attribute. An empty value in a request asks for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CfgAttribute<'a> {
    /// What it is.
    pub kind: CfgAttributeType,
    /// Its value.
    pub value: &'a [u8],
}

/// The bit before an attribute's type that is reserved and ignored.
const RESERVED: u16 = 0x8000;

impl<'a> CpPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let [kind, _, _, _] = reader.array("configuration head")?;
        let mut attributes = Vec::new();
        while !reader.is_empty() {
            if attributes.len() >= limits::MAX_CFG_ATTRIBUTES {
                let (field, limit) = ("configuration attributes", limits::MAX_CFG_ATTRIBUTES);
                return Err(DecodeError::TooMany { field, offset: reader.offset(), limit });
            }
            let kind = CfgAttributeType(reader.u16("configuration attribute type")? & !RESERVED);
            let len = reader.u16("configuration attribute length")?;
            let value = reader.take("configuration attribute", len.into())?;
            attributes.push(CfgAttribute { kind, value });
        }
        Ok(Self { kind: CfgType(kind), attributes })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.kind.0, 0, 0, 0]);
        if self.attributes.len() > limits::MAX_CFG_ATTRIBUTES {
            writer.fail("configuration attributes", self.attributes.len(), limits::MAX_CFG_ATTRIBUTES);
        }
        for attribute in &self.attributes {
            writer.u16(attribute.kind.0 & !RESERVED);
            writer.count_u16("configuration attribute", attribute.value.len());
            writer.put(attribute.value);
        }
    }
}
