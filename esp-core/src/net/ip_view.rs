//! A checked look at an IP packet: what selectors and tunnels need to know of it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::drop_reason::DropReason;

#[cfg(test)]
mod tests;

/// Extension headers that are walked over in search of the upper-layer protocol. More than these no honest sender
/// uses, and each costs time.
pub(crate) const MAX_EXTENSION_HEADERS: usize = 8;

const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;
const DCCP: u8 = 33;
const SCTP: u8 = 132;
const MOBILITY: u8 = 135;
const UDP_LITE: u8 = 136;

pub(crate) const HOP_BY_HOP: u8 = 0;
pub(crate) const ROUTING: u8 = 43;
pub(crate) const FRAGMENT: u8 = 44;
pub(crate) const DESTINATION_OPTIONS: u8 = 60;

/// Whether a packet is a part of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// The whole packet.
    Whole,
    /// The first fragment, which holds the upper-layer header or its beginning.
    First,
    /// A later fragment: the ports cannot be seen.
    Later,
}

/// What an IP packet says of itself. Every length in it was checked against the octets that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpView {
    /// Who sent it.
    pub source: IpAddr,
    /// Whom it is for.
    pub destination: IpAddr,
    /// The upper-layer protocol, behind any extension headers.
    pub protocol: u8,
    /// The source port. For ICMP type and code, for Mobile IPv6 the type, in both ports (RFC 7296 §3.13.1). `None`
    /// where a fragment hides it or the protocol has none.
    pub source_port: Option<u16>,
    /// The destination port, as above.
    pub destination_port: Option<u16>,
    /// Octets before the upper-layer header.
    pub header_len: usize,
    /// Octets of the packet by its own header; the buffer may hold more behind it.
    pub total_len: usize,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Type of service, or traffic class: DSCP and ECN.
    pub tos: u8,
    /// Whether routers may not fragment it; always so for IPv6.
    pub dont_fragment: bool,
    /// Whether it is a part of a longer packet.
    pub fragment: Fragment,
}

impl IpView {
    /// Looks at `packet`, which begins with an IPv4 or IPv6 header.
    ///
    /// [`DropReason::NotAnIpPacket`] where it does not, [`DropReason::BadLengthField`] where its length is beyond
    /// `packet` or shorter than its header, [`DropReason::Malformed`] where its headers contradict themselves,
    /// [`DropReason::OverlappingFragment`] for a fragment that would overwrite a TCP header (RFC 3128, RFC 4301 §7.2).
    pub fn parse(packet: &[u8]) -> Result<Self, DropReason> {
        match packet.first().map(|first| first >> 4) {
            Some(4) => parse_v4(packet),
            Some(6) => parse_v6(packet),
            _ => Err(DropReason::NotAnIpPacket),
        }
    }

    /// Whether this is IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.source.is_ipv4()
    }
}

fn parse_v4(packet: &[u8]) -> Result<IpView, DropReason> {
    let fixed: &[u8; 20] = packet.first_chunk().ok_or(DropReason::NotAnIpPacket)?;
    let [first, tos, l0, l1, _, _, f0, f1, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = *fixed;
    let header_len = usize::from(first & 0x0f).saturating_mul(4);
    let total_len = usize::from(u16::from_be_bytes([l0, l1]));
    if header_len < fixed.len() {
        return Err(DropReason::Malformed);
    }
    if total_len < header_len {
        return Err(DropReason::BadLengthField);
    }
    let payload = packet.get(header_len..total_len).ok_or(DropReason::BadLengthField)?;
    let flags = u16::from_be_bytes([f0, f1]);
    let fragment = match (flags & 0x1fff, flags & 0x2000 != 0) {
        (0, false) => Fragment::Whole,
        (0, true) => Fragment::First,
        _ => Fragment::Later,
    };
    // No honest first fragment ends after 8 octets of TCP: every link carries 48.
    if protocol == TCP && flags & 0x1fff == 1 {
        return Err(DropReason::OverlappingFragment);
    }
    let (source_port, destination_port) = ports(protocol, fragment, payload);
    Ok(IpView {
        source: Ipv4Addr::new(s0, s1, s2, s3).into(),
        destination: Ipv4Addr::new(d0, d1, d2, d3).into(),
        protocol,
        source_port,
        destination_port,
        header_len,
        total_len,
        ttl,
        tos,
        dont_fragment: flags & 0x4000 != 0,
        fragment,
    })
}

fn parse_v6(packet: &[u8]) -> Result<IpView, DropReason> {
    let (fixed, behind) = packet.split_first_chunk::<40>().ok_or(DropReason::NotAnIpPacket)?;
    let [b0, b1, _, _, l0, l1, next_header, ttl, ..] = *fixed;
    let payload_len = usize::from(u16::from_be_bytes([l0, l1]));
    // A jumbogram has length 0 here and its length in an option; nobody tunnels those.
    let payload = behind.get(..payload_len).ok_or(DropReason::BadLengthField)?;
    let (source, destination) = v6_addresses(fixed);
    let upper = walk_extension_headers(next_header, payload)?;
    let (source_port, destination_port) = ports(upper.protocol, upper.fragment, upper.payload);
    let header_len = fixed.len().saturating_add(payload_len.saturating_sub(upper.payload.len()));
    Ok(IpView {
        source: source.into(),
        destination: destination.into(),
        protocol: upper.protocol,
        source_port,
        destination_port,
        header_len,
        total_len: fixed.len().saturating_add(payload_len),
        ttl,
        tos: (b0 << 4) | (b1 >> 4),
        dont_fragment: true,
        fragment: upper.fragment,
    })
}

fn v6_addresses(fixed: &[u8; 40]) -> (Ipv6Addr, Ipv6Addr) {
    let address = |from: usize| {
        let mut octets = [0; 16];
        for (to, from) in octets.iter_mut().zip(fixed.iter().skip(from)) {
            *to = *from;
        }
        Ipv6Addr::from(octets)
    };
    (address(8), address(24))
}

/// The upper-layer protocol of an IPv6 packet and what follows the extension headers.
struct Upper<'a> {
    protocol: u8,
    fragment: Fragment,
    payload: &'a [u8],
}

fn walk_extension_headers(mut protocol: u8, mut payload: &[u8]) -> Result<Upper<'_>, DropReason> {
    let mut fragment = Fragment::Whole;
    for _ in 0..MAX_EXTENSION_HEADERS {
        let len = match (protocol, payload) {
            (HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS, [_, len, ..]) => {
                usize::from(*len).saturating_add(1).saturating_mul(8)
            }
            (FRAGMENT, [_, _, o0, o1, _, _, _, _, ..]) => {
                let offset = u16::from_be_bytes([*o0, *o1]);
                if offset & 0xfff8 != 0 {
                    fragment = Fragment::Later;
                } else if offset & 1 != 0 {
                    fragment = Fragment::First;
                }
                8
            }
            (HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | FRAGMENT, _) => return Err(DropReason::Malformed),
            _ => return Ok(Upper { protocol, fragment, payload }),
        };
        let next = payload.first().copied().ok_or(DropReason::Malformed)?;
        payload = payload.get(len..).ok_or(DropReason::Malformed)?;
        protocol = next;
        // Behind the header of a later fragment comes the middle of the payload, whatever the next header says.
        if fragment == Fragment::Later {
            return Ok(Upper { protocol, fragment, payload });
        }
    }
    Err(DropReason::Malformed)
}

/// Source and destination port, where the protocol has them and the packet shows them.
fn ports(protocol: u8, fragment: Fragment, payload: &[u8]) -> (Option<u16>, Option<u16>) {
    if fragment == Fragment::Later {
        return (None, None);
    }
    match (protocol, payload) {
        (TCP | UDP | UDP_LITE | SCTP | DCCP, [s0, s1, d0, d1, ..]) => {
            (Some(u16::from_be_bytes([*s0, *s1])), Some(u16::from_be_bytes([*d0, *d1])))
        }
        (ICMP | ICMPV6, [kind, code, ..]) => {
            let port = Some(u16::from_be_bytes([*kind, *code]));
            (port, port)
        }
        (MOBILITY, [_, _, kind, ..]) => {
            let port = Some(u16::from_be_bytes([*kind, 0]));
            (port, port)
        }
        _ => (None, None),
    }
}
