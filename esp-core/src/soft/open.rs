//! The way in: Security Association, inner header.

use core::net::{IpAddr, SocketAddr};

use crate::ah::AhHeader;
use crate::command::SaEvent;
use crate::drop_reason::DropReason;
use crate::esp::EspHeader;
use crate::net::transport::Arrived;
use crate::net::{
    Ecn, IpView, OuterHeaders, OuterPacket, UdpPayload, clamp_mss, classify, decrement_ttl, set_ecn,
};
use crate::packet_buf::PacketBuf;
use crate::sa::{Arrival, InboundSa, IpsecProtocol, Mode, SaKey, Spi};
use crate::soft::sad::Entry;
use crate::soft::tables::{Inbound, Tables};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// A packet that came in, by what finds its Security Association.
struct Came {
    protocol: IpsecProtocol,
    spi: u32,
    source: SocketAddr,
    destination: IpAddr,
    tos: u8,
    outer: Option<OuterHeaders>,
}

impl Tables {
    pub(super) fn open_uncounted(
        &self,
        now: Instant,
        outer: &OuterPacket,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        let header = EspHeader::parse(packet.as_slice()).ok_or(DropReason::TooShort)?;
        let (source, destination, tos) = (outer.source, outer.destination.ip(), outer.tos);
        let protocol = IpsecProtocol::Esp;
        self.open_with(now, Came { protocol, spi: header.spi, source, destination, tos, outer: None }, packet)
    }

    pub(super) fn inbound_uncounted(
        &self,
        now: Instant,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Inbound, DropReason> {
        let Arrived { view, protocol, outer, source_port } = Arrived::parse(packet)?;
        let header = packet.as_slice().get(outer.len()..).unwrap_or_default();
        if outer.udp && !matches!(classify(header), UdpPayload::Esp(_)) {
            return Err(DropReason::NotEsp);
        }
        let spi = match protocol {
            IpsecProtocol::Esp => EspHeader::parse(header).map(|header| header.spi),
            IpsecProtocol::Ah => AhHeader::parse(header).map(|header| header.spi),
        };
        let spi = spi.ok_or(DropReason::TooShort)?;
        let source = SocketAddr::new(view.source, source_port);
        let (destination, tos) = (view.destination, view.tos);
        self.open_with(now, Came { protocol, spi, source, destination, tos, outer: Some(outer) }, packet)
    }

    fn open_with(&self, now: Instant, came: Came, packet: &mut PacketBuf<'_>) -> Result<Inbound, DropReason> {
        let spi = Spi::new(came.spi).ok_or(DropReason::ReservedSpi)?;
        let key = SaKey { protocol: came.protocol, destination: came.destination, spi };
        let Some(entry) = self.sad.inbound(&key) else {
            self.tell_unknown(now, key, came.source);
            return Err(DropReason::UnknownSpi);
        };
        let expected = entry.expected_source();
        let arrival = Arrival { key, source: came.source, expected, outer: came.outer };
        let opened = entry.sa.open(now, &arrival, packet, &self.shared.events);
        opened
            .and_then(|()| self.leave_tunnel(now, entry, came.tos, packet))
            .inspect_err(|&reason| entry.sa.counters().drops().count(reason))?;
        Ok(Inbound { reqid: entry.reqid, spi })
    }

    fn tell_unknown(&self, now: Instant, key: SaKey, source: SocketAddr) {
        if self.shared.unknown_spis.take(now, self.shared.limits.unknown_spis_per_second) {
            // With a full queue the event is lost; whoever goes on sending brings about another one.
            let _ = self.shared.events.push(SaEvent::UnknownSpi { key, source });
        }
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
        // In transport mode there is one header only.
        if entry.sa.mode() == Mode::Tunnel {
            let inner = Ecn::of(view.tos);
            let ecn = inner.on_exit(Ecn::of(outer_tos))?;
            if ecn != inner {
                set_ecn(packet.as_mut_slice(), ecn);
            }
            if self.shared.options.forwards {
                decrement_ttl(packet.as_mut_slice())?;
            }
        }
        if entry.tunnel.clamp_mss
            && let Some(back) = self.sad.serving(entry.reqid).next()
        {
            clamp_mss(packet.as_mut_slice(), &view, self.max_inner_len(now, back));
        }
        Ok(())
    }
}
