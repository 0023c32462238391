//! A message as the datagrams that it takes.

use alloc::vec::Vec;

/// A message that was sealed: one datagram, or its fragments in order. It is kept for repetition, which sends the
/// identical octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing(Vec<Vec<u8>>);

impl From<Vec<u8>> for Outgoing {
    fn from(datagram: Vec<u8>) -> Self {
        Self(Vec::from([datagram]))
    }
}

impl FromIterator<Vec<u8>> for Outgoing {
    fn from_iter<I: IntoIterator<Item = Vec<u8>>>(datagrams: I) -> Self {
        Self(datagrams.into_iter().collect())
    }
}

/// What is sent as one or more datagrams.
pub(crate) trait Datagrams {
    /// The datagrams, without the non-ESP marker.
    fn datagrams(&self) -> impl Iterator<Item = &[u8]>;
}

impl Datagrams for Outgoing {
    fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl Datagrams for [u8] {
    fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        core::iter::once(self)
    }
}

impl Datagrams for Vec<u8> {
    fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        core::iter::once(self.as_slice())
    }
}
