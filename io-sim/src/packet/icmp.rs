//! ICMP and ICMPv6 echo (RFC 792, RFC 4443 §4).

use core::fmt;
use std::net::IpAddr;

use super::checksum::Sum;
use super::{ICMP, ICMPV6, IpPacket, build_ip};

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

fn start(source: IpAddr, destination: IpAddr, length: usize) -> Sum {
    if source.is_ipv4() { Sum::default() } else { Sum::pseudo_header(source, destination, ICMPV6, length) }
}
