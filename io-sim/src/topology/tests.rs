use super::*;
use crate::chance::Chance;

const INTERVAL: Duration = Duration::from_millis(50);

fn require_clean(net: &mut TwoGateways) {
    assert!(net.connect(Duration::from_secs(120)), "not connected");
    net.world.run_for(Duration::from_secs(1));
    for end in End::BOTH {
        let report = net.ping(end, 20, INTERVAL);
        assert!(report.is_clean(), "{end}: {report:?}");
    }
    assert_eq!(net.world.oracle().violations(), []);
    assert!(net.world.oracle().esp_packets() >= 80);
    assert_eq!(net.world.oracle().inner_delivered(), 80);
}

/// SCN-4, TUN-1, CONN-2, ROUTE-1: both ends ours, connected without anybody's help, and packets pass both ways.
#[test]
fn scenario_4_connects_and_carries() {
    let mut net = two_gateways(4, &TwoGatewaysOptions::scn4());
    require_clean(&mut net);
    let counters = net.world.node(net.left.gateway).counters();
    assert_eq!((counters.sealed, counters.opened), (40, 40));
    assert_eq!((counters.no_route, counters.seal_drops, counters.open_drops), (0, 0, 0));
}

/// PEER-3: a NAT box at either end drops raw ESP, and yet packets pass.
#[test]
fn a_nat_box_at_either_end() {
    for options in [TwoGatewaysOptions::scn4().with_nat_left(), TwoGatewaysOptions::scn4().with_nat_right()] {
        let mut net = two_gateways(5, &options);
        require_clean(&mut net);
        let nat = net.left.nat.or(net.right.nat).unwrap();
        assert_eq!(net.world.node(nat).drops().not_udp, 0);
    }
}

/// The clocks of the two ends have nothing to do with each other.
#[test]
fn clocks_that_differ() {
    let mut options = TwoGatewaysOptions::scn4();
    options.left.clock = NodeClock { offset: Duration::from_secs(1 << 33), drift_ppm: -100_000 };
    options.right.clock = NodeClock { offset: Duration::ZERO, drift_ppm: 100_000 };
    require_clean(&mut two_gateways(6, &options));
}

/// GW-7: what belongs to no tunnel goes nowhere, in clear least of all.
#[test]
fn what_belongs_to_no_tunnel_is_dropped() {
    let mut net = two_gateways(7, &TwoGatewaysOptions::scn4());
    assert!(net.connect(Duration::from_secs(120)));
    let before = net.world.link(net.left.outer).stats(Side::A);
    let plan = PingSeries::new([8, 8, 8, 8].into(), 3, INTERVAL);
    let series = net.world.act(net.left.host, |host, context| host.start_pings(context, plan));
    net.world.run_for(Duration::from_secs(1));
    assert_eq!(net.report(End::Left, series).received, 0);
    assert_eq!(net.world.node(net.left.gateway).counters().no_route, 3);
    let after = net.world.link(net.left.outer).stats(Side::A);
    assert!(after.sent - before.sent <= 2, "only messages of IKE may have been sent meanwhile");
    assert_eq!(net.world.oracle().violations(), []);
}

/// Before a tunnel is connected nothing passes, and nothing leaks.
#[test]
fn before_the_tunnel_stands_nothing_passes() {
    let mut net = two_gateways(8, &TwoGatewaysOptions::scn4());
    net.set_outer_faults(Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    let report = net.ping(End::Left, 10, INTERVAL);
    assert_eq!((report.sent, report.received), (10, 0));
    assert!(!net.is_connected());
    assert_eq!(net.world.oracle().violations(), []);
}

/// A gateway that loses its state comes back by itself (CONN-2), and the peer takes it back.
#[test]
fn a_gateway_that_crashes_comes_back() {
    let mut net = two_gateways(9, &TwoGatewaysOptions::scn4());
    assert!(net.connect(Duration::from_secs(120)));
    let gateway = net.left.gateway;
    net.world.act(gateway, |gateway, context| gateway.crash(context, Duration::from_secs(20)));
    assert!(!net.is_connected());
    assert_eq!(net.ping(End::Right, 5, INTERVAL).received, 0);
    net.world.run_for(Duration::from_secs(20));
    require_clean_after_crash(&mut net);
}

fn require_clean_after_crash(net: &mut TwoGateways) {
    assert!(net.connect(Duration::from_secs(400)), "not connected again");
    net.world.run_for(Duration::from_secs(1));
    assert!(net.ping(End::Left, 10, INTERVAL).is_clean());
    assert!(net.ping(End::Right, 10, INTERVAL).is_clean());
    assert_eq!(net.world.oracle().violations(), []);
}

/// A refusal of the datapath is told to the gateway, which tries again (CONN-3).
#[test]
fn a_datapath_that_refuses() {
    let mut net = two_gateways(10, &TwoGatewaysOptions::scn4());
    for gateway in [net.left.gateway, net.right.gateway] {
        net.world.act(gateway, |gateway, _| gateway.set_refusal(Chance::ALWAYS));
    }
    net.world.run_for(Duration::from_secs(60));
    assert!(net.world.node(net.left.gateway).counters().refusals > 0);
    assert_eq!(net.world.node(net.left.gateway).security_associations(), 0);
    for gateway in [net.left.gateway, net.right.gateway] {
        net.world.act(gateway, |gateway, _| gateway.set_refusal(Chance::NEVER));
    }
    require_clean(&mut net);
}

/// A datapath that takes its time over each command: what depends on it waits.
#[test]
fn a_datapath_that_is_slow() {
    let mut net = two_gateways(11, &TwoGatewaysOptions::scn4());
    for gateway in [net.left.gateway, net.right.gateway] {
        net.world.act(gateway, |gateway, _| gateway.set_command_delay(Duration::from_millis(300)));
    }
    assert!(net.connect(Duration::from_secs(120)));
    net.world.run_for(Duration::from_secs(5));
    assert!(net.ping(End::Left, 10, INTERVAL).is_clean());
    assert_eq!(net.world.oracle().violations(), []);
}

/// The keys that a capture is read with are those of both ends.
#[test]
fn both_ends_log_the_same_keys() {
    let mut net = two_gateways(12, &TwoGatewaysOptions::scn4());
    assert!(net.connect(Duration::from_secs(120)));
    net.world.run_for(Duration::from_secs(1));
    let left = net.world.node(net.left.gateway).key_log();
    assert!(!left.is_empty());
    assert_eq!(left, net.world.node(net.right.gateway).key_log());
}

/// TUN-5: IPv6 outside and inside, and IPv6 through IPv4.
#[test]
fn ipv6_outside_and_inside() {
    let psk = || parsed::<PreSharedKey>("another-key");
    let site = |public, subnet, host| SiteOptions::new(parsed(public), parsed(subnet), parsed(host), psk());
    let mut options = TwoGatewaysOptions {
        left: site("2001:db8::1", "fd00:1::/48", "fd00:1::5"),
        right: site("2001:db8::2", "fd00:2::/48", "fd00:2::5"),
        latency: Duration::from_millis(5),
    };
    require_clean(&mut two_gateways(13, &options));
    options.left.public = parsed("106.75.234.78");
    options.right.public = parsed("106.75.234.74");
    require_clean(&mut two_gateways(14, &options));
}

/// A link on the way carries less than an Ethernet: the router before it tells the gateway, which tells the host, whose
/// next packets fit. Its packets may not be fragmented, so nothing but that gets them through.
fn require_path_mtu_discovery(mut net: TwoGateways, router: &str, mtu: u16) {
    assert!(net.connect(Duration::from_secs(120)), "not connected");
    net.world.run_for(Duration::from_secs(1));
    let (internet, right) = (net.internet, net.right.outer);
    net.world.act(internet, |internet, _| internet.set_narrow(Port(1), mtu, parsed(router)));
    net.world.link_mut(right).set_mtu(mtu.into());
    let destination = net.world.node(net.right.host).address();
    let plan = PingSeries { payload_len: 1_350, ..PingSeries::new(destination, 6, Duration::from_secs(1)) };
    let host = net.left.host;
    let series = net.world.act(host, |host, context| host.start_pings(context, plan));
    net.world.run_for(Duration::from_secs(10));
    let report = net.report(End::Left, series);
    assert_eq!((report.sent, report.received), (6, 4), "one for each who had to be told: {report:?}");
    assert_eq!(net.world.node(internet).too_big(), 1);
    assert_eq!(net.world.node(net.left.gateway).counters().path_mtus, 1);
    let told = net.world.node(host).path_mtu(destination).unwrap();
    assert!(told < usize::from(mtu) && told + 100 > usize::from(mtu), "{told}");
    assert_eq!(net.world.link(right).stats(Side::B).too_big, 0, "the link never had to drop one");
    assert_eq!(net.world.link(right).stats(Side::A).too_big, 0);
    assert_eq!(net.world.oracle().violations(), []);
}

#[test]
fn a_narrow_link_on_the_way_is_found_out() {
    require_path_mtu_discovery(two_gateways(15, &TwoGatewaysOptions::scn4()), "198.51.100.9", 1_300);
}

#[test]
fn a_narrow_link_on_the_way_is_found_out_with_ipv6() {
    let psk = || parsed::<PreSharedKey>("another-key");
    let site = |public, subnet, host| SiteOptions::new(parsed(public), parsed(subnet), parsed(host), psk());
    let options = TwoGatewaysOptions {
        left: site("2001:db8::1", "fd00:1::/48", "fd00:1::5"),
        right: site("2001:db8::2", "fd00:2::/48", "fd00:2::5"),
        latency: Duration::from_millis(5),
    };
    require_path_mtu_discovery(two_gateways(16, &options), "2001:db8:9::1", 1_400);
}

/// The gateway's own link is the narrow one: it needs nobody to be told.
#[test]
fn a_packet_that_fits_no_tunnel_is_answered_by_the_gateway() {
    let mut net = two_gateways(17, &TwoGatewaysOptions::scn4());
    assert!(net.connect(Duration::from_secs(120)), "not connected");
    net.world.run_for(Duration::from_secs(1));
    let destination = net.world.node(net.right.host).address();
    let plan = PingSeries { payload_len: 1_472, ..PingSeries::new(destination, 5, INTERVAL) };
    let host = net.left.host;
    let series = net.world.act(host, |host, context| host.start_pings(context, plan));
    net.world.run_for(Duration::from_secs(2));
    let report = net.report(End::Left, series);
    assert_eq!((report.sent, report.received), (5, 4));
    assert_eq!(net.world.node(net.left.gateway).counters().path_mtus, 0);
    assert_eq!(net.world.oracle().violations(), []);
}
