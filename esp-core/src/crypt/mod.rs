//! The algorithms at work, with their keys expanded once for each Security Association.

mod block_mode;
mod mac;

pub use block_mode::{CbcDecryptor, CbcEncryptor};
pub use mac::MacKey;

/// A key has not the length that its algorithm needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of {name} has {expected} octets, this one has {given}")]
pub struct KeyLengthError {
    /// The algorithm.
    pub name: &'static str,
    /// Octets that it needs.
    pub expected: usize,
    /// Octets that were given.
    pub given: usize,
}
