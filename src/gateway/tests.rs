use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use esp_core::command::SaCommand;
use ike_proto::config::MobikeConfig;
use ike_proto::diagnose::Event;
use ipsec_policy::{PeerGateway, PreSharedKey, Vpc, VpnGateway, VpnTunnel};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

use super::*;
use crate::config::TunnelOptions;
use crate::output::GatewayEvent;
use crate::state::{ConnectionState, WaitingFor};
use crate::tunnel::Stage;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn config() -> GatewayConfig {
    let vpc = Vpc { id: "vpc".parse().unwrap(), cidrs: vec!["10.1.0.0/16".parse().unwrap()] };
    let (subnet, external) = ("10.1.0.0/24".parse().unwrap(), ip("192.0.2.1").into());
    GatewayConfig::new(VpnGateway::new("gw".parse().unwrap(), vpc, subnet, external))
}

fn gateway() -> Gateway {
    Gateway::new(config(), Box::new(ChaCha8Rng::seed_from_u64(1))).unwrap()
}

fn peer(address: &str) -> PeerGateway {
    PeerGateway::new("peer".parse().unwrap(), ip(address))
}

fn tunnel(id: &str) -> VpnTunnel {
    VpnTunnel::new(
        id.parse().unwrap(),
        "gw".parse().unwrap(),
        "peer".parse().unwrap(),
        vec!["10.1.0.0/24".parse().unwrap()],
        vec!["10.2.0.0/24".parse().unwrap()],
        PreSharedKey::new("a-key-of-some-length").unwrap(),
    )
}

fn drain(gateway: &mut Gateway) -> Vec<Output> {
    let mut all = Vec::new();
    loop {
        match gateway.poll_output() {
            Output::Timeout(_) => return all,
            output => all.push(output),
        }
    }
}

fn first_transmit(outputs: &[Output]) -> Option<usize> {
    outputs.iter().position(|output| matches!(output, Output::Transmit(_)))
}

/// CONN-2, X-30: a created tunnel connects at once, and its policy stands before the first datagram leaves.
#[test]
fn conn_2_a_created_tunnel_connects_at_once_behind_its_policy() {
    let mut gateway = gateway();
    let warnings = gateway.add_tunnel(Instant::ZERO, tunnel("t"), peer("192.0.2.2")).unwrap();
    assert!(warnings.iter().any(|finding| finding.rule == "IKE-5"), "group 2 is weak: {warnings:?}");
    let outputs = drain(&mut gateway);
    let policy =
        outputs.iter().position(|output| matches!(output, Output::Sa(SaCommand::AddPolicy(_)))).unwrap();
    let transmit = first_transmit(&outputs).unwrap();
    assert!(policy < transmit);
    let Output::Transmit(datagram) = &outputs[transmit] else { unreachable!() };
    assert_eq!(datagram.remote, "192.0.2.2:500".parse::<SocketAddr>().unwrap());
    let status = gateway.status(&"t".parse().unwrap()).unwrap();
    assert_eq!(
        (status.state, status.waiting_for),
        (ConnectionState::Connecting, Some(WaitingFor::Peer(Stage::FirstAnswer)))
    );
}

/// CONN-3, DIAG-1: without a peer the third failed retry sets *phase 1 failed*, and the failure names the addresses.
#[test]
fn conn_3_a_missing_peer() {
    let mut gateway = gateway();
    let id = "t".parse().unwrap();
    let mut now = Instant::ZERO;
    gateway.add_tunnel(now, tunnel("t"), peer("192.0.2.2")).unwrap();
    let mut failed_at = None;
    let mut attempts = Vec::new();
    while now < Instant::from_secs(180) {
        for output in drain(&mut gateway) {
            match output {
                Output::Event(GatewayEvent::Protocol { event: Event::Connecting { .. }, .. }) => {
                    attempts.push(now)
                }
                Output::Event(GatewayEvent::State { to, .. }) => {
                    assert_eq!(to, ConnectionState::Phase1Failed);
                    failed_at = Some((now, attempts.len()));
                }
                _ => {}
            }
        }
        now = gateway.next_timeout().unwrap().0.max(now + Duration::from_micros(1));
        gateway.handle_input(now, Input::Timeout);
    }
    let (failed_at, tried) = failed_at.unwrap();
    assert_eq!(tried, 4, "one attempt and three retries");
    let later: Vec<_> = attempts.iter().filter(|at| **at > failed_at).collect();
    assert!(later.len() >= 3);
    let apart: Vec<_> = later.windows(2).map(|two| two[1].saturating_duration_since(*two[0])).collect();
    assert!(apart.iter().all(|time| *time == Duration::from_secs(12)), "{apart:?}");
    let status = gateway.status(&id).unwrap();
    let failure = status.last_failure.unwrap();
    let text = failure.explanation.to_string();
    assert!(text.contains("192.0.2.2:500"), "{text}");
}

/// PEER-2: a tunnel to any peer never initiates.
#[test]
fn peer_2_any_peer_is_waited_for() {
    let mut gateway = gateway();
    let mut tunnel = tunnel("t");
    tunnel.ike.remote_id = Some(ipsec_policy::Identity::Ip(ip("10.9.9.9")));
    gateway.add_tunnel(Instant::ZERO, tunnel, peer("0.0.0.0")).unwrap();
    assert_eq!(first_transmit(&drain(&mut gateway)), None);
    assert_eq!(gateway.next_timeout().map(|(_, why)| why), Some(TimeoutReason::Watch));
    let status = gateway.status(&"t".parse().unwrap()).unwrap();
    assert_eq!(status.waiting_for, Some(WaitingFor::PeerToInitiate));
}

/// TUN-7, X-30: removing a tunnel removes its policy, and nothing of it is left.
#[test]
fn tun_7_removal_leaves_nothing() {
    let mut gateway = gateway();
    gateway.add_tunnel(Instant::ZERO, tunnel("t"), peer("192.0.2.2")).unwrap();
    drain(&mut gateway);
    gateway.remove_tunnel(Instant::from_secs(1), &"t".parse().unwrap()).unwrap();
    let outputs = drain(&mut gateway);
    assert!(outputs.iter().any(|output| matches!(output, Output::Sa(SaCommand::RemovePolicy(_)))));
    assert_eq!(gateway.statuses().count(), 0);
    assert_eq!(gateway.inventory().peers().count(), 0);
    assert!(gateway.remove_tunnel(Instant::from_secs(2), &"t".parse().unwrap()).is_err());
}

/// TUN-6: a change of name leaves the tunnel as it is, a change of subnets reconnects it.
#[test]
fn tun_6_what_reconnects() {
    let mut gateway = gateway();
    gateway.add_tunnel(Instant::ZERO, tunnel("t"), peer("192.0.2.2")).unwrap();
    drain(&mut gateway);
    let mut renamed = tunnel("t");
    renamed.name = "office".parse().unwrap();
    gateway.update_tunnel(Instant::from_secs(1), renamed.clone()).unwrap();
    assert_eq!(first_transmit(&drain(&mut gateway)), None);
    renamed.remote_subnets = vec!["10.3.0.0/24".parse().unwrap()];
    gateway.update_tunnel(Instant::from_secs(2), renamed).unwrap();
    let outputs = drain(&mut gateway);
    assert!(first_transmit(&outputs).is_some());
    assert!(outputs.iter().any(|output| matches!(output, Output::Sa(SaCommand::AddPolicy(_)))));
}

/// garbage changes nothing, is told once, and is counted.
#[test]
fn x_1_garbage_is_counted_and_told_at_a_bounded_rate() {
    let mut gateway = gateway();
    gateway.add_tunnel(Instant::ZERO, tunnel("t"), peer("192.0.2.2")).unwrap();
    drain(&mut gateway);
    let before = gateway.status(&"t".parse().unwrap()).unwrap().state;
    for i in 0..2_000_u32 {
        let octets: Vec<u8> =
            (0..i % 97).map(|j| (i.wrapping_mul(31).wrapping_add(j) & 0xFF) as u8).collect();
        gateway.handle_input(
            Instant::from_micros(u64::from(i)),
            Input::Datagram {
                local: "192.0.2.1:500".parse().unwrap(),
                remote: "198.51.100.7:500".parse().unwrap(),
                payload: &octets,
            },
        );
    }
    let outputs = drain(&mut gateway);
    let lines =
        outputs.iter().filter(|output| matches!(output, Output::Event(GatewayEvent::Log { .. }))).count();
    assert!((1..=40).contains(&lines), "{lines} lines");
    assert_eq!(gateway.status(&"t".parse().unwrap()).unwrap().state, before);
}

/// GW-3: the 21st tunnel of a gateway is refused, with the gateway, the limit and the count; the twenty stay.
#[test]
fn gw_3_the_21st_tunnel_is_refused() {
    let mut gateway = gateway();
    let add = |gateway: &mut Gateway, number: u32| {
        let mut tunnel = tunnel(&format!("t-{number}"));
        tunnel.peer = format!("p-{number}").parse().unwrap();
        tunnel.remote_subnets = vec![format!("10.{}.0.0/16", number + 1).parse().unwrap()];
        let peer = PeerGateway::new(tunnel.peer.clone(), ip(&format!("192.0.2.{}", number + 1)));
        gateway.add_tunnel(Instant::ZERO, tunnel, peer)
    };
    (1..=20).for_each(|number| assert!(add(&mut gateway, number).is_ok(), "{number}"));
    let before = drain(&mut gateway).len();
    assert!(before > 40, "a policy and a first message each");
    let refusal = add(&mut gateway, 21).unwrap_err().to_string();
    assert!(refusal.contains("gw") && refusal.contains("20"), "{refusal}");
    assert!(refusal.contains("GW-3"), "{refusal}");
    assert_eq!(drain(&mut gateway).len(), 0);
    assert_eq!((gateway.statuses().count(), gateway.inventory().peers().count()), (20, 20));
}

/// A tunnel's options stay with it and go with it; a refused one leaves none behind, nor takes away those of its namesake.
#[test]
fn options_come_and_go_with_their_tunnel() {
    let mut gateway = gateway();
    let id: TunnelId = "t".parse().unwrap();
    let mobile = TunnelOptions {
        mobike: MobikeConfig { enabled: true, ..MobikeConfig::default() },
        ..Default::default()
    };
    let add = |gateway: &mut Gateway, options: &TunnelOptions| {
        gateway.add_tunnel_with(Instant::ZERO, tunnel("t"), peer("192.0.2.2"), options.clone())
    };
    add(&mut gateway, &mobile).unwrap();
    assert!(add(&mut gateway, &TunnelOptions::default()).is_err());
    assert_eq!(gateway.config.options_of(&id), &mobile);
    gateway.remove_tunnel(Instant::ZERO, &id).unwrap();
    assert_eq!(gateway.config.options_of(&id), &TunnelOptions::default());
    let mut wrong = tunnel("t");
    wrong.remote_subnets.clear();
    assert!(gateway.add_tunnel_with(Instant::ZERO, wrong, peer("192.0.2.2"), mobile).is_err());
    assert!(gateway.config.options.is_empty());
}

/// Another external address: where it cannot be, nothing changes; else a tunnel without MOBIKE begins anew from there, behind
/// a policy that knows the new address.
#[test]
fn another_address_of_our_own() {
    let mut gateway = gateway();
    gateway.add_tunnel(Instant::ZERO, tunnel("t"), peer("192.0.2.2")).unwrap();
    drain(&mut gateway);
    assert!(gateway.change_address(Instant::ZERO, ip("224.0.0.1")).is_err());
    assert_eq!(gateway.config.gateway.external.address, ip("192.0.2.1"));
    assert!(drain(&mut gateway).is_empty());
    gateway.change_address(Instant::ZERO, ip("192.0.2.9")).unwrap();
    let outputs = drain(&mut gateway);
    let sent = first_transmit(&outputs).unwrap();
    let policy =
        outputs.iter().position(|output| matches!(output, Output::Sa(SaCommand::AddPolicy(_)))).unwrap();
    assert!(policy < sent);
    let Output::Transmit(datagram) = &outputs[sent] else { panic!("a datagram") };
    assert_eq!(datagram.local, SocketAddr::new(ip("192.0.2.9"), 500));
}
