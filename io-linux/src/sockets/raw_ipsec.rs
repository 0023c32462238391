//! ESP and AH as IP protocols of their own.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use esp_core::net::IPV6_HEADER_LEN;
use esp_core::sa::IpsecProtocol;
use rustix::net::{RecvFlags, SendFlags};
use socket2::{Domain, Protocol, Socket, Type};

use super::type_of_service::TypeOfService;
use super::{SocketError, prepare};

/// The hop limit of a header that is made here; AH does not cover it.
const ANY_HOP_LIMIT: u8 = 64;

/// A raw socket for one of IPsec's IP protocols, bound to one address.
#[derive(Debug)]
pub struct RawIpsec {
    socket: Socket,
    local: IpAddr,
    protocol: IpsecProtocol,
    tos: TypeOfService,
}

impl RawIpsec {
    /// Binds to `local`, which filters by destination. Needs `CAP_NET_RAW`.
    pub fn bind(local: IpAddr, protocol: IpsecProtocol, mark: Option<u32>) -> Result<Self, SocketError> {
        let what = match protocol {
            IpsecProtocol::Esp => "the raw socket for ESP",
            IpsecProtocol::Ah => "the raw socket for AH",
        };
        let failed = |source| SocketError { what, local: SocketAddr::new(local, 0), source };
        Self::try_bind(local, protocol, mark).map_err(failed)
    }

    fn try_bind(local: IpAddr, protocol: IpsecProtocol, mark: Option<u32>) -> io::Result<Self> {
        let address = SocketAddr::new(local, 0);
        let number = Protocol::from(i32::from(protocol.ip_protocol()));
        let socket = Socket::new(Domain::for_address(address), Type::RAW, Some(number))?;
        prepare(&socket, local, mark)?;
        // AH covers the identification of an IPv4 header, which the kernel would choose.
        if takes_whole(local, protocol) {
            socket.set_header_included_v4(true)?;
        }
        socket.bind(&address.into())?;
        Ok(Self { socket, local, protocol, tos: TypeOfService::default() })
    }

    /// Reads one packet, which lies in `buffer` as a whole IP packet where the answer says;
    /// [`io::ErrorKind::WouldBlock`] when there is none, `Ok(None)` for one that is no packet.
    ///
    /// The kernel delivers an IPv4 header with the packet. It takes an IPv6 header off with all extension headers
    /// (RFC 3542 §3); the one that is put in its place has the addresses and the length, which is what AH covers, no
    /// extension headers and no class of service. A packet of AH that came with extension headers fails its check.
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<Option<Range<usize>>> {
        let header_len = if self.local.is_ipv4() { 0 } else { IPV6_HEADER_LEN };
        let Some((header, rest)) = buffer.split_at_mut_checked(header_len) else { return Ok(None) };
        let (len, _, from) = rustix::net::recvfrom(self.socket.as_fd(), rest, RecvFlags::empty())?;
        if let IpAddr::V6(local) = self.local {
            let Some(Ok(SocketAddr::V6(from))) = from.map(SocketAddr::try_from) else { return Ok(None) };
            let Some(made) = ipv6_header(*from.ip(), local, self.protocol, len) else { return Ok(None) };
            header.copy_from_slice(&made);
        }
        Ok(Some(0..header_len.saturating_add(len)))
    }

    /// Whether [`RawIpsec::send`] takes packets with their IP header.
    pub fn takes_whole(&self) -> bool {
        takes_whole(self.local, self.protocol)
    }

    /// Sends one packet: with its IP header where [`RawIpsec::takes_whole`], else from the header of ESP or AH on, and
    /// the kernel puts the IP header before it, with `tos` as type of service or traffic class.
    pub fn send(&self, packet: &[u8], remote: IpAddr, tos: u8) -> io::Result<()> {
        if !self.takes_whole() {
            self.tos.set(&self.socket, self.local, tos)?;
        }
        let remote = SocketAddr::new(remote, 0);
        rustix::net::sendto(self.socket.as_fd(), packet, SendFlags::empty(), &remote)?;
        Ok(())
    }
}

impl AsRawFd for RawIpsec {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

fn takes_whole(local: IpAddr, protocol: IpsecProtocol) -> bool {
    local.is_ipv4() && protocol == IpsecProtocol::Ah
}

/// The header of a packet of `len` octets behind it; `None` where the length field cannot hold that.
pub(super) fn ipv6_header(
    source: Ipv6Addr,
    destination: Ipv6Addr,
    protocol: IpsecProtocol,
    len: usize,
) -> Option<[u8; IPV6_HEADER_LEN]> {
    let [l0, l1] = u16::try_from(len).ok()?.to_be_bytes();
    let fixed = [0x60, 0, 0, 0, l0, l1, protocol.ip_protocol(), ANY_HOP_LIMIT];
    let mut header = [0; IPV6_HEADER_LEN];
    let octets = fixed.into_iter().chain(source.octets()).chain(destination.octets());
    header.iter_mut().zip(octets).for_each(|(to, from)| *to = from);
    Some(header)
}
