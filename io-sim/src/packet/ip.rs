//! IPv4 and IPv6 headers without options and extension headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::checksum::Sum;

/// Octets of an IPv4 header without options.
pub const HEADER_V4: usize = 20;
/// Octets of an IPv6 header.
pub const HEADER_V6: usize = 40;

const HOP_LIMIT: u8 = 64;

/// What a node looks at in an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpPacket<'a> {
    /// From whom.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// What follows the header.
    pub protocol: u8,
    /// How many routers may still pass it on.
    pub hop_limit: u8,
    /// What follows the header.
    pub payload: &'a [u8],
}

/// Builds a packet with a hop limit of 64. `None` where the families differ or the payload is too long.
pub fn build_ip(source: IpAddr, destination: IpAddr, protocol: u8, payload: &[u8]) -> Option<Vec<u8>> {
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => build_v4(source, destination, protocol, payload),
        (IpAddr::V6(source), IpAddr::V6(destination)) => build_v6(source, destination, protocol, payload),
        _ => None,
    }
}

fn build_v4(source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, payload: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(HEADER_V4 + payload.len()).ok()?;
    let [length_high, length_low] = length.to_be_bytes();
    // Version and header length, no differentiated service, the length, no identification, not to be fragmented.
    let mut fixed = [0x45, 0, length_high, length_low, 0, 0, 0x40, 0, HOP_LIMIT, protocol, 0, 0];
    let sum = Sum::default().add(&fixed).add(&source.octets()).add(&destination.octets()).finish();
    let [.., high, low] = &mut fixed;
    [*high, *low] = sum.to_be_bytes();
    let mut packet = Vec::with_capacity(usize::from(length));
    packet.extend_from_slice(&fixed);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&destination.octets());
    packet.extend_from_slice(payload);
    Some(packet)
}

fn build_v6(source: Ipv6Addr, destination: Ipv6Addr, next: u8, payload: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(payload.len()).ok()?.to_be_bytes();
    let mut packet = Vec::with_capacity(HEADER_V6 + payload.len());
    packet.extend_from_slice(&[0x60, 0, 0, 0, high, low, next, HOP_LIMIT]);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&destination.octets());
    packet.extend_from_slice(payload);
    Some(packet)
}

/// Reads a packet; octets behind the length that it states are ignored. `None` for what a host would drop: a wrong
/// version, length or header checksum, and fragments, which nothing here makes.
pub fn parse_ip(packet: &[u8]) -> Option<IpPacket<'_>> {
    match packet.first()? >> 4 {
        4 => parse_v4(packet),
        6 => parse_v6(packet),
        _ => None,
    }
}

fn parse_v4(packet: &[u8]) -> Option<IpPacket<'_>> {
    let header: &[u8; HEADER_V4] = packet.first_chunk()?;
    let [first, _, l0, l1, _, _, f0, f1, hop_limit, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *header;
    let header_len = usize::from(first & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes([l0, l1]));
    let is_fragment = u16::from_be_bytes([f0, f1]) & 0x3fff != 0;
    if header_len < HEADER_V4 || is_fragment || Sum::default().add(packet.get(..header_len)?).finish() != 0 {
        return None;
    }
    Some(IpPacket {
        source: Ipv4Addr::new(s0, s1, s2, s3).into(),
        destination: Ipv4Addr::new(d0, d1, d2, d3).into(),
        protocol,
        hop_limit,
        payload: packet.get(header_len..total)?,
    })
}

fn parse_v6(packet: &[u8]) -> Option<IpPacket<'_>> {
    let (fixed, rest) = packet.split_first_chunk::<8>()?;
    let (source, rest) = rest.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let [_, _, _, _, l0, l1, protocol, hop_limit] = *fixed;
    Some(IpPacket {
        source: Ipv6Addr::from(*source).into(),
        destination: Ipv6Addr::from(*destination).into(),
        protocol,
        hop_limit,
        payload: rest.get(..usize::from(u16::from_be_bytes([l0, l1])))?,
    })
}

/// The packet as a router passes it on, with a lower hop limit. `None` where that is used up.
pub fn forwarded(packet: &[u8]) -> Option<Vec<u8>> {
    let mut copy = packet.to_vec();
    if copy.first()? >> 4 == 6 {
        let hop_limit = copy.get_mut(7)?;
        *hop_limit = hop_limit.checked_sub(1).filter(|left| *left > 0)?;
        return Some(copy);
    }
    let header_len = usize::from(copy.first()? & 0x0f) * 4;
    let hop_limit = copy.get_mut(8)?;
    *hop_limit = hop_limit.checked_sub(1).filter(|left| *left > 0)?;
    copy.get_mut(10..12)?.fill(0);
    let sum = Sum::default().add(copy.get(..header_len)?).finish();
    copy.get_mut(10..12)?.copy_from_slice(&sum.to_be_bytes());
    Some(copy)
}
