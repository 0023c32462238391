//! Attributes of transforms, basic and variable (RFC 7296 §3.3.5, RFC 2408 §3.3).

use alloc::vec::Vec;

use super::{DecodeError, Reader, Writer};

/// An attribute of a transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What it says, in a registry of the version (IKEv1: of the phase too) and without the format bit.
    pub kind: u16,
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

impl Attribute {
    /// An attribute with a value of two octets.
    pub const fn basic(kind: u16, value: u16) -> Self {
        Self { kind, value: AttributeValue::Basic(value) }
    }

    /// An attribute with a number, in two octets where it fits and in four where not.
    pub fn number(kind: u16, value: u32) -> Self {
        let value = match u16::try_from(value) {
            Ok(value) => AttributeValue::Basic(value),
            Err(_) => AttributeValue::Variable(Vec::from(value.to_be_bytes())),
        };
        Self { kind, value }
    }

    /// Reads attributes until nothing is left, `limit` at most.
    pub(super) fn decode_all(reader: &mut Reader<'_>, limit: usize) -> Result<Vec<Self>, DecodeError> {
        let mut attributes = Vec::new();
        while !reader.is_empty() {
            if attributes.len() >= limit {
                return Err(DecodeError::TooMany { field: "attributes", offset: reader.offset(), limit });
            }
            attributes.push(Self::decode(reader)?);
        }
        Ok(attributes)
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = reader.u16("attribute type")?;
        let value_or_length = reader.u16("attribute value or length")?;
        let value = if kind & BASIC == 0 {
            AttributeValue::Variable(reader.take("attribute value", value_or_length.into())?.to_vec())
        } else {
            AttributeValue::Basic(value_or_length)
        };
        Ok(Self { kind: kind & !BASIC, value })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        match &self.value {
            AttributeValue::Basic(value) => {
                writer.u16(self.kind | BASIC);
                writer.u16(*value);
            }
            AttributeValue::Variable(value) => {
                writer.u16(self.kind & !BASIC);
                writer.count_u16("attribute", value.len());
                writer.put(value);
            }
        }
    }
}

impl AttributeValue {
    /// The value as a number, whichever format it has: a peer may write any number in either (RFC 2409 Appendix A).
    /// `None` where it has no octets or does not fit.
    pub fn to_number(&self) -> Option<u64> {
        match self {
            Self::Basic(value) => Some((*value).into()),
            Self::Variable(octets) => {
                let mut octets = octets.iter();
                let first = u64::from(*octets.next()?);
                octets.try_fold(first, |number, octet| Some(number.checked_mul(256)? | u64::from(*octet)))
            }
        }
    }
}

#[cfg(test)]
pub(super) mod arbitrary;
