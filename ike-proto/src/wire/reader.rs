//! A bounds-checked cursor.

use super::DecodeError;

/// Reads fields from the front of octets and knows the offset of each.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at offset 0 of `octets`.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self::at(octets, 0)
    }

    /// Starts at the front of `octets`, which lie at `offset` of the whole.
    pub const fn at(octets: &'a [u8], offset: usize) -> Self {
        Self { rest: octets, offset }
    }

    /// The offset of the next octet.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Octets that are left.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `need` octets.
    pub fn take(&mut self, field: &'static str, need: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(need) else {
            return Err(DecodeError::Truncated { field, offset: self.offset, need, have: self.rest.len() });
        };
        self.rest = rest;
        self.offset = self.offset.saturating_add(need);
        Ok(taken)
    }

    /// A reader of the next `need` octets alone.
    pub fn nested(&mut self, field: &'static str, need: usize) -> Result<Self, DecodeError> {
        let offset = self.offset;
        Ok(Self::at(self.take(field, need)?, offset))
    }

    /// Everything that is left.
    pub const fn take_rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.offset = self.offset.saturating_add(rest.len());
        self.rest = &[];
        rest
    }

    /// The next `N` octets.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let mut octets = [0; N];
        octets.copy_from_slice(self.take(field, N)?);
        Ok(octets)
    }

    /// An octet.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array(field).map(u8::from_be_bytes)
    }

    /// Two octets, the high one first.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// Four octets, the highest first.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// The four-octet head that payloads, proposals, transforms and Traffic Selectors share: two octets of their own
    /// and a length that includes the head. Returns the two octets and a reader of what follows the head.
    pub fn structure(&mut self, field: &'static str) -> Result<(u8, u8, Self), DecodeError> {
        let offset = self.offset;
        let [first, second, high, low] = self.array(field)?;
        let length = u16::from_be_bytes([high, low]);
        let Some(body) = usize::from(length).checked_sub(STRUCTURE_HEAD) else {
            return Err(DecodeError::Invalid {
                field,
                offset: offset.saturating_add(2),
                value: length.into(),
            });
        };
        Ok((first, second, self.nested(field, body)?))
    }

    /// Fails where something is left.
    pub const fn finish(&self, field: &'static str) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(DecodeError::Invalid { field, offset: self.offset, value: self.rest.len() as u64 })
    }
}

/// Octets of the head that [`Reader::structure`] reads.
const STRUCTURE_HEAD: usize = 4;
