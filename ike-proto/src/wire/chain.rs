//! The chain of payloads, each naming the type of the next (RFC 7296 §3.2, RFC 2408 §3.2).

use alloc::vec::Vec;

use super::codes::PayloadType;
use super::{DecodeError, Reader, limits};

/// One payload, not yet looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawPayload<'a> {
    /// What it is.
    pub kind: PayloadType,
    /// Whether a receiver that does not know the type must refuse the message (IKEv2).
    pub critical: bool,
    /// What it says follows it.
    pub next: PayloadType,
    /// What follows its four-octet head.
    pub body: &'a [u8],
    /// Where its head starts.
    pub offset: usize,
}

impl<'a> RawPayload<'a> {
    /// A reader of the body that knows where in the message it lies.
    pub const fn reader(&self) -> Reader<'a> {
        Reader::at(self.body, self.offset.saturating_add(4))
    }
}

/// Reads payloads from `reader` until one says that nothing follows, or until one for which `ends_chain` holds: the
/// "next payload" of an Encrypted payload is about its content. What follows the chain is left in `reader`.
///
/// # Errors
/// A payload that is cut short or shorter than its head, or more than [`limits::MAX_PAYLOADS`].
pub fn walk<'a>(
    first: PayloadType,
    reader: &mut Reader<'a>,
    ends_chain: impl Fn(PayloadType) -> bool,
) -> Result<Vec<RawPayload<'a>>, DecodeError> {
    let mut payloads = Vec::new();
    let mut kind = first;
    while kind != PayloadType::NONE {
        let offset = reader.offset();
        if payloads.len() >= limits::MAX_PAYLOADS {
            return Err(DecodeError::TooMany { field: "payloads", offset, limit: limits::MAX_PAYLOADS });
        }
        let (next, flags, mut body) = reader.structure("payload")?;
        let next = PayloadType(next);
        payloads.push(RawPayload {
            kind,
            critical: flags & CRITICAL != 0,
            next,
            body: body.take_rest(),
            offset,
        });
        if ends_chain(kind) {
            break;
        }
        kind = next;
    }
    Ok(payloads)
}

/// The critical bit in the octet after "next payload".
pub const CRITICAL: u8 = 0x80;

#[cfg(test)]
mod tests;
