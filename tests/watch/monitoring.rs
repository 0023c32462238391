//! MON-1 and GW-7: what is counted and kept.

use esp_core::drop_reason::DropReason;
use ipsec_gateway::{Command, Traffic};
use ipsec_io_sim::plan::End;

use crate::{SECOND, at, change, connected, gateway, operate, tunnel};

/// Octets of a ping of the simulator: IP header, ICMP header and payload.
fn ping_len(net: &ipsec_io_sim::topology::TwoGateways) -> u64 {
    let traffic = gateway(net, End::Left).counters(None).unwrap().traffic;
    traffic.bytes_out / traffic.packets_out
}

/// MON-1: bandwidth, packets and health of a tunnel and its gateway, step by step.
#[test]
fn mon_1_bandwidth_packets_and_health() {
    let mut net = connected(|config| config.monitor.outbound_bandwidth = Some(100_000));
    net.world.run_until(at(10));
    net.start_pings(End::Left, 100, SECOND / 10);
    net.world.run_until(at(31));
    for (end, sent) in [(End::Left, true), (End::Right, true)] {
        let gateway = gateway(&net, end);
        let history = gateway.history(Some(tunnel(&net, end)), at(0), at(31)).unwrap();
        assert_eq!(history.step, SECOND * 10);
        let packets: Vec<_> =
            history.points.iter().map(|p| (p.traffic.packets_in, p.traffic.packets_out)).collect();
        // The last ping leaves at 19.9 s and is answered before 20 s.
        assert_eq!(packets, [(0, 0), (100, 100), (0, 0)], "{end}: {sent}");
        let health: Vec<_> = history.points.iter().map(|point| point.health()).collect();
        assert_eq!(health, [0, 1, 1], "connected from the first second on");
        assert_eq!(gateway.history(None, at(0), at(31)).unwrap().total(), history.total());
    }
    let len = ping_len(&net);
    let left = gateway(&net, End::Left);
    let history = left.history(Some(tunnel(&net, End::Left)), at(10), at(20)).unwrap();
    let [point] = history.points[..] else { panic!("{history:?}") };
    assert_eq!((point.bandwidth_in(), point.bandwidth_out()), (len * 80, len * 80));
    assert_eq!((point.packet_rate_in(), point.packet_rate_out()), (10, 10));
    assert_eq!(point.utilisation(left.outbound_bandwidth().unwrap()), len * 80 * 100 / 100_000);
    assert_eq!(left.is_healthy(Some(tunnel(&net, End::Left))), Some(true));
    operate(&mut net, End::Left, Command::Disconnect("tunnel-left".parse().unwrap()));
    net.world.run_for(SECOND);
    assert_eq!(gateway(&net, End::Left).is_healthy(Some(tunnel(&net, End::Left))), Some(false));
    assert_eq!(gateway(&net, End::Right).is_healthy(None), Some(false));
}

/// MON-1: counters go on through rekeys of both kinds and through a reconnection: every packet is counted, and none twice.
#[test]
fn mon_1_counters_survive_rekeys_and_reconnections() {
    let mut net = connected(|_| {});
    let id = tunnel(&net, End::Left).clone();
    let series = net.start_pings(End::Left, 1_000, SECOND / 20);
    for command in [Command::RekeyChild as fn(_) -> _, Command::RekeyIke, Command::RekeyChild] {
        net.world.run_for(SECOND * 13);
        operate(&mut net, End::Left, command(id.clone()));
    }
    net.world.run_until(at(90));
    assert_eq!(net.report(End::Left, series).received, 1_000);
    for end in [End::Left, End::Right] {
        for target in [None, Some(tunnel(&net, end))] {
            let traffic = gateway(&net, end).counters(target).unwrap().traffic;
            assert_eq!((traffic.packets_in, traffic.packets_out), (1_000, 1_000), "{end} {target:?}");
        }
    }
    operate(&mut net, End::Left, Command::Disconnect(id.clone()));
    net.world.run_for(SECOND * 10);
    operate(&mut net, End::Left, Command::Connect(id));
    assert!(net.connect(SECOND * 5));
    let more = net.ping(End::Left, 50, SECOND / 20);
    assert_eq!(more.received, 50);
    net.world.run_for(SECOND * 10);
    for end in [End::Left, End::Right] {
        let traffic = gateway(&net, end).counters(Some(tunnel(&net, end))).unwrap().traffic;
        assert_eq!((traffic.packets_in, traffic.packets_out), (1_050, 1_050), "{end}");
        let history = gateway(&net, end).history(Some(tunnel(&net, end)), at(0), at(1_000)).unwrap();
        assert_eq!(history.total(), traffic, "what is kept adds up to what is counted");
    }
}

/// MON-1: an operator sets the counters to zero; the past stays. What a removed tunnel carried still counts for its gateway.
#[test]
fn mon_1_reset_and_removal() {
    let mut net = connected(|_| {});
    let id = tunnel(&net, End::Left).clone();
    assert_eq!(net.ping(End::Left, 20, SECOND / 10).received, 20);
    net.world.run_until(at(10));
    operate(&mut net, End::Left, Command::ResetCounters(Some(id.clone())));
    let counters = gateway(&net, End::Left).counters(Some(&id)).unwrap();
    assert_eq!((counters.traffic, counters.since), (Traffic::default(), at(10)));
    assert_eq!(
        gateway(&net, End::Left).counters(None).unwrap().traffic.packets_out,
        20,
        "the gateway's are its own"
    );
    let history = gateway(&net, End::Left).history(Some(&id), at(0), at(10)).unwrap();
    assert_eq!(history.total().packets_out, 20);
    assert_eq!(net.ping(End::Left, 5, SECOND / 10).received, 5);
    change(&mut net, End::Left, |gateway, now| gateway.remove_tunnel(now, &id)).unwrap();
    net.world.run_for(SECOND);
    assert!(gateway(&net, End::Left).counters(Some(&id)).is_none());
    let traffic = gateway(&net, End::Left).counters(None).unwrap().traffic;
    assert_eq!((traffic.packets_in, traffic.packets_out), (25, 25));
    operate(&mut net, End::Left, Command::ResetCounters(None));
    assert_eq!(gateway(&net, End::Left).counters(None).unwrap().traffic, Traffic::default());
}

/// GW-7: what no tunnel selects is dropped and counted by reason, at the gateway; what a tunnel's own Security Association
/// refuses is counted at the tunnel too.
#[test]
fn gw_7_drops_by_reason() {
    let mut net = connected(|_| {});
    let (id, host) = (tunnel(&net, End::Left).clone(), net.left.host);
    // A host behind no tunnel, an address of the Internet: the gateway is no way to it.
    let plan = ipsec_io_sim::PingSeries::new("198.51.100.77".parse().unwrap(), 7, SECOND / 10);
    net.world.act(host, |host, context| host.start_pings(context, plan));
    net.world.run_until(at(10));
    operate(&mut net, End::Left, Command::Disconnect(id.clone()));
    net.ping(End::Left, 4, SECOND / 10);
    net.world.run_until(at(20));
    let counters = gateway(&net, End::Left).counters(None).unwrap();
    assert_eq!(counters.drops, [(DropReason::NoPolicy, 7), (DropReason::NoOutboundSa, 4)].into());
    assert_eq!(counters.dropped(), 11);
    assert_eq!(gateway(&net, End::Left).counters(Some(&id)).unwrap().dropped(), 0);
    assert_eq!(net.world.oracle().violations(), []);
}

/// An IPv4 packet without options.
fn ipv4(source: &str, destination: &str, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(20 + payload.len()).unwrap();
    let address = |text: &str| text.parse::<std::net::Ipv4Addr>().unwrap().octets();
    let mut packet = vec![0x45, 0];
    packet.extend(len.to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    packet.extend(address(source).into_iter().chain(address(destination)));
    let words = packet.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(word[1]));
    let sum: u32 = words.sum();
    let checksum = !u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    packet.extend(payload);
    packet
}

/// GW-7, X-30: from outside nothing comes in either but through a Security Association: not what its policy would protect and
/// came in clear, and not what only looks like ESP.
#[test]
fn gw_7_nothing_comes_in_from_outside() {
    let mut net = connected(|_| {});
    net.world.run_until(at(10));
    let right = net.world.node(net.right.gateway).counters();
    let echo = [8, 0, 0xf7, 0xfe, 0, 1, 0, 0];
    let esp = |spi: u32| [spi.to_be_bytes().to_vec(), vec![0; 60]].concat();
    let (left, own) = ("106.75.234.78", "106.75.234.74");
    let forged = [
        ipv4("10.0.192.10", "192.168.1.10", 1, &echo),
        ipv4(left, own, 50, &esp(0x1234_5678)),
        ipv4("203.0.113.9", own, 50, &esp(0x1234_5678)),
        ipv4(left, own, 50, &esp(7)),
    ];
    for packet in forged {
        net.world.act(net.internet, |_, context| context.send(ipsec_io_sim::Port(1), packet));
    }
    net.world.run_until(at(21));
    assert_eq!(net.world.node(net.right.host).requests(), 0);
    let after = net.world.node(net.right.gateway).counters();
    assert_eq!((after.strays - right.strays, after.open_drops - right.open_drops), (1, 3));
    assert_eq!(after.opened, right.opened);
    let counters = gateway(&net, End::Right).counters(None).unwrap();
    assert_eq!(counters.drops, [(DropReason::UnknownSpi, 2), (DropReason::ReservedSpi, 1)].into());
}
