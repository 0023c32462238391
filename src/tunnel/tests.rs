use std::time::Duration;

use esp_core::suite::{Cipher, Integrity};
use ike_proto::config::Identity;
use ike_proto::suite::{DhGroup, IkeSuite, Prf};
use ike_proto::wire::IkeSpi;
use ipsec_policy::{PreSharedKey, Vpc, VpnGateway};

use ike_proto::diagnose::{CloseReason, Event, IkeSaName, Phase, Role};

use super::*;

fn config() -> GatewayConfig {
    let vpc = Vpc { id: "vpc".parse().unwrap(), cidrs: vec!["10.1.0.0/16".parse().unwrap()] };
    let (subnet, external) =
        ("10.1.0.0/24".parse().unwrap(), "192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
    GatewayConfig::new(VpnGateway::new("gw".parse().unwrap(), vpc, subnet, external))
}

fn runtime(config: &GatewayConfig) -> Tunnel {
    let peer = PeerGateway::new("peer".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let tunnel = VpnTunnel::new(
        "t".parse().unwrap(),
        "gw".parse().unwrap(),
        "peer".parse().unwrap(),
        vec!["10.1.0.0/24".parse().unwrap()],
        vec!["10.2.0.0/24".parse().unwrap()],
        PreSharedKey::new("a-key").unwrap(),
    );
    Tunnel::new(Instant::ZERO, tunnel, peer, ConnectionId(1), config)
}

fn failed(role: Role) -> Event {
    Event::Failed {
        connection: Some(ConnectionId(1)),
        remote: "192.0.2.2:500".parse().unwrap(),
        role,
        phase: Phase::One,
        reason: ike_proto::diagnose::FailureReason::Mode,
    }
}

/// CONN-3: what a stranger begins and gets wrong is told, and neither counts nor changes the state.
#[test]
fn conn_3_a_failure_that_the_peer_began_does_not_count() {
    let config = config();
    let mut tunnel = runtime(&config);
    assert_eq!(tunnel.attempt_due(Instant::ZERO, &config), Some(Due::Begin));
    for _ in 0..100 {
        tunnel.on_event(Instant::from_secs(1), &failed(Role::Responder), &config);
    }
    assert_eq!(tunnel.status(&config).failures, 0);
    assert_eq!(tunnel.state(), ConnectionState::Connecting);
    assert!(tunnel.status(&config).last_failure.is_some(), "but it is kept for the operator");
    tunnel.on_event(Instant::from_secs(1), &failed(Role::Initiator), &config);
    assert_eq!(tunnel.status(&config).failures, 1);
}

/// CONN-3: an attempt of which nothing is ever heard counts as failed after a while.
#[test]
fn conn_3_a_silent_attempt_ends() {
    let config = config();
    let mut tunnel = runtime(&config);
    assert_eq!(tunnel.attempt_due(Instant::ZERO, &config), Some(Due::Begin));
    let until = tunnel.next_timeout().unwrap();
    assert_eq!(tunnel.attempt_due(until, &config), Some(Due::GiveUp));
    tunnel.given_up(until, &config);
    assert_eq!(tunnel.status(&config).failures, 1);
    assert!(matches!(tunnel.status(&config).waiting_for, Some(WaitingFor::Retry(_))));
}

fn ike_sa(spi: u8) -> IkeSaInfo {
    let address = std::net::IpAddr::from([192, 0, 2, spi]);
    IkeSaInfo {
        name: IkeSaName { initiator: IkeSpi([spi; 8]), responder: IkeSpi([spi; 8]) },
        role: Role::Responder,
        local: (address, 500).into(),
        remote: (address, 500).into(),
        local_id: Identity::Ip(address),
        remote_id: Identity::Ip(address),
        suite: IkeSuite {
            cipher: Cipher::Aes128Cbc,
            integrity: Some(Integrity::HmacSha1_96),
            prf: Prf::HmacSha1,
            dh: DhGroup::Modp2048,
        },
        rekey_in: Duration::ZERO,
    }
}

/// Of two ISAKMP SAs, of which one replaces the other, the newer is shown, whatever their cookies.
#[test]
fn the_newest_ike_sa_is_shown() {
    let config = config();
    for [old, new] in [[1, 2], [2, 1]] {
        let mut tunnel = runtime(&config);
        for spi in [old, new] {
            let event = Event::IkeEstablished { connection: ConnectionId(1), sa: ike_sa(spi) };
            tunnel.on_event(Instant::ZERO, &event, &config);
        }
        assert_eq!(tunnel.status(&config).ike.unwrap().name, ike_sa(new).name);
        assert_eq!(tunnel.remote(), Some(ike_sa(new).remote.ip()));
        let reason = CloseReason::Replaced;
        let closed = Event::IkeClosed { connection: ConnectionId(1), name: ike_sa(new).name, reason };
        tunnel.on_event(Instant::ZERO, &closed, &config);
        assert_eq!(tunnel.status(&config).ike.unwrap().name, ike_sa(old).name);
    }
}
