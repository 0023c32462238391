//! Transport checksums behind a NAT (RFC 3948 §3.1.2): they cover the addresses that the packet was sent with, and the
//! packet comes with others.

use core::net::IpAddr;

use crate::drop_reason::DropReason;
use crate::net::IpView;
use crate::net::checksum::{Sum, adjust};
use crate::net::ip_view::{ICMPV6, TCP, UDP};
use crate::sa::params::OriginalAddresses;

#[cfg(test)]
mod tests;

/// Puts the checksum of the TCP, UDP or ICMPv6 packet in `packet` right, which looks like `view`: by the difference
/// between `original` and the addresses it came with, or else anew. Other protocols cover no addresses.
pub(crate) fn fix(
    packet: &mut [u8],
    view: &IpView,
    original: Option<OriginalAddresses>,
) -> Result<(), DropReason> {
    let at = match (view.protocol, view.is_ipv4()) {
        (TCP, _) => 16_usize,
        (UDP, _) => 6,
        (ICMPV6, false) => 2,
        _ => return Ok(()),
    };
    let payload = packet.get_mut(view.header_len..view.total_len).ok_or(DropReason::BadLengthField)?;
    let field = payload.get(at..).and_then(|rest| rest.first_chunk());
    let given = u16::from_be_bytes(*field.ok_or(DropReason::TooShort)?);
    // A UDP packet without a checksum stays without one.
    if view.protocol == UDP && given == 0 {
        return Ok(());
    }
    let checksum = match original {
        Some(before) => [(before.source, view.source), (before.destination, view.destination)]
            .into_iter()
            .fold(given, |checksum, (old, new)| adjust(checksum, address_sum(old), address_sum(new))),
        None => {
            set(payload, at, 0)?;
            let header = Sum::pseudo_header(view.source, view.destination, view.protocol, payload.len());
            header.add(payload).finish()
        }
    };
    let checksum = match checksum {
        // 0 says that there is none; the other zero of the ones' complement says 0 (RFC 768).
        0 if view.protocol == UDP => 0xffff,
        checksum => checksum,
    };
    set(payload, at, checksum)
}

fn set(payload: &mut [u8], at: usize, checksum: u16) -> Result<(), DropReason> {
    let field = payload.get_mut(at..).and_then(|rest| rest.first_chunk_mut()).ok_or(DropReason::TooShort)?;
    *field = checksum.to_be_bytes();
    Ok(())
}

/// The ones' complement sum of the words of an address.
fn address_sum(address: IpAddr) -> u16 {
    let sum = match address {
        IpAddr::V4(address) => Sum::default().add(&address.octets()),
        IpAddr::V6(address) => Sum::default().add(&address.octets()),
    };
    !sum.finish()
}
