//! Tests of the userspace datapath as a whole: two of them, one at each end of a tunnel.

mod ah_and_transport;

use core::net::Ipv4Addr;
use std::vec::Vec;

use super::*;
use crate::command::{Limit, PolicyAction, PolicyId};
use crate::net::{OuterHeader, OuterPacket};
use crate::sa::{Direction, Mode, ReqId, SaTraffic, SaUsage, Spi};
use crate::selector::PortRange;
use crate::soft::{Outbound, Protected};
use crate::suite::{Cipher, Integrity, SaSuite};
use crate::testing::*;

const NOW: Instant = Instant::from_secs(1_000);
const RAW_PEER: &str = "192.0.2.1:0";

fn policy(id: u64, local: &str, remote: &str, action: PolicyAction) -> SaCommand {
    SaCommand::AddPolicy(Box::new(PolicyParams {
        id: PolicyId(id),
        selectors: selectors(local, remote),
        action,
        priority: 100,
    }))
}

fn protect(reqid: u32) -> PolicyAction {
    PolicyAction::Protect {
        reqid: ReqId(reqid),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: ip("192.0.2.1"),
        remote: Some(ip("198.51.100.1")),
    }
}

fn add(params: &SaParams) -> SaCommand {
    SaCommand::AddSa(Box::new(params.clone()))
}

fn events(datapath: &mut Datapath) -> Vec<SaEvent> {
    core::iter::from_fn(|| datapath.poll_event()).collect()
}

/// The end that sends and the end that receives, with one Security Association between them.
fn pair(outbound: &SaParams) -> (Datapath, Datapath) {
    let mut near = Datapath::new(DatapathLimits::default());
    let mut far = Datapath::new(DatapathLimits::default());
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", protect(1))).unwrap();
    near.apply(NOW, &add(outbound)).unwrap();
    far.apply(NOW, &add(&mirrored(outbound))).unwrap();
    (near, far)
}

fn seal(datapath: &Datapath, now: Instant, packet: &[u8]) -> Result<(Outbound, Vec<u8>), DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let outcome = datapath.seal(now, &mut buf)?;
    Ok((outcome, buf.as_slice().to_vec()))
}

/// What comes from `source` to the far end, without congestion on the way.
fn from(source: &str) -> OuterPacket {
    let destination = "198.51.100.1:0".parse().unwrap();
    OuterPacket { source: source.parse().unwrap(), destination, protocol: 50, tos: 0 }
}

fn open(datapath: &Datapath, source: &str, packet: &[u8]) -> Result<(Inbound, Vec<u8>), DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let outcome = datapath.open(NOW, &from(source), &mut buf)?;
    Ok((outcome, buf.as_slice().to_vec()))
}

#[test]
fn a_packet_goes_in_at_one_end_and_comes_out_at_the_other() {
    for suite in suites() {
        let (near, mut far) = pair(&params(Direction::Outbound, 0x1000, suite));
        let (outcome, esp) = seal(&near, NOW, &inner(100)).unwrap();
        let spi = Spi::new(0x1000).unwrap();
        let outer = OuterHeader { id: 1, ..OuterHeader::new(ip("192.0.2.1"), ip("198.51.100.1")) };
        assert_eq!(outcome, Outbound::Protected(Protected { outer, reqid: ReqId(1), spi, outer_len: 0 }));
        let (inbound, packet) = open(&far, RAW_PEER, &esp).unwrap();
        assert_eq!(inbound, Inbound { reqid: ReqId(1), spi });
        assert_eq!(packet, inner(100), "{suite}");
        let key = mirrored(&params(Direction::Outbound, 0x1000, suite)).key();
        assert_eq!(events(&mut far), [SaEvent::FirstUse { key }]);
        open(&far, RAW_PEER, &seal(&near, NOW, &inner(5)).unwrap().1).unwrap();
        assert_eq!(events(&mut far), []);
    }
}

/// Packets with SPIs of nobody's are told of with their source, and a flood of them seldom.
#[test]
fn unknown_spis_are_told_at_a_bounded_rate() {
    let (near, mut far) = pair(&params(Direction::Outbound, 0x1000, SUITE));
    let (_, mut esp) = seal(&near, NOW, &inner(10)).unwrap();
    for spi in 0x2000_u32..0x2100 {
        esp[..4].copy_from_slice(&spi.to_be_bytes());
        assert_eq!(open(&far, RAW_PEER, &esp), Err(DropReason::UnknownSpi));
    }
    let key = mirrored(&params(Direction::Outbound, 0x2000, SUITE)).key();
    let source = RAW_PEER.parse().unwrap();
    let told = events(&mut far);
    assert_eq!(told[0], SaEvent::UnknownSpi { key, source });
    assert_eq!(told.len(), usize::try_from(DatapathLimits::default().unknown_spis_per_second).unwrap());
}

/// X-30, GW-7: whatever is missing, a packet is dropped and never passes in clear.
#[test]
fn it_fails_closed() {
    let mut near = Datapath::new(DatapathLimits::default());
    let outbound = params(Direction::Outbound, 0x1000, SUITE);
    let drop = |near: &Datapath, now| {
        let mut storage = storage(38);
        let mut buf = PacketBuf::copy_from(&mut storage, &inner(10)).unwrap();
        let reason = near.seal(now, &mut buf).unwrap_err();
        assert_eq!(buf.as_slice(), inner(10));
        reason
    };
    assert_eq!(drop(&near, NOW), DropReason::NoPolicy);
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", protect(1))).unwrap();
    assert_eq!(drop(&near, NOW), DropReason::NoOutboundSa);
    let end = NOW + core::time::Duration::from_secs(10);
    near.apply(NOW, &add(&SaParams { expires: Some(end), ..outbound.clone() })).unwrap();
    assert!(seal(&near, NOW, &inner(10)).is_ok());
    assert_eq!(drop(&near, end), DropReason::Expired);
    near.apply(NOW, &SaCommand::RemoveSa(outbound.key())).unwrap();
    assert_eq!(drop(&near, NOW), DropReason::NoOutboundSa);
    near.apply(NOW, &policy(2, "10.1.0.0/24", "10.2.0.0/24", PolicyAction::Discard)).unwrap();
    assert_eq!(drop(&near, NOW), DropReason::DiscardPolicy);
    near.apply(NOW, &SaCommand::RemovePolicy(PolicyId(2))).unwrap();
    near.apply(NOW, &SaCommand::RemovePolicy(PolicyId(1))).unwrap();
    assert_eq!(drop(&near, NOW), DropReason::NoPolicy);
    assert_eq!(near.drops().get(DropReason::NoPolicy), 2);
    assert_eq!(near.drops().total(), 6);
}

#[test]
fn a_bypassed_packet_stays_as_it_is() {
    let mut near = Datapath::new(DatapathLimits::default());
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", PolicyAction::Bypass)).unwrap();
    assert_eq!(seal(&near, NOW, &inner(10)), Ok((Outbound::Bypass, inner(10))));
}

#[test]
fn a_missing_security_association_is_asked_for_at_a_bounded_rate() {
    let mut near = Datapath::new(DatapathLimits::default());
    near.apply(NOW, &policy(3, "10.1.0.0/16", "10.2.0.0/16", protect(7))).unwrap();
    for millis in [0, 1, 500, 999] {
        let now = NOW + core::time::Duration::from_millis(millis);
        assert_eq!(seal(&near, now, &inner(10)), Err(DropReason::NoOutboundSa));
    }
    let (source, destination) = (ip("10.1.0.1"), ip("10.2.0.1"));
    let acquire = SaEvent::Acquire { policy: PolicyId(3), reqid: ReqId(7), source, destination };
    assert_eq!(events(&mut near), [acquire]);
}

/// unknown and reserved SPIs.
#[test]
fn unknown_and_reserved_spis_are_refused() {
    let (near, far) = pair(&params(Direction::Outbound, 0x1000, SUITE));
    let (_, esp) = seal(&near, NOW, &inner(10)).unwrap();
    let with = |spi: u32| {
        let mut packet = esp.clone();
        packet[..4].copy_from_slice(&spi.to_be_bytes());
        open(&far, RAW_PEER, &packet).unwrap_err()
    };
    for spi in [0, 1, 255] {
        assert_eq!(with(spi), DropReason::ReservedSpi);
    }
    assert_eq!((with(256), with(0x1001)), (DropReason::UnknownSpi, DropReason::UnknownSpi));
    for len in 0..8 {
        assert_eq!(open(&far, RAW_PEER, &esp[..len]), Err(DropReason::TooShort));
    }
    let mut storage = storage(esp.len());
    let mut buf = PacketBuf::copy_from(&mut storage, &esp).unwrap();
    let elsewhere = far.open(
        NOW,
        &OuterPacket { destination: "198.51.100.2:0".parse().unwrap(), ..from(RAW_PEER) },
        &mut buf,
    );
    assert_eq!(elsewhere, Err(DropReason::UnknownSpi));
    assert!(open(&far, RAW_PEER, &esp).is_ok());
}

/// duplicate SPIs, in either direction.
#[test]
fn duplicate_spis_are_refused() {
    let outbound = params(Direction::Outbound, 0x1000, SUITE);
    let (mut near, mut far) = pair(&outbound);
    assert_eq!(near.apply(NOW, &add(&outbound)), Err(BackendError::Duplicate));
    assert_eq!(far.apply(NOW, &add(&mirrored(&outbound))), Err(BackendError::Duplicate));
    let other = SaParams { remote: ip("198.51.100.2"), ..outbound };
    assert_eq!(near.apply(NOW, &add(&other)), Ok(()), "the same SPI at another destination is another one");
}

#[test]
fn commands_that_make_no_sense_are_refused() {
    let mut near = Datapath::new(DatapathLimits { max_selectors: 1, ..DatapathLimits::default() });
    let good = params(Direction::Outbound, 0x1000, SUITE);
    let mut refuse = |change: &dyn Fn(&mut SaParams)| {
        let mut params = good.clone();
        change(&mut params);
        let error = near.apply(NOW, &add(&params)).unwrap_err();
        assert_eq!(near.iter_sas().count(), 0);
        error.to_string()
    };
    assert_eq!(
        refuse(&|sa| sa.protocol = IpsecProtocol::Ah),
        "invalid: aes128-sha1 is a suite of ESP, not of AH"
    );
    assert_eq!(
        refuse(&|sa| {
            sa.protocol = IpsecProtocol::Ah;
            sa.suite = SaSuite::ah(Integrity::HmacSha1_96, false);
            sa.encap = Some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
        }),
        "not supported: AH in UDP: it does not pass a NAT"
    );
    assert_eq!(
        refuse(&|sa| sa.remote = ip("2001:db8::1")),
        "invalid: 192.0.2.1 and 2001:db8::1 are not of one family"
    );
    assert_eq!(
        refuse(&|sa| sa.keys = keys(suite(Cipher::Aes256Cbc, Integrity::HmacSha1_96, false), 1)),
        "invalid: a key of aes128 has 16 octets, this one has 32"
    );
    assert_eq!(
        refuse(&|sa| sa.selectors.local.clear()),
        "invalid: there are no traffic selectors on one side"
    );
    assert_eq!(
        refuse(&|sa| sa.selectors.local[0].ports = PortRange { first: 5, last: 4 }),
        "invalid: the ports of 10.1.0.0/16[any/5-4] are no range"
    );
    assert_eq!(
        refuse(&|sa| sa.selectors.remote = [sa.selectors.remote.clone(), sa.selectors.local.clone()].concat()),
        "no room: at most 1 traffic selectors on one side"
    );
}

#[test]
fn tables_are_bounded() {
    let limits = DatapathLimits { max_sas: 2, max_policies: 1, max_events: 1, ..DatapathLimits::default() };
    let mut near = Datapath::new(limits);
    let sa = |spi| add(&params(Direction::Outbound, spi, SUITE));
    near.apply(NOW, &sa(0x1000)).unwrap();
    near.apply(NOW, &sa(0x1001)).unwrap();
    let full = BackendError::Full { what: "Security Associations", limit: 2 };
    assert_eq!(near.apply(NOW, &sa(0x1002)), Err(full));
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", protect(1))).unwrap();
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.3.0.0/16", protect(1))).unwrap();
    let full = BackendError::Full { what: "policies", limit: 1 };
    assert_eq!(near.apply(NOW, &policy(2, "10.1.0.0/16", "10.2.0.0/16", protect(1))), Err(full));
    let query = SaCommand::QueryUsage(params(Direction::Outbound, 0x1000, SUITE).key());
    near.apply(NOW, &query).unwrap();
    assert_eq!(near.apply(NOW, &query), Err(BackendError::Full { what: "events", limit: 1 }));
}

fn spi_of(sealed: Result<(Outbound, Vec<u8>), DropReason>) -> Result<u32, DropReason> {
    match sealed?.0 {
        Outbound::Protected(protected) => Ok(protected.spi.get()),
        other => panic!("the packet was not protected: {other:?}"),
    }
}

#[test]
fn the_newest_security_association_serves_and_the_one_before_comes_back() {
    let (old, new) = (params(Direction::Outbound, 0x2000, SUITE), params(Direction::Outbound, 0x1000, SUITE));
    let (mut near, _) = pair(&old);
    near.apply(NOW, &add(&new)).unwrap();
    assert_eq!(spi_of(seal(&near, NOW, &inner(1))), Ok(0x1000));
    near.apply(NOW, &SaCommand::RemoveSa(new.key())).unwrap();
    near.apply(NOW, &SaCommand::RemoveSa(new.key())).unwrap();
    assert_eq!(spi_of(seal(&near, NOW, &inner(1))), Ok(0x2000));
}

#[test]
fn of_several_the_newest_that_covers_the_packet_serves() {
    let mut near = Datapath::new(DatapathLimits::default());
    near.apply(NOW, &policy(1, "10.0.0.0/8", "10.0.0.0/8", protect(1))).unwrap();
    for (spi, remote) in [(0x1000, "10.2.0.0/16"), (0x1001, "10.3.0.0/16")] {
        let mut sa = params(Direction::Outbound, spi, SUITE);
        sa.selectors = selectors("10.1.0.0/16", remote);
        near.apply(NOW, &add(&sa)).unwrap();
    }
    let to = |net: u8| udp4(Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, net, 0, 1), 5);
    assert_eq!(spi_of(seal(&near, NOW, &to(2))), Ok(0x1000));
    assert_eq!(spi_of(seal(&near, NOW, &to(3))), Ok(0x1001));
    assert_eq!(spi_of(seal(&near, NOW, &to(4))), Err(DropReason::SelectorMismatch));
    assert!(matches!(events(&mut near)[..], [SaEvent::Acquire { .. }]));
}

#[test]
fn a_move_changes_the_path_and_nothing_else() {
    let outbound = params(Direction::Outbound, 0x1000, SUITE);
    let (mut near, mut far) = pair(&outbound);
    open(&far, RAW_PEER, &seal(&near, NOW, &inner(1)).unwrap().1).unwrap();
    let (here, there) = ("192.0.2.9:4500".parse().unwrap(), "198.51.100.7:31000".parse().unwrap());
    let key = outbound.key();
    near.apply(NOW, &SaCommand::MoveSa { key, local: here, remote: there, encap: true }).unwrap();
    let (outcome, esp) = seal(&near, NOW, &inner(2)).unwrap();
    let encap = Some(UdpEncap { local_port: 4_500, remote_port: 31_000 });
    let outer = OuterHeader { encap, id: 2, ..OuterHeader::new(here.ip(), there.ip()) };
    assert_eq!(
        outcome,
        Outbound::Protected(Protected { outer, reqid: ReqId(1), spi: outbound.spi, outer_len: 0 })
    );
    assert_eq!(esp[4..8], [0, 0, 0, 2], "the numbers go on");
    let again = SaCommand::MoveSa { key, local: here, remote: there, encap: true };
    assert_eq!(near.apply(NOW, &again), Err(BackendError::NotFound), "it has another key now");

    let key = mirrored(&outbound).key();
    let (local, remote) = ("198.51.100.7:4500".parse().unwrap(), "192.0.2.9:4500".parse().unwrap());
    far.apply(NOW, &SaCommand::MoveSa { key, local, remote, encap: true }).unwrap();
    assert_eq!(open(&far, RAW_PEER, &esp), Err(DropReason::UnknownSpi));
    let mut storage = storage(esp.len());
    let mut buf = PacketBuf::copy_from(&mut storage, &esp).unwrap();
    let outer = OuterPacket { destination: local, ..from("192.0.2.9:4501") };
    far.open(NOW, &outer, &mut buf).unwrap();
    let key = SaKey { destination: local.ip(), ..key };
    let remote = "192.0.2.9:4501".parse().unwrap();
    let source = RAW_PEER.parse().unwrap();
    let unknown = SaEvent::UnknownSpi { key: mirrored(&outbound).key(), source };
    assert_eq!(events(&mut far)[1..], [unknown, SaEvent::PeerMoved { key, remote }]);
}

#[test]
fn a_move_onto_another_security_association_is_refused() {
    let a = params(Direction::Outbound, 0x1000, SUITE);
    let b = SaParams { remote: ip("198.51.100.2"), ..a.clone() };
    let (mut near, _) = pair(&a);
    near.apply(NOW, &add(&b)).unwrap();
    let to = |remote: &str| SaCommand::MoveSa {
        key: a.key(),
        local: "192.0.2.1:0".parse().unwrap(),
        remote: remote.parse().unwrap(),
        encap: false,
    };
    assert_eq!(near.apply(NOW, &to("198.51.100.2:0")), Err(BackendError::Duplicate));
    assert!(matches!(near.apply(NOW, &to("[2001:db8::1]:0")), Err(BackendError::Invalid(_))));
    assert_eq!(near.iter_sas().count(), 2);
    assert_eq!(spi_of(seal(&near, NOW, &inner(1))), Ok(0x1000));
}

#[test]
fn limits_and_usage_are_reported() {
    let mut outbound = params(Direction::Outbound, 0x1000, SUITE);
    outbound.limits.soft_packets = Some(1);
    outbound.limits.hard_packets = Some(2);
    let (mut near, far) = pair(&outbound);
    for _ in 0..2 {
        open(&far, RAW_PEER, &seal(&near, NOW, &inner(10)).unwrap().1).unwrap();
    }
    assert_eq!(seal(&near, NOW, &inner(10)), Err(DropReason::VolumeExhausted));
    let (key, limit) = (outbound.key(), Limit::Packets);
    assert_eq!(events(&mut near), [SaEvent::SoftLimit { key, limit }, SaEvent::HardLimit { key, limit }]);
    let usage = SaUsage { bytes: 76, packets: 2, last_used: Some(NOW) };
    near.apply(NOW, &SaCommand::QueryUsage(key)).unwrap();
    let missing = SaKey { spi: Spi::MIN, ..key };
    near.apply(NOW, &SaCommand::QueryUsage(missing)).unwrap();
    assert_eq!(
        events(&mut near),
        [SaEvent::Usage { key, usage: Some(usage) }, SaEvent::Usage { key: missing, usage: None }]
    );
    let status: Vec<_> = near.iter_sas().chain(far.iter_sas()).collect();
    assert_eq!(status.iter().map(|sa| sa.usage).collect::<Vec<_>>(), [usage, usage]);
    assert_eq!((status[0].direction, status[1].direction), (Direction::Outbound, Direction::Inbound));
    assert_eq!((status[0].key, status[0].suite, status[0].remote), (key, SUITE, ip("198.51.100.1")));
}

/// MON-1: with a Security Association its last counters are handed over, whatever else waits in the queue.
#[test]
fn removal_hands_the_last_counters_over() {
    let end = NOW + core::time::Duration::from_secs(10);
    let outbound = SaParams { expires: Some(end), ..params(Direction::Outbound, 0x1000, SUITE) };
    let limits = DatapathLimits { max_events: 0, ..DatapathLimits::default() };
    let mut near = Datapath::new(limits);
    near.apply(NOW, &add(&outbound)).unwrap();
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", protect(1))).unwrap();
    seal(&near, NOW, &inner(10)).unwrap();
    seal(&near, end, &inner(10)).unwrap_err();
    let key = outbound.key();
    assert!(matches!(near.apply(NOW, &SaCommand::QueryTraffic), Err(BackendError::Full { .. })));
    near.apply(NOW, &SaCommand::RemoveSa(key)).unwrap();
    near.apply(NOW, &SaCommand::RemoveSa(key)).unwrap();
    let usage = SaUsage { bytes: 38, packets: 1, last_used: Some(NOW) };
    let last = SaTraffic { key, usage, sequence: 1, drops: vec![(DropReason::Expired, 1)] };
    assert_eq!(
        events(&mut near),
        [SaEvent::Removed { key, last: Some(last) }, SaEvent::Removed { key, last: None }]
    );
}

/// MON-1, GW-7: one question is answered with what every Security Association has done, and with every drop.
#[test]
fn a_report_of_all_traffic() {
    let outbound = params(Direction::Outbound, 0x1000, SUITE);
    let (mut near, mut far) = pair(&outbound);
    let (_, esp) = seal(&near, NOW, &inner(10)).unwrap();
    open(&far, RAW_PEER, &esp).unwrap();
    open(&far, RAW_PEER, &esp).unwrap_err();
    seal(&near, NOW, &[]).unwrap_err();
    let usage = SaUsage { bytes: 38, packets: 1, last_used: Some(NOW) };
    let report = |sas, drops| [SaEvent::Traffic(Box::new(TrafficReport { sas, drops }))];
    near.apply(NOW, &SaCommand::QueryTraffic).unwrap();
    let sas = vec![SaTraffic { key: outbound.key(), usage, sequence: 1, drops: vec![] }];
    assert_eq!(events(&mut near), report(sas, vec![(DropReason::NotAnIpPacket, 1)]));
    far.apply(NOW, &SaCommand::QueryTraffic).unwrap();
    let drops = vec![(DropReason::Replayed, 1)];
    let sas = vec![SaTraffic { key: mirrored(&outbound).key(), usage, sequence: 1, drops: drops.clone() }];
    assert_eq!(events(&mut far)[1..], report(sas, drops));
}

/// a core with an older snapshot does not go on with what was removed.
#[test]
fn old_snapshots_do_not_use_what_was_removed() {
    let outbound = params(Direction::Outbound, 0x1000, SUITE);
    let (mut near, mut far) = pair(&outbound);
    let (_, esp) = seal(&near, NOW, &inner(1)).unwrap();
    let (near_old, far_old) = (near.snapshot(), far.snapshot());
    near.apply(NOW, &SaCommand::RemoveSa(outbound.key())).unwrap();
    far.apply(NOW, &SaCommand::RemoveSa(mirrored(&outbound).key())).unwrap();
    let mut storage = storage(esp.len());
    let mut buf = PacketBuf::copy_from(&mut storage, &inner(1)).unwrap();
    assert_eq!(near_old.seal(NOW, &mut buf), Err(DropReason::NoOutboundSa));
    let mut buf = PacketBuf::copy_from(&mut storage, &esp).unwrap();
    let opened = far_old.open(NOW, &from(RAW_PEER), &mut buf);
    assert_eq!(opened, Err(DropReason::UnknownSpi));
    assert_eq!(near.drops().get(DropReason::NoOutboundSa), 1, "counters are shared");
}

/// An Ethernet frame's padding, or whatever else lies behind the packet, is not carried.
#[test]
fn what_lies_behind_the_packet_is_not_sent() {
    let (near, far) = pair(&params(Direction::Outbound, 0x1000, SUITE));
    let mut packet = inner(1);
    packet.extend([0xee; 17]);
    let (_, esp) = seal(&near, NOW, &packet).unwrap();
    assert_eq!(open(&far, RAW_PEER, &esp).unwrap().1, inner(1));
    assert_eq!(seal(&near, NOW, &inner(1)[..28]), Err(DropReason::BadLengthField));
    assert_eq!(seal(&near, NOW, &[]), Err(DropReason::NotAnIpPacket));
}

#[test]
fn many_threads_use_one_snapshot() {
    let (near, far) = pair(&params(Direction::Outbound, 0x1000, SUITE));
    let (near, far) = (near.snapshot(), far.snapshot());
    let passed: usize = std::thread::scope(|scope| {
        let work = || {
            let mut storage = storage(200);
            let pass = |_: &i32| {
                let mut buf = PacketBuf::copy_from(&mut storage, &inner(100)).unwrap();
                near.seal(NOW, &mut buf).unwrap();
                far.open(NOW, &from(RAW_PEER), &mut buf).is_ok()
            };
            (0..10).filter(pass).count()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(passed, 40);
}
