//! Hash functions by themselves.

use alloc::vec::Vec;

use digest::Digest;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::suite::Hash;

/// The hash of `parts` one after the other.
pub(crate) fn digest(hash: Hash, parts: &[&[u8]]) -> Vec<u8> {
    match hash {
        Hash::Md5 => digest_with::<Md5>(parts),
        Hash::Sha1 => digest_with::<Sha1>(parts),
        Hash::Sha256 => digest_with::<Sha256>(parts),
        Hash::Sha384 => digest_with::<Sha384>(parts),
        Hash::Sha512 => digest_with::<Sha512>(parts),
    }
}

fn digest_with<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().to_vec()
}
