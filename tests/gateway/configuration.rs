//! Changes of what is configured.

use esp_core::time::Instant;
use ipsec_gateway::{Command, ConnectionState, Gateway, WaitingFor};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions};
use ipsec_policy::{DhGroup, EspEncryption, IkeEncryption, PfsChoice, TunnelId, VpnTunnel};

use crate::common::{SECOND, assert_pings, attempts, change, connected, operate, state, status};

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
    assert_eq!(state(&net, End::Right), ConnectionState::Connecting);
    assert_eq!(net.world.node(net.right.gateway).gateway().unwrap().routes().count(), 0);
    let report = net.ping(End::Right, 3, SECOND / 10);
    assert_eq!(report.received, 0);
    assert_eq!(net.world.oracle().violations(), []);
}

fn update(net: &mut TwoGateways, end: End, edit: &dyn Fn(&mut VpnTunnel)) {
    let change_it = |gateway: &mut Gateway, now: Instant, id: &TunnelId| {
        let mut tunnel = gateway.inventory().tunnel(id).unwrap().clone();
        edit(&mut tunnel);
        gateway.update_tunnel(now, tunnel).unwrap();
    };
    change(net, end, change_it);
}

/// TUN-6: a change of name or remark leaves the tunnel alone: the same SAs, not a message, not a lost ping.
#[test]
fn tun_6_a_change_of_name_or_remark_does_not_reconnect() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.initiate = false;
    let mut net = connected(&options);
    net.world.run_for(SECOND * 10);
    let before = status(&net, End::Left);
    let sent = net.world.node(net.left.gateway).counters().ike_out;
    let series = net.start_pings(End::Left, 40, SECOND / 10);
    let edits: [&dyn Fn(&mut VpnTunnel); 2] =
        [&|tunnel| tunnel.name = "office".parse().unwrap(), &|tunnel| {
            tunnel.remark = "second floor".parse().unwrap()
        }];
    for edit in edits {
        update(&mut net, End::Left, edit);
        net.world.run_for(SECOND);
    }
    net.world.run_for(SECOND * 4);
    let after = status(&net, End::Left);
    assert_eq!(after.ike.unwrap().name, before.ike.unwrap().name);
    assert_eq!(after.children[0].inbound, before.children[0].inbound);
    assert_eq!(net.world.node(net.left.gateway).counters().ike_out, sent);
    assert!(net.report(End::Left, series).is_clean());
}

/// TUN-6: a change of subnets, key, IKE policy or IPsec policy reconnects at once: the state is *connecting*, the SAs are
/// deleted at the peer too, and when the peer is changed likewise all is well again.
#[test]
fn tun_6_what_reconnects() {
    let edits: [&dyn Fn(&mut VpnTunnel); 6] = [
        &|tunnel| tunnel.psk = "another-key-of-the-simulation".parse().unwrap(),
        &|tunnel| tunnel.ike.encryption = IkeEncryption::Aes256,
        &|tunnel| tunnel.ike.lifetime_secs = 7_200,
        &|tunnel| tunnel.ipsec.encryption = Some(EspEncryption::Aes256),
        &|tunnel| tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048),
        &|tunnel| {
            for subnets in [&mut tunnel.local_subnets, &mut tunnel.remote_subnets] {
                let narrower = subnets.iter().map(|subnet| match subnet.to_string().as_str() {
                    "10.0.192.0/20" => "10.0.192.0/24".parse().unwrap(),
                    _ => "192.168.1.0/24".parse().unwrap(),
                });
                *subnets = narrower.collect();
            }
        },
    ];
    for edit in edits {
        let mut net = connected(&TwoGatewaysOptions::scn4());
        net.world.run_for(SECOND * 10);
        update(&mut net, End::Left, edit);
        assert_eq!(state(&net, End::Left), ConnectionState::Connecting);
        assert!(status(&net, End::Left).children.is_empty());
        assert_eq!(net.world.node(net.left.gateway).gateway().unwrap().routes().count(), 0);
        let began = attempts(&net, End::Left).last().copied();
        assert_eq!(began, Some(net.world.now()), "at once");
        net.world.run_for(SECOND / 50);
        let before = net.world.node(net.right.gateway).states().last().unwrap().clone();
        assert_eq!(before.2, ConnectionState::Connecting, "the peer was told");
        update(&mut net, End::Right, edit);
        assert!(net.connect(SECOND * 30));
        net.world.run_for(SECOND * 40);
        assert_pings(&mut net);
        for site in [&net.left, &net.right] {
            assert_eq!(
                net.world.node(site.gateway).security_associations(),
                2,
                "nothing is left of the old ones"
            );
        }
    }
}

/// TUN-6, ROUTE-1: when subnets change, the routes are those of the new ones.
#[test]
fn tun_6_routes_follow_new_subnets() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    net.world.run_for(SECOND * 5);
    let narrower = "192.168.1.0/24".parse().unwrap();
    update(&mut net, End::Left, &|tunnel| tunnel.remote_subnets = vec![narrower]);
    update(&mut net, End::Right, &|tunnel| tunnel.local_subnets = vec![narrower]);
    assert!(net.connect(SECOND * 30));
    let gateway = net.world.node(net.left.gateway).gateway().unwrap();
    let routes: Vec<_> = gateway.routes().map(|route| route.destination).collect();
    assert_eq!(routes, [narrower]);
    assert_pings(&mut net);
}

/// TUN-6: a tunnel that is to wait for its peer from now on, or to begin from now on, keeps its SAs.
#[test]
fn tun_6_who_begins_is_no_reason_to_reconnect() {
    let mut options = TwoGatewaysOptions::scn4();
    options.left.initiate = false;
    options.right.initiate = false;
    let mut net = ipsec_io_sim::topology::two_gateways(1, &options);
    net.world.run_for(SECOND * 30);
    assert_eq!(status(&net, End::Left).waiting_for, Some(WaitingFor::PeerToInitiate));
    update(&mut net, End::Left, &|tunnel| tunnel.initiate = true);
    assert_eq!(attempts(&net, End::Left), [net.world.now()]);
    assert!(net.connect(SECOND));
    let before = status(&net, End::Left).ike.unwrap().name;
    update(&mut net, End::Left, &|tunnel| tunnel.initiate = false);
    net.world.run_for(SECOND * 10);
    assert_eq!(status(&net, End::Left).ike.unwrap().name, before);
    assert_pings(&mut net);
}

/// TUN-6: a tunnel that the operator disconnected is changed and stays disconnected.
#[test]
fn tun_6_a_disconnected_tunnel_stays_so() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.initiate = false;
    let mut net = connected(&options);
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND * 10);
    let before = attempts(&net, End::Left);
    update(&mut net, End::Left, &|tunnel| tunnel.ike.lifetime_secs = 7_200);
    net.world.run_for(SECOND * 60);
    assert_eq!(attempts(&net, End::Left), before);
    assert_eq!(status(&net, End::Left).waiting_for, Some(WaitingFor::Operator));
    operate(&mut net, End::Left, Command::Connect);
    assert!(net.connect(SECOND));
}

/// TUN-6: a peer with another name leaves its tunnels alone; one with another address has them reconnect to it.
#[test]
fn tun_6_a_change_of_the_peer() {
    let mut net = connected(&TwoGatewaysOptions::scn4());
    net.world.run_for(SECOND * 10);
    let began = attempts(&net, End::Left).len();
    let peer = |net: &TwoGateways| {
        let inventory = net.world.node(net.left.gateway).gateway().unwrap().inventory();
        inventory.peers().next().unwrap().clone()
    };
    let mut named = peer(&net);
    named.name = "data centre".parse().unwrap();
    change(&mut net, End::Left, |gateway, now, _| gateway.update_peer(now, named).unwrap());
    assert_eq!(attempts(&net, End::Left).len(), began);
    assert_eq!(state(&net, End::Left), ConnectionState::Connected);

    let right = peer(&net);
    let mut moved = right.clone();
    moved.address = "113.31.115.114".parse().unwrap();
    change(&mut net, End::Left, |gateway, now, _| gateway.update_peer(now, moved).unwrap());
    assert_eq!(state(&net, End::Left), ConnectionState::Connecting);
    assert_eq!(attempts(&net, End::Left).len(), began + 1);
    net.world.run_for(SECOND / 50);
    assert_eq!(net.world.node(net.right.gateway).states().last().unwrap().2, ConnectionState::Connecting);
    let ways = status(&net, End::Left).contact.ways().to_vec();
    assert_eq!(ways[0].remote, "113.31.115.114:500".parse().unwrap());
    change(&mut net, End::Left, |gateway, now, _| gateway.update_peer(now, right).unwrap());
    assert!(net.connect(SECOND * 20));
    net.world.run_for(SECOND * 10);
    assert_pings(&mut net);
}
