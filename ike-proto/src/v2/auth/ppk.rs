//! Post-quantum pre-shared keys in IKE_AUTH (RFC 8784 §3).

use alloc::vec::Vec;

use crate::config::{ConnectionConfig, Ppk, PpkConfig};
use crate::diagnose::PpkFailure;
use crate::v2::contents::Contents;
use crate::wire::codes::NotifyType;

/// PPK_ID_FIXED: the name is as configured on both ends (RFC 8784 §5.1).
const ID_FIXED: u8 = 2;

/// The data of a PPK_IDENTITY that names a key.
pub(super) fn identity(ppk: &Ppk) -> Vec<u8> {
    let mut data = Vec::from([ID_FIXED]);
    data.extend_from_slice(ppk.id());
    data
}

/// What a responder makes of the initiator's words about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// No key is used.
    Without,
    /// The key is used.
    With(&'a Ppk),
    /// The initiator named a key that we do not have, and proves itself without it too.
    Fallback(&'a [u8]),
}

/// Decides as RFC 8784's table 1 does. `negotiated` says whether both ends sent USE_PPK.
///
/// # Errors
/// The IKE SA must not be made.
pub(super) fn asked<'a>(
    config: &'a ConnectionConfig,
    contents: &Contents<'a>,
    negotiated: bool,
) -> Result<Asked<'a>, PpkFailure> {
    let ours = config.v2.ppk.as_ref();
    let mandatory = ours.is_some_and(|ppk| ppk.mandatory);
    if !negotiated {
        return if mandatory { Err(PpkFailure::NotUsedByPeer) } else { Ok(Asked::Without) };
    }
    let Some(named) = contents.notify(NotifyType::PPK_IDENTITY) else {
        return Err(PpkFailure::NotUsedByPeer);
    };
    match ours {
        Some(PpkConfig { key, .. }) if named.data == identity(key) => Ok(Asked::With(key)),
        _ => match contents.notify(NotifyType::NO_PPK_AUTH) {
            Some(proof) if !mandatory => Ok(Asked::Fallback(proof.data)),
            _ => Err(PpkFailure::UnknownId { received: Vec::from(named.data.get(1..).unwrap_or_default()) }),
        },
    }
}
