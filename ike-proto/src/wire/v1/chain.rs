//! The payloads of a message, beside the octets that they were read from.

use alloc::vec::Vec;

use super::Payload;
use crate::wire::chain::{self, RawPayload};
use crate::wire::codes::PayloadType;
use crate::wire::{DecodeError, Reader};

/// One payload and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What it is, as octets.
    pub raw: RawPayload<'a>,
    /// What it says.
    pub payload: Payload<'a>,
}

/// A chain of payloads. Hashes are computed over octets as they came, so those are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain<'a> {
    /// The payloads in their order.
    pub items: Vec<Item<'a>>,
    /// The octets of all of them, without padding.
    octets: &'a [u8],
}

impl<'a> Chain<'a> {
    /// The payloads in their order.
    pub fn payloads(&self) -> impl Iterator<Item = &Payload<'a>> {
        self.items.iter().map(|item| &item.payload)
    }

    /// The body of the first payload of a kind, without the generic head, as it came: of the Security Association it is
    /// SAi_b (F-4).
    pub fn body(&self, kind: PayloadType) -> Option<&'a [u8]> {
        self.items.iter().find(|item| item.raw.kind == kind).map(|item| item.raw.body)
    }

    /// What HASH(1), HASH(2) and the hash of an Informational exchange cover: where the first payload is a Hash, its
    /// value, and all the payloads behind it with their generic heads and without padding (F-7).
    pub fn hashed(&self) -> Option<(&'a [u8], &'a [u8])> {
        let Some(Item { payload: Payload::Hash(hash), raw }) = self.items.first() else { return None };
        Some((hash.data, self.octets.get(raw.body.len().saturating_add(HEAD_LEN)..)?))
    }
}

/// Octets of a payload's generic head.
const HEAD_LEN: usize = 4;

/// Reads a chain of payloads that is in clear. `first` is what the header says the first payload is.
///
/// # Errors
/// A chain or payload that is malformed, or octets behind the last payload that are not there for alignment.
pub fn decode_chain(first: PayloadType, octets: &[u8]) -> Result<Chain<'_>, DecodeError> {
    decode(first, Reader::new(octets), octets, Padding::Align)
}

/// Reads a chain of payloads that was decrypted. Behind it lies padding, of any octets: what a sender fills a block up
/// with is its own affair, and some fill it with random ones (F-6).
///
/// # Errors
/// A chain or payload that is malformed, as it is mostly where the key is a wrong one.
pub fn decode_padded_chain(first: PayloadType, octets: &[u8]) -> Result<Chain<'_>, DecodeError> {
    decode(first, Reader::new(octets), octets, Padding::Allow)
}

/// What to do with octets behind the last payload.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// Take as many as make the whole a multiple of [`ALIGNMENT`] long, and no others.
    Align,
    /// Take any.
    Allow,
}

/// What the length of a message may be made a multiple of (RFC 2408 §3.6). libreswan does so.
const ALIGNMENT: usize = 4;

/// Reads the payloads from `reader`, which reads `octets`.
pub(super) fn decode<'a>(
    first: PayloadType,
    mut reader: Reader<'a>,
    octets: &'a [u8],
    padding: Padding,
) -> Result<Chain<'a>, DecodeError> {
    let start = reader.offset();
    let raw = chain::walk(first, &mut reader, |_| false)?;
    let aligned = reader.offset().checked_next_multiple_of(ALIGNMENT);
    let end = reader.offset().checked_add(reader.remaining());
    if padding == Padding::Align && aligned != end {
        reader.finish("octets after the last payload")?;
    }
    let len = reader.offset().saturating_sub(start);
    let octets = octets.get(..len).unwrap_or_default();
    let mut items = Vec::with_capacity(raw.len());
    for raw in raw {
        check_reserved(&raw, octets, start)?;
        items.push(Item { payload: Payload::decode(raw)?, raw });
    }
    Ok(Chain { items, octets })
}

/// The octet after "next payload" is zero (RFC 2408 §3.2). In what a wrong key decrypted it seldom is.
fn check_reserved(raw: &RawPayload<'_>, octets: &[u8], start: usize) -> Result<(), DecodeError> {
    let place = raw.offset.saturating_sub(start).saturating_add(1);
    match octets.get(place) {
        Some(0) | None => Ok(()),
        Some(value) => {
            let offset = raw.offset.saturating_add(1);
            Err(DecodeError::Invalid { field: "payload reserved", offset, value: (*value).into() })
        }
    }
}
