//! TCP's maximum segment size, lowered in the handshake so that segments fit into the tunnel.

use crate::net::checksum::adjust;
use crate::net::ip_view::{Fragment, IpView};

#[cfg(test)]
mod tests;

const TCP: u8 = 6;
const TCP_HEADER_LEN: usize = 20;
const SYN: u8 = 0x02;
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const MAXIMUM_SEGMENT_SIZE: u8 = 2;
/// Below this a segment is not worth its headers; what a router of IPv4 must carry (RFC 9293 §3.7.1).
const LEAST: usize = 536;

/// Lowers the maximum segment size that a SYN or SYN-ACK announces to what leaves its packets at `max_len` octets
/// (RFC 9293 §3.7.1), but not below 536, and updates the checksum. A handshake without the option, or with a lower
/// value, is left alone, as is every other packet.
pub(crate) fn clamp(packet: &mut [u8], view: &IpView, max_len: usize) {
    if view.protocol != TCP || view.fragment != Fragment::Whole {
        return;
    }
    let Some(segment) = packet.get_mut(view.header_len..view.total_len) else { return };
    let fixed = if view.is_ipv4() { 20_usize } else { 40 };
    let room = max_len.saturating_sub(fixed).saturating_sub(TCP_HEADER_LEN).max(LEAST);
    let limit = u16::try_from(room).unwrap_or(u16::MAX);
    let _ = clamp_segment(segment, limit);
}

/// `None` where there is nothing to do or the options are none.
fn clamp_segment(segment: &mut [u8], limit: u16) -> Option<()> {
    let (header, rest) = segment.split_first_chunk_mut::<TCP_HEADER_LEN>()?;
    let [.., offset, flags, _, _, c0, c1, _, _] = header;
    let options_len = usize::from(*offset >> 4).checked_mul(4)?.checked_sub(TCP_HEADER_LEN)?;
    if *flags & SYN == 0 {
        return None;
    }
    let options = rest.get_mut(..options_len)?;
    let at = find_mss(options)?;
    let value: &mut [u8; 2] = options.get_mut(at..)?.first_chunk_mut()?;
    let old = u16::from_be_bytes(*value);
    if old <= limit {
        return None;
    }
    *value = limit.to_be_bytes();
    let checksum = u16::from_be_bytes([*c0, *c1]);
    // At an odd place the value lies across two words of the sum, which is the same as both halves exchanged.
    let (old, new) = if at % 2 == 0 { (old, limit) } else { (old.swap_bytes(), limit.swap_bytes()) };
    [*c0, *c1] = adjust(checksum, old, new).to_be_bytes();
    Some(())
}

/// Where among the options the value begins.
fn find_mss(options: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    loop {
        match *options.get(at..)? {
            [] | [END_OF_OPTIONS, ..] => return None,
            [NO_OPERATION, ..] => at = at.checked_add(1)?,
            [MAXIMUM_SEGMENT_SIZE, 4, ..] => return at.checked_add(2),
            // A length below 2 would never end.
            [_, len, ..] if len >= 2 => at = at.checked_add(usize::from(len))?,
            _ => return None,
        }
    }
}
