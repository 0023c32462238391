//! Tests of batches: they do what the single calls do, one after the other.

use super::*;
use crate::command::SaEvent;
use crate::sa::{Direction, SaParams, SaUsage, VolumeLimits};
use crate::testing::*;
use proptest::prelude::*;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(5);

/// Security Associations of all suites of a seed's choice, one of which ends after a few packets.
fn all_params(seed: usize) -> Vec<SaParams> {
    let suites = suites();
    (0..5_u8)
        .map(|at| {
            let suite = suites[(seed + usize::from(at) * 31) % suites.len()];
            let mut params = params(Direction::Outbound, 0x1000 + u32::from(at), suite);
            params.keys = keys(suite, at.wrapping_mul(3));
            if at == 1 {
                params.limits = VolumeLimits { hard_packets: Some(3), ..VolumeLimits::default() };
            }
            params
        })
        .collect()
}

/// One end of all the Security Associations.
struct End<S> {
    sas: Vec<S>,
    events: EventQueue,
}

impl<S> End<S> {
    fn new(sas: impl Iterator<Item = S>) -> Self {
        Self { sas: sas.collect(), events: EventQueue::new(64) }
    }

    fn events(&self) -> Vec<SaEvent> {
        core::iter::from_fn(|| self.events.pop()).collect()
    }
}

/// What a packet and its result are after a call.
type Outcome = (Result<(), DropReason>, Vec<u8>);

/// A packet of which Security Association, how long, and whether it is refused for want of room.
type Plan = (usize, usize, bool);

fn buffers(plans: &[Plan]) -> Vec<Vec<u8>> {
    plans.iter().map(|&(_, len, small)| if small { inner(len) } else { storage(28 + len) }).collect()
}

fn packet<'a>(storage: &'a mut [u8], &(_, len, small): &Plan) -> PacketBuf<'a> {
    if small {
        let len = storage.len();
        return PacketBuf::new(storage, 0, len).unwrap();
    }
    PacketBuf::copy_from(storage, &inner(len)).unwrap()
}

fn seal_singly(end: &End<OutboundSa>, params: &[SaParams], plans: &[Plan]) -> Vec<Outcome> {
    let mut buffers = buffers(plans);
    let each = buffers.iter_mut().zip(plans).map(|(storage, plan)| {
        let mut packet = packet(storage, plan);
        let result = end.sas[plan.0].seal(NOW, 4, &mut packet, params[plan.0].key(), &end.events);
        (result, packet.as_slice().to_vec())
    });
    each.collect()
}

fn seal_together(end: &End<OutboundSa>, params: &[SaParams], plans: &[Plan]) -> Vec<Outcome> {
    let mut buffers = buffers(plans);
    let mut packets: Vec<_> =
        buffers.iter_mut().zip(plans).map(|(storage, plan)| packet(storage, plan)).collect();
    let mut jobs: Vec<_> = (packets.iter_mut().zip(plans))
        .map(|(packet, plan)| SealJob {
            sa: &end.sas[plan.0],
            key: params[plan.0].key(),
            next_header: 4,
            packet,
            result: None,
        })
        .collect();
    seal_batch(NOW, &mut jobs, &end.events);
    jobs.into_iter().map(|job| (job.result.unwrap(), job.packet.as_slice().to_vec())).collect()
}

fn arrival(params: &SaParams) -> Arrival {
    Arrival { key: params.key(), source: "192.0.2.1:0".parse().unwrap(), expected: None, outer: None }
}

fn open_singly(end: &End<InboundSa>, params: &[SaParams], packets: &[(usize, Vec<u8>)]) -> Vec<Outcome> {
    let each = packets.iter().map(|(at, octets)| {
        let mut storage = octets.clone();
        let mut packet = PacketBuf::new(&mut storage, 0, octets.len()).unwrap();
        let result = end.sas[*at].open(NOW, &arrival(&params[*at]), &mut packet, &end.events);
        (result, packet.as_slice().to_vec())
    });
    each.collect()
}

fn open_together(end: &End<InboundSa>, params: &[SaParams], packets: &[(usize, Vec<u8>)]) -> Vec<Outcome> {
    let mut buffers: Vec<_> = packets.iter().map(|(_, octets)| octets.clone()).collect();
    let mut bufs: Vec<_> = (buffers.iter_mut())
        .map(|storage| {
            let len = storage.len();
            PacketBuf::new(storage, 0, len).unwrap()
        })
        .collect();
    let mut jobs: Vec<_> = (bufs.iter_mut().zip(packets))
        .map(|(packet, (at, _))| OpenJob {
            sa: &end.sas[*at],
            arrival: arrival(&params[*at]),
            packet,
            result: None,
        })
        .collect();
    open_batch(NOW, &mut jobs, &end.events);
    jobs.into_iter().map(|job| (job.result.unwrap(), job.packet.as_slice().to_vec())).collect()
}

fn usage<'a>(counters: impl Iterator<Item = &'a crate::sa::SaCounters>) -> Vec<SaUsage> {
    counters.map(crate::sa::SaCounters::usage).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A batch over mixed suites, with refusals in the middle, is the single calls in order: results, packets, events
    /// and counters.
    #[test]
    fn a_batch_is_its_packets_one_by_one(
        seed in any::<u16>(),
        plans in prop::collection::vec((0..5_usize, 0..200_usize, prop::bool::weighted(0.1)), 0..30),
        copies in prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(any::<u16>())), 0..10),
    ) {
        let outbound = all_params(seed.into());
        let make = || End::new(outbound.iter().map(|params| OutboundSa::new(params).unwrap()));
        let (one, other) = (make(), make());
        let sealed = seal_singly(&one, &outbound, &plans);
        prop_assert_eq!(&sealed, &seal_together(&other, &outbound, &plans));
        prop_assert_eq!(one.events(), other.events());
        let counted = |end: &End<OutboundSa>| usage(end.sas.iter().map(OutboundSa::counters));
        prop_assert_eq!(counted(&one), counted(&other));

        let inbound: Vec<_> = outbound.iter().map(mirrored).collect();
        let make = || End::new(inbound.iter().map(|params| InboundSa::new(params).unwrap()));
        let (one, other) = (make(), make());
        let mut packets: Vec<_> = (sealed.into_iter().zip(&plans))
            .filter(|((result, _), _)| result.is_ok())
            .map(|((_, octets), plan)| (plan.0, octets))
            .collect();
        for (index, flip) in copies {
            if packets.is_empty() {
                break;
            }
            let (at, mut octets) = packets[index.index(packets.len())].clone();
            if let Some(flip) = flip {
                let place = usize::from(flip) % octets.len();
                octets[place] ^= 4;
            }
            packets.insert(index.index(packets.len() + 1), (at, octets));
        }
        let opened = open_singly(&one, &inbound, &packets);
        prop_assert_eq!(&opened, &open_together(&other, &inbound, &packets));
        prop_assert_eq!(one.events(), other.events());
        let counted = |end: &End<InboundSa>| usage(end.sas.iter().map(InboundSa::counters));
        prop_assert_eq!(counted(&one), counted(&other));
    }
}

/// the second copy of a packet in one batch is a replay.
#[test]
fn a_replay_within_a_batch_is_refused() {
    let outbound = vec![params(Direction::Outbound, 0x1000, SUITE)];
    let ours = End::new(core::iter::once(OutboundSa::new(&outbound[0]).unwrap()));
    let sealed = seal_together(&ours, &outbound, &[(0, 10, false), (0, 20, false)]);
    let [first, second] = [0, 1].map(|at| (0, sealed[at].1.clone()));
    let inbound = vec![mirrored(&outbound[0])];
    let theirs = End::new(core::iter::once(InboundSa::new(&inbound[0]).unwrap()));
    let opened = open_together(&theirs, &inbound, &[first.clone(), second, first]);
    let results: Vec<_> = opened.iter().map(|(result, _)| *result).collect();
    assert_eq!(results, [Ok(()), Ok(()), Err(DropReason::Replayed)]);
    assert_eq!((&opened[0].1, &opened[1].1), (&inner(10), &inner(20)));
}
