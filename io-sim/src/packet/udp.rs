//! UDP (RFC 768).

use std::net::SocketAddr;

use super::checksum::Sum;
use super::{IpPacket, UDP, build_ip};

const HEADER: usize = 8;

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpDatagram<'a> {
    /// From where.
    pub source: SocketAddr,
    /// To where.
    pub destination: SocketAddr,
    /// What it carries.
    pub payload: &'a [u8],
}

/// Builds a whole IP packet with a UDP checksum. `None` where the families differ or the payload is too long.
pub fn build_udp(source: SocketAddr, destination: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(HEADER + payload.len()).ok()?;
    let mut datagram = Vec::with_capacity(usize::from(length));
    datagram.extend_from_slice(&source.port().to_be_bytes());
    datagram.extend_from_slice(&destination.port().to_be_bytes());
    datagram.extend_from_slice(&length.to_be_bytes());
    datagram.extend_from_slice(&[0, 0]);
    datagram.extend_from_slice(payload);
    let sum = Sum::pseudo_header(source.ip(), destination.ip(), UDP, datagram.len()).add(&datagram).finish();
    // Zero would say that there is no checksum.
    let sum = if sum == 0 { 0xffff } else { sum };
    datagram.get_mut(6..8)?.copy_from_slice(&sum.to_be_bytes());
    build_ip(source.ip(), destination.ip(), UDP, &datagram)
}

/// Reads the datagram of an IP packet. `None` for what a host would drop: another protocol, a wrong length, a wrong
/// checksum. A checksum of zero says that there is none, as ESP in UDP has it (RFC 3948 §2.1).
pub fn parse_udp<'a>(ip: &IpPacket<'a>) -> Option<UdpDatagram<'a>> {
    if ip.protocol != UDP {
        return None;
    }
    let (header, _) = ip.payload.split_first_chunk::<HEADER>()?;
    let [s0, s1, d0, d1, l0, l1, c0, c1] = *header;
    let datagram = ip.payload.get(..usize::from(u16::from_be_bytes([l0, l1])))?;
    let sum = Sum::pseudo_header(ip.source, ip.destination, UDP, datagram.len()).add(datagram);
    if (c0, c1) != (0, 0) && sum.finish() != 0 {
        return None;
    }
    Some(UdpDatagram {
        source: SocketAddr::new(ip.source, u16::from_be_bytes([s0, s1])),
        destination: SocketAddr::new(ip.destination, u16::from_be_bytes([d0, d1])),
        payload: datagram.get(HEADER..)?,
    })
}
