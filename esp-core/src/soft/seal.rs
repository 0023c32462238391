//! The way out: policy, Security Association, length, header.

use core::net::IpAddr;
use core::sync::atomic::Ordering;

use crate::command::{PolicyAction, SaEvent};
use crate::drop_reason::DropReason;
use crate::net::{DfMode, IPV6_MIN_MTU, IcmpError, IpView, OuterHeader, clamp_mss, decrement_ttl};
use crate::packet_buf::PacketBuf;
use crate::sa::{Departure, EventQueue, Mode, OutboundSa, ReqId};
use crate::soft::sad::Entry;
use crate::soft::spd::Policy;
use crate::soft::tables::{Outbound, Protected, Tables};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// The shortest packet that any IPv4 host may have to be told as the longest (RFC 791 §3.2).
const IPV4_MIN_MTU: usize = 68;

/// How an inner packet goes with the length that its Security Association carries.
enum Fit {
    /// It is sealed as it is. `fragile` says that its outer packet is longer than the path carries and is to be
    /// fragmented on its way.
    Whole { fragile: bool },
    /// It is fragmented before.
    Fragment { max_len: usize },
    /// It is dropped, and its sender is told.
    TooBig { mtu: usize },
}

impl Tables {
    /// [`Tables::seal`] without its counting; `protect` is [`OutboundSa::seal_packet`], or in a batch its first part.
    pub(super) fn seal_by<'t>(
        &'t self,
        now: Instant,
        packet: &mut PacketBuf<'_>,
        protect: impl FnOnce(
            &'t OutboundSa,
            &Departure,
            &mut PacketBuf<'_>,
            &EventQueue,
        ) -> Result<usize, DropReason>,
    ) -> Result<Outbound, DropReason> {
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
        let outcome = self.seal_with(now, entry, &view, packet, protect);
        if let Err(reason) | Ok(Outbound::Reply(reason)) = outcome {
            entry.sa.counters().drops().count(reason);
        }
        outcome
    }

    fn seal_with<'t>(
        &'t self,
        now: Instant,
        entry: &'t Entry<OutboundSa>,
        view: &IpView,
        packet: &mut PacketBuf<'_>,
        protect: impl FnOnce(
            &'t OutboundSa,
            &Departure,
            &mut PacketBuf<'_>,
            &EventQueue,
        ) -> Result<usize, DropReason>,
    ) -> Result<Outbound, DropReason> {
        // Transport mode is for packets of this host.
        let forwards = self.shared.options.forwards && entry.sa.mode() == Mode::Tunnel;
        if forwards && view.ttl <= 1 {
            return self.reply(now, view, IcmpError::TimeExceeded, packet);
        }
        let max_len = self.max_inner_len(now, entry);
        let fragile = match fit(entry, view, max_len) {
            Fit::Whole { fragile } => fragile,
            Fit::Fragment { max_len } => return Ok(Outbound::Fragment { max_len }),
            Fit::TooBig { mtu } => return self.reply(now, view, IcmpError::TooBig { mtu }, packet),
        };
        if entry.tunnel.clamp_mss {
            clamp_mss(packet.as_mut_slice(), view, max_len);
        }
        if forwards {
            decrement_ttl(packet.as_mut_slice())?;
        }
        let outer = self.outer_header(entry, view, fragile);
        let departure = Departure { key: entry.key, outer };
        let outer_len = protect(&entry.sa, &departure, packet, &self.shared.events)?;
        Ok(Outbound::Protected(Protected { outer, reqid: entry.reqid, spi: entry.key.spi, outer_len }))
    }

    /// The longest inner packet that fits into one outer packet on the path of the Security Association.
    pub(super) fn max_inner_len(&self, now: Instant, entry: &Entry<OutboundSa>) -> usize {
        let (limits, options) = (&self.shared.limits, &self.shared.options);
        entry.max_inner_len(entry.path_mtu.get(now, options.link_mtu, limits.path_mtu_age))
    }

    fn outer_header(&self, entry: &Entry<OutboundSa>, view: &IpView, fragile: bool) -> OuterHeader {
        OuterHeader {
            local: entry.path.local,
            remote: entry.path.remote,
            encap: entry.path.encap,
            tos: entry.tunnel.outer_tos(view),
            dont_fragment: entry.tunnel.outer_dont_fragment(view) && !fragile,
            id: self.next_id(),
            hop_limit: entry.tunnel.hop_limit,
            flow_label: entry.tunnel.flow_label,
        }
    }

    /// The identification of the next outer packet. Never 0: a kernel that is handed a whole packet puts a number of its
    /// own in the place of that, and AH covers it.
    fn next_id(&self) -> u16 {
        loop {
            let last = self.shared.last_id.fetch_add(1, Ordering::Relaxed);
            let [.., i0, i1] = last.wrapping_add(1).to_be_bytes();
            let id = u16::from_be_bytes([i0, i1]);
            if id != 0 {
                return id;
            }
        }
    }

    /// Tells the sender why his packet is dropped, at a bounded rate.
    fn reply(
        &self,
        now: Instant,
        view: &IpView,
        error: IcmpError,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Outbound, DropReason> {
        let options = &self.shared.options;
        let inside = options.inside(view.source);
        let (reason, source) = match error {
            IcmpError::TooBig { .. } => (DropReason::TooBig, inside.or(Some(view.destination))),
            IcmpError::TimeExceeded => (DropReason::TtlExceeded, inside),
        };
        let source = source.ok_or(reason)?;
        let allowed = self.shared.errors.take(now, self.shared.limits.errors_per_second);
        if allowed && error.answer(packet, source) { Ok(Outbound::Reply(reason)) } else { Err(reason) }
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
}

/// The three cases of RFC 4301 §8.2.1, and what the DF option of the Security Association makes of them.
fn fit(entry: &Entry<OutboundSa>, view: &IpView, max_len: usize) -> Fit {
    if view.total_len <= max_len {
        return Fit::Whole { fragile: false };
    }
    if entry.tunnel.df == DfMode::Clear {
        return Fit::Whole { fragile: true };
    }
    if !view.is_ipv4() {
        // IPv6 hosts need not send shorter packets than 1280, and routers do not fragment them: what is outside is.
        let is_short = view.total_len <= IPV6_MIN_MTU;
        let mtu = max_len.max(IPV6_MIN_MTU);
        return if is_short { Fit::Whole { fragile: true } } else { Fit::TooBig { mtu } };
    }
    if view.dont_fragment {
        return Fit::TooBig { mtu: max_len.max(IPV4_MIN_MTU) };
    }
    // Transport mode is for whole packets: what comes of it is fragmented (RFC 4303 §3.3.4).
    if entry.sa.mode() == Mode::Transport {
        return Fit::Whole { fragile: true };
    }
    // Before, so that no router, NAT or peer has to do with outer fragments. But a peer refuses later fragments out of a
    // Security Association that looks at ports (RFC 4301 §7.3): there the outer packet is fragmented.
    let may_outside = entry.tunnel.df == DfMode::Copy && matches!(entry.path.remote, IpAddr::V4(_));
    if entry.selectors.look_at_ports() && may_outside {
        return Fit::Whole { fragile: true };
    }
    Fit::Fragment { max_len }
}
