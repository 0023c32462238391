//! The headers outside ESP: IPv4, IPv6 and UDP. A driver whose kernel writes them needs none of this.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::drop_reason::DropReason;
use crate::esp;
use crate::net::checksum::ipv4_checksum;
use crate::net::ip_view::{Fragment, IpView, UDP};
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, UdpEncap};
use crate::suite::SaSuite;

#[cfg(test)]
mod tests;

/// Octets of an IPv4 header without options.
pub const IPV4_HEADER_LEN: usize = 20;
/// Octets of an IPv6 header without extension headers.
pub const IPV6_HEADER_LEN: usize = 40;
/// Octets that every link carries in one IPv6 packet (RFC 8200 §5).
pub const IPV6_MIN_MTU: usize = 1_280;
/// Octets of a UDP header.
pub const UDP_HEADER_LEN: usize = 8;

/// What goes before an ESP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OuterHeader {
    /// Our address.
    pub local: IpAddr,
    /// The peer's address.
    pub remote: IpAddr,
    /// The UDP ports, where ESP is carried in UDP.
    pub encap: Option<UdpEncap>,
    /// Type of service or traffic class.
    pub tos: u8,
    /// Whether routers may not fragment an IPv4 packet.
    pub dont_fragment: bool,
    /// The identification of an IPv4 packet, unique among recent ones where it may be fragmented.
    pub id: u16,
    /// Time to live, or hop limit.
    pub hop_limit: u8,
    /// The flow label of an IPv6 packet, of which 20 bits count.
    pub flow_label: u32,
}

impl OuterHeader {
    /// A header for raw ESP that takes nothing from an inner one: no class of service, not to be fragmented.
    pub fn new(local: IpAddr, remote: IpAddr) -> Self {
        Self { local, remote, encap: None, tos: 0, dont_fragment: true, id: 0, hop_limit: 64, flow_label: 0 }
    }

    /// Puts UDP, where there are ports, and IP before `packet`.
    ///
    /// The UDP checksum is 0 over IPv4 (RFC 3948 §2.1), and over IPv6 too, as RFC 6936 allows tunnels that check
    /// integrity themselves. [`DropReason::Malformed`] where the families of the addresses differ,
    /// [`DropReason::TooBig`] where a length field cannot hold the length.
    pub fn prepend(&self, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        self.prepend_before(packet, IpsecProtocol::Esp.ip_protocol())
    }

    /// The same for a packet of any `protocol`.
    pub(crate) fn prepend_before(&self, packet: &mut PacketBuf<'_>, protocol: u8) -> Result<(), DropReason> {
        let protocol = match self.encap {
            None => protocol,
            Some(ports) => prepend_udp(ports, packet)?,
        };
        match (self.local, self.remote) {
            (IpAddr::V4(local), IpAddr::V4(remote)) => self.prepend_v4(packet, local, remote, protocol),
            (IpAddr::V6(local), IpAddr::V6(remote)) => self.prepend_v6(packet, local, remote, protocol),
            _ => Err(DropReason::Malformed),
        }
    }

    fn prepend_v4(
        &self,
        packet: &mut PacketBuf<'_>,
        local: Ipv4Addr,
        remote: Ipv4Addr,
        protocol: u8,
    ) -> Result<(), DropReason> {
        let [l0, l1] = length_field(packet.len(), IPV4_HEADER_LEN)?;
        let [i0, i1] = self.id.to_be_bytes();
        let [s0, s1, s2, s3] = local.octets();
        let [d0, d1, d2, d3] = remote.octets();
        let flags = if self.dont_fragment { 0x40 } else { 0 };
        let header = |c0, c1| {
            [
                0x45,
                self.tos,
                l0,
                l1,
                i0,
                i1,
                flags,
                0,
                self.hop_limit,
                protocol,
                c0,
                c1,
                s0,
                s1,
                s2,
                s3,
                d0,
                d1,
                d2,
                d3,
            ]
        };
        let [c0, c1] = ipv4_checksum(&header(0, 0)).to_be_bytes();
        packet.prepend(IPV4_HEADER_LEN)?.copy_from_slice(&header(c0, c1));
        Ok(())
    }

    fn prepend_v6(
        &self,
        packet: &mut PacketBuf<'_>,
        local: Ipv6Addr,
        remote: Ipv6Addr,
        protocol: u8,
    ) -> Result<(), DropReason> {
        let [l0, l1] = length_field(packet.len(), 0)?;
        packet.prepend(16)?.copy_from_slice(&remote.octets());
        packet.prepend(16)?.copy_from_slice(&local.octets());
        let [_, f1, f2, f3] = self.flow_label.to_be_bytes();
        let class_and_label = (self.tos << 4) | (f1 & 0x0f);
        let fixed = [0x60 | (self.tos >> 4), class_and_label, f2, f3, l0, l1, protocol, self.hop_limit];
        packet.prepend(fixed.len())?.copy_from_slice(&fixed);
        Ok(())
    }
}

/// Puts a UDP header without a checksum before `packet`; gives UDP's protocol number.
pub(crate) fn prepend_udp(ports: UdpEncap, packet: &mut PacketBuf<'_>) -> Result<u8, DropReason> {
    let [l0, l1] = length_field(packet.len(), UDP_HEADER_LEN)?;
    let [s0, s1] = ports.local_port.to_be_bytes();
    let [d0, d1] = ports.remote_port.to_be_bytes();
    packet.prepend(UDP_HEADER_LEN)?.copy_from_slice(&[s0, s1, d0, d1, l0, l1, 0, 0]);
    Ok(UDP)
}

fn length_field(payload: usize, header: usize) -> Result<[u8; 2], DropReason> {
    let len = u16::try_from(payload.saturating_add(header)).map_err(|_| DropReason::TooBig)?;
    Ok(len.to_be_bytes())
}

/// What was taken off a packet by [`strip_outer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OuterPacket {
    /// Who sent it; port 0 where there was no UDP header.
    pub source: SocketAddr,
    /// Whom it is for; port 0 where there was no UDP header.
    pub destination: SocketAddr,
    /// The IP protocol: 17 where a UDP header was taken off too.
    pub protocol: u8,
    /// Type of service or traffic class.
    pub tos: u8,
}

/// Takes the IP header off, and the UDP header behind it where there is one. What is left begins with the ESP
/// header, or with whatever [`classify`](crate::net::classify) tells apart.
///
/// a fragment is refused with [`DropReason::OuterFragment`]; it is reassembled before or not at all.
pub fn strip_outer(packet: &mut PacketBuf<'_>) -> Result<OuterPacket, DropReason> {
    let view = IpView::parse(packet.as_slice())?;
    if view.fragment != Fragment::Whole {
        return Err(DropReason::OuterFragment);
    }
    packet.truncate(view.total_len);
    packet.trim_front(view.header_len)?;
    let mut ports = (0, 0);
    if view.protocol == UDP {
        let [s0, s1, d0, d1, l0, l1, _, _] =
            *packet.as_slice().first_chunk::<UDP_HEADER_LEN>().ok_or(DropReason::TooShort)?;
        let len = usize::from(u16::from_be_bytes([l0, l1]));
        if len < UDP_HEADER_LEN || len > packet.len() {
            return Err(DropReason::BadLengthField);
        }
        packet.truncate(len);
        packet.trim_front(UDP_HEADER_LEN)?;
        ports = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
    }
    Ok(OuterPacket {
        source: SocketAddr::new(view.source, ports.0),
        destination: SocketAddr::new(view.destination, ports.1),
        protocol: view.protocol,
        tos: view.tos,
    })
}

/// The longest inner packet whose outer packet fits into `mtu` octets, between outer addresses of the family of
/// `remote`. 0 where nothing fits.
pub fn max_inner_len(mtu: usize, remote: IpAddr, suite: SaSuite, encap: Option<UdpEncap>) -> usize {
    let ip = if remote.is_ipv4() { IPV4_HEADER_LEN } else { IPV6_HEADER_LEN };
    let udp = if encap.is_some() { UDP_HEADER_LEN } else { 0 };
    esp::max_payload_len(mtu.saturating_sub(ip).saturating_sub(udp), suite)
}
