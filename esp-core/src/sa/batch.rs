//! Many packets in one call: of different Security Associations, in place, each with a result of its own.
//!
//! A batch does what the single calls do, one after the other in the order of its jobs: it gives the same sequence
//! numbers, moves the same windows and reports the same events. A refused packet does not hold up those behind it, and
//! a second copy of a packet in one batch is refused as a replay.

use crate::drop_reason::DropReason;
use crate::esp::{LANES, Staged, finish};
use crate::packet_buf::PacketBuf;
use crate::sa::events::EventQueue;
use crate::sa::inbound::{Arrival, InboundSa};
use crate::sa::outbound::OutboundSa;
use crate::sa::params::SaKey;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// One packet to be sealed.
#[derive(Debug)]
pub struct SealJob<'a, 'p> {
    /// The Security Association that protects it.
    pub sa: &'a OutboundSa,
    /// What events call the Security Association.
    pub key: SaKey,
    /// What the payload is.
    pub next_header: u8,
    /// The payload, and then the ESP packet.
    pub packet: &'a mut PacketBuf<'p>,
    /// What came of it: `None` until [`seal_batch`] fills it.
    pub result: Option<Result<(), DropReason>>,
}

/// One packet to be opened.
#[derive(Debug)]
pub struct OpenJob<'a, 'p> {
    /// The Security Association that the packet names.
    pub sa: &'a InboundSa,
    /// Where it came in.
    pub arrival: Arrival,
    /// The packet as it came, and then the packet that was protected.
    pub packet: &'a mut PacketBuf<'p>,
    /// What came of it: `None` until [`open_batch`] fills it.
    pub result: Option<Result<(), DropReason>>,
}

/// [`OutboundSa::seal`] for each job.
pub fn seal_batch(now: Instant, jobs: &mut [SealJob<'_, '_>], events: &EventQueue) {
    for jobs in jobs.chunks_mut(LANES) {
        let mut staged = [const { None::<Staged<'_>> }; LANES];
        for (job, staged) in jobs.iter_mut().zip(&mut staged) {
            let begun = job.sa.begin(now, job.next_header, job.packet, job.key, events);
            job.result = Some(begun.map(|begun| *staged = begun));
        }
        finish(jobs.iter_mut().zip(staged).map(|(job, staged)| (staged, job.packet.as_mut_slice())));
    }
}

/// [`InboundSa::open`] for each job.
pub fn open_batch(now: Instant, jobs: &mut [OpenJob<'_, '_>], events: &EventQueue) {
    for job in jobs {
        job.result = Some(job.sa.open(now, &job.arrival, job.packet, events));
    }
}
