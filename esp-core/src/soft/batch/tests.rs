//! Tests of batches through the datapath: they do what the single calls do, one after the other.

use std::vec::Vec;

use super::*;
use crate::backend::SaBackend;
use crate::command::{PolicyAction, PolicyId, PolicyParams, SaCommand, SaEvent};
use crate::sa::{Direction, Mode, ReqId, SaParams};
use crate::soft::testing::NOW;
use crate::soft::{Datapath, DatapathLimits};
use crate::suite::{Cipher, Integrity, SaSuite};
use crate::testing::*;
use core::net::Ipv4Addr;

/// To 10.2.N.0/24 goes the Security Association N.
fn all_params() -> Vec<SaParams> {
    let gcm = SaSuite::esp(Cipher::Aes128Gcm16, None, true).unwrap();
    let suites = [SUITE, gcm, suite(Cipher::Aes256Cbc, Integrity::HmacSha256_128, true), SUITE];
    let each = (0_u8..).zip(suites).map(|(at, suite)| {
        let mut params = params(Direction::Outbound, 0x1000 + u32::from(at), suite);
        params.keys = keys(suite, at);
        params.reqid = ReqId(at.into());
        params.selectors = selectors("10.1.0.0/16", &format!("10.2.{at}.0/24"));
        if at == 3 {
            // Transport mode refuses packets of others than the two ends.
            params.mode = Mode::Transport;
        }
        params
    });
    each.collect()
}

/// Both ends, with all Security Associations.
fn ends() -> (Datapath, Datapath) {
    let mut near = Datapath::new(DatapathLimits::default());
    let mut far = Datapath::new(DatapathLimits::default());
    for params in all_params() {
        let policy = PolicyParams {
            id: PolicyId(params.reqid.0.into()),
            selectors: params.selectors.clone(),
            action: PolicyAction::Protect {
                reqid: params.reqid,
                protocol: params.protocol,
                mode: params.mode,
                local: params.local,
                remote: Some(params.remote),
            },
            priority: 1,
        };
        near.apply(NOW, &SaCommand::AddPolicy(Box::new(policy))).unwrap();
        near.apply(NOW, &SaCommand::AddSa(Box::new(params.clone()))).unwrap();
        far.apply(NOW, &SaCommand::AddSa(Box::new(mirrored(&params)))).unwrap();
    }
    (near, far)
}

fn events(datapath: &mut Datapath) -> Vec<SaEvent> {
    core::iter::from_fn(|| datapath.poll_event()).collect()
}

/// Packets over all Security Associations, one without a policy, one that is none and one that has to be fragmented.
fn packets() -> Vec<Vec<u8>> {
    let to = |net: u8, len| udp4(Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, 2, net, 1), len);
    let mut all: Vec<_> = (0..20).map(|at| to(at % 5, usize::from(at) * 40)).collect();
    all.insert(3, vec![0x45; 7]);
    all.insert(9, to(0, 1_460));
    all
}

fn room(packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    packets.iter().map(|packet| storage(packet.len())).collect()
}

fn bufs<'a>(room: &'a mut [Vec<u8>], packets: &[Vec<u8>]) -> Vec<PacketBuf<'a>> {
    room.iter_mut().zip(packets).map(|(room, packet)| PacketBuf::copy_from(room, packet).unwrap()).collect()
}

fn octets_of(bufs: &[PacketBuf<'_>]) -> Vec<Vec<u8>> {
    bufs.iter().map(|packet| packet.as_slice().to_vec()).collect()
}

#[test]
fn a_batch_is_its_packets_one_by_one() {
    let ((mut one, one_far), (mut other, other_far)) = (ends(), ends());
    let (packets, now) = (packets(), NOW);
    let (mut a, mut b) = (room(&packets), room(&packets));
    let (mut single, mut batch) = (bufs(&mut a, &packets), bufs(&mut b, &packets));
    let expected: Vec<_> = single.iter_mut().map(|packet| one.seal(now, packet)).collect();
    let mut jobs: Vec<_> = batch.iter_mut().map(|packet| OutboundJob { packet, outcome: None }).collect();
    other.seal_batch(now, &mut jobs);
    let outcomes: Vec<_> = jobs.into_iter().map(|job| job.outcome.unwrap()).collect();
    assert_eq!(outcomes, expected);
    let sealed = octets_of(&single);
    assert_eq!(octets_of(&batch), sealed);
    assert_eq!(events(&mut other), events(&mut one));
    for reason in [DropReason::NoPolicy, DropReason::NotBetweenTheEnds] {
        assert!(expected.contains(&Err(reason)), "{reason}");
        assert_eq!(one.drops().get(reason), other.drops().get(reason));
    }

    let outer = OuterPacket {
        source: "192.0.2.1:0".parse().unwrap(),
        destination: "198.51.100.1:0".parse().unwrap(),
        protocol: 50,
        tos: 0,
    };
    let protected = |(outcome, packet): (&_, Vec<u8>)| match outcome {
        Ok(Outbound::Protected(_)) => Some(packet),
        _ => None,
    };
    let mut packets: Vec<_> = expected.iter().zip(sealed).filter_map(protected).collect();
    assert!(packets.len() > 8);
    // A replay within the batch.
    packets.push(packets[2].clone());
    let (mut a, mut b) = (room(&packets), room(&packets));
    let (mut single, mut batch) = (bufs(&mut a, &packets), bufs(&mut b, &packets));
    let expected: Vec<_> = single.iter_mut().map(|packet| one_far.open(now, &outer, packet)).collect();
    let outer = Some(outer);
    let mut jobs: Vec<_> =
        batch.iter_mut().map(|packet| InboundJob { outer, packet, outcome: None }).collect();
    other_far.open_batch(now, &mut jobs);
    let outcomes: Vec<_> = jobs.into_iter().map(|job| job.outcome.unwrap()).collect();
    assert_eq!(outcomes, expected);
    assert_eq!(octets_of(&batch), octets_of(&single));
    assert_eq!(expected.iter().filter(|outcome| outcome.is_err()).count(), 1);
    assert_eq!(expected.last(), Some(&Err(DropReason::Replayed)));
    assert_eq!(other_far.drops().get(DropReason::Replayed), 1);
}
