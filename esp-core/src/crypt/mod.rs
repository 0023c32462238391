//! The algorithms at work, with their keys expanded once for each Security Association.

mod block_mode;
mod mac;

pub use block_mode::{CbcDecryptor, CbcEncryptor};
pub use mac::MacKey;

use crate::sa::IpsecProtocol;
use crate::suite::SaSuite;

/// Why keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A key has not the length that its algorithm needs.
    #[error("a key of {name} has {expected} octets, this one has {given}")]
    Length {
        /// The algorithm.
        name: &'static str,
        /// Octets that it needs.
        expected: usize,
        /// Octets that were given.
        given: usize,
    },
    /// The suite is one of the other protocol.
    #[error("{suite} is a suite of {}, not of {needed}", suite.protocol())]
    Protocol {
        /// The algorithms.
        suite: SaSuite,
        /// The protocol that they were to be used in.
        needed: IpsecProtocol,
    },
    /// The algorithm is not built yet.
    #[error("{0} is not built yet")]
    NotBuilt(&'static str),
}
