//! HMAC as ESP uses it: cut to the length of the Integrity Check Value (RFC 2403, RFC 2404, RFC 4868).

use core::fmt;

use digest::{KeyInit, Mac};
use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::crypt::KeyError;
use crate::secret::ct_eq;
use crate::suite::Integrity;

#[cfg(test)]
mod tests;

/// Octets of the longest HMAC before it is cut.
const MAX_OUTPUT: usize = 64;

/// The state of an HMAC after its key was hashed in: a packet starts from a copy of it, which saves two of the
/// blocks that HMAC adds to every message.
#[derive(Clone)]
enum Keyed {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

/// An integrity key, ready for use. Wiped when dropped.
#[derive(Clone)]
pub struct MacKey {
    keyed: Keyed,
    integrity: Integrity,
}

impl MacKey {
    /// Prepares `key`, whose length must be the one that the algorithm prescribes.
    pub fn new(integrity: Integrity, key: &[u8]) -> Result<Self, KeyError> {
        if key.len() != integrity.key_len() {
            return Err(KeyError::Length {
                name: integrity.name(),
                expected: integrity.key_len(),
                given: key.len(),
            });
        }
        Self::with_any_key(integrity, key)
    }

    /// HMAC itself takes keys of any length, and the published test vectors use that.
    fn with_any_key(integrity: Integrity, key: &[u8]) -> Result<Self, KeyError> {
        let error =
            KeyError::Length { name: integrity.name(), expected: integrity.key_len(), given: key.len() };
        let keyed = match integrity {
            Integrity::HmacMd5_96 => Keyed::Md5(KeyInit::new_from_slice(key).map_err(|_| error)?),
            Integrity::HmacSha1_96 => Keyed::Sha1(KeyInit::new_from_slice(key).map_err(|_| error)?),
            Integrity::HmacSha256_128 => Keyed::Sha256(KeyInit::new_from_slice(key).map_err(|_| error)?),
            Integrity::HmacSha384_192 => Keyed::Sha384(KeyInit::new_from_slice(key).map_err(|_| error)?),
            Integrity::HmacSha512_256 => Keyed::Sha512(KeyInit::new_from_slice(key).map_err(|_| error)?),
            Integrity::AesXcbc96
            | Integrity::AesCmac96
            | Integrity::Aes128Gmac
            | Integrity::Aes192Gmac
            | Integrity::Aes256Gmac => return Err(KeyError::NotBuilt(integrity.name())),
        };
        Ok(Self { keyed, integrity })
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
            Keyed::Sha384(keyed) => finish(keyed, parts),
            Keyed::Sha512(keyed) => finish(keyed, parts),
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
