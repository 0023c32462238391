//! The Security Association payload: proposals, their transforms, and the attributes of those (RFC 2408 §3.4 to §3.6,
//! RFC 2407 §4.2, §4.6.1).

use alloc::vec::Vec;

use super::codes::{DOI_IPSEC, SITUATION_IDENTITY_ONLY};
use crate::wire::proposal::{self, decode_list, encode_list};
use crate::wire::{Attribute, DecodeError, EncodeError, Reader, Writer, limits};

/// What is offered, or what was chosen. Domain of interpretation and situation are always those of IPsec, identity only;
/// nothing else is read or sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaPayload {
    /// The proposals, the preferred one first. Several of one number go together: all of them or none.
    pub proposals: Vec<Proposal>,
}

/// One proposal: of its transforms one may be chosen.
pub type Proposal = proposal::Proposal<Transform>;

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
        Ok(Self { proposals: decode_list(&mut reader)? })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u32(DOI_IPSEC);
        writer.u32(SITUATION_IDENTITY_ONLY);
        encode_list(&self.proposals, writer);
    }
}

impl proposal::Transform for Transform {
    fn is_ike_spi_size(size: u8) -> bool {
        size <= ISAKMP_SPI_MAX
    }

    fn is_next_number(_: Option<u8>, _: u8) -> bool {
        true
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [number, id] = reader.array("transform number")?;
        reader.u16("transform reserved")?;
        let attributes = Attribute::decode_all(reader, limits::MAX_V1_ATTRIBUTES)?;
        Ok(Self { number, id, attributes })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.put(&[self.number, self.id, 0, 0]);
        self.attributes.iter().for_each(|attribute| attribute.encode(writer));
    }
}

/// Reads a field that has only one value that we speak.
fn only(expected: u32, field: &'static str, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let offset = reader.offset();
    let value = reader.u32(field)?;
    if value == expected { Ok(()) } else { Err(DecodeError::Invalid { field, offset, value: value.into() }) }
}
