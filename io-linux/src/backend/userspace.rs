//! The userspace datapath between a TUN device and the sockets.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::{DropCounters, DropReason};
use esp_core::net::OuterPacket;
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{IpsecProtocol, Mode, SaKey, SaParams, SaUsage};
use esp_core::soft::{Datapath, DatapathLimits, DatapathOptions, Outbound, Protected, SaStatus};
use esp_core::time::Instant;

use crate::sockets::Sockets;
use crate::tun::Tun;

/// Octets of the storage that a caller lends for one packet: the largest IP packet with all that ESP puts around it.
pub const STORAGE: usize = (1 << 16) + PacketBuf::HEADROOM + PacketBuf::TAILROOM;

/// The IP protocol number of ESP.
const ESP: u8 = 50;

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
/// see [`Userspace::drops`]; whoever sent one that is too long for its tunnel is told by ICMP through the TUN device.
///
/// The kernel writes the outer headers: class of service and ECN stay as the sockets have them, and no congestion mark
/// is carried from outside in.
pub struct Userspace {
    datapath: Datapath,
    tun: Tun,
    congested: u64,
    /// Where a packet that is too long is cut.
    scratch: Vec<u8>,
}

impl Userspace {
    /// A datapath without Security Associations, which drops every packet, behind `tun`. The link to the outside
    /// carries packets of `outer_mtu` octets.
    pub fn new(tun: Tun, limits: DatapathLimits, outer_mtu: u16) -> Self {
        let options = DatapathOptions { link_mtu: outer_mtu.into(), ..DatapathOptions::default() };
        let datapath = Datapath::with_options(limits, options);
        Self { datapath, tun, congested: 0, scratch: vec![0; STORAGE] }
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
        let Self { datapath, tun, congested, scratch } = self;
        let mut result = Ok(());
        let sealed = datapath.forward(now, &mut packet, scratch, |outcome, packet| {
            let sent = match outcome {
                Outbound::Protected(to) => send(&to, packet.as_slice(), sockets, congested),
                Outbound::Reply(_) => {
                    unless_congested(tun.send(packet.as_slice()), congested).map_err(PacketError::Inner)
                }
                // What a policy passes as it is came here by a route of ours and has no other way to go.
                Outbound::Bypass | Outbound::Fragment { .. } => {
                    datapath.drops().count(DropReason::DiscardPolicy);
                    Ok(())
                }
            };
            if result.is_ok() {
                result = sent;
            }
        });
        // What was dropped is counted.
        let _ = sealed;
        Ok(result)
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
        let destination = SocketAddr::new(destination, 0);
        let outer = OuterPacket { source, destination, protocol: ESP, tos: 0 };
        if self.datapath.open(now, &outer, &mut packet).is_err() {
            // Counted.
            return Ok(());
        }
        unless_congested(self.tun.send(packet.as_slice()), &mut self.congested).map_err(PacketError::Inner)
    }
}

impl fmt::Debug for Userspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Userspace")
            .field("datapath", &self.datapath)
            .field("tun", &self.tun)
            .finish_non_exhaustive()
    }
}

/// Sends an ESP packet; the kernel puts IP before it.
fn send(to: &Protected, esp: &[u8], sockets: &Sockets, congested: &mut u64) -> Result<(), PacketError> {
    let (local, remote) = (to.outer.local, to.outer.remote);
    let result = match to.outer.encap {
        Some(ports) => sockets
            .udp(ports.local_port)
            .ok_or_else(|| io::Error::other("there is no such UDP socket"))
            .and_then(|socket| socket.send(esp, SocketAddr::new(remote, ports.remote_port))),
        None => sockets
            .esp
            .as_ref()
            .ok_or_else(|| io::Error::other("the raw socket is not open"))
            .and_then(|socket| socket.send(esp, remote)),
    };
    unless_congested(result, congested).map_err(|source| PacketError::Outer { local, remote, source })
}

/// A full queue drops the packet, as any router's does.
fn unless_congested(result: io::Result<()>, congested: &mut u64) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            *congested = congested.saturating_add(1);
            Ok(())
        }
        other => other,
    }
}

/// The sockets carry ESP without its IP header, which the kernel writes and reads. AH and transport mode need that
/// header.
fn check_sockets(params: &SaParams) -> Result<(), BackendError> {
    match (params.protocol, params.mode) {
        (IpsecProtocol::Esp, Mode::Tunnel) => Ok(()),
        (protocol, Mode::Tunnel) => Err(BackendError::Unsupported(format!("{protocol} over a TUN device"))),
        (_, Mode::Transport) => Err(BackendError::Unsupported("transport mode over a TUN device".into())),
    }
}

impl SaBackend for Userspace {
    fn apply(&mut self, now: Instant, command: &SaCommand) -> Result<(), BackendError> {
        if let SaCommand::AddSa(params) = command {
            check_sockets(params)?;
        }
        self.datapath.apply(now, command)
    }

    fn poll_event(&mut self) -> Option<SaEvent> {
        self.datapath.poll_event()
    }
}
