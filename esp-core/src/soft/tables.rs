//! A snapshot of all tables, through which packets go.

use alloc::sync::Arc;
use core::sync::atomic::AtomicU32;

use crate::drop_reason::{DropCounters, DropReason};
use crate::net::{Fragments, OuterHeader, OuterPacket, TooBig};
use crate::packet_buf::PacketBuf;
use crate::sa::{EventQueue, ReqId, Spi};
use crate::soft::budget::Budget;
use crate::soft::limits::DatapathLimits;
use crate::soft::options::DatapathOptions;
use crate::soft::path_mtu;
use crate::soft::sad::Sad;
use crate::soft::spd::Spd;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// What is done with a packet that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// A policy passes the packet as it is; it was not changed.
    Bypass,
    /// The packet is an ESP or AH packet now, to be sent to the peer.
    Protected(Protected),
    /// The packet was dropped, and counted; what is in its place is an ICMP error for the host that sent it, to be
    /// handed back inside.
    Reply(DropReason),
    /// The packet is longer than its Security Association carries and may be fragmented; it was not changed. Each of its
    /// [`Fragments`] of at most `max_len` octets is to be sealed: [`Tables::forward`] does all this.
    Fragment {
        /// The longest that fits.
        max_len: usize,
    },
}

/// Where an ESP or AH packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected {
    /// What the caller puts before the packet, or has its kernel do, where `outer_len` is 0. Where the packet with it is longer than the link
    /// carries, and it may be fragmented, the caller's IP layer does that.
    pub outer: OuterHeader,
    /// What ties the Security Association to its policy.
    pub reqid: ReqId,
    /// The Security Association's SPI.
    pub spi: Spi,
    /// Octets of IP and UDP headers that are before AH or ESP already: none in tunnel mode ESP. With AH and in transport
    /// mode the packet is whole; of an IPv4 header that AH covers nothing may be changed but type of service, flags,
    /// time to live and checksum.
    pub outer_len: usize,
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
    pub(crate) options: DatapathOptions,
    /// The identification of the last outer IPv4 packet; the low half counts.
    pub(crate) last_id: AtomicU32,
    pub(crate) errors: Budget,
    pub(crate) unknown_spis: Budget,
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
    pub(crate) fn new(limits: DatapathLimits, options: DatapathOptions) -> Self {
        let shared = Shared {
            events: EventQueue::new(limits.max_events),
            drops: DropCounters::new(),
            limits,
            options,
            last_id: AtomicU32::new(0),
            errors: Budget::default(),
            unknown_spis: Budget::default(),
        };
        Self { sad: Sad::default(), spd: Spd::default(), shared: Arc::new(shared) }
    }

    /// Puts an IP packet that we send through policies and Security Associations, in place. Without a policy that
    /// passes it, it is dropped (GW-7, X-30); every drop is counted.
    pub fn seal(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Outbound, DropReason> {
        let outcome = self.seal_by(now, packet, |sa, departure, packet, events| {
            sa.seal_packet(now, departure, packet, events)
        });
        self.count_outbound(outcome)
    }

    /// Counts the packet, where it was dropped.
    pub(super) fn count_outbound(
        &self,
        outcome: Result<Outbound, DropReason>,
    ) -> Result<Outbound, DropReason> {
        if let Err(reason) | Ok(Outbound::Reply(reason)) = outcome {
            self.shared.drops.count(reason);
        }
        outcome
    }

    /// [`Tables::seal`], and where the packet has to be fragmented, that for each fragment, made in `scratch`.
    /// `deliver` is called with whatever is to be sent, and never with [`Outbound::Fragment`].
    ///
    /// Where a fragment is dropped the rest is too; those before it were delivered.
    pub fn forward(
        &self,
        now: Instant,
        packet: &mut PacketBuf<'_>,
        scratch: &mut [u8],
        mut deliver: impl FnMut(Outbound, &mut PacketBuf<'_>),
    ) -> Result<(), DropReason> {
        let max_len = match self.seal(now, packet)? {
            Outbound::Fragment { max_len } => max_len,
            outcome => {
                deliver(outcome, packet);
                return Ok(());
            }
        };
        let count = |reason: &DropReason| self.shared.drops.count(*reason);
        let mut fragments = Fragments::new(packet.as_slice(), max_len).inspect_err(count)?;
        while let Some(fragment) = fragments.next_into(scratch) {
            let mut fragment = fragment.inspect_err(count)?;
            match self.seal(now, &mut fragment)? {
                // The path has become narrower just now.
                Outbound::Fragment { .. } => {
                    self.shared.drops.count(DropReason::TooBig);
                    return Err(DropReason::TooBig);
                }
                outcome => deliver(outcome, &mut fragment),
            }
        }
        Ok(())
    }

    /// Puts a packet that came as `outer` tells through its Security Association, in place. `packet` begins with the
    /// ESP header, and the Security Association is one of tunnel mode: AH and transport mode need the headers that are
    /// gone, see [`Tables::inbound`]. Every drop is counted.
    pub fn open(
        &self,
        now: Instant,
        outer: &OuterPacket,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        self.open_uncounted(now, outer, packet).inspect_err(|&reason| self.shared.drops.count(reason))
    }

    /// Puts a whole IP packet that came in through its Security Association, in place: one with AH, with ESP, or with ESP
    /// in UDP. Every drop is counted.
    ///
    /// a fragment is refused with [`DropReason::OuterFragment`]; reassembly is the task of the IP layer before.
    /// What is neither is refused with [`DropReason::NotIpsec`], IKE and keep-alives with [`DropReason::NotEsp`]:
    /// [`classify`](crate::net::classify) finds them before.
    pub fn inbound(&self, now: Instant, packet: &mut PacketBuf<'_>) -> Result<Inbound, DropReason> {
        self.inbound_uncounted(now, packet).inspect_err(|&reason| self.shared.drops.count(reason))
    }

    /// Takes a whole IP packet from outside that holds an ICMP "fragmentation needed" or ICMPv6 "packet too big"
    /// about a packet of ours, and lowers the path MTU of its Security Association: by as much as an unproven message
    /// may. A refusal is counted and changes nothing.
    pub fn take_too_big(&self, now: Instant, packet: &[u8]) -> Result<(), DropReason> {
        let (limits, link_mtu) = (&self.shared.limits, self.shared.options.link_mtu);
        TooBig::parse(packet)
            .and_then(|told| path_mtu::take(&self.sad, limits, link_mtu, now, &told))
            .inspect_err(|&reason| self.shared.drops.count(reason))
    }

    /// How many packets were dropped, by reason; a driver counts here what it drops itself.
    pub fn drops(&self) -> &DropCounters {
        &self.shared.drops
    }
}
