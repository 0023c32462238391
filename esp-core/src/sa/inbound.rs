//! The peer's direction of a Security Association.

use core::net::SocketAddr;

use spin::Mutex;

use crate::crypt::KeyLengthError;
use crate::drop_reason::DropReason;
use crate::esp::{EspHeader, NEXT_HEADER_DUMMY, NEXT_HEADER_IPV4, NEXT_HEADER_IPV6, Opener};
use crate::net::IpView;
use crate::packet_buf::PacketBuf;
use crate::replay::{ReplayWindow, Verdict, infer};
use crate::sa::counters::SaCounters;
use crate::sa::events::EventQueue;
use crate::sa::params::{SaKey, SaParams};
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
    selectors: Selectors,
    state: Mutex<State>,
    counters: SaCounters,
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
}

impl InboundSa {
    /// Expands the keys of `params`.
    pub fn new(params: &SaParams) -> Result<Self, KeyLengthError> {
        Ok(Self {
            opener: Opener::new(params.suite, &params.keys)?,
            selectors: params.selectors.clone(),
            state: Mutex::new(State { window: ReplayWindow::new(params.replay_window), reported: None }),
            counters: SaCounters::new(params.limits, params.expires),
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.opener.suite()
    }

    /// What it has carried.
    pub fn counters(&self) -> &SaCounters {
        &self.counters
    }

    /// What it may carry.
    pub fn selectors(&self) -> &Selectors {
        &self.selectors
    }

    /// Makes the ESP packet in `packet` the IP packet inside it.
    ///
    /// A packet that is not verified changes nothing, neither itself nor the window nor a counter of this Security
    /// Association. A packet that is verified and then refused for what it holds has spent its sequence number.
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
        let header = EspHeader::parse(packet.as_slice()).ok_or(DropReason::TooShort)?;
        let sequence = self.expect(header.sequence)?;
        self.verify(sequence, packet.as_slice())?;
        self.commit(sequence, arrival, events)?;
        self.counters.report_first_use(arrival.key, events);
        let next_header = self.opener.decrypt(packet)?;
        self.check_inner(next_header, packet)?;
        self.counters.charge(now, packet.len(), arrival.key, events)
    }

    /// The number that the low half in a packet stands for, if such a packet may still come.
    fn expect(&self, low: u32) -> Result<u64, DropReason> {
        let state = self.state.lock();
        let sequence = if self.suite().esn {
            infer(state.window.top(), state.window.size(), low).ok_or(DropReason::TooOld)?
        } else {
            u64::from(low)
        };
        state.window.check(sequence)?;
        Ok(sequence)
    }

    fn verify(&self, sequence: u64, packet: &[u8]) -> Result<(), DropReason> {
        self.opener.verify(sequence, packet).map_err(|reason| {
            // F-30 shows from the first packet on, or never: later packets are not worth a second HMAC, which
            // would double what forged packets cost.
            let draft = !self.counters.is_used() && self.opener.is_draft_sha256(sequence, packet);
            if draft { DropReason::Sha256IcvCutTo96 } else { reason }
        })
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

    /// Checks that the decrypted payload is an IP packet that was negotiated for this Security Association
    /// (RFC 4301 §5.2), and cuts off what was added behind it against traffic analysis (RFC 4303 §2.7).
    fn check_inner(&self, next_header: u8, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        let is_ipv4 = match next_header {
            NEXT_HEADER_IPV4 => true,
            NEXT_HEADER_IPV6 => false,
            NEXT_HEADER_DUMMY => return Err(DropReason::DummyPacket),
            _ => return Err(DropReason::UnexpectedNextHeader),
        };
        let view = IpView::parse(packet.as_slice())?;
        if view.is_ipv4() != is_ipv4 {
            return Err(DropReason::UnexpectedNextHeader);
        }
        packet.truncate(view.total_len);
        if self.selectors.match_inbound(&view) { Ok(()) } else { Err(DropReason::SelectorMismatch) }
    }
}
