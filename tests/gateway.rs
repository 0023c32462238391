//! The gateway as a whole, in the simulator: what a tenant configured is kept true.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::time::Duration;

use ike_proto::diagnose::FailureReason;
use ipsec_gateway::{Command, ConnectionState, Severity};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{Site, TwoGateways, TwoGatewaysOptions, two_gateways};

const SECOND: Duration = Duration::from_secs(1);

fn connected(options: &TwoGatewaysOptions) -> TwoGateways {
    let mut net = two_gateways(1, options);
    assert!(net.connect(SECOND * 10), "not connected within 10 s");
    net
}

fn state(net: &TwoGateways, site: &Site) -> ConnectionState {
    net.world.node(site.gateway).status(&site.tunnel).unwrap().state
}

fn assert_pings(net: &mut TwoGateways) {
    for end in [End::Left, End::Right] {
        let report = net.ping(end, 10, SECOND / 10);
        assert!(report.is_clean() && report.received == 10, "from the {end}: {report:?}");
    }
    assert_eq!(net.world.oracle().violations(), []);
}

fn operate(net: &mut TwoGateways, end: End, command: impl FnOnce(ipsec_policy::TunnelId) -> Command) {
    let site = net.site(end).clone();
    net.world.act(site.gateway, |node, context| node.command(context, command(site.tunnel.clone())));
}

/// SCN-4, ROUTE-1: both ends ours; pings both ways, a route at each end, an IKE SA and a Child SA.
#[test]
fn scn_4_two_gateways_of_ours() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    assert_pings(&mut net);
    // What is under way with the one of two SAs that ends is received for some seconds more.
    net.world.run_for(SECOND * 10);
    for site in [&net.left, &net.right] {
        let node = net.world.node(site.gateway);
        let status = node.status(&site.tunnel).unwrap();
        assert_eq!(status.ike.unwrap().suite.to_string(), "aes128-sha1-modp1024");
        assert_eq!(status.children.len(), 1, "both started at once, and one outcome is left (CONN-6)");
        assert_eq!(status.children[0].suite.to_string(), "aes128-sha1");
        assert_eq!(node.gateway().unwrap().routes().count(), 1);
        assert_eq!(node.security_associations(), 2);
    }
}

/// PEER-3: a NAT box before either end; the tunnel moves to UDP 4500 and carries ESP there.
#[test]
fn peer_3_through_nat() {
    for options in [TwoGatewaysOptions::scn4().with_nat_left(), TwoGatewaysOptions::scn4().with_nat_right()] {
        let mut net = connected(&options);
        assert_pings(&mut net);
        let status = net.world.node(net.left.gateway).status(&net.left.tunnel).unwrap();
        assert!(status.children[0].encapsulated);
        assert!(net.world.node(net.left.gateway).counters().ike_in > 0);
    }
}

/// PEER-3: when the NAT box gives the connection another port, the tunnel follows.
#[test]
fn peer_3_a_changed_mapping_is_followed() {
    let mut net = connected(&TwoGatewaysOptions::scn4().with_nat_left());
    assert_pings(&mut net);
    let nat = net.left.nat.unwrap();
    net.world.act(nat, |nat, _| nat.rebind());
    // The first packet from behind the NAT box shows the new mapping to the other end.
    net.ping(End::Left, 3, SECOND / 10);
    assert_pings(&mut net);
}

/// DIAG-1, CONN-3: a wrong key leaves both alive, in the right state, with a line that names the key.
#[test]
fn diag_1_a_wrong_key() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.psk = "another-key-altogether".parse().unwrap();
    options.right.initiate = false;
    let mut net = two_gateways(1, &options);
    assert!(!net.connect(SECOND * 60));
    assert_eq!(state(&net, &net.left), ConnectionState::Phase1Failed);
    let status = net.world.node(net.left.gateway).status(&net.left.tunnel).unwrap();
    let failure = status.last_failure.unwrap();
    let named = matches!(failure.reason, FailureReason::RefusedByPeer { .. } | FailureReason::Key { .. });
    assert!(named, "{failure:?}");
    assert!(failure.explanation.to_string().contains("pre-shared key"), "{}", failure.explanation);
    // The end that answers knows more, and says so, without it being a failure of its own.
    let right = net.world.node(net.right.gateway);
    let log = right.gateway().unwrap().log(Some(&net.right.tunnel)).unwrap();
    let told =
        log.entries().any(|entry| entry.severity == Severity::Error && entry.text.contains("pre-shared key"));
    assert!(told, "{:#?}", log.entries().collect::<Vec<_>>());
    assert_eq!(state(&net, &net.right), ConnectionState::Connecting);
    assert_eq!(net.world.oracle().violations(), []);
}

/// CONN-5, CONN-3: the peer crashes without state; with traffic the tunnel comes back by itself.
#[test]
fn conn_5_a_peer_that_restarts() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    assert_pings(&mut net);
    let right = net.right.gateway;
    net.world.act(right, |node, context| node.crash(context, SECOND * 3));
    net.start_pings(End::Left, 600, SECOND / 2);
    net.world.run_for(SECOND * 120);
    assert!(net.is_connected());
    assert_pings(&mut net);
    assert_eq!(net.world.node(net.left.gateway).security_associations(), 2, "the old ones are gone");
}

/// X-30, GW-7: while there is no SA, nothing passes in clear: it is dropped.
#[test]
fn x_30_nothing_in_clear_without_an_sa() {
    let mut options = TwoGatewaysOptions::scn4();
    // The other end would bring the tunnel up again.
    options.right.initiate = false;
    let mut net = connected(&options);
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND);
    let report = net.ping(End::Left, 5, SECOND / 10);
    assert_eq!(report.received, 0);
    assert_eq!(net.world.oracle().violations(), []);
    operate(&mut net, End::Left, Command::Connect);
    assert!(net.connect(SECOND * 10));
    assert_pings(&mut net);
}

/// CONN-4: each end rekeys each SA, and no ping is lost.
#[test]
fn conn_4_rekeys_without_a_lost_ping() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    let series = [End::Left, End::Right].map(|end| (end, net.start_pings(end, 1_500, SECOND / 100)));
    for end in [End::Left, End::Right] {
        for command in [Command::RekeyChild as fn(_) -> _, Command::RekeyIke] {
            net.world.run_for(SECOND * 2);
            operate(&mut net, end, command);
        }
    }
    net.world.run_for(SECOND * 20);
    for (end, series) in series {
        let report = net.report(end, series);
        assert!(report.is_clean() && report.sent == 1_500, "from the {end}: {report:?}");
    }
    assert_eq!(net.world.oracle().violations(), []);
    for site in [&net.left, &net.right] {
        assert_eq!(net.world.node(site.gateway).security_associations(), 2);
    }
}

/// CONN-4: three days pass, with rekeys by lifetime alone, and the tunnel carries on.
#[test]
fn conn_4_days_of_life() {
    let mut options = TwoGatewaysOptions::scn4();
    for site in [&mut options.left, &mut options.right] {
        site.ike.lifetime_secs = 7_200;
        site.ipsec.lifetime_secs = 3_600;
    }
    let mut net = connected(&options);
    let first = net.world.node(net.left.gateway).status(&net.left.tunnel).unwrap().ike.unwrap().name;
    for _ in 0..12 {
        net.world.run_for(SECOND * 3_600 * 2);
        assert_pings(&mut net);
    }
    let last = net.world.node(net.left.gateway).status(&net.left.tunnel).unwrap().ike.unwrap().name;
    assert_ne!(first, last);
    for site in [&net.left, &net.right] {
        let states = net.world.node(site.gateway).states();
        assert!(states.iter().all(|(.., to)| *to == ConnectionState::Connected), "{states:?}");
        assert_eq!(net.world.node(site.gateway).security_associations(), 2);
    }
}

/// TUN-7: a deleted tunnel is deleted at the peer too, with its SAs and routes.
#[test]
fn tun_7_deleted_at_both_ends() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    // Both started at once: until one of the two IKE SAs has gone.
    net.world.run_for(SECOND * 5);
    let site = net.left.clone();
    net.world.act(site.gateway, |node, context| {
        node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &site.tunnel)).unwrap().unwrap();
    });
    net.world.run_for(SECOND / 2);
    assert_eq!(state(&net, &net.right), ConnectionState::Connecting);
    assert_eq!(net.world.node(net.right.gateway).gateway().unwrap().routes().count(), 0);
    let report = net.ping(End::Right, 3, SECOND / 10);
    assert_eq!(report.received, 0);
    assert_eq!(net.world.oracle().violations(), []);
}
