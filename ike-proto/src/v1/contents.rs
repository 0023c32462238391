//! The payloads of a message by what they are, each kind at most once where more would be ambiguous.

use alloc::vec::Vec;

use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    Chain, DeletePayload, IdPayload, NatDPayload, NotifyPayload, Payload, SaPayload, VendorIdPayload,
};

/// The payloads of a message.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    pub(crate) sa: Option<&'a SaPayload>,
    pub(crate) ke: Option<&'a [u8]>,
    pub(crate) nonce: Option<&'a [u8]>,
    pub(crate) hash: Option<&'a [u8]>,
    /// One in phase 1; in quick mode the initiator's and the responder's (F-10).
    pub(crate) ids: Vec<&'a IdPayload<'a>>,
    pub(crate) nat_d: Vec<&'a NatDPayload<'a>>,
    pub(crate) vendor_ids: Vec<&'a VendorIdPayload<'a>>,
    pub(crate) notifies: Vec<&'a NotifyPayload<'a>>,
    pub(crate) deletes: Vec<&'a DeletePayload>,
}

impl<'a> Contents<'a> {
    /// Sorts payloads.
    ///
    /// # Errors
    /// A payload that must not occur twice does.
    pub(crate) fn read(chain: &'a Chain<'a>) -> Result<Self, &'static str> {
        let mut contents = Self::default();
        for payload in chain.payloads() {
            match payload {
                Payload::Sa(sa) => once(&mut contents.sa, sa, "two SA payloads")?,
                Payload::Ke(ke) => once(&mut contents.ke, ke.data, "two KE payloads")?,
                Payload::Nonce(nonce) => once(&mut contents.nonce, nonce.data, "two nonces")?,
                Payload::Hash(hash) => once(&mut contents.hash, hash.data, "two HASH payloads")?,
                Payload::Id(id) => contents.ids.push(id),
                Payload::NatD(nat_d) => contents.nat_d.push(nat_d),
                Payload::VendorId(vendor_id) => contents.vendor_ids.push(vendor_id),
                Payload::Notify(notify) => contents.notifies.push(notify),
                Payload::Delete(delete) => contents.deletes.push(delete),
                Payload::Cert(_)
                | Payload::CertRequest(_)
                | Payload::Signature(_)
                | Payload::NatOa(_)
                | Payload::Fragment(_)
                | Payload::Unknown(_) => {}
            }
        }
        Ok(contents)
    }

    /// The first notification of a kind.
    pub(crate) fn notify(&self, kind: NotifyType) -> Option<&'a NotifyPayload<'a>> {
        self.notifies.iter().copied().find(|notify| notify.kind == kind)
    }

    /// The first error.
    pub(crate) fn error(&self) -> Option<&'a NotifyPayload<'a>> {
        self.notifies.iter().copied().find(|notify| notify.kind.is_error())
    }
}

fn once<T>(place: &mut Option<T>, value: T, twice: &'static str) -> Result<(), &'static str> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(twice),
    }
}
