//! ICMP and ICMPv6: echo, and packets that are too big (RFC 792, RFC 1191, RFC 4443).

use core::fmt;
use std::net::IpAddr;

use super::checksum::Sum;
use super::{HEADER_V4, HEADER_V6, ICMP, ICMPV6, IpPacket, build_ip};

/// An echo request or reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo<'a> {
    /// Whether it is a reply.
    pub reply: bool,
    /// Tells series of requests apart.
    pub identifier: u16,
    /// The request's place in its series.
    pub sequence: u16,
    /// What comes back.
    pub payload: &'a [u8],
}

impl fmt::Display for Echo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.reply { "reply" } else { "request" };
        write!(f, "echo {kind} id {} seq {}, {} octets", self.identifier, self.sequence, self.payload.len())
    }
}

/// Builds a whole IP packet. `None` where the families differ or the payload is too long.
pub fn build_echo(source: IpAddr, destination: IpAddr, echo: &Echo<'_>) -> Option<Vec<u8>> {
    let kind = match (source.is_ipv4(), echo.reply) {
        (true, false) => 8,
        (true, true) => 0,
        (false, false) => 128,
        (false, true) => 129,
    };
    let mut message = vec![kind, 0, 0, 0];
    message.extend_from_slice(&echo.identifier.to_be_bytes());
    message.extend_from_slice(&echo.sequence.to_be_bytes());
    message.extend_from_slice(echo.payload);
    let sum = start(source, destination, message.len()).add(&message).finish();
    message.get_mut(2..4)?.copy_from_slice(&sum.to_be_bytes());
    build_ip(source, destination, if source.is_ipv4() { ICMP } else { ICMPV6 }, &message)
}

/// Reads the echo message of an IP packet. `None` for another protocol or message, and for a wrong checksum.
pub fn parse_echo<'a>(ip: &IpPacket<'a>) -> Option<Echo<'a>> {
    let (header, payload) = ip.payload.split_first_chunk::<8>()?;
    let [kind, code, _, _, i0, i1, s0, s1] = *header;
    let reply = match (ip.protocol, ip.source.is_ipv4(), kind) {
        (ICMP, true, 8) | (ICMPV6, false, 128) => false,
        (ICMP, true, 0) | (ICMPV6, false, 129) => true,
        _ => return None,
    };
    let sum = start(ip.source, ip.destination, ip.payload.len()).add(ip.payload).finish();
    (code == 0 && sum == 0).then_some(Echo {
        reply,
        identifier: u16::from_be_bytes([i0, i1]),
        sequence: u16::from_be_bytes([s0, s1]),
        payload,
    })
}

/// Builds what a router at `router` says about `packet`, which the next link does not carry: that it carries `mtu`
/// octets. `None` for what is no IP packet, and where the families differ.
pub fn build_too_big(router: IpAddr, packet: &[u8], mtu: u16) -> Option<Vec<u8>> {
    let (sender, quoted) = match packet.first()? >> 4 {
        4 => {
            let sender: &[u8; 4] = packet.get(12..)?.first_chunk()?;
            // As much as every host takes.
            (IpAddr::from(*sender), packet.get(..576 - HEADER_V4 - 8).unwrap_or(packet))
        }
        6 => {
            let sender: &[u8; 16] = packet.get(8..)?.first_chunk()?;
            (IpAddr::from(*sender), packet.get(..1_280 - HEADER_V6 - 8).unwrap_or(packet))
        }
        _ => return None,
    };
    let [high, low] = mtu.to_be_bytes();
    let (kind, code, protocol) = if router.is_ipv4() { (3, 4, ICMP) } else { (2, 0, ICMPV6) };
    let mut message = vec![kind, code, 0, 0, 0, 0, high, low];
    message.extend_from_slice(quoted);
    let sum = start(router, sender, message.len()).add(&message).finish();
    message.get_mut(2..4)?.copy_from_slice(&sum.to_be_bytes());
    build_ip(router, sender, protocol, &message)
}

/// What an IP packet says that tells of a packet which was too big: for whom that was, and how many octets pass. `None`
/// for another message, a wrong checksum, or one about a packet that its receiver did not send.
pub fn parse_too_big(ip: &IpPacket<'_>) -> Option<(IpAddr, usize)> {
    let (header, quoted) = ip.payload.split_first_chunk::<8>()?;
    let [kind, code, _, _, m0, m1, m2, m3] = *header;
    let is_v4 = ip.source.is_ipv4();
    let (sender, destination) = match (ip.protocol, is_v4, kind, code) {
        (ICMP, true, 3, 4) => {
            let (sender, destination) = quoted.get(12..)?.split_first_chunk::<4>()?;
            (IpAddr::from(*sender), IpAddr::from(*destination.first_chunk::<4>()?))
        }
        (ICMPV6, false, 2, 0) => {
            let (sender, destination) = quoted.get(8..)?.split_first_chunk::<16>()?;
            (IpAddr::from(*sender), IpAddr::from(*destination.first_chunk::<16>()?))
        }
        _ => return None,
    };
    let sum = start(ip.source, ip.destination, ip.payload.len()).add(ip.payload).finish();
    let mtu =
        if is_v4 { u32::from(u16::from_be_bytes([m2, m3])) } else { u32::from_be_bytes([m0, m1, m2, m3]) };
    if sum != 0 || sender != ip.destination {
        return None;
    }
    Some((destination, usize::try_from(mtu).ok()?))
}

fn start(source: IpAddr, destination: IpAddr, length: usize) -> Sum {
    if source.is_ipv4() { Sum::default() } else { Sum::pseudo_header(source, destination, ICMPV6, length) }
}
