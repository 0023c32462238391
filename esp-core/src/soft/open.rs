//! The way in: Security Association, inner header.

use crate::drop_reason::DropReason;
use crate::esp::EspHeader;
use crate::net::{Ecn, IpView, OuterPacket, clamp_mss, decrement_ttl, set_ecn};
use crate::packet_buf::PacketBuf;
use crate::sa::{Arrival, InboundSa, IpsecProtocol, SaKey, Spi};
use crate::soft::sad::Entry;
use crate::soft::tables::{Inbound, Tables};
use crate::time::Instant;

impl Tables {
    pub(super) fn open_uncounted(
        &self,
        now: Instant,
        outer: &OuterPacket,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        let header = EspHeader::parse(packet.as_slice()).ok_or(DropReason::TooShort)?;
        let spi = Spi::new(header.spi).ok_or(DropReason::ReservedSpi)?;
        let key = SaKey { protocol: IpsecProtocol::Esp, destination: outer.destination.ip(), spi };
        let entry = self.sad.inbound(&key).ok_or(DropReason::UnknownSpi)?;
        let arrival = Arrival { key, source: outer.source, expected: entry.expected_source() };
        let events = &self.shared.events;
        let opened = entry.sa.open(now, &arrival, packet, events);
        opened
            .and_then(|()| self.leave_tunnel(now, entry, outer.tos, packet))
            .inspect_err(|&reason| entry.sa.counters().drops().count(reason))?;
        Ok(Inbound { reqid: entry.reqid, spi })
    }

    /// What the end of a tunnel changes in the inner header (RFC 4301 §5.1.2).
    fn leave_tunnel(
        &self,
        now: Instant,
        entry: &Entry<InboundSa>,
        outer_tos: u8,
        packet: &mut PacketBuf<'_>,
    ) -> Result<(), DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        let inner = Ecn::of(view.tos);
        let ecn = inner.on_exit(Ecn::of(outer_tos))?;
        if ecn != inner {
            set_ecn(packet.as_mut_slice(), ecn);
        }
        if self.shared.options.forwards {
            decrement_ttl(packet.as_mut_slice())?;
        }
        if entry.tunnel.clamp_mss
            && let Some(back) = self.sad.serving(entry.reqid).next()
        {
            clamp_mss(packet.as_mut_slice(), &view, self.max_inner_len(now, back));
        }
        Ok(())
    }
}
