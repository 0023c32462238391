//! Why octets are no message, and why a message cannot be octets.

use thiserror::Error;

/// Octets that are not what they should be. `offset` counts from the start of what was decoded: the datagram, or the
/// decrypted content of an Encrypted payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The octets end before the field does.
    #[error("{field} at offset {offset} needs {need} octets and {have} are left")]
    Truncated {
        /// The field.
        field: &'static str,
        /// Where it starts.
        offset: usize,
        /// Octets that it takes.
        need: usize,
        /// Octets that are left.
        have: usize,
    },
    /// The field is there and its value is not allowed.
    #[error("{field} at offset {offset} has the value {value}, which is not allowed there")]
    Invalid {
        /// The field.
        field: &'static str,
        /// Where it starts.
        offset: usize,
        /// Its value.
        value: u64,
    },
    /// More of something than [`limits`](super::limits) allows.
    #[error("more than {limit} {field} at offset {offset}")]
    TooMany {
        /// What there is too much of.
        field: &'static str,
        /// Where the first one too many starts.
        offset: usize,
        /// How many are allowed.
        limit: usize,
    },
}

impl DecodeError {
    /// The field that is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Truncated { field, .. } | Self::Invalid { field, .. } | Self::TooMany { field, .. } => {
                field
            }
        }
    }
}

/// A message that does not fit its length fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field} does not fit: {len} where at most {limit} fit")]
pub struct EncodeError {
    /// What does not fit.
    pub field: &'static str,
    /// Its length in octets, or its count.
    pub len: usize,
    /// The most that fits.
    pub limit: usize,
}
