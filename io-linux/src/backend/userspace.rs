//! The userspace datapath between a TUN device and the sockets.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::{DropCounters, DropReason};
use esp_core::net::{Fragments, OuterPacket};
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{IpsecProtocol, Mode, SaKey, SaParams, SaUsage};
use esp_core::soft::{Datapath, DatapathLimits, DatapathOptions, Outbound, Protected, SaStatus};
use esp_core::time::Instant;

use crate::sockets::Sockets;
use crate::tun::Tun;

/// Octets of the storage that a caller lends for one packet: the largest IP packet with all that ESP puts around it.
pub const STORAGE: usize = (1 << 16) + PacketBuf::HEADROOM + PacketBuf::TAILROOM;

/// The IP protocol number of UDP.
const UDP: u8 = 17;
/// In an IPv4 header: the octet with the flags, and among them "don't fragment".
const FLAGS: usize = 6;
const DONT_FRAGMENT: u8 = 0x40;

/// A packet could not be handed to the host's network.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    /// A protected packet could not leave.
    #[error("{protocol} cannot be sent from {local} to {remote}: {}", crate::words::of(source))]
    Outer {
        /// What it was protected with.
        protocol: IpsecProtocol,
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
/// Outer headers have the class of service and the congestion mark of the inner ones (RFC 6040 §4.1), and their DF bit is
/// clear: whoever is on the path fragments what is too long for it. Congestion marks are carried from outside in where
/// the outer header is seen (RFC 6040 §4.2), which is that of IPv4 without UDP.
pub struct Userspace {
    datapath: Datapath,
    tun: Tun,
    outer_mtu: usize,
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
        Self { datapath, tun, outer_mtu: outer_mtu.into(), congested: 0, scratch: vec![0; STORAGE] }
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
        let Self { datapath, tun, outer_mtu, congested, scratch } = self;
        let mut result = Ok(());
        let sealed = datapath.forward(now, &mut packet, scratch, |outcome, packet| {
            let sent = match outcome {
                Outbound::Protected(to) => {
                    let sent = send(&to, packet.as_mut_slice(), sockets, *outer_mtu);
                    let (local, remote) = (to.outer.local, to.outer.remote);
                    unless_congested(sent, congested).map_err(|source| PacketError::Outer {
                        protocol: protocol_of(&to),
                        local,
                        remote,
                        source,
                    })
                }
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

    /// Takes the ESP packet that lies at `esp` in `storage` and came in UDP from `source` to the address `destination`,
    /// and hands what is inside to the kernel.
    ///
    /// # Errors
    ///
    /// The kernel did not take the inner packet. One that ESP refuses is no error, only counted.
    pub fn take_udp(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: IpAddr,
        storage: &mut [u8],
        esp: Range<usize>,
    ) -> Result<(), PacketError> {
        let destination = SocketAddr::new(destination, 0);
        let outer = OuterPacket { source, destination, protocol: UDP, tos: 0 };
        self.take(storage, esp, |datapath, packet| datapath.open(now, &outer, packet).is_ok())
    }

    /// The same for a whole IP packet with ESP or AH, as [`RawIpsec::recv`](crate::sockets::RawIpsec::recv) leaves it.
    ///
    /// # Errors
    ///
    /// As [`Userspace::take_udp`].
    pub fn take_raw(
        &mut self,
        now: Instant,
        storage: &mut [u8],
        packet: Range<usize>,
    ) -> Result<(), PacketError> {
        self.take(storage, packet, |datapath, packet| datapath.inbound(now, packet).is_ok())
    }

    /// Opens a packet and hands what is inside to the kernel. What could not be opened is counted.
    fn take(
        &mut self,
        storage: &mut [u8],
        place: Range<usize>,
        open: impl FnOnce(&Datapath, &mut PacketBuf<'_>) -> bool,
    ) -> Result<(), PacketError> {
        let Some(mut packet) = PacketBuf::new(storage, place.start, place.len()) else { return Ok(()) };
        if !open(&self.datapath, &mut packet) {
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

/// Over a TUN device all is tunnel mode, where AH alone makes whole packets.
fn protocol_of(to: &Protected) -> IpsecProtocol {
    if to.outer_len == 0 { IpsecProtocol::Esp } else { IpsecProtocol::Ah }
}

/// Sends a protected packet; the kernel puts before it what is not there.
fn send(to: &Protected, packet: &mut [u8], sockets: &Sockets, outer_mtu: usize) -> io::Result<()> {
    let remote = to.outer.remote;
    if let Some(ports) = to.outer.encap {
        let socket = sockets.udp(ports.local_port);
        let socket = socket.ok_or_else(|| io::Error::other("there is no such UDP socket"))?;
        return socket.send(packet, SocketAddr::new(remote, ports.remote_port), to.outer.tos);
    }
    let socket = sockets.raw(protocol_of(to));
    let socket = socket.ok_or_else(|| io::Error::other("the raw socket is not open"))?;
    if socket.takes_whole() {
        return send_whole(packet, outer_mtu, |packet| socket.send(packet, remote, to.outer.tos));
    }
    socket.send(packet.get(to.outer_len..).unwrap_or_default(), remote, to.outer.tos)
}

/// Sends an IPv4 packet whose header the kernel takes as it is: it does not fragment such a packet either.
fn send_whole(
    packet: &mut [u8],
    outer_mtu: usize,
    mut send: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(flags) = packet.get_mut(FLAGS) {
        *flags &= !DONT_FRAGMENT;
    }
    if packet.len() <= outer_mtu {
        return send(packet);
    }
    let mut storage = vec![0; outer_mtu.saturating_add(PacketBuf::HEADROOM + PacketBuf::TAILROOM)];
    let refused = |reason: DropReason| io::Error::other(reason.to_string());
    let mut fragments = Fragments::new(packet, outer_mtu).map_err(refused)?;
    while let Some(fragment) = fragments.next_into(&mut storage) {
        send(fragment.map_err(refused)?.as_slice())?;
    }
    Ok(())
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

/// A TUN device carries what is routed through it; packets of this host itself to its peer, which transport mode is for,
/// are not.
fn check_mode(params: &SaParams) -> Result<(), BackendError> {
    match params.mode {
        Mode::Tunnel => Ok(()),
        Mode::Transport => Err(BackendError::Unsupported("transport mode over a TUN device".into())),
    }
}

impl SaBackend for Userspace {
    fn apply(&mut self, now: Instant, command: &SaCommand) -> Result<(), BackendError> {
        if let SaCommand::AddSa(params) = command {
            check_mode(params)?;
        }
        self.datapath.apply(now, command)
    }

    fn poll_event(&mut self) -> Option<SaEvent> {
        self.datapath.poll_event()
    }
}

#[cfg(test)]
mod tests;
