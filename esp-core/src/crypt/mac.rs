//! HMAC as ESP uses it: cut to the length of the Integrity Check Value (RFC 2403, RFC 2404, RFC 4868).

use core::fmt;

use digest::{KeyInit, Mac};
use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;

use crate::crypt::KeyLengthError;
use crate::secret::ct_eq;
use crate::suite::Integrity;

#[cfg(test)]
mod tests;

/// Octets of the longest HMAC before it is cut.
const MAX_OUTPUT: usize = 32;

/// The state of an HMAC after its key was hashed in: a packet starts from a copy of it, which saves two of the
/// blocks that HMAC adds to every message.
#[derive(Clone)]
enum Keyed {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

/// An integrity key, ready for use. Wiped when dropped.
#[derive(Clone)]
pub struct MacKey {
    keyed: Keyed,
    integrity: Integrity,
}

impl MacKey {
    /// Prepares `key`, whose length must be the one that the algorithm prescribes.
    pub fn new(integrity: Integrity, key: &[u8]) -> Result<Self, KeyLengthError> {
        let error =
            KeyLengthError { name: integrity.name(), expected: integrity.key_len(), given: key.len() };
        if key.len() != integrity.key_len() {
            return Err(error);
        }
        Self::with_any_key(integrity, key).ok_or(error)
    }

    /// HMAC itself takes keys of any length, and the published test vectors use that.
    fn with_any_key(integrity: Integrity, key: &[u8]) -> Option<Self> {
        let keyed = match integrity {
            Integrity::HmacMd5_96 => Keyed::Md5(KeyInit::new_from_slice(key).ok()?),
            Integrity::HmacSha1_96 => Keyed::Sha1(KeyInit::new_from_slice(key).ok()?),
            Integrity::HmacSha256_128 => Keyed::Sha256(KeyInit::new_from_slice(key).ok()?),
        };
        Some(Self { keyed, integrity })
    }

    /// The algorithm.
    pub fn integrity(&self) -> Integrity {
        self.integrity
    }

    /// Writes the first octets of the HMAC over `parts`, one after the other, into `icv`.
    pub(crate) fn compute<const N: usize>(&self, parts: [&[u8]; N], icv: &mut [u8]) {
        for (to, from) in icv.iter_mut().zip(self.full(parts)) {
            *to = from;
        }
    }

    /// Whether `icv` is the Integrity Check Value over `parts`. Its length is checked first: a value that was cut
    /// shorter is no value.
    pub(crate) fn verify<const N: usize>(&self, parts: [&[u8]; N], icv: &[u8]) -> bool {
        icv.len() == self.integrity.icv_len() && self.matches_cut(parts, icv)
    }

    /// Whether the HMAC over `parts` begins with `icv`, however short that is. Not to be trusted for letting a
    /// packet pass: [`MacKey::verify`] is.
    pub(crate) fn matches_cut<const N: usize>(&self, parts: [&[u8]; N], icv: &[u8]) -> bool {
        self.full(parts).get(..icv.len()).is_some_and(|expected| ct_eq(expected, icv))
    }

    fn full<const N: usize>(&self, parts: [&[u8]; N]) -> [u8; MAX_OUTPUT] {
        match &self.keyed {
            Keyed::Md5(keyed) => finish(keyed, parts),
            Keyed::Sha1(keyed) => finish(keyed, parts),
            Keyed::Sha256(keyed) => finish(keyed, parts),
        }
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacKey({})", self.integrity)
    }
}

/// The HMAC over `parts`, filled up with zeros.
fn finish<M: Mac + Clone, const N: usize>(keyed: &M, parts: [&[u8]; N]) -> [u8; MAX_OUTPUT] {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    let mut full = [0; MAX_OUTPUT];
    for (to, from) in full.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    full
}
