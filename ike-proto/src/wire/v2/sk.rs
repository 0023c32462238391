//! The Encrypted and Authenticated payload (RFC 7296 §3.14), not yet opened.

use crate::wire::codes::PayloadType;

/// Initialisation vector, encrypted content and Integrity Check Value, as they came.
/// [`open`](crate::crypto::v2_protect::open) looks inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkPayload<'a> {
    /// What the first payload inside is.
    pub first_inner: PayloadType,
    /// Everything after the generic head.
    pub body: &'a [u8],
}
