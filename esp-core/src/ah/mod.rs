//! The Authentication Header (RFC 4302): one packet, its key and its sequence number.

mod header;
mod mutable_fields;
mod open;
mod seal;

pub use header::AhHeader;
pub(crate) use header::total_len;
pub use mutable_fields::MAX_COVERED_HEADERS;
pub(crate) use mutable_fields::final_destination;
pub use open::Opener;
pub use seal::Sealer;
