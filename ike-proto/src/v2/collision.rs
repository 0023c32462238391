//! Both ends replace the same SA at once (RFC 7296 §2.8.1, §2.8.2).

use alloc::vec::Vec;

/// Whether the lowest of the four nonces is one of our exchange: then what it made is one too many, and ours to
/// delete. Nonces are compared octet by octet, and a prefix of another is lower.
pub(crate) fn we_made_the_lowest(ours: [&[u8]; 2], theirs: &[Vec<u8>; 2]) -> bool {
    let ours = ours.into_iter().min();
    let theirs = theirs.iter().map(Vec::as_slice).min();
    ours < theirs
}

#[cfg(test)]
mod tests;
