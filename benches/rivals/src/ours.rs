//! esp-core: whole Security Associations, with sequence numbers, windows, counters and the checks of what is inside.

use std::net::SocketAddr;
use std::time::Duration;

use esp_core::esp::NEXT_HEADER_IPV4;
use esp_core::sa::batch::{OpenJob, SealJob, open_batch, seal_batch};
use esp_core::sa::{Arrival, EventQueue, InboundSa, OutboundSa, SaParams};
use esp_core::time::Instant;

use crate::suites::{Buffers, SAS, inbound, peer};
use crate::timing::time;

const NOW: Instant = Instant::from_secs(1);

/// Both ends of the Security Associations.
pub struct Ours {
    params: Vec<SaParams>,
    peer: Vec<SaParams>,
    sas: Vec<OutboundSa>,
    events: EventQueue,
}

impl Ours {
    pub fn new(params: &[SaParams]) -> Self {
        Self {
            params: params.to_vec(),
            peer: params.iter().map(inbound).collect(),
            sas: params.iter().map(|params| OutboundSa::new(params).unwrap()).collect(),
            events: EventQueue::new(64),
        }
    }

    /// Every buffer's packet sealed, and the headroom that is left before it.
    pub fn sealed(&self, buffers: &mut Buffers) -> (Vec<Vec<u8>>, usize) {
        let mut packets = buffers.plain();
        for (at, packet) in packets.iter_mut().enumerate() {
            let key = self.params[at % SAS].key();
            self.sas[at % SAS].seal(NOW, NEXT_HEADER_IPV4, packet, key, &self.events).unwrap();
        }
        (packets.iter().map(|packet| packet.as_slice().to_vec()).collect(), packets[0].headroom())
    }

    pub fn seal(&self, buffers: &mut Buffers) -> Duration {
        let mut packets = buffers.plain();
        let keys: Vec<_> = self.params.iter().map(SaParams::key).collect();
        time(|| {
            for (at, packet) in packets.iter_mut().enumerate() {
                let at = at % SAS;
                self.sas[at].seal(NOW, NEXT_HEADER_IPV4, packet, keys[at], &self.events).unwrap();
            }
        })
    }

    pub fn seal_batch(&self, buffers: &mut Buffers) -> Duration {
        let mut packets = buffers.plain();
        let jobs = packets.iter_mut().enumerate().map(|(at, packet)| SealJob {
            sa: &self.sas[at % SAS],
            key: self.params[at % SAS].key(),
            next_header: NEXT_HEADER_IPV4,
            packet,
            result: None,
        });
        let mut jobs: Vec<_> = jobs.collect();
        let took = time(|| seal_batch(NOW, &mut jobs, &self.events));
        assert!(jobs.iter().all(|job| job.result == Some(Ok(()))));
        took
    }

    /// Security Associations that have received nothing yet.
    fn fresh(&self) -> Vec<(InboundSa, Arrival)> {
        let each = self.peer.iter().map(|params| {
            let source = SocketAddr::new(peer(), 0);
            let arrival = Arrival { key: params.key(), source, expected: None, outer: None };
            (InboundSa::new(params).unwrap(), arrival)
        });
        each.collect()
    }

    pub fn open(&self, buffers: &mut Buffers, sealed: &[Vec<u8>], headroom: usize) -> Duration {
        let (sas, mut packets) = (self.fresh(), buffers.sealed(sealed, headroom));
        time(|| {
            for (at, packet) in packets.iter_mut().enumerate() {
                let (sa, arrival) = &sas[at % SAS];
                sa.open(NOW, arrival, packet, &self.events).unwrap();
            }
        })
    }

    pub fn open_batch(&self, buffers: &mut Buffers, sealed: &[Vec<u8>], headroom: usize) -> Duration {
        let (sas, mut packets) = (self.fresh(), buffers.sealed(sealed, headroom));
        let jobs = packets.iter_mut().enumerate().map(|(at, packet)| {
            let (sa, arrival) = &sas[at % SAS];
            OpenJob { sa, arrival: *arrival, packet, result: None }
        });
        let mut jobs: Vec<_> = jobs.collect();
        let took = time(|| open_batch(NOW, &mut jobs, &self.events));
        assert!(jobs.iter().all(|job| job.result == Some(Ok(()))));
        took
    }
}
