//! The TUN device through which inner packets come and go.

mod mtu;

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use tun_rs::{DeviceBuilder, SyncDevice};

pub use mtu::{LEAST_MTU, inner_mtu};

/// The TUN device could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the TUN device `{name}` could not be {what}: {}", crate::words::of(source))]
pub struct TunError {
    /// The name that was asked for.
    pub name: String,
    /// What was tried.
    pub what: &'static str,
    /// The system's answer.
    pub source: io::Error,
}

/// A TUN device: what the kernel routes into it is read here as whole IP packets, and what is written here the kernel
/// takes as received on it. It is not persistent: the kernel removes it, and every route through it, with the process.
pub struct Tun {
    device: SyncDevice,
    name: String,
    index: u32,
    mtu: u16,
}

impl Tun {
    /// Creates the device, sets its MTU and brings it up. Needs `CAP_NET_ADMIN`.
    ///
    /// It gets no address: a host's own packets into the tunnel take an address that the host has in the local
    /// subnets, as their route says.
    pub fn create(name: &str, mtu: u16) -> Result<Self, TunError> {
        let failed = |what| move |source| TunError { name: name.to_owned(), what, source };
        let device = DeviceBuilder::new()
            .name(name)
            .mtu(mtu)
            .packet_information(false)
            .enable(true)
            .build_sync()
            .map_err(failed("created"))?;
        device.set_nonblocking(true).map_err(failed("made nonblocking"))?;
        let index = device.if_index().map_err(failed("looked up"))?;
        let name = device.name().map_err(failed("named"))?;
        Ok(Self { device, name, index, mtu })
    }

    /// The interface's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface's index.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Octets of the largest inner packet.
    pub fn mtu(&self) -> u16 {
        self.mtu
    }

    /// Reads one packet that the kernel routed here; [`io::ErrorKind::WouldBlock`] when there is none.
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.device.recv(buffer)
    }

    /// Hands one packet to the kernel. It drops what is no IP packet, and forwards, filters and counts the rest as for
    /// any interface.
    pub fn send(&self, packet: &[u8]) -> io::Result<()> {
        self.device.send(packet).map(drop)
    }
}

impl AsRawFd for Tun {
    fn as_raw_fd(&self) -> RawFd {
        self.device.as_raw_fd()
    }
}

impl core::fmt::Debug for Tun {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Tun({} #{}, MTU {})", self.name, self.index, self.mtu)
    }
}
