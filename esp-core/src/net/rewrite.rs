//! Changes to the header of an inner packet: ECN and time to live, with the checksum that covers them.

use crate::drop_reason::DropReason;
use crate::net::checksum::adjust;
use crate::net::ecn::Ecn;

#[cfg(test)]
mod tests;

/// Sets the ECN field. Nothing is done to what is no IP packet.
pub(crate) fn set_ecn(packet: &mut [u8], ecn: Ecn) {
    match packet {
        [first, tos, rest @ ..] if *first >> 4 == 4 => {
            let old = [*first, *tos];
            *tos = (*tos & !3) | ecn.bits();
            let new = [*first, *tos];
            // The checksum is at 10, and two octets are in front of `rest`.
            adjust_checksum(rest, 8, old, new);
        }
        [first, second, ..] if *first >> 4 == 6 => *second = (*second & !0x30) | (ecn.bits() << 4),
        _ => {}
    }
}

/// Takes one from time to live or hop limit, as whoever forwards a packet does.
///
/// [`DropReason::TtlExceeded`], and nothing changed, where that would leave nothing.
pub(crate) fn decrement_ttl(packet: &mut [u8]) -> Result<(), DropReason> {
    match packet {
        [first, _, _, _, _, _, _, _, ttl, protocol, rest @ ..] if *first >> 4 == 4 => {
            let old = [*ttl, *protocol];
            *ttl = one_less(*ttl)?;
            adjust_checksum(rest, 0, old, [*ttl, *protocol]);
            Ok(())
        }
        [first, _, _, _, _, _, _, hop_limit, ..] if *first >> 4 == 6 => {
            *hop_limit = one_less(*hop_limit)?;
            Ok(())
        }
        _ => Err(DropReason::NotAnIpPacket),
    }
}

fn one_less(ttl: u8) -> Result<u8, DropReason> {
    ttl.checked_sub(1).filter(|left| *left > 0).ok_or(DropReason::TtlExceeded)
}

/// Updates the checksum at `at` for a word that changed.
fn adjust_checksum(octets: &mut [u8], at: usize, old: [u8; 2], new: [u8; 2]) {
    if let Some(field) = octets.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<2>) {
        let checksum = u16::from_be_bytes(*field);
        *field = adjust(checksum, u16::from_be_bytes(old), u16::from_be_bytes(new)).to_be_bytes();
    }
}
