//! The values of the tables IKE-1 to IKE-5 and SEC-1 to SEC-6, with their words, their weaknesses and their way into
//! the vocabulary of the protocol crates.

mod authentication;
mod dh_group;
mod encryption;
mod exchange;

pub use authentication::{EspAuthentication, IkeAuthentication};
pub use dh_group::{DhGroup, PfsChoice};
pub use encryption::{EspEncryption, IkeEncryption};
pub use exchange::{ExchangeMode, IkeVersion, IpsecMode, IpsecProtocol};

#[cfg(test)]
mod tests;
