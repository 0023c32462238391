//! Fragmentation of IPv4 packets (RFC 791 §3.2).

use crate::drop_reason::DropReason;
use crate::net::checksum::ipv4_checksum;
use crate::net::ip_view::IpView;
use crate::packet_buf::PacketBuf;

#[cfg(test)]
mod tests;

const FIXED_LEN: usize = 20;
const MORE_FRAGMENTS: u16 = 0x2000;
const OFFSET_MASK: u16 = 0x1fff;
/// Options that are in every fragment have this bit; the others only in the first.
const COPIED: u8 = 0x80;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;

/// The fragments of one IPv4 packet, one after the other.
#[derive(Debug)]
pub struct Fragments<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    /// Octets of payload in each fragment but the last; a multiple of 8.
    step: usize,
    /// Octets of payload that went into fragments.
    done: usize,
}

impl<'a> Fragments<'a> {
    /// Prepares to cut `packet` into fragments of at most `max_len` octets. It may be a fragment itself.
    ///
    /// [`DropReason::TooBig`] where it is IPv6, may not be fragmented, or where `max_len` has no room for its header and
    /// 8 octets; else as [`IpView::parse`].
    pub fn new(packet: &'a [u8], max_len: usize) -> Result<Self, DropReason> {
        let view = IpView::parse(packet)?;
        if !view.is_ipv4() || view.dont_fragment {
            return Err(DropReason::TooBig);
        }
        let header = packet.get(..view.header_len).ok_or(DropReason::BadLengthField)?;
        let payload = packet.get(view.header_len..view.total_len).ok_or(DropReason::BadLengthField)?;
        let step = max_len.saturating_sub(header.len()) & !7;
        if step == 0 {
            return Err(DropReason::TooBig);
        }
        Ok(Self { header, payload, step, done: 0 })
    }

    /// The next fragment, in `storage` behind [`PacketBuf::HEADROOM`]. `None` behind the last one.
    ///
    /// [`DropReason::BufferTooSmall`] where `storage` has no room for it between its head- and tailroom;
    /// [`DropReason::Malformed`] where the offset of a fragment that is cut again runs over.
    pub fn next_into<'s>(&mut self, storage: &'s mut [u8]) -> Option<Result<PacketBuf<'s>, DropReason>> {
        let rest = self.payload.get(self.done..).filter(|rest| !rest.is_empty() || self.done == 0)?;
        let piece = rest.get(..self.step).unwrap_or(rest);
        let is_last = piece.len() == rest.len();
        let offset = self.done;
        // An empty packet is its own only fragment.
        self.done = self.done.saturating_add(piece.len().max(1));
        Some(self.write(storage, piece, offset, is_last))
    }

    fn write<'s>(
        &self,
        storage: &'s mut [u8],
        piece: &[u8],
        offset: usize,
        is_last: bool,
    ) -> Result<PacketBuf<'s>, DropReason> {
        let len = self.header.len().saturating_add(piece.len());
        let needed = PacketBuf::HEADROOM.saturating_add(len).saturating_add(PacketBuf::TAILROOM);
        if storage.len() < needed {
            return Err(DropReason::BufferTooSmall);
        }
        let mut packet =
            PacketBuf::new(storage, PacketBuf::HEADROOM, len).ok_or(DropReason::BufferTooSmall)?;
        let (header, payload) =
            packet.as_mut_slice().split_at_mut_checked(self.header.len()).ok_or(DropReason::Malformed)?;
        header.copy_from_slice(self.header);
        payload.copy_from_slice(piece);
        finish_header(header, len, offset, is_last)?;
        Ok(packet)
    }
}

/// Makes the copied header that of the fragment of `len` octets whose payload begins `offset` octets into that of the
/// packet.
fn finish_header(header: &mut [u8], len: usize, offset: usize, is_last: bool) -> Result<(), DropReason> {
    let (fixed, options) = header.split_first_chunk_mut::<FIXED_LEN>().ok_or(DropReason::Malformed)?;
    let [_, _, l0, l1, _, _, f0, f1, _, _, c0, c1, ..] = fixed;
    [*l0, *l1] = u16::try_from(len).map_err(|_| DropReason::Malformed)?.to_be_bytes();
    let before = u16::from_be_bytes([*f0, *f1]);
    let added = u16::try_from(offset / 8).map_err(|_| DropReason::Malformed)?;
    let units = (before & OFFSET_MASK).saturating_add(added);
    if units > OFFSET_MASK {
        return Err(DropReason::Malformed);
    }
    let more = if is_last { before & MORE_FRAGMENTS } else { MORE_FRAGMENTS };
    [*f0, *f1] = (units | more).to_be_bytes();
    [*c0, *c1] = [0, 0];
    if offset != 0 {
        blank_options(options);
    }
    let [c0, c1] = ipv4_checksum(header).to_be_bytes();
    if let [_, _, _, _, _, _, _, _, _, _, h0, h1, ..] = header {
        [*h0, *h1] = [c0, c1];
    }
    Ok(())
}

/// Overwrites the options that only the first fragment has. So every header has the same length.
fn blank_options(mut options: &mut [u8]) {
    loop {
        let len = match options {
            [] | [END_OF_OPTIONS, ..] => return,
            [NO_OPERATION, ..] => 1,
            [_, len, ..] if *len >= 2 => usize::from(*len),
            _ => return,
        };
        let Some((option, rest)) = options.split_at_mut_checked(len) else { return };
        if option.first().is_some_and(|kind| kind & COPIED == 0) {
            option.fill(NO_OPERATION);
        }
        options = rest;
    }
}
