//! Routes, and what passes without one.

use esp_core::sa::Direction;
use ipsec_gateway::{Command, DeadPeerAction};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::TwoGatewaysOptions;
use ipsec_io_sim::{Deed, Office, network};

use crate::common::{SECOND, assert_pings, connected, operate, set_up};

/// SCN-4, ROUTE-1: both ends ours; pings both ways, a route at each end, an IKE SA and a Child SA.
#[test]
fn scn_4_two_gateways_of_ours() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    assert_pings(&mut net);
    // What is under way with the one of two SAs that ends is received for some seconds more.
    net.world.run_for(SECOND * 40);
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

/// Whether each route was announced after an outbound SA stood, and withdrawn before the last one went, unless it stays
/// `kept` without one. How often both happened.
fn check_order(net: &ipsec_io_sim::TwoGateways, end: End, kept: bool) -> (usize, usize) {
    let (mut outbound, mut routes) = (Vec::new(), Vec::new());
    let (mut added, mut removed) = (0, 0);
    for (at, deed) in net.world.node(net.site(end).gateway).journal() {
        match deed {
            Deed::SaAdded(Direction::Outbound, key) => outbound.push(*key),
            Deed::SaRemoved(key) => {
                outbound.retain(|other| other != key);
                assert!(kept || !outbound.is_empty() || routes.is_empty(), "{at}: {end}: the SA went first");
            }
            Deed::RouteAdded(destination) => {
                assert!(!outbound.is_empty(), "{at}: {end}: no SA carries what follows the route");
                routes.push(*destination);
                added += 1;
            }
            Deed::RouteRemoved(destination) => {
                routes.retain(|other| other != destination);
                removed += 1;
            }
            _ => {}
        }
    }
    (added, removed)
}

/// ROUTE-1: a route is announced once there is an SA that carries what follows it, and withdrawn before that goes, whoever
/// ends it and however; rekeys do not touch it.
#[test]
fn route_1_announced_after_the_sa_and_withdrawn_before_it() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    net.world.run_for(SECOND * 5);
    for command in [Command::RekeyChild as fn(_) -> _, Command::RekeyIke] {
        operate(&mut net, End::Left, command);
        net.world.run_for(SECOND * 5);
    }
    for end in End::BOTH {
        assert_eq!(check_order(&net, end, false), (1, 0), "{end}");
    }
    // The operator of one end, a peer that crashes, and one that is not heard any more.
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND * 5);
    operate(&mut net, End::Left, Command::Connect);
    assert!(net.connect(SECOND * 5));
    let right = net.right.gateway;
    net.world.act(right, |node, context| node.crash(context, SECOND));
    assert!(net.world.node(right).gateway().is_none());
    net.world.run_for(SECOND * 20);
    assert!(net.is_connected());
    let (added, removed) = check_order(&net, End::Left, false);
    assert!(added >= 2 && removed >= 1, "{added} {removed}");
}

/// ROUTE-1: kept on disconnection by choice.
#[test]
fn route_1_kept_on_disconnection_by_choice() {
    let mut options = TwoGatewaysOptions::scn4();
    options.left.adjust = |config| config.keep_routes = true;
    options.right.initiate = false;
    let mut net = connected(&options);
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND * 5);
    assert_eq!(check_order(&net, End::Left, true), (1, 0));
    assert_eq!(net.world.node(net.left.gateway).gateway().unwrap().routes().count(), 1);
    assert_eq!(net.world.node(net.right.gateway).gateway().unwrap().routes().count(), 0);
    // What follows it is dropped, and not let out in clear.
    assert_eq!(net.ping(End::Left, 3, SECOND / 10).received, 0);
    assert_eq!(net.world.oracle().violations(), []);
    let site = net.left.clone();
    net.world.act(site.gateway, |node, context| {
        node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &site.tunnel)).unwrap().unwrap();
    });
    assert_eq!(
        net.world.node(net.left.gateway).gateway().unwrap().routes().count(),
        0,
        "a deleted tunnel has none"
    );
}

/// CONN-5, ROUTE-1: on hold the route stays, since it is what leads traffic to the policy that asks for a connection;
/// with the other actions it goes.
#[test]
fn conn_5_the_route_of_a_tunnel_on_hold_stays() {
    for (adjust, routes) in [
        ((|config| config.dead_peer = DeadPeerAction::Hold) as fn(&mut ipsec_gateway::GatewayConfig), 1),
        (|config| config.dead_peer = DeadPeerAction::Clear, 0),
        (|config| config.dead_peer = DeadPeerAction::Restart, 0),
    ] {
        let mut options = TwoGatewaysOptions::scn4();
        options.left.adjust = adjust;
        let mut net = connected(&options);
        set_up(&mut net, End::Right, false);
        net.world.run_for(SECOND * 300);
        assert!(!net.is_connected());
        assert_eq!(net.world.node(net.left.gateway).gateway().unwrap().routes().count(), routes);
        check_order(&net, End::Left, routes == 1);
    }
}

/// a remote subnet that contains the peer's own outer address does not catch what the gateways say to each other.
#[test]
fn x_30_a_route_does_not_catch_the_way_to_the_peer() {
    let left = Office::new("left", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let right = Office::new("right", "113.31.115.114", &[("10.23.0.0/16", "10.23.0.10")]);
    let outer = "113.31.0.0/16".parse().unwrap();
    let offices = [
        // The peer narrows it to what it has (F-28).
        left.clone().tunnel_to(&right, "a-key", |tunnel| tunnel.remote_subnets.push(outer)),
        right.clone().tunnel_to(&left, "a-key", |tunnel| tunnel.initiate = false),
    ];
    let mut net = network(1, &offices);
    assert!(net.connect(SECOND * 10));
    let spared: Vec<_> = net.gateway(0).gateway().unwrap().routes().flat_map(|route| route.spared).collect();
    assert_eq!(spared, [right.public]);
    let (a, b) = (net.host(0, 0), net.host(1, 0));
    assert!(net.ping(a, b, 10).is_clean());
    let (gateway, tunnel) = (net.at(0).gateway, net.tunnel(0));
    net.world.act(gateway, |node, context| node.command(context, Command::RekeyIke(tunnel)));
    net.world.run_for(SECOND * 5);
    assert!(net.ping(b, a, 10).is_clean());
    assert_eq!(net.gateway(0).counters().caught, 0);
    assert_eq!(net.world.oracle().violations(), []);
}

/// ROUTE-1: two tunnels to one remote subnet share a route, which stands until both are down.
#[test]
fn route_1_shared_by_two_tunnels() {
    let hub =
        Office::new("hub", "106.75.234.78", &[("10.1.0.0/16", "10.1.0.10"), ("10.2.0.0/16", "10.2.0.10")]);
    let spoke = Office::new("spoke", "113.31.115.114", &[("10.23.0.0/16", "10.23.0.10")]);
    let other = Office::new("other", "113.31.115.115", &[("10.23.0.0/16", "10.23.0.10")]);
    let take = |keep: usize| {
        move |tunnel: &mut ipsec_policy::VpnTunnel| tunnel.local_subnets = vec![tunnel.local_subnets[keep]]
    };
    let from = |keep: usize| {
        move |tunnel: &mut ipsec_policy::VpnTunnel| tunnel.remote_subnets = vec![tunnel.remote_subnets[keep]]
    };
    let offices = [
        hub.clone().tunnel_to(&spoke, "a-key", take(0)).tunnel_to(&other, "another-key", take(1)),
        spoke.tunnel_to(&hub, "a-key", from(0)),
        other.tunnel_to(&hub, "another-key", from(1)),
    ];
    let mut net = network(1, &offices);
    assert!(net.connect(SECOND * 10));
    net.world.run_for(SECOND * 10);
    let routes = |net: &ipsec_io_sim::Network| net.gateway(0).gateway().unwrap().routes().collect::<Vec<_>>();
    assert_eq!(routes(&net).len(), 1);
    assert_eq!(routes(&net)[0].sources.len(), 2);
    let gateway = net.at(0).gateway;
    for (id, left) in [("to-spoke", 1), ("to-other", 0)] {
        let id: ipsec_policy::TunnelId = id.parse().unwrap();
        net.world.act(gateway, |node, context| {
            node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &id)).unwrap().unwrap();
        });
        assert_eq!(routes(&net).len(), left);
    }
    assert_eq!(net.world.oracle().violations(), []);
}

/// GW-7: a packet that is for no tunnel is dropped, in either direction of the gateway: it is no way to the Internet.
#[test]
fn gw_7_no_way_to_the_internet() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    let host = net.left.host;
    let sent = net.world.node(net.left.gateway).counters();
    let passed = net.world.node(net.internet).passed();
    for to in ["8.8.8.8", "106.75.234.74", "10.0.208.1"] {
        let plan = ipsec_io_sim::PingSeries::new(to.parse().unwrap(), 3, SECOND / 10);
        let series = net.world.act(host, |host, context| host.start_pings(context, plan));
        net.world.run_for(SECOND);
        assert_eq!(net.world.node(host).report(series).received, 0, "{to}");
    }
    let counters = net.world.node(net.left.gateway).counters();
    assert_eq!(counters.sealed, sent.sealed);
    assert_eq!(counters.no_route, sent.no_route + 9);
    // What the Internet saw meanwhile was IKE's.
    let ike = counters.ike_out - sent.ike_out + net.world.node(net.right.gateway).counters().ike_out;
    assert!(net.world.node(net.internet).passed() - passed <= ike);
    assert_eq!(net.world.oracle().violations(), []);
}
