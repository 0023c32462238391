//! Peers behind NAT, and peers of any address.

use ipsec_gateway::{Command, ConnectionState, WaitingFor};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::TwoGatewaysOptions;
use ipsec_io_sim::{Network, Office, network};
use ipsec_policy::{Identity, VpnTunnel};

use crate::common::{SECOND, assert_pings, connected};

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

fn named(local: &str, remote: &str) -> impl FnOnce(&mut VpnTunnel) + use<> {
    let [local, remote] = [local, remote].map(|name| name.parse::<Identity>().unwrap());
    move |tunnel| {
        tunnel.ike.local_id = Some(local);
        tunnel.ike.remote_id = Some(remote);
    }
}

/// A gateway that waits for a branch from any address, and the branch behind a NAT box, which has `key`.
fn branch(key: &str) -> Network {
    let head = Office::new("head", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let branch =
        Office::new("branch", "113.31.115.114", &[("10.23.0.0/16", "10.23.0.10")]).behind_nat("172.16.1.2");
    let head_tunnel = named("head.example.com", "branch.example.com");
    let branch_tunnel = named("branch.example.com", "head.example.com");
    let offices = [
        head.clone().tunnel_to_any(&branch, "the-key-of-the-branch", head_tunnel),
        branch.tunnel_to(&head, key, branch_tunnel),
    ];
    network(1, &offices)
}

/// PEER-2: a tunnel to any peer never initiates, not when it is created, not on command, not after its peer was lost; it
/// accepts the one whose identity and key agree.
#[test]
fn peer_2_any_peer_is_waited_for_and_accepted() {
    let mut net = branch("the-key-of-the-branch");
    let link = net.at(1).outer;
    net.world.link_mut(link).set_up(false);
    let gateway = net.at(0).gateway;
    net.world.run_for(SECOND);
    let tunnel = net.tunnel(0);
    net.world.act(gateway, |node, context| node.command(context, Command::Connect(tunnel.clone())));
    net.world.run_for(SECOND * 60);
    assert_eq!(net.gateway(0).counters().ike_out, 0);
    let status = net.gateway(0).status(&tunnel).unwrap();
    assert_eq!(
        (status.state, status.waiting_for),
        (ConnectionState::Connecting, Some(WaitingFor::PeerToInitiate))
    );

    net.world.link_mut(link).set_up(true);
    assert!(net.connect(SECOND * 20));
    let (head, branch) = (net.host(0, 0), net.host(1, 0));
    assert!(net.ping(head, branch, 10).is_clean());

    // The branch goes for good. What was with it ends, and it is waited for again.
    net.world.link_mut(link).set_up(false);
    net.world.run_for(SECOND * 300);
    let status = net.gateway(0).status(&tunnel).unwrap();
    assert_eq!(
        (status.state, status.waiting_for),
        (ConnectionState::Connecting, Some(WaitingFor::PeerToInitiate))
    );
    let sent = net.gateway(0).counters().ike_out;
    net.start_pings(head, branch, 600);
    net.world.run_for(SECOND * 60);
    assert_eq!(net.gateway(0).counters().ike_out, sent);
    assert_eq!(net.world.oracle().violations(), []);
}

/// PEER-2: an initiator with another key is refused, whatever it calls itself, and the head says why.
#[test]
fn peer_2_another_key_is_refused() {
    let mut net = branch("a-key-of-somebody-else");
    assert!(!net.connect(SECOND * 60));
    let (head, branch) = (net.tunnel(0), net.tunnel(1));
    let status = net.gateway(0).status(&head).unwrap();
    assert_eq!(status.state, ConnectionState::Connecting);
    let failure = status.peer_failure.unwrap().explanation.to_string();
    assert!(failure.contains("pre-shared key"), "{failure}");
    assert_eq!(net.gateway(1).status(&branch).unwrap().state, ConnectionState::Phase1Failed);
}
