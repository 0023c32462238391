//! Any payload of IKEv1.

use super::{
    CertPayload, DeletePayload, FragmentPayload, HashPayload, IdPayload, KePayload, NatDPayload,
    NatNumbering, NatOaPayload, NoncePayload, NotifyPayload, SaPayload, SignaturePayload, VendorIdPayload,
};
use crate::wire::chain::RawPayload;
use crate::wire::codes::PayloadType;
use crate::wire::{DecodeError, Writer};

/// A payload. Types that are not understood, IKEv2's among them, are kept as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Security Association.
    Sa(SaPayload),
    /// Key Exchange.
    Ke(KePayload<'a>),
    /// Identification.
    Id(IdPayload<'a>),
    /// Certificate.
    Cert(CertPayload<'a>),
    /// Certificate Request.
    CertRequest(CertPayload<'a>),
    /// Hash.
    Hash(HashPayload<'a>),
    /// Signature.
    Signature(SignaturePayload<'a>),
    /// Nonce.
    Nonce(NoncePayload<'a>),
    /// Notification.
    Notify(NotifyPayload<'a>),
    /// Delete.
    Delete(DeletePayload),
    /// Vendor ID.
    VendorId(VendorIdPayload<'a>),
    /// NAT detection.
    NatD(NatDPayload<'a>),
    /// Original address.
    NatOa(NatOaPayload),
    /// A fragment of a message.
    Fragment(FragmentPayload<'a>),
    /// Something else, attributes of Transaction exchanges among it.
    Unknown(RawPayload<'a>),
}

impl<'a> Payload<'a> {
    /// Looks into a payload.
    ///
    /// # Errors
    /// The body is not what its type says.
    pub fn decode(raw: RawPayload<'a>) -> Result<Self, DecodeError> {
        let mut reader = raw.reader();
        Ok(match raw.kind {
            PayloadType::V1_SA => Self::Sa(SaPayload::decode(reader)?),
            PayloadType::V1_KE => Self::Ke(KePayload { data: reader.take_rest() }),
            PayloadType::V1_ID => Self::Id(IdPayload::decode(reader)?),
            PayloadType::V1_CERT => Self::Cert(CertPayload::decode(reader)?),
            PayloadType::V1_CERTREQ => Self::CertRequest(CertPayload::decode(reader)?),
            PayloadType::V1_HASH => Self::Hash(HashPayload { data: reader.take_rest() }),
            PayloadType::V1_SIGNATURE => Self::Signature(SignaturePayload { data: reader.take_rest() }),
            PayloadType::V1_NONCE => Self::Nonce(NoncePayload::decode(reader)?),
            PayloadType::V1_NOTIFY => Self::Notify(NotifyPayload::decode(reader)?),
            PayloadType::V1_DELETE => Self::Delete(DeletePayload::decode(reader)?),
            PayloadType::V1_VENDOR_ID => Self::VendorId(VendorIdPayload { data: reader.take_rest() }),
            PayloadType::V1_NAT_D => Self::nat_d(NatNumbering::Rfc3947, reader.take_rest()),
            PayloadType::V1_NAT_D_DRAFT => Self::nat_d(NatNumbering::Draft, reader.take_rest()),
            PayloadType::V1_NAT_OA => Self::NatOa(NatOaPayload::decode(NatNumbering::Rfc3947, reader)?),
            PayloadType::V1_NAT_OA_DRAFT => Self::NatOa(NatOaPayload::decode(NatNumbering::Draft, reader)?),
            PayloadType::V1_FRAGMENT => Self::Fragment(FragmentPayload::decode(reader)?),
            _ => Self::Unknown(raw),
        })
    }

    const fn nat_d(numbering: NatNumbering, hash: &'a [u8]) -> Self {
        Self::NatD(NatDPayload { numbering, hash })
    }

    /// What it is.
    pub const fn kind(&self) -> PayloadType {
        match self {
            Self::Sa(_) => PayloadType::V1_SA,
            Self::Ke(_) => PayloadType::V1_KE,
            Self::Id(_) => PayloadType::V1_ID,
            Self::Cert(_) => PayloadType::V1_CERT,
            Self::CertRequest(_) => PayloadType::V1_CERTREQ,
            Self::Hash(_) => PayloadType::V1_HASH,
            Self::Signature(_) => PayloadType::V1_SIGNATURE,
            Self::Nonce(_) => PayloadType::V1_NONCE,
            Self::Notify(_) => PayloadType::V1_NOTIFY,
            Self::Delete(_) => PayloadType::V1_DELETE,
            Self::VendorId(_) => PayloadType::V1_VENDOR_ID,
            Self::NatD(payload) => payload.numbering.nat_d(),
            Self::NatOa(payload) => payload.numbering.nat_oa(),
            Self::Fragment(_) => PayloadType::V1_FRAGMENT,
            Self::Unknown(raw) => raw.kind,
        }
    }

    /// Writes what follows the generic head.
    pub(super) fn encode_body(&self, writer: &mut Writer) {
        match self {
            Self::Sa(payload) => payload.encode(writer),
            Self::Ke(KePayload { data })
            | Self::Hash(HashPayload { data })
            | Self::Signature(SignaturePayload { data })
            | Self::Nonce(NoncePayload { data })
            | Self::VendorId(VendorIdPayload { data })
            | Self::NatD(NatDPayload { hash: data, .. }) => writer.put(data),
            Self::Id(payload) => payload.encode(writer),
            Self::Cert(payload) | Self::CertRequest(payload) => payload.encode(writer),
            Self::Notify(payload) => payload.encode(writer),
            Self::Delete(payload) => payload.encode(writer),
            Self::NatOa(payload) => payload.encode(writer),
            Self::Fragment(payload) => payload.encode(writer),
            Self::Unknown(raw) => writer.put(raw.body),
        }
    }
}
