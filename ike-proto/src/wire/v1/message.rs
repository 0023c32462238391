//! A whole message: the header and what follows it.

use alloc::vec::Vec;

use super::chain::{self, Chain, Padding};
use super::{FragmentPayload, Payload};
use crate::wire::chain::ChainBuilder;
use crate::wire::codes::PayloadType;
use crate::wire::header::{HEADER_LEN, Header};
use crate::wire::{DecodeError, EncodeError, Reader};

/// A datagram as an IKEv1 message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// What follows it.
    pub content: Content<'a>,
    /// The whole datagram.
    pub raw: &'a [u8],
}

/// What follows the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Payloads in clear.
    Clear(Chain<'a>),
    /// Octets that [`v1_protect`](crate::crypto::v1_protect) decrypts.
    Encrypted(&'a [u8]),
}

impl<'a> Message<'a> {
    /// Reads a datagram (without the non-ESP marker of port 4500).
    ///
    /// # Errors
    /// Anything that is not a well-formed message of major version 1. The version is decided on the first 28 octets
    /// alone, see [`Header::peek`].
    pub fn decode(datagram: &'a [u8]) -> Result<Self, DecodeError> {
        let header = Header::peek(datagram)?;
        if header.major_version != 1 {
            let value = header.major_version.into();
            return Err(DecodeError::Invalid { field: "major version", offset: 17, value });
        }
        let header = Header::decode(datagram)?;
        let mut reader = Reader::new(datagram);
        reader.take("IKE header", HEADER_LEN)?;
        let content = if header.flags.is_v1_encrypted() {
            Content::Encrypted(reader.take_rest())
        } else {
            let rest = reader;
            Content::Clear(chain::decode(header.next_payload, rest, reader.take_rest(), Padding::Align)?)
        };
        Ok(Self { header, content, raw: datagram })
    }

    /// The fragment, if the message is one: a fragment stands alone.
    pub fn fragment(&self) -> Option<FragmentPayload<'a>> {
        let Content::Clear(chain) = &self.content else { return None };
        match chain.items.as_slice() {
            [super::Item { payload: Payload::Fragment(fragment), .. }] => Some(*fragment),
            _ => None,
        }
    }
}

/// Builds a chain of payloads, and with a header a message.
#[derive(Clone, Debug, Default)]
pub struct MessageBuilder(ChainBuilder);

impl MessageBuilder {
    /// No payloads yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the first payload is; [`PayloadType::NONE`] for an empty chain.
    pub fn first(&self) -> PayloadType {
        self.0.first()
    }

    /// The chain as it stands, which is what a hash in front of it covers (F-7).
    ///
    /// # Errors
    /// What did not fit.
    pub fn chain(&self) -> Result<&[u8], EncodeError> {
        self.0.chain()
    }

    /// Adds a payload at the end.
    pub fn push(&mut self, payload: &Payload<'_>) -> &mut Self {
        self.0.push(payload.kind(), PayloadType::NONE, 0, |writer| payload.encode_body(writer));
        self
    }

    /// Adds every payload of another chain at the end. So a hash comes before what it covers.
    pub fn append(&mut self, other: &Self) -> &mut Self {
        self.0.append(&other.0);
        self
    }

    /// The message in clear: `header` with next payload and length filled in, and the chain.
    ///
    /// # Errors
    /// What did not fit.
    pub fn encode(&self, header: &Header) -> Result<Vec<u8>, EncodeError> {
        self.0.encode(header)
    }
}
