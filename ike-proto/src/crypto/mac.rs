//! The keyed functions that are used as pseudo-random functions and for integrity: HMAC (RFC 2104), and AES-XCBC and
//! AES-CMAC for keys of any length (RFC 4434, RFC 4615).

use aes::Aes128;
use cmac::Cmac;
use digest::block_api::EagerHash;
use digest::{Digest, KeyInit, Mac, Update};
use esp_core::crypt::XcbcKey;
use esp_core::suite::Integrity;
use hmac::Hmac;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::suite::Prf;

/// The longest output of a function here, in octets.
const MAX_OUTPUT: usize = 64;

/// An output of a function; wiped when dropped.
pub(crate) struct Tag {
    octets: Zeroizing<[u8; MAX_OUTPUT]>,
    len: usize,
}

impl Tag {
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    fn new(output: impl IntoIterator<Item = u8>) -> Self {
        let mut tag = Self { octets: Zeroizing::new([0; MAX_OUTPUT]), len: 0 };
        for (place, octet) in tag.octets.iter_mut().zip(output) {
            *place = octet;
            tag.len = tag.len.saturating_add(1);
        }
        tag
    }
}

/// The function over `parts` one after the other.
pub(crate) fn mac(function: Prf, key: &[u8], parts: &[&[u8]]) -> Tag {
    match function {
        Prf::HmacMd5 => hmac_with::<Md5>(key, parts),
        Prf::HmacSha1 => hmac_with::<Sha1>(key, parts),
        Prf::HmacSha256 => hmac_with::<Sha256>(key, parts),
        Prf::HmacSha384 => hmac_with::<Sha384>(key, parts),
        Prf::HmacSha512 => hmac_with::<Sha512>(key, parts),
        // A key that is not of 128 bits becomes one: too long, by the function itself with a key of zeros; too short,
        // the same in CMAC (RFC 4615 §3) and by zeros behind it in XCBC (RFC 4434 §2).
        Prf::AesXcbc if key.len() <= 16 => xcbc(&filled(key), parts),
        Prf::AesXcbc => xcbc(&filled(xcbc(&[0; 16], &[key]).as_slice()), parts),
        Prf::AesCmac if key.len() == 16 => cmac(&filled(key), parts),
        Prf::AesCmac => cmac(&filled(cmac(&[0; 16], &[key]).as_slice()), parts),
    }
}

/// The Integrity Check Value over `parts`, cut to its length; `None` where [`supports`] says so.
pub(crate) fn icv(integrity: Integrity, key: &[u8], parts: &[&[u8]]) -> Option<Tag> {
    let mut tag = mac(function(integrity)?, key, parts);
    tag.len = tag.len.min(integrity.icv_len());
    Some(tag)
}

/// Whether [`icv`] has this algorithm: IKE messages are protected with no other.
pub(crate) fn supports(integrity: Integrity) -> bool {
    function(integrity).is_some()
}

fn function(integrity: Integrity) -> Option<Prf> {
    match integrity {
        Integrity::HmacMd5_96 => Some(Prf::HmacMd5),
        Integrity::HmacSha1_96 => Some(Prf::HmacSha1),
        Integrity::HmacSha256_128 => Some(Prf::HmacSha256),
        Integrity::HmacSha384_192 => Some(Prf::HmacSha384),
        Integrity::HmacSha512_256 => Some(Prf::HmacSha512),
        Integrity::AesXcbc96 => Some(Prf::AesXcbc),
        Integrity::AesCmac96 => Some(Prf::AesCmac),
        Integrity::Aes128Gmac | Integrity::Aes192Gmac | Integrity::Aes256Gmac => None,
    }
}

fn hmac_with<D: Digest + EagerHash>(key: &[u8], parts: &[&[u8]]) -> Tag {
    // The key is brought to the length of a block here, because then nothing can fail: HMAC fills a shorter key up
    // with zeros itself, and takes the hash of a longer one.
    let mut block = digest::Key::<Hmac<D>>::default();
    if let Some(place) = block.get_mut(..key.len()) {
        place.copy_from_slice(key);
    } else {
        for (place, octet) in block.iter_mut().zip(<D as Digest>::digest(key)) {
            *place = octet;
        }
    }
    let mut mac = <Hmac<D> as KeyInit>::new(&block);
    zeroize::Zeroize::zeroize(block.as_mut_slice());
    for part in parts {
        Update::update(&mut mac, part);
    }
    Tag::new(mac.finalize().into_bytes())
}

/// The first 16 octets, and zeros where there are fewer.
fn filled(key: &[u8]) -> Zeroizing<[u8; 16]> {
    let mut block = Zeroizing::new([0; 16]);
    block.iter_mut().zip(key).for_each(|(place, octet)| *place = *octet);
    block
}

fn xcbc(key: &[u8; 16], parts: &[&[u8]]) -> Tag {
    Tag::new(*Zeroizing::new(XcbcKey::new(key).mac(parts)))
}

fn cmac(key: &[u8; 16], parts: &[&[u8]]) -> Tag {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(key.into());
    for part in parts {
        Update::update(&mut mac, part);
    }
    Tag::new(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests;
