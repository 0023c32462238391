//! Octets that must not be seen: keys, shared secrets, what is derived from them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

#[cfg(test)]
mod tests;

/// Secret octets: wiped when dropped, redacted in `Debug`, compared in constant time.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Box<[u8]>);

impl SecretBytes {
    /// Takes a copy of `octets`; the caller wipes its own.
    pub fn copy_from(octets: &[u8]) -> Self {
        Self(Box::from(octets))
    }

    /// The octets. What is derived from them is a secret too.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many octets there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<u8>> for SecretBytes {
    /// Takes the octets over without leaving a copy: a vector with spare capacity is copied and then wiped.
    fn from(mut octets: Vec<u8>) -> Self {
        if octets.len() == octets.capacity() {
            return Self(octets.into_boxed_slice());
        }
        let copy = Self::copy_from(&octets);
        octets.zeroize();
        copy
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        ct_eq(&self.0, &other.0)
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} secret octets]", self.0.len())
    }
}

/// Compares two octet strings in time that depends on their lengths alone.
pub fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
