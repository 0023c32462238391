//! A whole message: the header and the chain of payloads.

use alloc::vec::Vec;

use super::Payload;
use crate::wire::chain::{self, ChainBuilder, RawPayload};
use crate::wire::codes::PayloadType;
use crate::wire::header::{HEADER_LEN, Header};
use crate::wire::{DecodeError, EncodeError, Reader};

/// A datagram as an IKEv2 message, as far as it is in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// The payloads in clear; a [`Payload::Encrypted`] or [`Payload::EncryptedFragment`] is the last.
    pub payloads: Vec<Payload<'a>>,
    /// The whole datagram, as AUTH and the Integrity Check Value cover it.
    pub raw: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a datagram (without the non-ESP marker of port 4500).
    ///
    /// # Errors
    /// Anything that is not a well-formed message of major version 2. The version is decided on the first 28 octets
    /// alone, see [`Header::peek`].
    pub fn decode(datagram: &'a [u8]) -> Result<Self, DecodeError> {
        let header = Header::peek(datagram)?;
        if header.major_version != 2 {
            let value = header.major_version.into();
            return Err(DecodeError::Invalid { field: "major version", offset: 17, value });
        }
        let header = Header::decode(datagram)?;
        let mut reader = Reader::new(datagram);
        reader.take("IKE header", HEADER_LEN)?;
        let payloads = decode_from(header.next_payload, &mut reader)?;
        Ok(Self { header, payloads, raw: datagram })
    }

    /// The Encrypted payload, if there is one.
    pub fn encrypted(&self) -> Option<super::SkPayload<'a>> {
        match self.payloads.last() {
            Some(Payload::Encrypted(sk)) => Some(*sk),
            _ => None,
        }
    }

    /// The fragment of an Encrypted payload, if the message is one.
    pub fn fragment(&self) -> Option<super::SkfPayload<'a>> {
        match self.payloads.last() {
            Some(Payload::EncryptedFragment(skf)) => Some(*skf),
            _ => None,
        }
    }
}

/// Reads a chain of payloads without a header: the decrypted content of an Encrypted payload. `first` is what that
/// payload said its first payload is.
///
/// # Errors
/// A chain or payload that is malformed, or octets behind the last payload.
pub fn decode_chain(first: PayloadType, octets: &[u8]) -> Result<Vec<Payload<'_>>, DecodeError> {
    decode_from(first, &mut Reader::new(octets))
}

fn decode_from<'a>(first: PayloadType, reader: &mut Reader<'a>) -> Result<Vec<Payload<'a>>, DecodeError> {
    let raw = chain::walk(first, reader, ends_chain)?;
    reader.finish("octets after the last payload")?;
    raw.into_iter().map(Payload::decode).collect()
}

/// Of these payloads "next payload" names what is inside, so they are the last (RFC 7296 §3.14, RFC 7383 §2.5).
fn ends_chain(kind: PayloadType) -> bool {
    matches!(kind, PayloadType::SK | PayloadType::SKF)
}

/// The first payload that is not understood although its sender insists, to be answered with
/// UNSUPPORTED_CRITICAL_PAYLOAD (RFC 7296 §2.5).
pub fn unsupported_critical(payloads: &[Payload<'_>]) -> Option<PayloadType> {
    payloads.iter().find_map(|payload| match payload {
        Payload::Unknown(RawPayload { kind, critical: true, .. }) => Some(*kind),
        _ => None,
    })
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

    /// The chain as it stands.
    ///
    /// # Errors
    /// What did not fit.
    pub fn chain(&self) -> Result<&[u8], EncodeError> {
        self.0.chain()
    }

    /// Adds a payload at the end. Nothing can follow an Encrypted payload.
    pub fn push(&mut self, payload: &Payload<'_>) -> &mut Self {
        let (next, critical) = match payload {
            Payload::Encrypted(sk) => (sk.first_inner, false),
            Payload::EncryptedFragment(skf) => (skf.first_inner, false),
            Payload::Unknown(raw) => (PayloadType::NONE, raw.critical),
            _ => (PayloadType::NONE, false),
        };
        let flags = if critical { chain::CRITICAL } else { 0 };
        self.0.push(payload.kind(), next, flags, |writer| payload.encode_body(writer));
        self
    }

    /// Adds every payload of another chain at the end. So a COOKIE comes before a first message that is otherwise
    /// unchanged (RFC 7296 §2.6).
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
