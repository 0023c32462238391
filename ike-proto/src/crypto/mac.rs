//! HMAC with the hash functions that are used as pseudo-random functions and for integrity (RFC 2104).

use digest::block_api::EagerHash;
use digest::{Digest, KeyInit, Update};
use esp_core::suite::Integrity;
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::suite::Prf;

/// The longest output of a hash function here, in octets.
const MAX_OUTPUT: usize = 32;

/// An output of HMAC; wiped when dropped.
pub(crate) struct Tag {
    octets: Zeroizing<[u8; MAX_OUTPUT]>,
    len: usize,
}

impl Tag {
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// HMAC over `parts` one after the other.
pub(crate) fn hmac(hash: Prf, key: &[u8], parts: &[&[u8]]) -> Tag {
    match hash {
        Prf::HmacMd5 => hmac_with::<Md5>(key, parts),
        Prf::HmacSha1 => hmac_with::<Sha1>(key, parts),
        Prf::HmacSha256 => hmac_with::<Sha256>(key, parts),
    }
}

/// The Integrity Check Value over `parts`, cut to its length.
pub(crate) fn icv(integrity: Integrity, key: &[u8], parts: &[&[u8]]) -> Tag {
    let hash = match integrity {
        Integrity::HmacMd5_96 => Prf::HmacMd5,
        Integrity::HmacSha1_96 => Prf::HmacSha1,
        Integrity::HmacSha256_128 => Prf::HmacSha256,
    };
    let mut tag = hmac(hash, key, parts);
    tag.len = tag.len.min(integrity.icv_len());
    tag
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
    let output = mac.finalize().into_bytes();
    let mut tag = Tag { octets: Zeroizing::new([0; MAX_OUTPUT]), len: output.len().min(MAX_OUTPUT) };
    for (place, octet) in tag.octets.iter_mut().zip(output) {
        *place = octet;
    }
    tag
}

#[cfg(test)]
mod tests;
