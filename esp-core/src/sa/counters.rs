//! What a Security Association has carried, and when it has carried enough.

use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::command::{Limit, SaEvent};
use crate::drop_reason::{DropCounters, DropReason};
use crate::sa::events::EventQueue;
use crate::sa::params::{SaKey, SaUsage, VolumeLimits};
use crate::sa::traffic::SaTraffic;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// What happens once in the life of a Security Association; one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Once {
    FirstUse = 1,
    Soft = 1 << 1,
    HardReported = 1 << 2,
    Exhausted = 1 << 3,
    Closed = 1 << 4,
}

/// Counters and limits, shared by every core that uses the Security Association.
#[derive(Debug)]
pub struct SaCounters {
    limits: VolumeLimits,
    expires: Option<Instant>,
    bytes: AtomicU64,
    packets: AtomicU64,
    /// Microseconds, `u64::MAX` for never.
    last_used: AtomicU64,
    once: AtomicU8,
    drops: DropCounters,
}

impl SaCounters {
    /// All at zero.
    pub fn new(limits: VolumeLimits, expires: Option<Instant>) -> Self {
        Self {
            limits,
            expires,
            bytes: AtomicU64::new(0),
            packets: AtomicU64::new(0),
            last_used: AtomicU64::new(u64::MAX),
            once: AtomicU8::new(0),
            drops: DropCounters::new(),
        }
    }

    /// What was carried so far.
    pub fn usage(&self) -> SaUsage {
        let last_used = match self.last_used.load(Ordering::Relaxed) {
            u64::MAX => None,
            micros => Some(Instant::from_micros(micros)),
        };
        SaUsage {
            bytes: self.bytes.load(Ordering::Relaxed),
            packets: self.packets.load(Ordering::Relaxed),
            last_used,
        }
    }

    /// How many of its packets were dropped, by reason. Inbound, also those that only claim to be its packets.
    pub fn drops(&self) -> &DropCounters {
        &self.drops
    }

    /// The same for whoever keeps accounts.
    pub(crate) fn traffic(&self, key: SaKey, sequence: u64) -> SaTraffic {
        SaTraffic { key, usage: self.usage(), sequence, drops: self.drops.nonzero() }
    }

    /// When it ends, whatever the key exchange is doing.
    pub fn expires(&self) -> Option<Instant> {
        self.expires
    }

    /// From now on no packet passes, on no core, even on one that still holds an older table.
    pub(crate) fn close(&self) {
        self.mark(Once::Closed);
    }

    /// Whether it was taken out of its table.
    pub(crate) fn is_closed(&self) -> bool {
        self.has(Once::Closed)
    }

    /// Whether a packet was verified before.
    pub(crate) fn is_used(&self) -> bool {
        self.has(Once::FirstUse)
    }

    /// Refuses once the lifetime is over or a hard limit was reached.
    pub(crate) fn admit(&self, now: Instant, key: SaKey, events: &EventQueue) -> Result<(), DropReason> {
        if self.expires.is_some_and(|end| now >= end) {
            self.report_hard(key, Limit::Time, events);
            return Err(DropReason::Expired);
        }
        if self.has(Once::Exhausted) { Err(DropReason::VolumeExhausted) } else { Ok(()) }
    }

    /// Counts one packet of `len` inner octets, or refuses it where it would pass a hard limit; then no packet
    /// passes any more, shorter ones neither.
    pub(crate) fn charge(
        &self,
        now: Instant,
        len: usize,
        key: SaKey,
        events: &EventQueue,
    ) -> Result<(), DropReason> {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        let bytes = self.bytes.fetch_add(len, Ordering::Relaxed).saturating_add(len);
        let packets = self.packets.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let over = |limit: Option<u64>, value: u64| limit.is_some_and(|limit| value > limit);
        let hard = if over(self.limits.hard_bytes, bytes) {
            Some(Limit::Bytes)
        } else if over(self.limits.hard_packets, packets) {
            Some(Limit::Packets)
        } else {
            None
        };
        if let Some(limit) = hard {
            self.bytes.fetch_sub(len, Ordering::Relaxed);
            self.packets.fetch_sub(1, Ordering::Relaxed);
            self.mark(Once::Exhausted);
            self.report_hard(key, limit, events);
            return Err(DropReason::VolumeExhausted);
        }
        if over(self.limits.soft_bytes, bytes) {
            self.report_soft(key, Limit::Bytes, events);
        } else if over(self.limits.soft_packets, packets) {
            self.report_soft(key, Limit::Packets, events);
        }
        self.last_used.store(now.as_micros(), Ordering::Relaxed);
        Ok(())
    }

    /// Reports the first verified packet, once.
    pub(crate) fn report_first_use(&self, key: SaKey, events: &EventQueue) {
        self.report(Once::FirstUse, SaEvent::FirstUse { key }, events);
    }

    /// Reports the first soft limit that is passed, once.
    pub(crate) fn report_soft(&self, key: SaKey, limit: Limit, events: &EventQueue) {
        self.report(Once::Soft, SaEvent::SoftLimit { key, limit }, events);
    }

    /// Reports the first hard limit that is reached, once.
    pub(crate) fn report_hard(&self, key: SaKey, limit: Limit, events: &EventQueue) {
        self.report(Once::HardReported, SaEvent::HardLimit { key, limit }, events);
    }

    /// Reports once; where the queue is full, the next packet reports.
    fn report(&self, what: Once, event: SaEvent, events: &EventQueue) {
        if self.has(what) {
            return;
        }
        // Whoever sets the bit reports, so that two cores do not report the same.
        if self.mark(what) && !events.push(event) {
            self.once.fetch_and(!(what as u8), Ordering::Relaxed);
        }
    }

    fn has(&self, what: Once) -> bool {
        self.once.load(Ordering::Relaxed) & what as u8 != 0
    }

    /// Sets the bit; `true` where it was not set before.
    fn mark(&self, what: Once) -> bool {
        self.once.fetch_or(what as u8, Ordering::Relaxed) & what as u8 == 0
    }
}
