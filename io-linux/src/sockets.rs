//! The sockets that face the peers: UDP 500 and 4500 for IKE and for ESP in UDP, and raw sockets for bare ESP and AH.

mod raw_ipsec;
mod type_of_service;

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, RawFd};

use esp_core::sa::IpsecProtocol;
use rustix::net::sockopt::{self, Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery};
use socket2::{Domain, Protocol, Socket, Type};

pub use raw_ipsec::RawIpsec;
use type_of_service::TypeOfService;

/// UDP port of IKE (RFC 7296 §2).
pub const IKE_PORT: u16 = 500;
/// UDP port of IKE and ESP where a NAT is on the path (RFC 3948, RFC 7296 §2.23).
pub const NAT_T_PORT: u16 = 4500;

/// Octets that the kernel may hold for us between two turns of the event loop: some 20 ms of a full gigabit.
const RECEIVE_BUFFER: usize = 4 << 20;

/// A socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{what} on {local} could not be opened: {}", crate::words::of(source))]
pub struct SocketError {
    /// Which socket.
    pub what: &'static str,
    /// The address that it was to be bound to.
    pub local: SocketAddr,
    /// The system's answer.
    pub source: io::Error,
}

/// A UDP socket bound to one address and port.
///
/// Being bound to one address it needs no packet information to know where a datagram was sent to, and answers leave
/// from the address that was asked. It never becomes a `UDP_ENCAP` socket: the kernel would swallow ESP, which the
/// userspace datapath wants to see.
#[derive(Debug)]
pub struct UdpPort {
    socket: UdpSocket,
    local: SocketAddr,
    tos: TypeOfService,
}

impl UdpPort {
    /// Binds to `local`. `mark` is set on every packet that leaves, for the rule that keeps them off the tunnels'
    /// routes (see [`Routes`](crate::routes::Routes)); it needs `CAP_NET_ADMIN`.
    pub fn bind(local: SocketAddr, mark: Option<u32>) -> Result<Self, SocketError> {
        Self::try_bind(local, mark).map_err(|source| SocketError { what: "UDP", local, source })
    }

    fn try_bind(local: SocketAddr, mark: Option<u32>) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(local), Type::DGRAM, Some(Protocol::UDP))?;
        prepare(&socket, local.ip(), mark)?;
        if local.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&local.into())?;
        let socket = UdpSocket::from(socket);
        let local = socket.local_addr()?;
        Ok(Self { socket, local, tos: TypeOfService::default() })
    }

    /// The address and port that it is bound to.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Reads one datagram; [`io::ErrorKind::WouldBlock`] when there is none. A datagram that is longer than `buffer`
    /// is cut.
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.recv_from(buffer)
    }

    /// Sends one datagram, with `tos` as type of service or traffic class.
    pub fn send(&self, payload: &[u8], remote: SocketAddr, tos: u8) -> io::Result<()> {
        self.tos.set(&self.socket, self.local.ip(), tos)?;
        self.socket.send_to(payload, remote).map(drop)
    }
}

impl AsRawFd for UdpPort {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// The sockets of one gateway.
#[derive(Debug)]
pub struct Sockets {
    /// UDP 500.
    pub ike: UdpPort,
    /// UDP 4500.
    pub nat_t: UdpPort,
    /// IP protocol 50, once it was wanted.
    esp: Option<RawIpsec>,
    /// IP protocol 51, once it was wanted.
    ah: Option<RawIpsec>,
}

impl Sockets {
    /// Opens both UDP ports of `address`. The raw sockets come with [`Sockets::open_raw`].
    pub fn open(address: IpAddr, mark: Option<u32>) -> Result<Self, SocketError> {
        Ok(Self {
            ike: UdpPort::bind(SocketAddr::new(address, IKE_PORT), mark)?,
            nat_t: UdpPort::bind(SocketAddr::new(address, NAT_T_PORT), mark)?,
            esp: None,
            ah: None,
        })
    }

    /// Opens the raw socket for a protocol, unless it is open; gives it where it was opened just now. Needs
    /// `CAP_NET_RAW`.
    pub fn open_raw(
        &mut self,
        protocol: IpsecProtocol,
        mark: Option<u32>,
    ) -> Result<Option<&RawIpsec>, SocketError> {
        let local = self.ike.local().ip();
        let place = match protocol {
            IpsecProtocol::Esp => &mut self.esp,
            IpsecProtocol::Ah => &mut self.ah,
        };
        if place.is_some() {
            return Ok(None);
        }
        Ok(Some(place.insert(RawIpsec::bind(local, protocol, mark)?)))
    }

    /// The raw socket for a protocol, where it is open.
    pub fn raw(&self, protocol: IpsecProtocol) -> Option<&RawIpsec> {
        match protocol {
            IpsecProtocol::Esp => self.esp.as_ref(),
            IpsecProtocol::Ah => self.ah.as_ref(),
        }
    }

    /// The UDP socket whose local port is `port`.
    pub fn udp(&self, port: u16) -> Option<&UdpPort> {
        [&self.ike, &self.nat_t].into_iter().find(|socket| socket.local().port() == port)
    }
}

/// What all sockets have in common: nonblocking, a deep receive buffer, the mark, and no DF bit, because IKE messages
/// and protected packets that are longer than the path's MTU shall arrive in fragments rather than not at all.
fn prepare(socket: &Socket, local: IpAddr, mark: Option<u32>) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    // Without CAP_NET_ADMIN the buffer stays within the system's own limit, which is no reason to fail.
    if sockopt::set_socket_recv_buffer_size_force(socket.as_fd(), RECEIVE_BUFFER).is_err() {
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    }
    match local {
        IpAddr::V4(_) => sockopt::set_ip_mtu_discover(socket.as_fd(), Ipv4PathMtuDiscovery::DONT)?,
        IpAddr::V6(_) => sockopt::set_ipv6_mtu_discover(socket.as_fd(), Ipv6PathMtuDiscovery::DONT)?,
    }
    mark.map_or(Ok(()), |mark| socket.set_mark(mark))
}

#[cfg(test)]
mod tests;
