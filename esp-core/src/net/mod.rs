//! Addresses and prefixes.

mod cidr;

pub use cidr::{Cidr, CidrError};
