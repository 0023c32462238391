//! What IKEv1 has no numbers for.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use esp_core::suite::{CipherFamily, Integrity};

use crate::algorithms::{EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption, IkeVersion};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;
use crate::text::list;

/// A choice that the version of IKE cannot negotiate.
pub(crate) struct Gap {
    /// The rule of the setting.
    pub(crate) rule: &'static str,
    /// The setting, such as `ike.encryption`.
    pub(crate) field: &'static str,
    /// What does not go together.
    pub(crate) message: String,
    /// What to do.
    pub(crate) fix: String,
}

/// Everything in the policies of a tunnel that its version of IKE cannot negotiate; nothing with IKEv2. Groups have the same
/// numbers in both versions, and peers take even group 31, which RFC 8031 defines for IKEv2.
pub(crate) fn gaps(ike: &IkePolicy, ipsec: &IpsecPolicy) -> Vec<Gap> {
    if ike.version != IkeVersion::V1 {
        return Vec::new();
    }
    let found = [
        gap("IKE-3", "ike.encryption", Some(ike.encryption), IkeEncryption::ALL, |choice| {
            matches!(choice.cipher().family(), CipherFamily::TripleDesCbc | CipherFamily::AesCbc)
        }),
        gap("IKE-2", "ike.authentication", Some(ike.authentication), IkeAuthentication::ALL, |choice| {
            !matches!(choice.integrity(), Integrity::AesXcbc96 | Integrity::AesCmac96)
        }),
        gap("SEC-3", "ipsec.encryption", ipsec.encryption(), EspEncryption::ALL, |choice| {
            choice.cipher().family() != CipherFamily::ChaCha20Poly1305
        }),
        gap("SEC-2", "ipsec.authentication", ipsec.authentication(), EspAuthentication::ALL, |choice| {
            choice.integrity() != Integrity::AesCmac96
        }),
    ];
    found.into_iter().flatten().collect()
}

fn gap<T: Copy + core::fmt::Display>(
    rule: &'static str,
    field: &'static str,
    choice: Option<T>,
    all: &[T],
    has: fn(T) -> bool,
) -> Option<Gap> {
    let choice = choice.filter(|choice| !has(*choice))?;
    let message = format!("IKEv1 has no number for {choice}, so that no peer can be offered it");
    let others = list(all.iter().copied().filter(|other| has(*other)));
    Some(Gap { rule, field, message, fix: format!("Set the version to v2, or choose one of {others}") })
}
