//! Identities to and from Identification payloads (RFC 7296 §3.5).

use crate::config::Identity;
pub(crate) use crate::sa::identity::encode;
use crate::sa::identity::{matches as same, shown as show};
use crate::wire::v2::IdPayload;

/// Whether a payload says exactly this identity: the type and every octet.
pub(crate) fn matches(identity: &Identity, payload: &IdPayload<'_>) -> bool {
    same(identity, payload.kind, payload.data)
}

/// A payload as an identity to be shown; it proves nothing.
pub(crate) fn shown(payload: &IdPayload<'_>) -> Identity {
    show(payload.kind, payload.data)
}

#[cfg(test)]
mod tests;
