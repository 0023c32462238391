//! The chain of payloads, each naming the type of the next (RFC 7296 §3.2, RFC 2408 §3.2): read and built.

use alloc::vec::Vec;

use super::codes::PayloadType;
use super::header::{HEADER_LEN, Header};
use super::{DecodeError, EncodeError, Reader, Writer, limits};

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

/// Builds a chain of payloads, and with a header a message. What the payloads are is a version's own.
#[derive(Clone, Debug, Default)]
pub struct ChainBuilder {
    writer: Writer,
    first: Option<PayloadType>,
    /// Where the head of the last payload is, whose "next payload" the next one fills in.
    last: usize,
    count: usize,
}

impl ChainBuilder {
    /// What the first payload is; [`PayloadType::NONE`] for an empty chain.
    pub fn first(&self) -> PayloadType {
        self.first.unwrap_or(PayloadType::NONE)
    }

    /// The chain as it stands.
    ///
    /// # Errors
    /// What did not fit.
    pub fn chain(&self) -> Result<&[u8], EncodeError> {
        match self.writer.error() {
            Some(error) => Err(error),
            None => Ok(self.writer.as_slice()),
        }
    }

    /// Adds a payload at the end. `next` is what its head says until another payload follows it, `flags` the octet
    /// after that.
    pub fn push(&mut self, kind: PayloadType, next: PayloadType, flags: u8, body: impl FnOnce(&mut Writer)) {
        let start = self.link(kind);
        self.writer.structure("payload", next.0, flags, body);
        self.last = start;
    }

    /// Adds every payload of another chain at the end.
    pub fn append(&mut self, other: &Self) {
        if let Some(first) = other.first {
            let start = self.link(first);
            self.writer.put(other.writer.as_slice());
            self.last = start.saturating_add(other.last);
            self.count = self.count.saturating_add(other.count).saturating_sub(1);
        }
        if let Some(error) = other.writer.error() {
            self.writer.fail(error.field, error.len, error.limit);
        }
    }

    /// Makes the last payload say that `kind` follows, and returns where that will start.
    fn link(&mut self, kind: PayloadType) -> usize {
        let start = self.writer.len();
        match self.first {
            None => self.first = Some(kind),
            Some(_) => self.writer.patch(self.last, &[kind.0]),
        }
        self.count = self.count.saturating_add(1);
        if self.count > limits::MAX_PAYLOADS {
            self.writer.fail("payloads", self.count, limits::MAX_PAYLOADS);
        }
        start
    }

    /// The message in clear: `header` with next payload and length filled in, and the chain.
    ///
    /// # Errors
    /// What did not fit.
    pub fn encode(&self, header: &Header) -> Result<Vec<u8>, EncodeError> {
        let chain = self.chain()?;
        let length = HEADER_LEN.saturating_add(chain.len());
        let Ok(length) = u32::try_from(length) else {
            return Err(EncodeError { field: "message", len: length, limit: limits::MAX_MESSAGE });
        };
        let mut writer = Writer::new();
        Header { next_payload: self.first(), length, ..*header }.encode(&mut writer);
        writer.put(chain);
        writer.finish()
    }
}

#[cfg(test)]
mod tests;
