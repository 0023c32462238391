//! The headers before AH as the Integrity Check Value covers them: what changes on the way is zero, and what changes
//! in a way that the sender can predict is as the receiver will see it (RFC 4302 §3.3.3.1 and appendix A).

mod ipv4;
mod ipv6;

use core::net::IpAddr;

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// The longest headers before AH that a packet may have, extension headers included. They are copied for each packet,
/// and no honest sender comes near it.
pub const MAX_COVERED_HEADERS: usize = 1_024;

/// At which end the headers are looked at: before the way or behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Source routes are still to be gone; they are taken for gone.
    Sender,
    /// The packet is where it was to go, and is taken as it is.
    Receiver,
}

/// A copy of the headers before AH, without what changes on the way.
pub(crate) struct CoveredHeaders {
    octets: [u8; MAX_COVERED_HEADERS],
    len: usize,
}

impl CoveredHeaders {
    /// Copies `headers`, which are the IP header and its extension headers up to AH.
    ///
    /// [`DropReason::HeadersTooLong`] where they are longer than [`MAX_COVERED_HEADERS`], [`DropReason::Malformed`]
    /// where they contradict themselves, [`DropReason::RouteNotPredictable`] where a packet has to go by a route whose
    /// end the sender cannot tell.
    pub(crate) fn new(end: End, headers: &[u8]) -> Result<Self, DropReason> {
        let mut covered = Self { octets: [0; MAX_COVERED_HEADERS], len: 0 };
        match headers.first().map(|first| first >> 4) {
            Some(4) => ipv4::cover(end, headers, &mut covered)?,
            Some(6) => ipv6::cover(end, headers, &mut covered)?,
            _ => return Err(DropReason::NotAnIpPacket),
        }
        Ok(covered)
    }

    /// The octets that the ICV covers.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    /// Adds a copy of `octets`, to be changed in place.
    fn push(&mut self, octets: &[u8]) -> Result<&mut [u8], DropReason> {
        let end = self.len.saturating_add(octets.len());
        let place = self.octets.get_mut(self.len..end).ok_or(DropReason::HeadersTooLong)?;
        place.copy_from_slice(octets);
        self.len = end;
        Ok(place)
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        self.octets.get_mut(..self.len).unwrap_or_default()
    }
}

/// Where a packet that we send ends up: its destination, or the last address of the route that it is to go by.
pub(crate) fn final_destination(headers: &[u8]) -> Result<IpAddr, DropReason> {
    let covered = CoveredHeaders::new(End::Sender, headers)?;
    let octets = covered.as_slice();
    let v4 = || octets.get(16..)?.first_chunk::<4>().map(|octets| IpAddr::from(*octets));
    let v6 = || octets.get(24..)?.first_chunk::<16>().map(|octets| IpAddr::from(*octets));
    let found = if octets.first().is_some_and(|first| first >> 4 == 4) { v4() } else { v6() };
    found.ok_or(DropReason::Malformed)
}
