//! IPv6: the fixed header and the extension headers (RFC 4302 §3.3.3.1.2, appendix A2).

use super::{CoveredHeaders, End};
use crate::drop_reason::DropReason;
use crate::net::ip_view::{DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING};
use crate::net::transport::extension_header_len;

const FIXED_LEN: usize = 40;
const NEXT_HEADER_AT: usize = 6;
const DESTINATION_AT: usize = 24;
const ADDRESS_LEN: usize = 16;

/// The option of one octet that has no length.
const PAD1: u8 = 0;
/// The bit of an option's type that says that its data may change on the way (RFC 8200 §4.2).
const MUTABLE: u8 = 0x20;

/// Routing headers whose addresses are gone through in their order, the destination taking their place: the source
/// route of RFC 2460 and the home address of RFC 6275.
const ADDRESS_LISTS: [u8; 2] = [0, 2];

/// Copies an IPv6 header and its extension headers. Version, payload length, next header and source stay; traffic
/// class, flow label and hop limit are zero; the destination is the last one.
pub(super) fn cover(end: End, headers: &[u8], covered: &mut CoveredHeaders) -> Result<(), DropReason> {
    let (fixed, mut rest) = headers.split_first_chunk::<FIXED_LEN>().ok_or(DropReason::NotAnIpPacket)?;
    let copy = covered.push(fixed)?;
    let [first, class, label0, label1, _, _, next, hop_limit, ..] = copy else {
        return Err(DropReason::NotAnIpPacket);
    };
    *first &= 0xf0;
    for mutable in [class, label0, label1, hop_limit] {
        *mutable = 0;
    }
    let mut kind = *next;
    // Where the copy says what follows the header before.
    let mut field = NEXT_HEADER_AT;
    while !rest.is_empty() {
        let len = extension_header_len(kind, rest).ok_or(DropReason::Malformed)?;
        let (header, behind) = rest.split_at_checked(len).ok_or(DropReason::Malformed)?;
        let next = header.first().copied().ok_or(DropReason::Malformed)?;
        let at = covered.len;
        match kind {
            HOP_BY_HOP | DESTINATION_OPTIONS => zero_mutable_options(covered.push(header)?)?,
            ROUTING => {
                covered.push(header)?;
                if end == End::Sender {
                    complete_route(covered.as_mut_slice(), at)?;
                }
            }
            FRAGMENT => leave_out(covered.as_mut_slice(), field, next)?,
            _ => return Err(DropReason::Malformed),
        }
        if kind != FRAGMENT {
            field = at;
        }
        kind = next;
        rest = behind;
    }
    Ok(())
}

/// Zeroes the data of the options that may change; their type and length stay.
fn zero_mutable_options(header: &mut [u8]) -> Result<(), DropReason> {
    let mut options = header.get_mut(2..).ok_or(DropReason::Malformed)?;
    while let Some((&mut kind, behind)) = options.split_first_mut() {
        options = behind;
        if kind == PAD1 {
            continue;
        }
        let (&mut len, behind) = options.split_first_mut().ok_or(DropReason::Malformed)?;
        let (data, behind) = behind.split_at_mut_checked(usize::from(len)).ok_or(DropReason::Malformed)?;
        if kind & MUTABLE != 0 {
            data.fill(0);
        }
        options = behind;
    }
    Ok(())
}

/// Puts a routing header that begins at `at`, and the destination, into the order that they have when the route is
/// gone: the destination of each step takes the place of the address that it made way for.
fn complete_route(headers: &mut [u8], at: usize) -> Result<(), DropReason> {
    let (before, header) = headers.split_at_mut_checked(at).ok_or(DropReason::Malformed)?;
    let [_, _, kind, segments_left, _, _, _, _, addresses @ ..] = header else {
        return Err(DropReason::Malformed);
    };
    if *segments_left == 0 {
        return Ok(());
    }
    if !ADDRESS_LISTS.contains(kind) {
        return Err(DropReason::RouteNotPredictable);
    }
    let left = usize::from(*segments_left).saturating_mul(ADDRESS_LEN);
    *segments_left = 0;
    // As many addresses as are left, at the end of the list: they and the destination move on by one.
    let from = addresses.len().checked_sub(left).ok_or(DropReason::Malformed)?;
    let to_go = addresses.get_mut(from..).ok_or(DropReason::Malformed)?;
    let destination = before
        .get_mut(DESTINATION_AT..)
        .and_then(|rest| rest.first_chunk_mut::<ADDRESS_LEN>())
        .ok_or(DropReason::Malformed)?;
    to_go.rotate_right(ADDRESS_LEN);
    let first = to_go.first_chunk_mut::<ADDRESS_LEN>().ok_or(DropReason::Malformed)?;
    core::mem::swap(first, destination);
    Ok(())
}

/// Leaves a fragment header of a whole packet out, as reassembly does: what was before it names what was behind it,
/// and the payload is shorter.
fn leave_out(headers: &mut [u8], field: usize, next: u8) -> Result<(), DropReason> {
    *headers.get_mut(field).ok_or(DropReason::Malformed)? = next;
    let [_, _, _, _, l0, l1, ..] = headers else { return Err(DropReason::Malformed) };
    let len = u16::from_be_bytes([*l0, *l1]).checked_sub(8).ok_or(DropReason::Malformed)?;
    [*l0, *l1] = len.to_be_bytes();
    Ok(())
}
