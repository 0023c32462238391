//! The algorithms of a Security Association, as static enums: a new algorithm is one variant, and the compiler lists
//! what is missing.

mod cipher;
mod integrity;
mod sa_suite;

pub use cipher::{Cipher, CipherFamily};
pub use integrity::Integrity;
pub use sa_suite::{SaSuite, SuiteError};
