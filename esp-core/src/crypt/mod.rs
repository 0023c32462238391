//! The algorithms at work, with their keys expanded once for each Security Association.

mod aead;
mod block_mode;
mod counter_mode;
mod gmac;
mod mac;
mod multi_buffer;
mod salt;
mod xcbc;

pub use aead::AeadKey;
pub use block_mode::{CbcDecryptor, CbcEncryptor};
pub use counter_mode::CtrKey;
pub use gmac::GmacKey;
pub use mac::MacKey;
pub(crate) use multi_buffer::{Lane, encrypt_lanes};
pub use xcbc::XcbcKey;

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
}
