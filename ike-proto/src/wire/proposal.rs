//! Proposals and the lists they stand in (RFC 7296 §3.3, RFC 2408 §3.5). What a transform is and which SPIs and numbers
//! are right is a version's own.

use alloc::vec::Vec;

use super::codes::ProtocolId;
use super::{DecodeError, Reader, Writer, limits};

/// One proposal, with the transforms of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal<T> {
    /// Its number, by which the answer names it.
    pub number: u8,
    /// What it is for.
    pub protocol: ProtocolId,
    /// The sender's SPI: four octets for ESP and AH. For IKE it has none or eight octets in IKEv2, and up to sixteen
    /// without a meaning in IKEv1.
    pub spi: Vec<u8>,
    /// The transforms, those that are not known included.
    pub transforms: Vec<T>,
}

/// A transform, and what else a version has of its own in a proposal.
pub(super) trait Transform: Sized {
    /// Whether a proposal of IKE may have an SPI of `size` octets.
    fn is_ike_spi_size(size: u8) -> bool;

    /// Whether `number` may be that of the proposal behind the one numbered `last`, or of the first.
    fn is_next_number(last: Option<u8>, number: u8) -> bool;

    /// Reads what follows the head.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Writes what follows the head.
    fn encode(&self, writer: &mut Writer);
}

/// "More proposals follow."
const MORE_PROPOSALS: u8 = 2;
/// "More transforms follow."
const MORE_TRANSFORMS: u8 = 3;
/// Octets from the head of a proposal to its number.
const NUMBER_OFFSET: usize = 4;

/// Reads proposals up to the last one, behind which there is nothing.
pub(super) fn decode_list<T: Transform>(reader: &mut Reader<'_>) -> Result<Vec<Proposal<T>>, DecodeError> {
    let mut proposals: Vec<Proposal<T>> = Vec::new();
    loop {
        let offset = reader.offset();
        if proposals.len() >= limits::MAX_PROPOSALS {
            let limit = limits::MAX_PROPOSALS;
            return Err(DecodeError::TooMany { field: "proposals", offset, limit });
        }
        let (more, _, mut body) = reader.structure("proposal")?;
        let proposal = decode(&mut body)?;
        if !T::is_next_number(proposals.last().map(|last| last.number), proposal.number) {
            let (offset, value) = (offset.saturating_add(NUMBER_OFFSET), proposal.number.into());
            return Err(DecodeError::Invalid { field: "proposal number", offset, value });
        }
        proposals.push(proposal);
        if is_last(more, MORE_PROPOSALS, "last proposal marker", offset)? {
            break;
        }
    }
    reader.finish("octets after the last proposal")?;
    Ok(proposals)
}

/// Writes proposals, of which there must be one.
pub(super) fn encode_list<T: Transform>(proposals: &[Proposal<T>], writer: &mut Writer) {
    if proposals.is_empty() {
        writer.fail("empty list of proposals", 0, 0);
    }
    encode_structures("proposal", MORE_PROPOSALS, proposals, writer, encode);
}

fn decode<T: Transform>(reader: &mut Reader<'_>) -> Result<Proposal<T>, DecodeError> {
    let number = reader.u8("proposal number")?;
    let protocol = ProtocolId(reader.u8("proposal protocol")?);
    let offset = reader.offset();
    let spi_size = reader.u8("proposal SPI size")?;
    let right_size = match protocol {
        ProtocolId::IKE => T::is_ike_spi_size(spi_size),
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
        transforms.push(T::decode(&mut body)?);
        if is_last(more, MORE_TRANSFORMS, "last transform marker", offset)? != (place == count) {
            let (field, value) = ("last transform marker", more.into());
            return Err(DecodeError::Invalid { field, offset, value });
        }
    }
    reader.finish("octets after the last transform")?;
    Ok(Proposal { number, protocol, spi, transforms })
}

fn encode<T: Transform>(proposal: &Proposal<T>, writer: &mut Writer) {
    writer.u8(proposal.number);
    writer.u8(proposal.protocol.0);
    writer.count_u8("proposal SPI", proposal.spi.len());
    writer.count_u8("transforms", proposal.transforms.len());
    writer.put(&proposal.spi);
    encode_structures("transform", MORE_TRANSFORMS, &proposal.transforms, writer, T::encode);
}

/// Reads the octet that says whether another structure of its kind follows.
fn is_last(marker: u8, more: u8, field: &'static str, offset: usize) -> Result<bool, DecodeError> {
    match marker {
        0 => Ok(true),
        _ if marker == more => Ok(false),
        _ => Err(DecodeError::Invalid { field, offset, value: marker.into() }),
    }
}

/// Writes structures, each of which says whether another follows.
fn encode_structures<S>(
    field: &'static str,
    more: u8,
    structures: &[S],
    writer: &mut Writer,
    encode: impl Fn(&S, &mut Writer),
) {
    for (place, structure) in (1..).zip(structures) {
        let more = if place < structures.len() { more } else { 0 };
        writer.structure(field, more, 0, |writer| encode(structure, writer));
    }
}
