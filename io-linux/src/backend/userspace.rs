//! The userspace datapath between a TUN device and the sockets.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::{DropCounters, DropReason};
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{SaKey, SaUsage};
use esp_core::soft::{Datapath, DatapathLimits, Outbound, Protected, SaStatus};
use esp_core::time::Instant;

use crate::sockets::Sockets;
use crate::tun::Tun;

/// Octets of the storage that a caller lends for one packet: the largest IP packet with all that ESP puts around it.
pub const STORAGE: usize = (1 << 16) + PacketBuf::HEADROOM + PacketBuf::TAILROOM;

/// A packet could not be handed to the host's network.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    /// An ESP packet could not leave.
    #[error("ESP cannot be sent from {local} to {remote}: {}", crate::words::of(source))]
    Outer {
        /// Our outer address.
        local: IpAddr,
        /// The peer's outer address.
        remote: IpAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// An inner packet could not be handed to the kernel.
    #[error("an inner packet cannot be handed to the TUN device: {}", crate::words::of(.0))]
    Inner(io::Error),
}

/// [`Datapath`] with a TUN device on its inner side and the gateway's sockets on its outer side.
///
/// The kernel routes, forwards, filters and counts inner packets on the TUN device, their time to live included; what
/// is here only puts them through policies and Security Associations. Packets that these refuse are counted by reason,
/// see [`Userspace::drops`].
#[derive(Debug)]
pub struct Userspace {
    datapath: Datapath,
    tun: Tun,
    congested: u64,
}

impl Userspace {
    /// A datapath without Security Associations, which drops every packet, behind `tun`.
    pub fn new(tun: Tun, limits: DatapathLimits) -> Self {
        Self { datapath: Datapath::new(limits), tun, congested: 0 }
    }

    /// The TUN device.
    pub fn tun(&self) -> &Tun {
        &self.tun
    }

    /// How many packets were dropped, by reason.
    pub fn drops(&self) -> &DropCounters {
        self.datapath.drops()
    }

    /// How many packets were dropped because the host's queue was full.
    pub fn congested(&self) -> u64 {
        self.congested
    }

    /// Every Security Association, for display.
    pub fn iter_sas(&self) -> impl Iterator<Item = SaStatus> + '_ {
        self.datapath.iter_sas()
    }

    /// What a Security Association has carried; `None` where there is no such one.
    pub fn usage(&self, key: &SaKey) -> Option<SaUsage> {
        self.datapath.iter_sas().find(|sa| sa.key == *key).map(|sa| sa.usage)
    }

    /// Reads one packet from the TUN device and sends it to the peer that it is for.
    ///
    /// # Errors
    ///
    /// The outer error is that of reading, [`io::ErrorKind::WouldBlock`] when there is no packet; the inner one that of
    /// sending.
    pub fn forward_inner(
        &mut self,
        now: Instant,
        storage: &mut [u8],
        sockets: &Sockets,
    ) -> io::Result<Result<(), PacketError>> {
        let room = storage.len().saturating_sub(PacketBuf::TAILROOM);
        let free = storage.get_mut(PacketBuf::HEADROOM..room).unwrap_or_default();
        let len = self.tun.recv(free)?;
        let Some(mut packet) = PacketBuf::new(storage, PacketBuf::HEADROOM, len) else { return Ok(Ok(())) };
        match self.datapath.seal(now, &mut packet) {
            Ok(Outbound::Protected(to)) => Ok(self.send(&to, packet.as_slice(), sockets)),
            // What a policy passes as it is came here by a route of ours and has no other way to go.
            Ok(Outbound::Bypass) => {
                self.datapath.drops().count(DropReason::DiscardPolicy);
                Ok(Ok(()))
            }
            // Counted.
            Err(_) => Ok(Ok(())),
        }
    }

    /// Takes the ESP packet that lies at `esp` in `storage`, came from `source` to `destination`, and hands what is
    /// inside to the kernel. `source` has port 0 where it did not come in UDP.
    ///
    /// # Errors
    ///
    /// The kernel did not take the inner packet. One that ESP refuses is no error, only counted.
    pub fn take_outer(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: IpAddr,
        storage: &mut [u8],
        esp: Range<usize>,
    ) -> Result<(), PacketError> {
        let Some(mut packet) = PacketBuf::new(storage, esp.start, esp.len()) else { return Ok(()) };
        if self.datapath.open(now, source, destination, &mut packet).is_err() {
            // Counted.
            return Ok(());
        }
        let result = self.tun.send(packet.as_slice());
        self.unless_congested(result).map_err(PacketError::Inner)
    }

    fn send(&mut self, to: &Protected, esp: &[u8], sockets: &Sockets) -> Result<(), PacketError> {
        let result = match to.encap {
            Some(ports) => sockets
                .udp(ports.local_port)
                .ok_or_else(|| io::Error::other("there is no such UDP socket"))
                .and_then(|socket| socket.send(esp, SocketAddr::new(to.remote, ports.remote_port))),
            None => sockets
                .esp
                .as_ref()
                .ok_or_else(|| io::Error::other("the raw socket is not open"))
                .and_then(|socket| socket.send(esp, to.remote)),
        };
        self.unless_congested(result).map_err(|source| PacketError::Outer {
            local: to.local,
            remote: to.remote,
            source,
        })
    }

    /// A full queue drops the packet, as any router's does.
    fn unless_congested(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.congested = self.congested.saturating_add(1);
                Ok(())
            }
            other => other,
        }
    }
}

impl SaBackend for Userspace {
    fn apply(&mut self, now: Instant, command: &SaCommand) -> Result<(), BackendError> {
        self.datapath.apply(now, command)
    }

    fn poll_event(&mut self) -> Option<SaEvent> {
        self.datapath.poll_event()
    }
}
