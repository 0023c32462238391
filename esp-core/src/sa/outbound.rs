//! Our direction of a Security Association.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::ah::{self, final_destination};
use crate::command::Limit;
use crate::crypt::KeyError;
use crate::drop_reason::DropReason;
use crate::esp::{self, NEXT_HEADER_DUMMY, NEXT_HEADER_IPV4, NEXT_HEADER_IPV6, Staged};
use crate::net::transport::{Joint, open_gap};
use crate::net::{
    Fragment, IPV4_HEADER_LEN, IPV6_HEADER_LEN, IpView, OuterHeader, UDP_HEADER_LEN, prepend_udp,
};
use crate::packet_buf::PacketBuf;
use crate::sa::counters::SaCounters;
use crate::sa::events::EventQueue;
use crate::sa::params::{IpsecProtocol, Mode, SaKey, SaParams};
use crate::suite::SaSuite;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// The transform of either protocol.
#[derive(Debug)]
enum Sealer {
    Esp(esp::Sealer),
    Ah(ah::Sealer),
}

/// Where a packet goes.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// What events call the Security Association.
    pub key: SaKey,
    /// The headers that tunnel mode puts outside. Transport mode takes the addresses and ports out of it: the addresses
    /// to compare the packet's own with.
    pub outer: OuterHeader,
}

/// An outbound Security Association. Any number of cores seal with it at once: what they share is one atomic
/// sequence number.
#[derive(Debug)]
pub struct OutboundSa {
    sealer: Sealer,
    mode: Mode,
    /// The last sequence number that was given out.
    sequence: AtomicU64,
    counters: SaCounters,
}

impl OutboundSa {
    /// Expands the keys of `params`.
    pub fn new(params: &SaParams) -> Result<Self, KeyError> {
        let sealer = match params.protocol {
            IpsecProtocol::Esp => Sealer::Esp(esp::Sealer::new(params.suite, params.spi, &params.keys)?),
            IpsecProtocol::Ah => Sealer::Ah(ah::Sealer::new(params.suite, params.spi, &params.keys)?),
        };
        Ok(Self {
            sealer,
            mode: params.mode,
            sequence: AtomicU64::new(0),
            counters: SaCounters::new(params.limits, params.expires),
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        match &self.sealer {
            Sealer::Esp(sealer) => sealer.suite(),
            Sealer::Ah(sealer) => sealer.suite(),
        }
    }

    /// Tunnel or transport mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What it has carried.
    pub fn counters(&self) -> &SaCounters {
        &self.counters
    }

    /// The last sequence number that was given out, 0 before the first.
    pub fn last_sequence(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Protects the IP packet in `packet`. Gives how many octets of headers are before AH or ESP: 0 in tunnel mode ESP,
    /// where the caller puts the outer headers or lets its kernel do that, and otherwise those of a whole packet that is
    /// ready to go. A refused packet is left as it was.
    pub fn seal_packet(
        &self,
        now: Instant,
        departure: &Departure,
        packet: &mut PacketBuf<'_>,
        events: &EventQueue,
    ) -> Result<usize, DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        match (&self.sealer, self.mode) {
            (Sealer::Esp(_), Mode::Tunnel) => {
                self.seal(now, next_header_of(&view), packet, departure.key, events).map(|()| 0)
            }
            (Sealer::Esp(sealer), Mode::Transport) => {
                check_ends(&view, departure, packet)?;
                self.seal_esp_transport(now, departure, sealer, &view, packet, events)
            }
            (Sealer::Ah(sealer), Mode::Transport) => {
                check_ends(&view, departure, packet)?;
                sealer.check(&view, packet)?;
                let sequence = self.spend(now, view.total_len, departure.key, events)?;
                sealer.seal(sequence, packet)?;
                Ok(Joint::for_insertion(packet.as_slice(), &view)?.offset)
            }
            (Sealer::Ah(sealer), Mode::Tunnel) => {
                self.seal_ah_tunnel(now, departure, sealer, &view, packet, events)
            }
        }
    }

    /// Makes the payload in `packet` an ESP packet, from its ESP header on. `key` is what events call this Security
    /// Association. A refused packet is left as it was.
    pub fn seal(
        &self,
        now: Instant,
        next_header: u8,
        packet: &mut PacketBuf<'_>,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        let Sealer::Esp(sealer) = &self.sealer else { return Err(DropReason::NoOuterHeader) };
        if !sealer.has_room(packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.spend(now, packet.len(), key, events)?;
        sealer.seal(sequence, next_header, packet)
    }

    /// The first part of [`OutboundSa::seal`] in a batch: all that is done in the order of the packets. Where it gives
    /// something, the packet is not sealed before [`esp::finish`] had it.
    pub(super) fn begin(
        &self,
        now: Instant,
        next_header: u8,
        packet: &mut PacketBuf<'_>,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<Option<Staged<'_>>, DropReason> {
        let Sealer::Esp(sealer) = &self.sealer else { return Err(DropReason::NoOuterHeader) };
        if !sealer.has_room(packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.spend(now, packet.len(), key, events)?;
        sealer.begin(sequence, next_header, packet)
    }

    /// The first part of [`OutboundSa::seal_packet`] in a batch.
    pub(crate) fn begin_packet(
        &self,
        now: Instant,
        departure: &Departure,
        packet: &mut PacketBuf<'_>,
        events: &EventQueue,
    ) -> Result<(usize, Option<Staged<'_>>), DropReason> {
        if !matches!((&self.sealer, self.mode), (Sealer::Esp(_), Mode::Tunnel)) {
            return self.seal_packet(now, departure, packet, events).map(|outer_len| (outer_len, None));
        }
        let next_header = next_header_of(&IpView::parse(packet.as_slice())?);
        self.begin(now, next_header, packet, departure.key, events).map(|staged| (0, staged))
    }

    /// As [`OutboundSa::seal`], with zeros behind the payload until it has `len` octets, so that its length tells an
    /// observer nothing (RFC 4303 §2.7). The receiver sees in the inner packet's own header where it ends, which is why
    /// this is for tunnel mode alone: else [`DropReason::PaddingOutsideTunnelMode`]. A payload of more than `len` octets
    /// is not made longer. `len` counts as carried, since it is what the network carries.
    pub fn seal_padded(
        &self,
        now: Instant,
        next_header: u8,
        len: usize,
        packet: &mut PacketBuf<'_>,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        let (Sealer::Esp(sealer), Mode::Tunnel) = (&self.sealer, self.mode) else {
            return Err(DropReason::PaddingOutsideTunnelMode);
        };
        let len = len.max(packet.len());
        if !sealer.has_room_for(len, packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.spend(now, len, key, events)?;
        packet.append(len.saturating_sub(packet.len()))?.fill(0);
        sealer.seal(sequence, next_header, packet)
    }

    /// Makes an ESP packet with `len` octets of payload that the peer drops, to be sent when there is nothing to send
    /// (RFC 4303 §2.6). What is in `packet` is overwritten.
    pub fn seal_dummy(
        &self,
        now: Instant,
        len: usize,
        packet: &mut PacketBuf<'_>,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        packet.truncate(0);
        self.seal_padded(now, NEXT_HEADER_DUMMY, len, packet, key, events)
    }

    /// ESP between the packet's own headers and what they carry, in UDP where there are ports.
    fn seal_esp_transport(
        &self,
        now: Instant,
        departure: &Departure,
        sealer: &esp::Sealer,
        view: &IpView,
        packet: &mut PacketBuf<'_>,
        events: &EventQueue,
    ) -> Result<usize, DropReason> {
        let joint = Joint::for_insertion(packet.as_slice(), view)?;
        let udp = departure.outer.encap.map_or(0, |_| UDP_HEADER_LEN);
        let gap = udp.saturating_add(sealer.header_len());
        let payload_len = view.total_len.saturating_sub(joint.offset);
        let added = udp.saturating_add(sealer.sealed_len(payload_len)).saturating_sub(payload_len);
        joint.check_len(view, added)?;
        let spare = packet.len().saturating_sub(view.total_len);
        let tailroom = packet.tailroom().saturating_add(spare);
        if packet.headroom() < gap || tailroom < added.saturating_sub(gap) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.spend(now, view.total_len, departure.key, events)?;
        packet.truncate(view.total_len);
        let next_header = *packet.as_slice().get(joint.field).ok_or(DropReason::Malformed)?;
        open_gap(packet, joint.offset, gap)?;
        sealer.seal(sequence, next_header, packet)?;
        let mut protocol = IpsecProtocol::Esp.ip_protocol();
        if let Some(ports) = departure.outer.encap {
            protocol = prepend_udp(ports, packet)?;
        }
        packet.prepend(joint.offset)?;
        joint.set(packet.as_mut_slice(), protocol)?;
        Ok(joint.offset.saturating_add(udp))
    }

    /// AH behind an outer header, with the inner packet behind it.
    fn seal_ah_tunnel(
        &self,
        now: Instant,
        departure: &Departure,
        sealer: &ah::Sealer,
        view: &IpView,
        packet: &mut PacketBuf<'_>,
        events: &EventQueue,
    ) -> Result<usize, DropReason> {
        let is_ipv4 = departure.outer.remote.is_ipv4();
        let ip = if is_ipv4 { IPV4_HEADER_LEN } else { IPV6_HEADER_LEN };
        let ah = sealer.added_len(is_ipv4);
        let counted = if is_ipv4 { ip } else { 0 };
        if u16::try_from(view.total_len.saturating_add(ah).saturating_add(counted)).is_err() {
            return Err(DropReason::TooBig);
        }
        if packet.headroom() < ip.saturating_add(ah) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.spend(now, view.total_len, departure.key, events)?;
        packet.truncate(view.total_len);
        // AH covers the identification. It must not be 0, which makes some systems choose another.
        let outer = OuterHeader { id: departure.outer.id.max(1), encap: None, ..departure.outer };
        outer.prepend_before(packet, next_header_of(view))?;
        sealer.seal(sequence, packet)?;
        Ok(ip)
    }

    /// A sequence number for a packet of `len` octets, if the Security Association may carry it.
    fn spend(&self, now: Instant, len: usize, key: SaKey, events: &EventQueue) -> Result<u64, DropReason> {
        if self.counters.is_closed() {
            return Err(DropReason::NoOutboundSa);
        }
        self.counters.admit(now, key, events)?;
        let sequence = self.next_sequence(key, events)?;
        self.counters.charge(now, len, key, events)?;
        Ok(sequence)
    }

    /// The next number. It never wraps: a repeated number would be a repeated IV and a packet that the peer drops
    /// (RFC 4303 §3.3.3).
    fn next_sequence(&self, key: SaKey, events: &EventQueue) -> Result<u64, DropReason> {
        let last = if self.suite().esn() { u64::MAX } else { u64::from(u32::MAX) };
        let given = self.sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |given| {
            match given.checked_add(1) {
                Some(next) if next <= last => Some(next),
                _ => None,
            }
        });
        let Ok(before) = given else {
            self.counters.report_hard(key, Limit::SequenceNumber, events);
            return Err(DropReason::SequenceExhausted);
        };
        let sequence = before.saturating_add(1);
        // With a sixteenth of the numbers left there is time to rekey: four minutes at a million packets a second.
        if last.saturating_sub(sequence) < last / 16 {
            self.counters.report_soft(key, Limit::SequenceNumber, events);
        }
        Ok(sequence)
    }
}

fn next_header_of(view: &IpView) -> u8 {
    if view.is_ipv4() { NEXT_HEADER_IPV4 } else { NEXT_HEADER_IPV6 }
}

/// Transport mode is for whole packets between the two ends (RFC 4301 §4.1): another packet would go to where nobody
/// has the Security Association.
fn check_ends(view: &IpView, departure: &Departure, packet: &PacketBuf<'_>) -> Result<(), DropReason> {
    if view.fragment != Fragment::Whole {
        return Err(DropReason::FragmentInTransportMode);
    }
    let OuterHeader { local, remote, .. } = departure.outer;
    let headers = packet.as_slice().get(..view.header_len).unwrap_or_default();
    let reaches = view.destination == remote || final_destination(headers)? == remote;
    if view.source == local && reaches { Ok(()) } else { Err(DropReason::NotBetweenTheEnds) }
}
