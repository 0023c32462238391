//! Errors that a tunnel's end tells the host whose packet it cannot carry (RFC 792, RFC 1191, RFC 4443).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::net::checksum::{Sum, ipv4_checksum};
use crate::net::ip_view::{Fragment, IpView};
use crate::packet_buf::PacketBuf;

#[cfg(test)]
mod tests;

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
const ICMP_LEN: usize = 8;
const V4_LEN: usize = 20;
const V6_LEN: usize = 40;
/// The longest error over IPv4 (RFC 1812 §4.3.2.3).
const V4_MAX: usize = 576;
/// The longest error over IPv6 (RFC 4443 §2.4 c).
const V6_MAX: usize = 1_280;
/// Precedence "internetwork control", which errors of routers have (RFC 1812 §4.3.2.5).
const V4_TOS: u8 = 0xc0;
const HOP_LIMIT: u8 = 64;

/// What is wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// It is longer than this many octets, which is what the tunnel carries.
    TooBig {
        /// The longest that fits.
        mtu: usize,
    },
    /// Its time to live ran out.
    TimeExceeded,
}

impl IcmpError {
    /// Makes `packet` an error message about itself, from `source` to its sender, in place.
    ///
    /// `false`, and nothing changed, where no error may be sent about it (RFC 1122 §3.2.2, RFC 4443 §2.4 e): an error
    /// itself, a later fragment, a packet to a group or from no single host; or where `source` is of the other family or
    /// the buffer has no room.
    #[must_use]
    pub fn answer(self, packet: &mut PacketBuf<'_>, source: IpAddr) -> bool {
        let Ok(view) = IpView::parse(packet.as_slice()) else { return false };
        if !self.may_answer(&view) {
            return false;
        }
        match (source, view.source) {
            (IpAddr::V4(source), IpAddr::V4(sender)) => self.answer_v4(packet, &view, source, sender),
            (IpAddr::V6(source), IpAddr::V6(sender)) => self.answer_v6(packet, &view, source, sender),
            _ => false,
        }
    }

    fn may_answer(self, view: &IpView) -> bool {
        if view.fragment == Fragment::Later || is_error(view) {
            return false;
        }
        let (from_one, to_one) = (is_single(view.source), is_single(view.destination));
        // "Too big" is the one error about a packet to a group, for IPv6 alone: else there is no path MTU to groups.
        from_one && (to_one || (matches!(self, Self::TooBig { .. }) && !view.is_ipv4()))
    }

    fn answer_v4(self, packet: &mut PacketBuf<'_>, view: &IpView, source: Ipv4Addr, to: Ipv4Addr) -> bool {
        if packet.headroom() < V4_LEN.saturating_add(ICMP_LEN) {
            return false;
        }
        packet.truncate(view.total_len.min(V4_MAX.saturating_sub(V4_LEN).saturating_sub(ICMP_LEN)));
        let (kind, code, mtu) = match self {
            Self::TooBig { mtu } => (3, 4, u16::try_from(mtu).unwrap_or(u16::MAX)),
            Self::TimeExceeded => (11, 0, 0),
        };
        let [m0, m1] = mtu.to_be_bytes();
        let message = |[c0, c1]: [u8; 2]| [kind, code, c0, c1, 0, 0, m0, m1];
        let sum = Sum::default().add(&message([0, 0])).add(packet.as_slice()).finish();
        put(packet, &message(sum.to_be_bytes()));
        let len = packet.len().saturating_add(V4_LEN);
        let [l0, l1] = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
        let ([s0, s1, s2, s3], [d0, d1, d2, d3]) = (source.octets(), to.octets());
        // Never fragmented, so that it needs no identification (RFC 6864 §4.1).
        let header = |[c0, c1]: [u8; 2]| {
            let fixed = [0x45, V4_TOS, l0, l1, 0, 0, 0x40, 0, HOP_LIMIT, ICMP];
            let [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9] = fixed;
            [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, c0, c1, s0, s1, s2, s3, d0, d1, d2, d3]
        };
        let checksum = ipv4_checksum(&header([0, 0]));
        put(packet, &header(checksum.to_be_bytes()));
        true
    }

    fn answer_v6(self, packet: &mut PacketBuf<'_>, view: &IpView, source: Ipv6Addr, to: Ipv6Addr) -> bool {
        if packet.headroom() < V6_LEN.saturating_add(ICMP_LEN) {
            return false;
        }
        packet.truncate(view.total_len.min(V6_MAX.saturating_sub(V6_LEN).saturating_sub(ICMP_LEN)));
        let (kind, mtu) = match self {
            Self::TooBig { mtu } => (2, u32::try_from(mtu).unwrap_or(u32::MAX)),
            Self::TimeExceeded => (3, 0),
        };
        let [m0, m1, m2, m3] = mtu.to_be_bytes();
        let message = |[c0, c1]: [u8; 2]| [kind, 0, c0, c1, m0, m1, m2, m3];
        let len = packet.len().saturating_add(ICMP_LEN);
        let sum = Sum::pseudo_header(source.into(), to.into(), ICMPV6, len)
            .add(&message([0, 0]))
            .add(packet.as_slice())
            .finish();
        put(packet, &message(sum.to_be_bytes()));
        put(packet, &to.octets());
        put(packet, &source.octets());
        let [l0, l1] = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
        put(packet, &[0x60, 0, 0, 0, l0, l1, ICMPV6, HOP_LIMIT]);
        true
    }
}

/// Puts octets before the packet; the room was checked.
fn put(packet: &mut PacketBuf<'_>, octets: &[u8]) {
    if let Ok(room) = packet.prepend(octets.len()) {
        room.copy_from_slice(octets);
    }
}

/// Whether the packet is an ICMP error, or one whose type cannot be seen.
fn is_error(view: &IpView) -> bool {
    // Type and code are in the place of the ports.
    let kind = view.source_port.map(|port| port >> 8);
    match (view.protocol, view.is_ipv4()) {
        (ICMP, true) => kind.is_none_or(|kind| matches!(kind, 3 | 4 | 5 | 11 | 12)),
        // Redirects are no errors, but no error is sent about one (RFC 4443 §2.4 e 2).
        (ICMPV6, false) => kind.is_none_or(|kind| kind < 128 || kind == 137),
        _ => false,
    }
}

/// Whether an address is that of one host.
fn is_single(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_unspecified()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_loopback())
        }
        IpAddr::V6(address) => !(address.is_unspecified() || address.is_multicast() || address.is_loopback()),
    }
}
