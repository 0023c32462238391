//! The Certificate and Certificate Request payloads (RFC 7296 §3.6, §3.7).

use crate::wire::codes::CertEncoding;
use crate::wire::{DecodeError, Reader, Writer};

/// A certificate, a revocation list, or where to find one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertPayload<'a> {
    /// What the octets are.
    pub encoding: CertEncoding,
    /// The octets.
    pub data: &'a [u8],
}

impl<'a> CertPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let encoding = CertEncoding(reader.u8("certificate encoding")?);
        Ok(Self { encoding, data: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.encoding.0);
        writer.put(self.data);
    }
}

/// Which certificates are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertReqPayload<'a> {
    /// What is asked for.
    pub encoding: CertEncoding,
    /// Whom the certificate may come from: for X.509 the SHA-1 hashes of the authorities' public keys one after the
    /// other, empty for any.
    pub authorities: &'a [u8],
}

impl<'a> CertReqPayload<'a> {
    pub(super) fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let encoding = CertEncoding(reader.u8("certificate request encoding")?);
        Ok(Self { encoding, authorities: reader.take_rest() })
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u8(self.encoding.0);
        writer.put(self.authorities);
    }
}
