//! A snapshot of all tables, through which packets go.

use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};

use crate::command::{PolicyAction, SaEvent};
use crate::drop_reason::{DropCounters, DropReason};
use crate::esp::{EspHeader, NEXT_HEADER_IPV4, NEXT_HEADER_IPV6};
use crate::net::IpView;
use crate::packet_buf::PacketBuf;
use crate::sa::{Arrival, EventQueue, IpsecProtocol, ReqId, SaKey, Spi, UdpEncap};
use crate::soft::limits::DatapathLimits;
use crate::soft::sad::{Entry, Sad};
use crate::soft::spd::{Policy, Spd};
use crate::time::Instant;

/// What is done with a packet that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// A policy passes the packet as it is; it was not changed.
    Bypass,
    /// The packet is an ESP packet now, to be sent to the peer.
    Protected(Protected),
}

/// Where an ESP packet goes. The caller puts UDP and IP before it, or lets its kernel do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected {
    /// Our outer address.
    pub local: IpAddr,
    /// The peer's outer address.
    pub remote: IpAddr,
    /// The UDP ports, where ESP is carried in UDP.
    pub encap: Option<UdpEncap>,
    /// What ties the Security Association to its policy.
    pub reqid: ReqId,
    /// The Security Association's SPI.
    pub spi: Spi,
}

/// Where a packet that the peer sent came from: it is the inner IP packet now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// What ties the Security Association to its policy.
    pub reqid: ReqId,
    /// The Security Association's SPI.
    pub spi: Spi,
}

/// What all snapshots of one datapath share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) events: EventQueue,
    pub(crate) drops: DropCounters,
    pub(crate) limits: DatapathLimits,
}

/// A snapshot of the tables of a [`Datapath`](crate::soft::Datapath). Any number of cores put packets through one
/// snapshot at once. Commands do not change a snapshot, they make a new one; a Security Association that was removed
/// is closed in old ones too.
#[derive(Clone, Debug)]
pub struct Tables {
    pub(crate) sad: Sad,
    pub(crate) spd: Spd,
    pub(crate) shared: Arc<Shared>,
}

impl Tables {
    pub(crate) fn new(limits: DatapathLimits) -> Self {
        let shared =
            Shared { events: EventQueue::new(limits.max_events), drops: DropCounters::new(), limits };
        Self { sad: Sad::default(), spd: Spd::default(), shared: Arc::new(shared) }
    }

    /// Puts an IP packet that we send through policies and Security Associations, in place. Without a policy that
    /// passes it, it is dropped (GW-7, X-30); every drop is counted.
    pub fn seal(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Outbound, DropReason> {
        self.seal_uncounted(now, packet).inspect_err(|&reason| self.shared.drops.count(reason))
    }

    /// Puts a packet that came to `destination` through its Security Association, in place. `packet` begins with the
    /// ESP header; `source` has port 0 where it did not come in UDP. Every drop is counted.
    pub fn open(
        &self,
        now: Instant,
        source: SocketAddr,
        destination: IpAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        self.open_uncounted(now, source, destination, packet)
            .inspect_err(|&reason| self.shared.drops.count(reason))
    }

    /// How many packets were dropped, by reason; a driver counts here what it drops itself.
    pub fn drops(&self) -> &DropCounters {
        &self.shared.drops
    }

    fn seal_uncounted(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Outbound, DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        let policy = self.spd.lookup(&view).ok_or(DropReason::NoPolicy)?;
        let reqid = match policy.action {
            PolicyAction::Bypass => return Ok(Outbound::Bypass),
            PolicyAction::Discard => return Err(DropReason::DiscardPolicy),
            PolicyAction::Protect { reqid, .. } => reqid,
        };
        let Some(entry) = self.sad.outbound_for(reqid, &view) else {
            self.acquire(now, policy, reqid, &view);
            let has_other = self.sad.serving(reqid).next().is_some();
            return Err(if has_other { DropReason::SelectorMismatch } else { DropReason::NoOutboundSa });
        };
        // Whatever lies behind the packet in the buffer is no part of it.
        packet.truncate(view.total_len);
        let next_header = if view.is_ipv4() { NEXT_HEADER_IPV4 } else { NEXT_HEADER_IPV6 };
        entry.sa.seal(now, next_header, packet, entry.key, &self.shared.events)?;
        Ok(Outbound::Protected(Protected {
            local: entry.path.local,
            remote: entry.path.remote,
            encap: entry.path.encap,
            reqid,
            spi: entry.key.spi,
        }))
    }

    /// Asks for a Security Association, at a bounded rate: every packet of a flow comes by here.
    fn acquire(&self, now: Instant, policy: &Policy, reqid: ReqId, view: &IpView) {
        if policy.may_acquire(now, self.shared.limits.acquire_interval) {
            // With a full queue the event is lost, and asked for again after the interval.
            let _ = self.shared.events.push(SaEvent::Acquire {
                policy: policy.id,
                reqid,
                source: view.source,
                destination: view.destination,
            });
        }
    }

    fn open_uncounted(
        &self,
        now: Instant,
        source: SocketAddr,
        destination: IpAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        let header = EspHeader::parse(packet.as_slice()).ok_or(DropReason::TooShort)?;
        let spi = Spi::new(header.spi).ok_or(DropReason::ReservedSpi)?;
        let key = SaKey { protocol: IpsecProtocol::Esp, destination, spi };
        let entry: &Entry<_> = self.sad.inbound(&key).ok_or(DropReason::UnknownSpi)?;
        let arrival = Arrival { key, source, expected: entry.expected_source() };
        entry.sa.open(now, &arrival, packet, &self.shared.events)?;
        Ok(Inbound { reqid: entry.reqid, spi })
    }
}
