//! IPv4: the fixed header and the options (RFC 4302 §3.3.3.1.1, appendix A1).

use super::{CoveredHeaders, End};
use crate::drop_reason::DropReason;

/// Octets of the header without options.
const FIXED_LEN: usize = 20;

// Options by their whole type octet: copied flag, class and number.
const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const SECURITY: u8 = 130;
const LOOSE_SOURCE_ROUTE: u8 = 131;
const EXTENDED_SECURITY: u8 = 133;
const COMMERCIAL_SECURITY: u8 = 134;
const STRICT_SOURCE_ROUTE: u8 = 137;
const ROUTER_ALERT: u8 = 148;
const MULTI_DESTINATION_DELIVERY: u8 = 149;

/// Copies an IPv4 header. Version, lengths, identification, protocol and source stay; the destination is the last one.
pub(super) fn cover(end: End, header: &[u8], covered: &mut CoveredHeaders) -> Result<(), DropReason> {
    let copy = covered.push(header)?;
    let (fixed, mut options) = copy.split_first_chunk_mut::<FIXED_LEN>().ok_or(DropReason::NotAnIpPacket)?;
    let [_, tos, _, _, _, _, flags, offset, ttl, _, sum0, sum1, _, _, _, _, destination @ ..] = fixed;
    for mutable in [tos, flags, offset, ttl, sum0, sum1] {
        *mutable = 0;
    }
    while let Some(&kind) = options.first() {
        let len = match (kind, options.get(1)) {
            (END_OF_OPTIONS, _) => break,
            (NO_OPERATION, _) => 1,
            (_, Some(&len)) if len >= 2 => usize::from(len),
            _ => return Err(DropReason::Malformed),
        };
        let (option, rest) = options.split_at_mut_checked(len).ok_or(DropReason::Malformed)?;
        match kind {
            NO_OPERATION
            | SECURITY
            | EXTENDED_SECURITY
            | COMMERCIAL_SECURITY
            | ROUTER_ALERT
            | MULTI_DESTINATION_DELIVERY => {}
            LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE => {
                if end == End::Sender
                    && let Some(last) = last_hop(option)?
                {
                    *destination = last;
                }
                option.fill(0);
            }
            // The table's mutable and experimental options, and whatever it does not know: the whole option, type
            // and length too.
            _ => option.fill(0),
        }
        options = rest;
    }
    Ok(())
}

/// The last address of a source route that is still to be gone (RFC 791 §3.1): while the pointer is within the route,
/// the destination in the header is that of the next hop. `None` where the route is gone.
fn last_hop(option: &[u8]) -> Result<Option<[u8; 4]>, DropReason> {
    let [_, len, pointer, route @ ..] = option else { return Err(DropReason::Malformed) };
    if pointer > len {
        return Ok(None);
    }
    route.last_chunk().map(|last| Some(*last)).ok_or(DropReason::Malformed)
}
