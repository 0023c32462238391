//! The product's scenarios end to end, with both ends ours (SCN-1 to SCN-6; `tests/interop` has the real peers).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::time::Duration;

use esp_core::drop_reason::DropReason;
use esp_core::time::Instant;
use ike_proto::diagnose::{ChildSaInfo, Role};
use ipsec_gateway::{ConnectionState, Gateway, Traffic, TunnelStatus};
use ipsec_io_sim::{Network, Office, network};
use ipsec_policy::{DhGroup, ExchangeMode, Identity, IkeVersion, PfsChoice, TunnelId, VpnTunnel};

const SECOND: Duration = Duration::from_secs(1);
const PSK: &str = "a-key-of-the-scenario";
/// Octets of a ping and of its answer: IP header, ICMP header and payload.
const PING: u64 = 84;

/// Connected within 20 s, and past the moment at which one of two SAs that began at once has ended.
fn connected(offices: &[Office]) -> Network {
    let mut net = network(1, offices);
    assert!(net.connect(SECOND * 20), "not connected within 20 s");
    net.world.run_for(SECOND * 40);
    net
}

/// Ten pings from one host to another, all of which are answered once, and the counters of both gateways that say so.
fn assert_pings(net: &mut Network, from: (usize, usize), to: (usize, usize)) {
    let before = [from.0, to.0].map(|place| net.gateway(place).counters());
    let (own, other) = (net.host(from.0, from.1), net.host(to.0, to.1));
    let report = net.ping(own, other, 10);
    assert!(report.is_clean() && report.received == 10, "from {from:?} to {to:?}: {report:?}");
    for (place, before) in [from.0, to.0].into_iter().zip(before) {
        let after = net.gateway(place).counters();
        assert_eq!((after.sealed - before.sealed, after.opened - before.opened), (10, 10), "at {place}");
    }
}

fn assert_no_pings(net: &mut Network, from: (usize, usize), to: (usize, usize)) {
    let (own, other) = (net.host(from.0, from.1), net.host(to.0, to.1));
    assert_eq!(net.ping(own, other, 3).received, 0, "from {from:?} to {to:?}");
}

fn only(net: &Network, place: usize) -> TunnelStatus {
    net.gateway(place).status(&net.tunnel(place)).unwrap()
}

/// The routes of a gateway, as `DESTINATION from SOURCES`.
fn routes(net: &Network, place: usize) -> Vec<String> {
    let routes = net.gateway(place).gateway().unwrap().routes();
    let text = |route: ipsec_gateway::Route| {
        let sources: Vec<String> = route.sources.iter().map(ToString::to_string).collect();
        format!("{} from {}", route.destination, sources.join(" "))
    };
    routes.map(text).collect()
}

fn carried(children: &[ChildSaInfo]) -> Vec<String> {
    let mut carried: Vec<String> = children.iter().map(|child| child.selectors.to_string()).collect();
    carried.sort();
    carried
}

/// Until the datapaths have been asked for everything that passed so far.
fn count(net: &mut Network) {
    net.world.run_for(SECOND * 11);
}

/// MON-1 of each tunnel of a place, in the order of their ids, and of its gateway: health is 1 now and was so in the last
/// step of time, so many pings or answers have passed in each direction, nothing was dropped, and the past adds up to it.
fn assert_monitored(net: &Network, place: usize, pings: &[(u64, u64)]) {
    let gateway = net.gateway(place).gateway().unwrap();
    let tunnels: Vec<_> = gateway.statuses().map(|status| status.id).collect();
    assert_eq!(tunnels.len(), pings.len(), "at {place}");
    let mut sum = (0, 0);
    for (tunnel, expected) in tunnels.iter().zip(pings) {
        assert_figures(net, gateway, Some(tunnel), *expected);
        assert_eq!(gateway.counters(Some(tunnel)).unwrap().dropped(), 0, "{tunnel} at {place}");
        sum = (sum.0 + expected.0, sum.1 + expected.1);
    }
    assert_figures(net, gateway, None, sum);
}

fn assert_figures(net: &Network, gateway: &Gateway, tunnel: Option<&TunnelId>, (received, sent): (u64, u64)) {
    let of = format!("{tunnel:?} of {}", gateway.configured().id);
    assert_eq!(gateway.is_healthy(tunnel), Some(true), "{of}");
    let latest = gateway.latest(tunnel).unwrap();
    assert_eq!((latest.health(), latest.span()), (1, SECOND * 10), "{of}");
    let traffic = gateway.counters(tunnel).unwrap().traffic;
    assert_eq!((traffic.packets_in, traffic.packets_out), (received, sent), "{of}");
    assert_eq!((traffic.bytes_in, traffic.bytes_out), (received * PING, sent * PING), "{of}");
    let history = gateway.history(tunnel, Instant::ZERO, net.world.now()).unwrap();
    assert_eq!(history.total(), traffic, "{of}");
    for point in &history.points {
        let second = |octets: u64| octets * 8 * 1_000 / u64::try_from(point.span().as_millis()).unwrap();
        let Traffic { bytes_in, bytes_out, .. } = point.traffic;
        assert_eq!(
            (point.bandwidth_in(), point.bandwidth_out()),
            (second(bytes_in), second(bytes_out)),
            "{of}"
        );
    }
    // From the first step on in which it is connected throughout.
    let health: Vec<u64> = history.points.iter().map(ipsec_gateway::Point::health).collect();
    assert_eq!(health.first(), Some(&0), "{of}: it was not connected at once");
    assert_eq!(health.last(), Some(&1), "{of}");
}

/// What a gateway has dropped, by reason (GW-7).
fn dropped(net: &Network, place: usize) -> Vec<(DropReason, u64)> {
    let counters = net.gateway(place).gateway().unwrap().counters(None).unwrap();
    counters.drops.iter().map(|(reason, count)| (*reason, *count)).collect()
}

fn healthy(net: &Network) {
    for place in 0..net.places.len() {
        let gateway = net.gateway(place).gateway().unwrap();
        assert!(gateway.statuses().all(|status| status.state == ConnectionState::Connected), "{place}");
        assert_eq!(dropped(net, place), [], "at {place}");
        assert_eq!((net.gateway(place).counters().spins, net.gateway(place).counters().refusals), (0, 0));
    }
    assert_eq!(net.world.oracle().violations(), []);
}

fn ours() -> Office {
    Office::new("ours", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")])
}

/// SCN-1: IKEv1 main mode and two remote subnets: two phase 2 SAs under one of phase 1, each carries its own.
#[test]
fn scn_1_two_phase_2_sas() {
    let cloud = Office::new(
        "cloud",
        "113.31.115.114",
        &[("10.23.0.0/16", "10.23.0.10"), ("10.25.0.0/16", "10.25.0.10")],
    );
    let policies = |tunnel: &mut VpnTunnel| {
        tunnel.ike.version = IkeVersion::V1;
        tunnel.ike.exchange_mode = Some(ExchangeMode::Main);
    };
    let mut net = connected(&[
        ours().tunnel_to(&cloud, PSK, policies),
        cloud.tunnel_to(&ours(), PSK, |tunnel| {
            policies(tunnel);
            tunnel.initiate = false;
        }),
    ]);
    for place in [0, 1] {
        let status = only(&net, place);
        assert_eq!(status.ike.unwrap().suite.to_string(), "aes128-sha1-modp1024");
        assert_eq!(status.children.len(), 2);
        for child in &status.children {
            assert_eq!(child.suite.to_string(), "aes128-sha1");
            assert_eq!(child.pfs.unwrap().to_string(), "modp1024");
        }
        assert_eq!(net.gateway(place).security_associations(), 4);
    }
    assert_eq!(
        carried(&only(&net, 0).children),
        ["10.0.192.0/20 === 10.23.0.0/16", "10.0.192.0/20 === 10.25.0.0/16"]
    );
    assert_eq!(routes(&net, 0), ["10.23.0.0/16 from 10.0.192.0/20", "10.25.0.0/16 from 10.0.192.0/20"]);
    assert_eq!(routes(&net, 1), ["10.0.192.0/20 from 10.23.0.0/16 10.25.0.0/16"]);
    for subnet in [0, 1] {
        assert_pings(&mut net, (0, 0), (1, subnet));
        assert_pings(&mut net, (1, subnet), (0, 0));
    }
    count(&mut net);
    for place in [0, 1] {
        assert_monitored(&net, place, &[(40, 40)]);
    }
    healthy(&net);
}

/// SCN-2: IKEv2 with one subnet at each side.
#[test]
fn scn_2_one_child_sa() {
    let ours = Office::new("ours", "106.75.234.78", &[("10.0.192.0/24", "10.0.192.10")]);
    let firewall = Office::new("firewall", "1.1.1.1", &[("192.168.1.0/24", "192.168.1.10")]);
    let mut net = connected(&[
        ours.clone().tunnel_to(&firewall, PSK, |_| {}),
        firewall.tunnel_to(&ours, PSK, |tunnel| tunnel.initiate = false),
    ]);
    for place in [0, 1] {
        let status = only(&net, place);
        assert_eq!(status.ike.unwrap().suite.to_string(), "aes128-sha1-modp1024");
        assert_eq!(status.children.len(), 1);
        assert_eq!(status.children[0].suite.to_string(), "aes128-sha1");
        assert!(!status.children[0].encapsulated);
    }
    assert_eq!(carried(&only(&net, 1).children), ["192.168.1.0/24 === 10.0.192.0/24"]);
    assert_eq!(routes(&net, 0), ["192.168.1.0/24 from 10.0.192.0/24"]);
    assert_eq!(routes(&net, 1), ["10.0.192.0/24 from 192.168.1.0/24"]);
    assert_pings(&mut net, (0, 0), (1, 0));
    assert_pings(&mut net, (1, 0), (0, 0));
    count(&mut net);
    for place in [0, 1] {
        assert_monitored(&net, place, &[(20, 20)]);
    }
    healthy(&net);
}

/// SCN-3: a peer behind NAT, known by its public address: IKE moves to UDP 4500 and ESP is carried there.
#[test]
fn scn_3_esp_in_udp() {
    let linux =
        Office::new("linux", "113.31.113.78", &[("10.23.0.0/16", "10.23.0.10")]).behind_nat("10.23.228.173");
    let policies = |tunnel: &mut VpnTunnel| {
        tunnel.ike.dh_group = DhGroup::Modp1536;
        tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp1536);
    };
    let mut net = connected(&[
        ours().tunnel_to(&linux, PSK, |tunnel| {
            policies(tunnel);
            tunnel.initiate = false;
        }),
        linux.tunnel_to(&ours(), PSK, policies),
    ]);
    let status = only(&net, 0);
    let ike = status.ike.unwrap();
    assert_eq!(ike.suite.to_string(), "aes128-sha1-modp1536");
    assert_eq!((ike.remote.ip(), ike.local.port()), ("113.31.113.78".parse().unwrap(), 4500));
    assert_eq!(ike.remote_id.to_string(), "113.31.113.78");
    assert!(status.children[0].encapsulated);
    assert_eq!(routes(&net, 0), ["10.23.0.0/16 from 10.0.192.0/20"]);
    assert_eq!(routes(&net, 1), ["10.0.192.0/20 from 10.23.0.0/16"]);
    assert_pings(&mut net, (0, 0), (1, 0));
    assert_pings(&mut net, (1, 0), (0, 0));
    // The group of the Child SAs that follow, and the mapping that is held through a quiet hour.
    let (gateway, tunnel) = (net.at(1).gateway, net.tunnel(1));
    net.world.act(gateway, |node, context| {
        node.command(context, ipsec_gateway::Command::CheckPfs(tunnel.clone()))
    });
    net.world.run_for(SECOND * 3_600);
    assert_eq!(only(&net, 0).children[0].pfs.unwrap().to_string(), "modp1536");
    assert_pings(&mut net, (0, 0), (1, 0));
    count(&mut net);
    for place in [0, 1] {
        assert_monitored(&net, place, &[(30, 30)]);
    }
    healthy(&net);
}

/// SCN-4: two VPCs, both ends ours and both begin.
#[test]
fn scn_4_two_vpcs() {
    let other = Office::new("other", "106.75.234.74", &[("192.168.0.0/16", "192.168.1.10")]);
    let mut net = connected(&[ours().tunnel_to(&other, PSK, |_| {}), other.tunnel_to(&ours(), PSK, |_| {})]);
    for place in [0, 1] {
        let status = only(&net, place);
        assert_eq!(status.ike.unwrap().suite.to_string(), "aes128-sha1-modp1024");
        assert_eq!(status.children.len(), 1, "both began at once, and one outcome is left");
        assert_eq!(net.gateway(place).security_associations(), 2);
    }
    assert_eq!(routes(&net, 0), ["192.168.0.0/16 from 10.0.192.0/20"]);
    assert_eq!(routes(&net, 1), ["10.0.192.0/20 from 192.168.0.0/16"]);
    assert_pings(&mut net, (0, 0), (1, 0));
    assert_pings(&mut net, (1, 0), (0, 0));
    count(&mut net);
    for place in [0, 1] {
        assert_monitored(&net, place, &[(20, 20)]);
    }
    healthy(&net);
}

fn named(local: &'static str, remote: &'static str) -> impl Fn(&mut VpnTunnel) {
    move |tunnel| {
        tunnel.ike.local_id = Some(local.parse::<Identity>().unwrap());
        tunnel.ike.remote_id = Some(remote.parse::<Identity>().unwrap());
    }
}

/// SCN-5: a branch behind NAT whose address changes, and a gateway set to 0.0.0.0 that waits for it, both known by name;
/// IKEv1 in aggressive mode, and IKEv2.
#[test]
fn scn_5_an_initiator_of_changing_address() {
    for version in [IkeVersion::V1, IkeVersion::V2] {
        let policies = |tunnel: &mut VpnTunnel| {
            tunnel.ike.version = version;
            tunnel.ike.exchange_mode = (version == IkeVersion::V1).then_some(ExchangeMode::Aggressive);
        };
        let branch = Office::new("branch", "113.31.113.78", &[("10.23.0.0/16", "10.23.0.10")])
            .behind_nat("172.16.1.2");
        let mut net = connected(&[
            ours().tunnel_to_any(&branch, PSK, |tunnel| {
                named("head.example.com", "branch.example.com")(tunnel);
                policies(tunnel);
            }),
            branch.tunnel_to(&ours(), PSK, |tunnel| {
                named("branch.example.com", "head.example.com")(tunnel);
                policies(tunnel);
            }),
        ]);
        let ike = only(&net, 0).ike.unwrap();
        assert_eq!((ike.role, ike.remote_id.to_string().as_str()), (Role::Responder, "branch.example.com"));
        assert!(only(&net, 0).children[0].encapsulated);
        assert_eq!(routes(&net, 0), ["10.23.0.0/16 from 10.0.192.0/20"]);
        assert_pings(&mut net, (0, 0), (1, 0));
        let mut arrived = (10, 10);

        // The provider gives the branch another address while packets flow; the tunnel follows with the first of them.
        let (nat, port) = (net.at(1).nat.unwrap(), net.at(1).port);
        for address in ["113.31.113.79", "221.12.0.7"] {
            let address = address.parse().unwrap();
            net.world
                .act(net.internet, |router, _| router.add_route(esp_core::net::Cidr::host(address), port));
            net.world.act(nat, |nat, _| nat.rebind_to(address));
            let (branch, head) = (net.host(1, 0), net.host(0, 0));
            let report = net.ping(branch, head, 20);
            assert!(report.received >= 19, "{version:?}: {report:?}");
            // Every ping arrives; the answer that is on its way to the old address may not.
            arrived = (arrived.0 + 20, arrived.1 + 20);
            assert_pings(&mut net, (0, 0), (1, 0));
            arrived = (arrived.0 + 10, arrived.1 + 10);
            assert_eq!(only(&net, 0).ike.unwrap().name, ike.name, "{version:?}: the same IKE SA");
            assert_eq!(only(&net, 0).ike.unwrap().remote.ip(), address, "{version:?}");
        }
        count(&mut net);
        assert_monitored(&net, 0, &[arrived]);
        // And while the branch is switched off: it begins anew, and what was before it is gone.
        let (gateway, address) = (net.at(1).gateway, "221.12.0.8".parse().unwrap());
        net.world.act(net.internet, |router, _| router.add_route(esp_core::net::Cidr::host(address), port));
        net.world.act(gateway, |node, context| node.crash(context, SECOND * 30));
        net.world.act(nat, |nat, _| nat.rebind_to(address));
        net.world.run_for(SECOND * 60);
        assert_ne!(only(&net, 0).ike.unwrap().name, ike.name);
        assert_pings(&mut net, (0, 0), (1, 0));
        assert_eq!(net.gateway(0).security_associations(), 2, "{version:?}");
        // The head's counters go on; the branch has begun to count anew.
        count(&mut net);
        assert_monitored(&net, 0, &[(arrived.0 + 10, arrived.1 + 10)]);
        assert_monitored(&net, 1, &[(10, 10)]);
        healthy(&net);
    }
}

/// SCN-6: one gateway and twenty peers, all at once; each spoke reaches only its own subnets, and what happens to one
/// is nothing to the others.
#[test]
fn scn_6_hub_and_twenty_spokes() {
    let (hub_subnet, keys) = (ours(), (1..=20).map(|number| format!("the-key-of-spoke-{number}")));
    let spokes: Vec<Office> = (1..=20)
        .map(|number| {
            let (subnet, host) = (format!("10.{number}.0.0/16"), format!("10.{number}.0.10"));
            Office::new(&format!("spoke-{number}"), &format!("113.31.115.{number}"), &[(&subnet, &host)])
        })
        .collect();
    let keys: Vec<String> = keys.collect();
    let tunnels = spokes.iter().zip(&keys);
    let hub = tunnels.clone().fold(hub_subnet.clone(), |hub, (spoke, key)| hub.tunnel_to(spoke, key, |_| {}));
    let mut offices = vec![hub];
    offices.extend(tunnels.map(|(spoke, key)| spoke.clone().tunnel_to(&hub_subnet, key, |_| {})));
    let mut net = connected(&offices);
    assert_eq!(net.gateway(0).security_associations(), 40);
    assert_eq!(routes(&net, 0).len(), 20);
    assert_eq!(routes(&net, 7), ["10.0.192.0/20 from 10.7.0.0/16"]);

    // All of them at once, both ways.
    let hub_host = net.host(0, 0);
    let mut series = Vec::new();
    for place in 1..=20 {
        let spoke = net.host(place, 0);
        series.push((spoke, net.start_pings(spoke, hub_host, 10)));
        series.push((hub_host, net.start_pings(hub_host, spoke, 10)));
    }
    net.world.run_for(SECOND * 5);
    for (host, series) in series {
        let report = net.world.node(host).report(series);
        assert!(report.is_clean() && report.received == 10, "{report:?}");
    }
    count(&mut net);
    assert_monitored(&net, 0, &[(20, 20); 20]);
    for place in 1..=20 {
        assert_monitored(&net, place, &[(20, 20)]);
    }
    healthy(&net);
    // From spoke to spoke nothing passes, not even through the hub.
    for (from, to) in [(1, 2), (20, 1), (7, 13)] {
        assert_no_pings(&mut net, (from, 0), (to, 0));
        count(&mut net);
        assert_eq!(dropped(&net, from), [(DropReason::NoPolicy, 3)]);
    }
    // One spoke is deleted at the hub; the others carry on with the SAs that they have.
    let (gateway, gone) = (net.at(0).gateway, "to-spoke-3".parse::<TunnelId>().unwrap());
    let names = |net: &Network| -> Vec<_> {
        net.gateway(0).gateway().unwrap().statuses().map(|status| status.ike.unwrap().name).collect()
    };
    let before = names(&net);
    net.world.act(gateway, |node, context| {
        node.with_gateway(context, |gateway, now| gateway.remove_tunnel(now, &gone)).unwrap().unwrap();
    });
    net.world.run_for(SECOND * 20);
    assert_no_pings(&mut net, (0, 0), (3, 0));
    assert_pings(&mut net, (4, 0), (0, 0));
    let after = names(&net);
    assert_eq!(after.len(), 19);
    assert!(after.iter().all(|name| before.contains(name)));
    assert_eq!((net.gateway(0).security_associations(), routes(&net, 0).len()), (38, 19));
    count(&mut net);
    assert_eq!(dropped(&net, 0), [(DropReason::NoPolicy, 3)], "what went to the spoke that is gone");
    let hub = net.gateway(0).gateway().unwrap();
    assert_eq!((hub.is_healthy(None), hub.is_healthy(Some(&gone))), (Some(true), None));
    let carried = |id: &str| hub.counters(Some(&id.parse().unwrap())).unwrap().traffic.packets_in;
    assert_eq!((carried("to-spoke-4"), carried("to-spoke-5")), (30, 20));
    assert_eq!(
        hub.counters(None).unwrap().traffic.packets_in,
        20 * 20 + 10,
        "those of the one that is gone too"
    );
    let spoke = net.gateway(3).gateway().unwrap();
    assert_eq!((spoke.is_healthy(None), spoke.latest(None).unwrap().health()), (Some(false), 0));
    assert_eq!(spoke.counters(None).unwrap().traffic.packets_in, 20);
    assert_eq!(net.world.oracle().violations(), []);
}
