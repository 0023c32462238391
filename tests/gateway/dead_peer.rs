//! A peer that is not heard any more (CONN-5).

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{ConnectionState, DeadPeerAction, GatewayConfig, WaitingFor};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions};
use ipsec_policy::IkeVersion;

use crate::common::{SECOND, assert_pings, attempts, connected, set_up, state, states, status};

/// Connected with `version`, and then the peer is cut off right after it was heard.
fn cut_off(version: IkeVersion, adjust: fn(&mut GatewayConfig)) -> (TwoGateways, Instant) {
    let mut options = TwoGatewaysOptions::scn4();
    (options.left.ike.version, options.right.ike.version) = (version, version);
    (options.left.adjust, options.right.initiate) = (adjust, false);
    let mut net = connected(&options);
    net.world.run_for(SECOND * 5);
    assert_pings(&mut net);
    // The last answer was heard two seconds before the series was over.
    let series = net.start_pings(End::Right, 1, SECOND);
    net.world.run_for(SECOND / 2);
    assert!(net.report(End::Right, series).is_clean());
    let heard = net.world.now();
    set_up(&mut net, End::Right, false);
    (net, heard)
}

/// What sets an action.
type Adjust = fn(&mut GatewayConfig);

const ACTIONS: [(DeadPeerAction, Adjust); 3] = [
    (DeadPeerAction::Hold, |config| config.dead_peer = DeadPeerAction::Hold),
    (DeadPeerAction::Restart, |config| config.dead_peer = DeadPeerAction::Restart),
    (DeadPeerAction::Clear, |config| config.dead_peer = DeadPeerAction::Clear),
];

/// CONN-5: dead after 13 s in IKEv1, and after the retransmissions in IKEv2: 8 s without traffic, and then
/// 4 s × (1 + 1.8 + … + 1.8⁵).
#[test]
fn conn_5_when_a_peer_is_dead() {
    let second = Duration::from_secs(1);
    for (version, least, most) in [
        (IkeVersion::V1, Duration::from_secs(12), Duration::from_secs(15)),
        (IkeVersion::V2, Duration::from_secs(150), Duration::from_secs(180)),
    ] {
        let (mut net, heard) = cut_off(version, |_| {});
        net.world.run_for(second * 200);
        let (at, state) = *states(&net, End::Left).last().unwrap();
        assert_eq!(state, ConnectionState::Connecting);
        let after = at.saturating_duration_since(heard);
        assert!((least..=most).contains(&after), "{version:?}: {after:?}");
    }
}

/// CONN-5: *hold* keeps the policy and begins when there is traffic, *restart* begins at once, *clear* waits for the peer or
/// the operator; when the path is whole again, each is connected by what it waits for.
#[test]
fn conn_5_what_follows() {
    for version in [IkeVersion::V1, IkeVersion::V2] {
        for (action, adjust) in ACTIONS {
            let (mut net, _) = cut_off(version, adjust);
            let before = attempts(&net, End::Left).len();
            net.world.run_for(SECOND * 200);
            assert_ne!(state(&net, End::Left), ConnectionState::Connected);
            let (dead, _) = states(&net, End::Left)[1];
            let later = attempts(&net, End::Left)[before..].to_vec();
            let waits = status(&net, End::Left).waiting_for;
            match action {
                DeadPeerAction::Hold => assert_eq!((later.len(), waits), (0, Some(WaitingFor::Traffic))),
                DeadPeerAction::Restart => assert_eq!(later.first(), Some(&dead)),
                DeadPeerAction::Clear => {
                    assert_eq!((later.len(), waits), (0, Some(WaitingFor::PeerToInitiate)))
                }
            }
            set_up(&mut net, End::Right, true);
            net.world.run_for(SECOND * 20);
            assert_eq!(net.is_connected(), action == DeadPeerAction::Restart, "{action:?}");
            // A packet of a host: *hold* begins at once, *clear* does not.
            let series = net.start_pings(End::Left, 20, SECOND / 10);
            net.world.run_for(SECOND * 5);
            assert_eq!(net.is_connected(), action != DeadPeerAction::Clear, "{action:?}");
            let received = net.report(End::Left, series).received;
            assert_eq!(received > 10, action != DeadPeerAction::Clear, "{action:?}: {received}");
            assert_eq!(net.world.oracle().violations(), []);
        }
    }
}
