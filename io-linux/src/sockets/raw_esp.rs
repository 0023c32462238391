//! ESP as an IP protocol of its own.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use rustix::net::{RecvFlags, SendFlags};
use socket2::{Domain, Protocol, Socket, Type};

use super::{SocketError, prepare};

/// IP protocol number of ESP (RFC 4303 §2).
const ESP_PROTOCOL: i32 = 50;
/// Octets of the shortest IPv4 header.
const IPV4_MIN_HEADER: usize = 20;

/// A raw socket for IP protocol 50, bound to one address.
#[derive(Debug)]
pub struct RawEsp {
    socket: Socket,
    local: IpAddr,
}

/// A packet that a [`RawEsp`] received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEspPacket {
    /// The outer source address.
    pub source: IpAddr,
    /// Where ESP lies in the buffer.
    pub esp: Range<usize>,
}

impl RawEsp {
    /// Binds to `local`, which filters by destination. Needs `CAP_NET_RAW`.
    pub fn bind(local: IpAddr, mark: Option<u32>) -> Result<Self, SocketError> {
        Self::try_bind(local, mark).map_err(|source| SocketError {
            what: "the raw socket for ESP",
            local: SocketAddr::new(local, 0),
            source,
        })
    }

    fn try_bind(local: IpAddr, mark: Option<u32>) -> io::Result<Self> {
        let address = SocketAddr::new(local, 0);
        let socket =
            Socket::new(Domain::for_address(address), Type::RAW, Some(Protocol::from(ESP_PROTOCOL)))?;
        prepare(&socket, local, mark)?;
        socket.bind(&address.into())?;
        Ok(Self { socket, local })
    }

    /// Reads one packet; [`io::ErrorKind::WouldBlock`] when there is none, `Ok(None)` for one that is no packet.
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<Option<RawEspPacket>> {
        let (len, _, from) = rustix::net::recvfrom(self.socket.as_fd(), &mut *buffer, RecvFlags::empty())?;
        let Some(Ok(from)) = from.map(SocketAddr::try_from) else { return Ok(None) };
        let esp = match self.local {
            // The kernel delivers the IPv4 header with the packet, and takes the IPv6 header off (RFC 3542 §3).
            IpAddr::V4(_) => buffer.get(..len).and_then(ipv4_payload),
            IpAddr::V6(_) => Some(0..len),
        };
        Ok(esp.map(|esp| RawEspPacket { source: from.ip(), esp }))
    }

    /// Sends one packet, `esp` from the SPI on; the kernel puts the IP header before it.
    pub fn send(&self, esp: &[u8], remote: IpAddr) -> io::Result<()> {
        rustix::net::sendto(self.socket.as_fd(), esp, SendFlags::empty(), &SocketAddr::new(remote, 0))?;
        Ok(())
    }
}

impl AsRawFd for RawEsp {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// What follows the header of an IPv4 packet.
pub(super) fn ipv4_payload(packet: &[u8]) -> Option<Range<usize>> {
    let header = usize::from(packet.first()? & 0x0f) * 4;
    (header >= IPV4_MIN_HEADER && header <= packet.len()).then_some(header..packet.len())
}
