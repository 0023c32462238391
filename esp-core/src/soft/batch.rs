//! Many packets in one call through the whole datapath.

use crate::drop_reason::DropReason;
use crate::esp::{LANES, Staged, finish};
use crate::net::OuterPacket;
use crate::packet_buf::PacketBuf;
use crate::soft::tables::{Inbound, Outbound, Tables};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// One packet that we send.
#[derive(Debug)]
pub struct OutboundJob<'a, 'p> {
    /// The IP packet, and then what its outcome says.
    pub packet: &'a mut PacketBuf<'p>,
    /// What came of it: `None` until [`Tables::seal_batch`] fills it.
    pub outcome: Option<Result<Outbound, DropReason>>,
}

/// One packet that came in.
#[derive(Debug)]
pub struct InboundJob<'a, 'p> {
    /// Where it came from, of a packet that begins with the ESP header; `None` of a whole IP packet.
    pub outer: Option<OuterPacket>,
    /// The packet as it came, and then the IP packet that was protected.
    pub packet: &'a mut PacketBuf<'p>,
    /// What came of it: `None` until [`Tables::open_batch`] fills it.
    pub outcome: Option<Result<Inbound, DropReason>>,
}

impl Tables {
    /// [`Tables::seal`] for each job, in their order. The packets may fall under different policies and Security
    /// Associations; where one is refused, those behind it are not held up.
    pub fn seal_batch(&self, now: Instant, jobs: &mut [OutboundJob<'_, '_>]) {
        for jobs in jobs.chunks_mut(LANES) {
            let mut staged = [const { None::<Staged<'_>> }; LANES];
            for (job, staged) in jobs.iter_mut().zip(&mut staged) {
                let outcome = self.seal_by(now, job.packet, |sa, departure, packet, events| {
                    let (outer_len, begun) = sa.begin_packet(now, departure, packet, events)?;
                    *staged = begun;
                    Ok(outer_len)
                });
                job.outcome = Some(self.count_outbound(outcome));
            }
            finish(jobs.iter_mut().zip(staged).map(|(job, staged)| (staged, job.packet.as_mut_slice())));
        }
    }

    /// [`Tables::open`] for each job that says where it came from, and [`Tables::inbound`] for the others, in their
    /// order.
    pub fn open_batch(&self, now: Instant, jobs: &mut [InboundJob<'_, '_>]) {
        for job in jobs {
            job.outcome = Some(match &job.outer {
                Some(outer) => self.open(now, outer, job.packet),
                None => self.inbound(now, job.packet),
            });
        }
    }
}
