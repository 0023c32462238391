//! The integrity algorithms, cut to the length of the Integrity Check Value: HMAC (RFC 2403, RFC 2404, RFC 4868),
//! AES-XCBC-MAC (RFC 3566), AES-CMAC (RFC 4494) and, for AH, AES-GMAC (RFC 4543).

use core::fmt;

use aes::Aes128Enc;
use cmac::Cmac;
use digest::{KeyInit, Mac};
use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::crypt::KeyError;
use crate::crypt::gmac::GmacKey;
use crate::crypt::xcbc::XcbcKey;
use crate::secret::ct_eq;
use crate::suite::Integrity;

#[cfg(test)]
mod tests;

/// Octets of the longest value before it is cut.
const MAX_OUTPUT: usize = 64;

/// The algorithm with its key. An HMAC is in the state after its key was hashed in: a packet starts from a copy of it,
/// which saves two of the blocks that HMAC adds to every message.
#[derive(Clone)]
enum Keyed {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
    Cmac(Cmac<Aes128Enc>),
    Xcbc(XcbcKey),
    Gmac(GmacKey),
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

    /// HMAC itself takes keys of any length, and the published test vectors use that; ESP and AH do not.
    #[doc(hidden)]
    pub fn with_any_key(integrity: Integrity, key: &[u8]) -> Result<Self, KeyError> {
        let (name, expected) = (integrity.name(), integrity.key_len());
        let error = KeyError::Length { name, expected, given: key.len() };
        let keyed = match integrity {
            Integrity::HmacMd5_96 => KeyInit::new_from_slice(key).map(Keyed::Md5).ok(),
            Integrity::HmacSha1_96 => KeyInit::new_from_slice(key).map(Keyed::Sha1).ok(),
            Integrity::HmacSha256_128 => KeyInit::new_from_slice(key).map(Keyed::Sha256).ok(),
            Integrity::HmacSha384_192 => KeyInit::new_from_slice(key).map(Keyed::Sha384).ok(),
            Integrity::HmacSha512_256 => KeyInit::new_from_slice(key).map(Keyed::Sha512).ok(),
            Integrity::AesXcbc96 => key.try_into().map(|key| Keyed::Xcbc(XcbcKey::new(key))).ok(),
            Integrity::AesCmac96 => KeyInit::new_from_slice(key).map(Keyed::Cmac).ok(),
            Integrity::Aes128Gmac | Integrity::Aes192Gmac | Integrity::Aes256Gmac => {
                Some(Keyed::Gmac(GmacKey::new(name, expected, key)?))
            }
        };
        Ok(Self { keyed: keyed.ok_or(error)?, integrity })
    }

    /// The algorithm.
    pub fn integrity(&self) -> Integrity {
        self.integrity
    }

    /// Writes the check value over `parts`, one after the other, into `icv`, cut to its length. `nonce` is a number
    /// that is used once under this key, such as the full sequence number; AES-GMAC alone needs it.
    pub(crate) fn compute<const N: usize>(&self, nonce: u64, parts: [&[u8]; N], icv: &mut [u8]) {
        if let Keyed::Gmac(key) = &self.keyed {
            if let Some((iv, tag)) = icv.split_first_chunk_mut() {
                *iv = nonce.to_be_bytes();
                // The lengths are those of the algorithm, or the packet is not verified by its receiver.
                let _ = key.compute(iv, &parts, tag);
            }
            return;
        }
        for (to, from) in icv.iter_mut().zip(self.full(parts)) {
            *to = from;
        }
    }

    /// Whether `icv` is the Integrity Check Value over `parts`. Its length is checked first: a value that was cut
    /// shorter is no value.
    #[must_use]
    pub fn verify<const N: usize>(&self, parts: [&[u8]; N], icv: &[u8]) -> bool {
        icv.len() == self.integrity.icv_len() && self.matches_cut(parts, icv)
    }

    /// Whether the check value over `parts` begins with `icv`, however short that is; of AES-GMAC, which is never cut,
    /// whether it is that. Not to be trusted for letting a packet pass: [`MacKey::verify`] is.
    #[doc(hidden)]
    #[must_use]
    pub fn matches_cut<const N: usize>(&self, parts: [&[u8]; N], icv: &[u8]) -> bool {
        if let Keyed::Gmac(key) = &self.keyed {
            return icv.split_first_chunk::<8>().is_some_and(|(iv, tag)| key.verify(iv, &parts, tag));
        }
        self.full(parts).get(..icv.len()).is_some_and(|expected| ct_eq(expected, icv))
    }

    /// The value before it is cut, filled up with zeros; zeros alone for AES-GMAC, which needs a nonce.
    fn full<const N: usize>(&self, parts: [&[u8]; N]) -> [u8; MAX_OUTPUT] {
        match &self.keyed {
            Keyed::Md5(keyed) => finish(keyed, parts),
            Keyed::Sha1(keyed) => finish(keyed, parts),
            Keyed::Sha256(keyed) => finish(keyed, parts),
            Keyed::Sha384(keyed) => finish(keyed, parts),
            Keyed::Sha512(keyed) => finish(keyed, parts),
            Keyed::Cmac(keyed) => finish(keyed, parts),
            Keyed::Xcbc(key) => filled_up(key.mac(&parts)),
            Keyed::Gmac(_) => [0; MAX_OUTPUT],
        }
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacKey({})", self.integrity)
    }
}

/// The value over `parts`, filled up with zeros.
fn finish<M: Mac + Clone, const N: usize>(keyed: &M, parts: [&[u8]; N]) -> [u8; MAX_OUTPUT] {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    filled_up(mac.finalize().into_bytes())
}

fn filled_up(value: impl IntoIterator<Item = u8>) -> [u8; MAX_OUTPUT] {
    let mut full = [0; MAX_OUTPUT];
    full.iter_mut().zip(value).for_each(|(to, from)| *to = from);
    full
}
