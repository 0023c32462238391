//! The Encapsulating Security Payload (RFC 4303): one packet, its keys and its sequence number.

mod header;
mod keys;
mod open;
mod padding;
mod seal;
mod staged;

pub use header::EspHeader;
pub use open::Opener;
pub use seal::{Sealer, max_payload_len};
pub(crate) use staged::{LANES, Staged, finish};

/// Next header of an IPv4 packet inside ESP.
pub const NEXT_HEADER_IPV4: u8 = 4;
/// Next header of an IPv6 packet inside ESP.
pub const NEXT_HEADER_IPV6: u8 = 41;
/// Next header of a packet that is dropped on arrival (RFC 4303 §2.6).
pub const NEXT_HEADER_DUMMY: u8 = 59;
