//! The peer's direction of a Security Association.

use core::net::SocketAddr;

use spin::Mutex;

use crate::ah::{self, AhHeader};
use crate::crypt::KeyError;
use crate::drop_reason::DropReason;
use crate::esp::{self, EspHeader, NEXT_HEADER_DUMMY, NEXT_HEADER_IPV4, NEXT_HEADER_IPV6};
use crate::net::transport::restore_headers;
use crate::net::{IpView, OuterHeaders};
use crate::packet_buf::PacketBuf;
use crate::replay::{ReplayWindow, Verdict, infer};
use crate::sa::counters::SaCounters;
use crate::sa::events::EventQueue;
use crate::sa::nat_checksum;
use crate::sa::params::{IpsecProtocol, Mode, OriginalAddresses, SaKey, SaParams};
use crate::selector::Selectors;
use crate::suite::SaSuite;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// An inbound Security Association. Any number of cores open with it at once: they lock its window, for a few
/// instructions, to check a sequence number before the cryptography and to commit it after.
#[derive(Debug)]
pub struct InboundSa {
    opener: Opener,
    mode: Mode,
    original: Option<OriginalAddresses>,
    selectors: Selectors,
    state: Mutex<State>,
    counters: SaCounters,
}

/// The transform of either protocol.
#[derive(Debug)]
enum Opener {
    Esp(esp::Opener),
    Ah(ah::Opener),
}

/// What verified packets change.
#[derive(Debug)]
struct State {
    window: ReplayWindow,
    /// Where the peer was last reported to be, so that each move is reported once.
    reported: Option<SocketAddr>,
}

/// Where a packet came in.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// What events call the Security Association.
    pub key: SaKey,
    /// Who sent the packet; port 0 where it did not come in UDP.
    pub source: SocketAddr,
    /// Where the peer is thought to be, if it is known to send ESP in UDP.
    pub expected: Option<SocketAddr>,
    /// The headers before AH or ESP, where the packet still has them. AH and transport mode need them.
    pub outer: Option<OuterHeaders>,
}

impl InboundSa {
    /// Expands the keys of `params`.
    pub fn new(params: &SaParams) -> Result<Self, KeyError> {
        let opener = match params.protocol {
            IpsecProtocol::Esp => Opener::Esp(esp::Opener::new(params.suite, &params.keys)?),
            IpsecProtocol::Ah => Opener::Ah(ah::Opener::new(params.suite, &params.keys)?),
        };
        Ok(Self {
            opener,
            mode: params.mode,
            original: params.original,
            selectors: params.selectors.clone(),
            state: Mutex::new(State { window: ReplayWindow::new(params.replay_window), reported: None }),
            counters: SaCounters::new(params.limits, params.expires),
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        match &self.opener {
            Opener::Esp(opener) => opener.suite(),
            Opener::Ah(opener) => opener.suite(),
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

    /// The highest sequence number of a verified packet, 0 before the first.
    pub fn last_sequence(&self) -> u64 {
        self.state.lock().window.top()
    }

    /// What it may carry.
    pub fn selectors(&self) -> &Selectors {
        &self.selectors
    }

    /// Makes the ESP or AH packet in `packet` the IP packet that was protected: in tunnel mode the one inside, in
    /// transport mode the packet itself as it was before.
    ///
    /// A packet that is not verified changes nothing, neither the window nor a counter of this Security Association,
    /// nor itself: AES-CCM alone leaves zeros of it. A packet that is verified and then refused for what it holds has spent its sequence number.
    pub fn open(
        &self,
        now: Instant,
        arrival: &Arrival,
        packet: &mut PacketBuf<'_>,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        if self.counters.is_closed() {
            return Err(DropReason::UnknownSpi);
        }
        self.counters.admit(now, arrival.key, events)?;
        let sequence = self.sequence_of(self.low_half(arrival, packet.as_slice())?)?;
        self.verify(sequence, arrival, packet.as_mut_slice())?;
        self.commit(sequence, arrival, events)?;
        self.counters.report_first_use(arrival.key, events);
        let next_header = self.remove(arrival, packet)?;
        self.check_inner(next_header, packet)?;
        if self.mode == Mode::Transport && arrival.outer.is_some_and(|outer| outer.udp) {
            let view = IpView::parse(packet.as_slice())?;
            nat_checksum::fix(packet.as_mut_slice(), &view, self.original)?;
        }
        self.counters.charge(now, packet.len(), arrival.key, events)
    }

    /// The sequence number in the packet.
    fn low_half(&self, arrival: &Arrival, packet: &[u8]) -> Result<u32, DropReason> {
        let header = behind(arrival, packet);
        match &self.opener {
            Opener::Esp(_) if self.mode == Mode::Transport && arrival.outer.is_none() => {
                return Err(DropReason::NoOuterHeader);
            }
            Opener::Esp(_) => EspHeader::parse(header).map(|header| header.sequence),
            Opener::Ah(_) => AhHeader::parse(header).map(|header| header.sequence),
        }
        .ok_or(DropReason::TooShort)
    }

    /// The number that the low half in a packet stands for, if such a packet may still come.
    fn sequence_of(&self, low: u32) -> Result<u64, DropReason> {
        let state = self.state.lock();
        let sequence = if self.suite().esn() {
            infer(state.window.top(), state.window.size(), low).ok_or(DropReason::TooOld)?
        } else {
            u64::from(low)
        };
        state.window.check(sequence)?;
        Ok(sequence)
    }

    /// Checks the ICV and decrypts ESP in place.
    fn verify(&self, sequence: u64, arrival: &Arrival, packet: &mut [u8]) -> Result<(), DropReason> {
        // AH covers the headers before it.
        let verified = match &self.opener {
            Opener::Esp(opener) => opener.open(sequence, behind_mut(arrival, packet)),
            Opener::Ah(opener) => opener.verify(sequence, packet),
        };
        verified.map_err(|reason| {
            // F-30 shows from the first packet on, or never: later packets are not worth a second HMAC, which
            // would double what forged packets cost.
            let draft = !self.counters.is_used()
                && match &self.opener {
                    Opener::Esp(opener) => opener.is_draft_sha256(sequence, behind(arrival, packet)),
                    Opener::Ah(opener) => opener.is_draft_sha256(sequence, packet),
                };
            if draft { DropReason::Sha256IcvCutTo96 } else { reason }
        })
    }

    /// Takes ESP or AH out of a verified packet; gives the next header.
    fn remove(&self, arrival: &Arrival, packet: &mut PacketBuf<'_>) -> Result<u8, DropReason> {
        match (&self.opener, arrival.outer) {
            (Opener::Ah(opener), _) => opener.remove(self.mode, packet),
            (Opener::Esp(opener), None) => opener.strip(packet),
            (Opener::Esp(opener), Some(outer)) => {
                let headroom = packet.headroom();
                packet.trim_front(outer.len())?;
                let next_header = opener.strip(packet)?;
                if self.mode == Mode::Transport {
                    let distance = packet.headroom().saturating_sub(headroom);
                    restore_headers(packet, outer.joint.offset, distance)?;
                    outer.joint.set(packet.as_mut_slice(), next_header)?;
                }
                Ok(next_header)
            }
        }
    }

    /// Moves the window, now that the packet is verified (F-31), and notes where the peer is.
    fn commit(&self, sequence: u64, arrival: &Arrival, events: &EventQueue) -> Result<(), DropReason> {
        let mut state = self.state.lock();
        // Only the newest packet says where the peer is: one that was held up on the old path says nothing.
        if state.window.commit(sequence)? != Verdict::Newest || arrival.source.port() == 0 {
            return Ok(());
        }
        let moved = arrival.expected.is_some_and(|expected| expected != arrival.source);
        if !moved {
            state.reported = None;
        } else if state.reported != Some(arrival.source)
            && events.push(crate::command::SaEvent::PeerMoved { key: arrival.key, remote: arrival.source })
        {
            state.reported = Some(arrival.source);
        }
        Ok(())
    }

    /// Checks that what was protected is an IP packet that was negotiated for this Security Association (RFC 4301 §5.2),
    /// and in tunnel mode cuts off what was added behind it against traffic analysis (RFC 4303 §2.7).
    fn check_inner(&self, next_header: u8, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        let is_ipv4 = match (next_header, self.mode) {
            (NEXT_HEADER_DUMMY, _) => return Err(DropReason::DummyPacket),
            (_, Mode::Transport) => None,
            (NEXT_HEADER_IPV4, Mode::Tunnel) => Some(true),
            (NEXT_HEADER_IPV6, Mode::Tunnel) => Some(false),
            (_, Mode::Tunnel) => return Err(DropReason::UnexpectedNextHeader),
        };
        let view = IpView::parse(packet.as_slice())?;
        if is_ipv4.is_some_and(|is_ipv4| is_ipv4 != view.is_ipv4()) {
            return Err(DropReason::UnexpectedNextHeader);
        }
        packet.truncate(view.total_len);
        if self.selectors.match_inbound(&view) { Ok(()) } else { Err(DropReason::SelectorMismatch) }
    }
}

/// The packet from AH or ESP on.
fn behind<'a>(arrival: &Arrival, packet: &'a [u8]) -> &'a [u8] {
    packet.get(arrival.outer.map_or(0, |outer| outer.len())..).unwrap_or_default()
}

fn behind_mut<'a>(arrival: &Arrival, packet: &'a mut [u8]) -> &'a mut [u8] {
    packet.get_mut(arrival.outer.map_or(0, |outer| outer.len())..).unwrap_or_default()
}
