//! An encoder whose lengths are filled in by itself.

use alloc::vec::Vec;

use super::{EncodeError, limits};

/// Appends fields. What does not fit is remembered and reported once, by [`Writer::finish`], so that an encoder needs
/// no error handling of its own and an over-long message cannot leave it.
#[derive(Clone, Debug)]
pub struct Writer {
    octets: Vec<u8>,
    error: Option<EncodeError>,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// An empty message.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), error: None }
    }

    /// Octets so far.
    pub fn len(&self) -> usize {
        self.octets.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// What was written so far.
    pub fn as_slice(&self) -> &[u8] {
        &self.octets
    }

    /// What does not fit, if anything.
    pub const fn error(&self) -> Option<EncodeError> {
        self.error
    }

    /// Appends octets.
    pub fn put(&mut self, octets: &[u8]) {
        let len = self.octets.len().saturating_add(octets.len());
        if len > limits::MAX_MESSAGE {
            self.fail("message", len, limits::MAX_MESSAGE);
            return;
        }
        self.octets.extend_from_slice(octets);
    }

    /// Appends an octet.
    pub fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    /// Appends two octets, the high one first.
    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Appends four octets, the highest first.
    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Appends a length or count that has one octet on the wire.
    pub fn count_u8(&mut self, field: &'static str, count: usize) {
        if let Ok(count) = u8::try_from(count) {
            self.u8(count);
        } else {
            self.fail(field, count, usize::from(u8::MAX));
        }
    }

    /// Appends a length or count that has two octets on the wire.
    pub fn count_u16(&mut self, field: &'static str, count: usize) {
        if let Ok(count) = u16::try_from(count) {
            self.u16(count);
        } else {
            self.fail(field, count, usize::from(u16::MAX));
        }
    }

    /// Appends the head that [`Reader::structure`](super::Reader::structure) reads, what `body` writes, and fills in
    /// the length.
    pub fn structure(&mut self, field: &'static str, first: u8, second: u8, body: impl FnOnce(&mut Self)) {
        let start = self.octets.len();
        self.put(&[first, second, 0, 0]);
        body(self);
        let len = self.octets.len().saturating_sub(start);
        match u16::try_from(len) {
            Ok(len) => self.patch(start.saturating_add(2), &len.to_be_bytes()),
            Err(_) => self.fail(field, len, usize::from(u16::MAX)),
        }
    }

    /// Overwrites octets that were written before.
    pub fn patch(&mut self, offset: usize, octets: &[u8]) {
        let end = offset.saturating_add(octets.len());
        if let Some(place) = self.octets.get_mut(offset..end) {
            place.copy_from_slice(octets);
        } else if self.error.is_none() {
            self.fail("patched field", end, self.octets.len());
        }
    }

    /// Remembers what does not fit; the first is kept, as what follows it may be its consequence.
    pub fn fail(&mut self, field: &'static str, len: usize, limit: usize) {
        self.error.get_or_insert(EncodeError { field, len, limit });
    }

    /// The octets.
    ///
    /// # Errors
    /// The first thing that did not fit.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.octets),
        }
    }
}

#[cfg(test)]
mod tests;
