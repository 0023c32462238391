//! A packet in the caller's storage, with room before and behind it.

use core::fmt;

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// A packet in storage that the caller owns and reuses. Headers are put before it and trailers behind it in place:
/// no packet is copied and nothing is allocated for one.
///
/// ```text
/// storage  | headroom | packet | tailroom |
/// ```
pub struct PacketBuf<'a> {
    storage: &'a mut [u8],
    start: usize,
    end: usize,
}

impl<'a> PacketBuf<'a> {
    /// Headroom that is enough for whatever this crate puts before a packet: an outer IPv6 header and behind it either
    /// a UDP header, an ESP header and the longest IV, or an AH with the longest ICV; rounded up.
    pub const HEADROOM: usize = 96;
    /// Tailroom that is enough for whatever this crate puts behind a packet: padding, its length, the next header
    /// and the longest ICV, rounded up.
    pub const TAILROOM: usize = 64;

    /// The packet of `len` octets that lies behind `headroom` octets of `storage`. `None` where that is beyond the
    /// storage.
    pub fn new(storage: &'a mut [u8], headroom: usize, len: usize) -> Option<Self> {
        let end = headroom.checked_add(len)?;
        (end <= storage.len()).then_some(Self { storage, start: headroom, end })
    }

    /// A copy of `packet` in `storage` behind [`PacketBuf::HEADROOM`]. `None` where the storage is too short for
    /// the packet between its head- and tailroom.
    pub fn copy_from(storage: &'a mut [u8], packet: &[u8]) -> Option<Self> {
        let needed = Self::HEADROOM.checked_add(packet.len())?.checked_add(Self::TAILROOM)?;
        if needed > storage.len() {
            return None;
        }
        let mut buf = Self::new(storage, Self::HEADROOM, packet.len())?;
        buf.as_mut_slice().copy_from_slice(packet);
        Some(buf)
    }

    /// The packet.
    pub fn as_slice(&self) -> &[u8] {
        // `start <= end <= storage.len()` always holds; the default is never taken.
        self.storage.get(self.start..self.end).unwrap_or_default()
    }

    /// The packet, to be changed in place.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.storage.get_mut(self.start..self.end).unwrap_or_default()
    }

    /// Octets of the packet.
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the packet has no octets.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Octets that can be put before the packet.
    pub fn headroom(&self) -> usize {
        self.start
    }

    /// Octets that can be put behind the packet.
    pub fn tailroom(&self) -> usize {
        self.storage.len().saturating_sub(self.end)
    }

    /// Makes the packet `n` octets longer at its beginning and gives those octets, whose content is whatever was
    /// there before.
    pub fn prepend(&mut self, n: usize) -> Result<&mut [u8], DropReason> {
        let start = self.start.checked_sub(n).ok_or(DropReason::BufferTooSmall)?;
        let old = core::mem::replace(&mut self.start, start);
        Ok(self.storage.get_mut(start..old).unwrap_or_default())
    }

    /// Makes the packet `n` octets longer at its end and gives those octets, whose content is whatever was there
    /// before.
    pub fn append(&mut self, n: usize) -> Result<&mut [u8], DropReason> {
        let end = self.end.checked_add(n).filter(|&end| end <= self.storage.len());
        let end = end.ok_or(DropReason::BufferTooSmall)?;
        let old = core::mem::replace(&mut self.end, end);
        Ok(self.storage.get_mut(old..end).unwrap_or_default())
    }

    /// Takes `n` octets off the beginning; they become headroom.
    pub fn trim_front(&mut self, n: usize) -> Result<(), DropReason> {
        let start = self.start.checked_add(n).filter(|&start| start <= self.end);
        self.start = start.ok_or(DropReason::TooShort)?;
        Ok(())
    }

    /// Takes octets off the end until at most `len` are left.
    pub fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start.saturating_add(len));
    }
}

impl AsRef<[u8]> for PacketBuf<'_> {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl fmt::Debug for PacketBuf<'_> {
    /// Prints lengths alone: a packet is the user's, and may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketBuf")
            .field("headroom", &self.headroom())
            .field("len", &self.len())
            .field("tailroom", &self.tailroom())
            .finish()
    }
}
