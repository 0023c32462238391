//! Our direction of a Security Association.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::command::Limit;
use crate::crypt::KeyLengthError;
use crate::drop_reason::DropReason;
use crate::esp::Sealer;
use crate::packet_buf::PacketBuf;
use crate::sa::counters::SaCounters;
use crate::sa::events::EventQueue;
use crate::sa::params::{SaKey, SaParams};
use crate::suite::SaSuite;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// An outbound Security Association. Any number of cores seal with it at once: what they share is one atomic
/// sequence number.
#[derive(Debug)]
pub struct OutboundSa {
    sealer: Sealer,
    /// The last sequence number that was given out.
    sequence: AtomicU64,
    counters: SaCounters,
}

impl OutboundSa {
    /// Expands the keys of `params`.
    pub fn new(params: &SaParams) -> Result<Self, KeyLengthError> {
        Ok(Self {
            sealer: Sealer::new(params.suite, params.spi, &params.keys)?,
            sequence: AtomicU64::new(0),
            counters: SaCounters::new(params.limits, params.expires),
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.sealer.suite()
    }

    /// What it has carried.
    pub fn counters(&self) -> &SaCounters {
        &self.counters
    }

    /// The last sequence number that was given out, 0 before the first.
    pub fn last_sequence(&self) -> u64 {
        self.sequence.load(Ordering::Relaxed)
    }

    /// Makes the payload in `packet` an ESP packet. `key` is what events call this Security Association. A refused
    /// packet is left as it was.
    pub fn seal(
        &self,
        now: Instant,
        next_header: u8,
        packet: &mut PacketBuf<'_>,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        if self.counters.is_closed() {
            return Err(DropReason::NoOutboundSa);
        }
        self.counters.admit(now, key, events)?;
        if !self.sealer.has_room(packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let sequence = self.next_sequence(key, events)?;
        self.counters.charge(now, packet.len(), key, events)?;
        self.sealer.seal(sequence, next_header, packet)
    }

    /// The next number. It never wraps: a repeated number would be a repeated IV and a packet that the peer drops
    /// (RFC 4303 §3.3.3).
    fn next_sequence(&self, key: SaKey, events: &EventQueue) -> Result<u64, DropReason> {
        let last = if self.suite().esn { u64::MAX } else { u64::from(u32::MAX) };
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
