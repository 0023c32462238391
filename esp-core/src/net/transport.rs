//! Headers between an IP header and what it carries: where they go, where they are found, and what of the IP header
//! changes with them.

use crate::drop_reason::DropReason;
use crate::net::ip_view::{
    DESTINATION_OPTIONS, FRAGMENT, Fragment, HOP_BY_HOP, IpView, MAX_EXTENSION_HEADERS, ROUTING, UDP,
};
use crate::net::{IPV4_HEADER_LEN, IPV6_HEADER_LEN, UDP_HEADER_LEN, ipv4_checksum};
use crate::packet_buf::PacketBuf;
use crate::sa::IpsecProtocol;

#[cfg(test)]
mod tests;

/// Where the protocol number of what follows stands in an IPv4 header.
const V4_PROTOCOL_AT: usize = 9;
/// Where it stands in the fixed IPv6 header.
const V6_NEXT_HEADER_AT: usize = 6;

/// A place between two headers of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    /// Octets before the place.
    pub(crate) offset: usize,
    /// Where the protocol number of what follows stands.
    pub(crate) field: usize,
}

impl Joint {
    /// Where AH or ESP goes in transport mode. In IPv4 that is behind the options. In IPv6 it is behind the headers
    /// that are for nodes on the way: hop-by-hop options, routing, fragment, and destination options before a
    /// routing header. Other destination options are for the last node and are protected (RFC 4302 §3.1.1, RFC 4303
    /// §3.1.1).
    pub(crate) fn for_insertion(packet: &[u8], view: &IpView) -> Result<Self, DropReason> {
        if view.is_ipv4() {
            return Ok(Self { offset: view.header_len, field: V4_PROTOCOL_AT });
        }
        let mut place = Self { offset: IPV6_HEADER_LEN, field: V6_NEXT_HEADER_AT };
        for header in extension_headers(packet) {
            let (kind, behind) = header?;
            if kind != DESTINATION_OPTIONS {
                place = behind;
            }
        }
        Ok(place)
    }

    /// The place before the upper-layer header, behind all extension headers.
    pub(crate) fn before_upper_layer(packet: &[u8], view: &IpView) -> Result<Self, DropReason> {
        if view.is_ipv4() {
            return Ok(Self { offset: view.header_len, field: V4_PROTOCOL_AT });
        }
        let first = Self { offset: IPV6_HEADER_LEN, field: V6_NEXT_HEADER_AT };
        extension_headers(packet).last().map_or(Ok(first), |last| Ok(last?.1))
    }

    /// Whether only a fixed header is before the place, without options and extension headers.
    pub(crate) fn is_plain(self) -> bool {
        self.offset == IPV4_HEADER_LEN || self.offset == IPV6_HEADER_LEN && self.field == V6_NEXT_HEADER_AT
    }

    /// Whether the header's length field can hold `added` octets more.
    pub(crate) fn check_len(self, view: &IpView, added: usize) -> Result<(), DropReason> {
        let uncounted = if view.is_ipv4() { 0 } else { IPV6_HEADER_LEN };
        let len = view.total_len.saturating_sub(uncounted).saturating_add(added);
        u16::try_from(len).map(|_| ()).map_err(|_| DropReason::TooBig)
    }

    /// Makes the IP header say that `protocol` follows here, and that the packet is as long as it is; gives what the
    /// field said before. [`DropReason::TooBig`], and nothing changed, where the length field cannot hold the length.
    pub(crate) fn set(self, packet: &mut [u8], protocol: u8) -> Result<u8, DropReason> {
        let is_ipv4 = packet.first().is_some_and(|first| first >> 4 == 4);
        let covered = if is_ipv4 { packet.len() } else { packet.len().saturating_sub(IPV6_HEADER_LEN) };
        let length = u16::try_from(covered).map_err(|_| DropReason::TooBig)?;
        let field = packet.get_mut(self.field).ok_or(DropReason::Malformed)?;
        let before = core::mem::replace(field, protocol);
        let at = if is_ipv4 { 2 } else { 4 };
        let field =
            packet.get_mut(at..).and_then(|rest| rest.first_chunk_mut()).ok_or(DropReason::Malformed)?;
        *field = length.to_be_bytes();
        if is_ipv4 {
            fix_ipv4_checksum(packet.get_mut(..self.offset).ok_or(DropReason::Malformed)?)?;
        }
        Ok(before)
    }
}

/// The extension headers of an IPv6 packet up to its upper-layer header: the kind of each, and the place behind it.
fn extension_headers(packet: &[u8]) -> impl Iterator<Item = Result<(u8, Joint), DropReason>> + '_ {
    let mut place = Joint { offset: IPV6_HEADER_LEN, field: V6_NEXT_HEADER_AT };
    let mut count = 0_usize;
    core::iter::from_fn(move || {
        let kind = *packet.get(place.field)?;
        if !matches!(kind, HOP_BY_HOP | ROUTING | FRAGMENT | DESTINATION_OPTIONS) {
            return None;
        }
        count = count.saturating_add(1);
        if count > MAX_EXTENSION_HEADERS {
            return Some(Err(DropReason::Malformed));
        }
        let Some(len) = extension_header_len(kind, packet.get(place.offset..)?) else {
            return Some(Err(DropReason::Malformed));
        };
        place = Joint { offset: place.offset.saturating_add(len), field: place.offset };
        Some(Ok((kind, place)))
    })
}

/// Octets of the extension header that `octets` begin with; `None` where there are fewer.
pub(crate) fn extension_header_len(kind: u8, octets: &[u8]) -> Option<usize> {
    let units = octets.get(1).copied()?;
    let len = if kind == FRAGMENT { 8 } else { usize::from(units).saturating_add(1).saturating_mul(8) };
    (len <= octets.len()).then_some(len)
}

/// Writes the checksum of an IPv4 header into it.
fn fix_ipv4_checksum(header: &mut [u8]) -> Result<(), DropReason> {
    let place = 10..12;
    header.get_mut(place.clone()).ok_or(DropReason::Malformed)?.fill(0);
    let checksum = ipv4_checksum(header).to_be_bytes();
    header.get_mut(place).ok_or(DropReason::Malformed)?.copy_from_slice(&checksum);
    Ok(())
}

/// What stands before the AH or ESP header of a packet that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OuterHeaders {
    /// The place behind the IP header and its extension headers.
    pub(crate) joint: Joint,
    /// Whether a UDP header follows there.
    pub(crate) udp: bool,
}

impl OuterHeaders {
    /// Octets of them all.
    pub(crate) fn len(&self) -> usize {
        self.joint.offset.saturating_add(if self.udp { UDP_HEADER_LEN } else { 0 })
    }
}

/// A packet that came in, and where its AH or ESP header is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    pub(crate) view: IpView,
    pub(crate) protocol: IpsecProtocol,
    pub(crate) outer: OuterHeaders,
    /// The UDP source port, 0 where there is no UDP header.
    pub(crate) source_port: u16,
}

impl Arrived {
    /// Finds AH, ESP or ESP in UDP in an IP packet, and cuts off what lies behind it in the buffer.
    ///
    /// a fragment is refused with [`DropReason::OuterFragment`]; it is reassembled before or not at all.
    pub(crate) fn parse(packet: &mut PacketBuf<'_>) -> Result<Self, DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        if view.fragment != Fragment::Whole {
            return Err(DropReason::OuterFragment);
        }
        packet.truncate(view.total_len);
        let joint = Joint::before_upper_layer(packet.as_slice(), &view)?;
        let (protocol, udp) = match view.protocol {
            UDP => (IpsecProtocol::Esp, true),
            other if other == IpsecProtocol::Esp.ip_protocol() => (IpsecProtocol::Esp, false),
            other if other == IpsecProtocol::Ah.ip_protocol() => (IpsecProtocol::Ah, false),
            _ => return Err(DropReason::NotIpsec),
        };
        let mut source_port = 0;
        if udp {
            let header = packet.as_slice().get(joint.offset..).unwrap_or_default();
            let [s0, s1, _, _, l0, l1, ..] =
                *header.first_chunk::<UDP_HEADER_LEN>().ok_or(DropReason::TooShort)?;
            let len = usize::from(u16::from_be_bytes([l0, l1]));
            if len < UDP_HEADER_LEN || len > header.len() {
                return Err(DropReason::BadLengthField);
            }
            packet.truncate(joint.offset.saturating_add(len));
            source_port = u16::from_be_bytes([s0, s1]);
        }
        Ok(Self { view, protocol, outer: OuterHeaders { joint, udp }, source_port })
    }
}

/// Moves the first `len` octets of the packet `by` octets towards the front, which leaves a gap behind them, and takes
/// both off the packet: what is left begins behind the gap. [`restore_headers`] is the way back.
pub(crate) fn open_gap(packet: &mut PacketBuf<'_>, len: usize, by: usize) -> Result<(), DropReason> {
    packet.prepend(by)?;
    let octets = packet.as_mut_slice();
    let end = by.saturating_add(len);
    if end > octets.len() {
        return Err(DropReason::TooShort);
    }
    octets.copy_within(by..end, 0);
    packet.trim_front(end)
}

/// Moves `len` octets that begin `distance` octets before the packet so that they end where it begins, and makes them
/// part of it.
pub(crate) fn restore_headers(
    packet: &mut PacketBuf<'_>,
    len: usize,
    distance: usize,
) -> Result<(), DropReason> {
    let by = distance.checked_sub(len).ok_or(DropReason::Malformed)?;
    packet.prepend(distance)?;
    packet.as_mut_slice().copy_within(..len, by);
    packet.trim_front(by)
}
