//! The payloads of a message by what they are, each kind at most once where more would be ambiguous.

use alloc::vec::Vec;

use crate::wire::codes::NotifyType;
use crate::wire::v2::{
    AuthPayload, DeletePayload, IdPayload, KePayload, NotifyPayload, Payload, SaPayload, TsPayload,
};

/// The payloads of a message.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    pub(crate) sa: Option<&'a SaPayload>,
    pub(crate) ke: Option<&'a KePayload<'a>>,
    pub(crate) nonce: Option<&'a [u8]>,
    pub(crate) id_i: Option<&'a IdPayload<'a>>,
    pub(crate) id_r: Option<&'a IdPayload<'a>>,
    pub(crate) auth: Option<&'a AuthPayload<'a>>,
    pub(crate) ts_i: Option<&'a TsPayload>,
    pub(crate) ts_r: Option<&'a TsPayload>,
    pub(crate) notifies: Vec<&'a NotifyPayload<'a>>,
    pub(crate) deletes: Vec<&'a DeletePayload>,
}

impl<'a> Contents<'a> {
    /// Sorts payloads.
    ///
    /// # Errors
    /// A payload that must not occur twice does.
    pub(crate) fn read(payloads: &'a [Payload<'a>]) -> Result<Self, &'static str> {
        let mut contents = Self::default();
        for payload in payloads {
            match payload {
                Payload::Sa(sa) => once(&mut contents.sa, sa, "two SA payloads")?,
                Payload::Ke(ke) => once(&mut contents.ke, ke, "two KE payloads")?,
                Payload::Nonce(nonce) => once(&mut contents.nonce, nonce.data, "two nonces")?,
                Payload::IdI(id) => once(&mut contents.id_i, id, "two IDi payloads")?,
                Payload::IdR(id) => once(&mut contents.id_r, id, "two IDr payloads")?,
                Payload::Auth(auth) => once(&mut contents.auth, auth, "two AUTH payloads")?,
                Payload::TsI(ts) => once(&mut contents.ts_i, ts, "two TSi payloads")?,
                Payload::TsR(ts) => once(&mut contents.ts_r, ts, "two TSr payloads")?,
                Payload::Notify(notify) => contents.notifies.push(notify),
                Payload::Delete(delete) => contents.deletes.push(delete),
                // Nothing here authenticates with certificates or EAP, or assigns addresses; the sender is told by what
                // it then does not get.
                Payload::Cert(_) | Payload::CertReq(_) | Payload::Eap(_) | Payload::Cp(_) => {}
                Payload::VendorId(_)
                | Payload::Encrypted(_)
                | Payload::EncryptedFragment(_)
                | Payload::Unknown(_) => {}
            }
        }
        Ok(contents)
    }

    /// The first notification of a kind.
    pub(crate) fn notify(&self, kind: NotifyType) -> Option<&'a NotifyPayload<'a>> {
        self.notifies.iter().copied().find(|notify| notify.kind == kind)
    }

    /// The data of every notification of a kind.
    pub(crate) fn notify_data(&self, kind: NotifyType) -> Vec<&'a [u8]> {
        self.notifies.iter().filter(|notify| notify.kind == kind).map(|notify| notify.data).collect()
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
