//! Attributes outside a Security Association payload (RFC 2407 §4.6.3.1).

use alloc::vec::Vec;

use crate::wire::{Attribute, DecodeError, EncodeError, Reader, Writer, limits};

/// Reads a list of attributes, as a RESPONDER-LIFETIME carries one.
///
/// # Errors
/// An attribute that is cut short, or more than [`limits::MAX_V1_ATTRIBUTES`].
pub fn decode_attributes(octets: &[u8]) -> Result<Vec<Attribute>, DecodeError> {
    Attribute::decode_all(&mut Reader::new(octets), limits::MAX_V1_ATTRIBUTES)
}

/// Writes a list of attributes.
///
/// # Errors
/// What does not fit.
pub fn encode_attributes(attributes: &[Attribute]) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::new();
    attributes.iter().for_each(|attribute| attribute.encode(&mut writer));
    writer.finish()
}
