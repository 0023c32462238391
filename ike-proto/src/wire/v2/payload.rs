//! Any payload of IKEv2.

use super::{
    AuthPayload, CertPayload, CertReqPayload, CpPayload, DeletePayload, EapPayload, IdPayload, KePayload,
    NoncePayload, NotifyPayload, SaPayload, SkPayload, SkfPayload, TsPayload, VendorIdPayload,
};
use crate::wire::chain::RawPayload;
use crate::wire::codes::PayloadType;
use crate::wire::{DecodeError, Writer};

/// A payload. Types that are not understood, IKEv1's among them, are kept as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Security Association.
    Sa(SaPayload),
    /// Key Exchange.
    Ke(KePayload<'a>),
    /// Identification of the initiator.
    IdI(IdPayload<'a>),
    /// Identification of the responder.
    IdR(IdPayload<'a>),
    /// Certificate.
    Cert(CertPayload<'a>),
    /// Certificate Request.
    CertReq(CertReqPayload<'a>),
    /// Authentication.
    Auth(AuthPayload<'a>),
    /// Nonce.
    Nonce(NoncePayload<'a>),
    /// Notify.
    Notify(NotifyPayload<'a>),
    /// Delete.
    Delete(DeletePayload),
    /// Vendor ID.
    VendorId(VendorIdPayload<'a>),
    /// Traffic Selectors of the initiator.
    TsI(TsPayload),
    /// Traffic Selectors of the responder.
    TsR(TsPayload),
    /// Encrypted and Authenticated.
    Encrypted(SkPayload<'a>),
    /// Encrypted and Authenticated Fragment.
    EncryptedFragment(SkfPayload<'a>),
    /// Configuration.
    Cp(CpPayload<'a>),
    /// Extensible Authentication.
    Eap(EapPayload<'a>),
    /// Something else.
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
            PayloadType::SA => Self::Sa(SaPayload::decode(reader)?),
            PayloadType::KE => Self::Ke(KePayload::decode(reader)?),
            PayloadType::ID_I => Self::IdI(IdPayload::decode(reader)?),
            PayloadType::ID_R => Self::IdR(IdPayload::decode(reader)?),
            PayloadType::CERT => Self::Cert(CertPayload::decode(reader)?),
            PayloadType::CERTREQ => Self::CertReq(CertReqPayload::decode(reader)?),
            PayloadType::AUTH => Self::Auth(AuthPayload::decode(reader)?),
            PayloadType::NONCE => Self::Nonce(NoncePayload::decode(reader)?),
            PayloadType::NOTIFY => Self::Notify(NotifyPayload::decode(reader)?),
            PayloadType::DELETE => Self::Delete(DeletePayload::decode(reader)?),
            PayloadType::VENDOR_ID => Self::VendorId(VendorIdPayload { data: reader.take_rest() }),
            PayloadType::TS_I => Self::TsI(TsPayload::decode(reader)?),
            PayloadType::TS_R => Self::TsR(TsPayload::decode(reader)?),
            PayloadType::SK => Self::Encrypted(SkPayload { first_inner: raw.next, body: reader.take_rest() }),
            PayloadType::SKF => Self::EncryptedFragment(SkfPayload::decode(raw.next, reader)?),
            PayloadType::CP => Self::Cp(CpPayload::decode(reader)?),
            PayloadType::EAP => Self::Eap(EapPayload::decode(reader)?),
            _ => Self::Unknown(raw),
        })
    }

    /// What it is.
    pub const fn kind(&self) -> PayloadType {
        match self {
            Self::Sa(_) => PayloadType::SA,
            Self::Ke(_) => PayloadType::KE,
            Self::IdI(_) => PayloadType::ID_I,
            Self::IdR(_) => PayloadType::ID_R,
            Self::Cert(_) => PayloadType::CERT,
            Self::CertReq(_) => PayloadType::CERTREQ,
            Self::Auth(_) => PayloadType::AUTH,
            Self::Nonce(_) => PayloadType::NONCE,
            Self::Notify(_) => PayloadType::NOTIFY,
            Self::Delete(_) => PayloadType::DELETE,
            Self::VendorId(_) => PayloadType::VENDOR_ID,
            Self::TsI(_) => PayloadType::TS_I,
            Self::TsR(_) => PayloadType::TS_R,
            Self::Encrypted(_) => PayloadType::SK,
            Self::EncryptedFragment(_) => PayloadType::SKF,
            Self::Cp(_) => PayloadType::CP,
            Self::Eap(_) => PayloadType::EAP,
            Self::Unknown(raw) => raw.kind,
        }
    }

    /// Writes what follows the generic head.
    pub(super) fn encode_body(&self, writer: &mut Writer) {
        match self {
            Self::Sa(payload) => payload.encode(writer),
            Self::Ke(payload) => payload.encode(writer),
            Self::IdI(payload) | Self::IdR(payload) => payload.encode(writer),
            Self::Cert(payload) => payload.encode(writer),
            Self::CertReq(payload) => payload.encode(writer),
            Self::Auth(payload) => payload.encode(writer),
            Self::Nonce(payload) => payload.encode(writer),
            Self::Notify(payload) => payload.encode(writer),
            Self::Delete(payload) => payload.encode(writer),
            Self::VendorId(payload) => writer.put(payload.data),
            Self::TsI(payload) | Self::TsR(payload) => payload.encode(writer),
            Self::Encrypted(payload) => writer.put(payload.body),
            Self::EncryptedFragment(payload) => payload.encode(writer),
            Self::Cp(payload) => payload.encode(writer),
            Self::Eap(payload) => payload.encode(writer),
            Self::Unknown(raw) => writer.put(raw.body),
        }
    }
}
