//! Messages as octets: what is shared by both versions here, what is a version's own in its folder.
//!
//! Decoding borrows from the datagram, bounds every count ([`limits`]) and never panics; encoding cannot produce a
//! message or a structure whose length does not fit its length field.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod attribute;
pub mod chain;
pub mod codes;
mod decode_error;
pub mod header;
pub mod limits;
mod proposal;
mod reader;
pub mod v1;
pub mod v2;
mod writer;

pub use attribute::{Attribute, AttributeValue};
pub use decode_error::{DecodeError, EncodeError};
pub use header::IkeSpi;
pub use proposal::Proposal;
pub use reader::Reader;
pub use writer::Writer;
