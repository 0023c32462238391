//! What a healthy tunnel does over time, and one whose peer is configured otherwise.

use ike_proto::diagnose::FailureReason;
use ipsec_gateway::{Command, ConnectionState, Severity};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGatewaysOptions, two_gateways};

use crate::common::{SECOND, assert_pings, connected, operate, state};

/// DIAG-1, CONN-3: a wrong key leaves both alive, in the right state, with a line that names the key.
#[test]
fn diag_1_a_wrong_key() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.psk = "another-key-altogether".parse().unwrap();
    options.right.initiate = false;
    let mut net = two_gateways(1, &options);
    assert!(!net.connect(SECOND * 60));
    assert_eq!(state(&net, End::Left), ConnectionState::Phase1Failed);
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
    assert_eq!(state(&net, End::Right), ConnectionState::Connecting);
    assert_eq!(net.world.oracle().violations(), []);
}

/// CONN-7: what the log of a tunnel says in words, a program has as an event with values: those of the SAs that stand.
#[test]
fn conn_7_the_log_has_events_and_their_values() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.initiate = false;
    let mut net = connected(&options);
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND);
    let gateway = net.world.node(net.left.gateway).gateway().unwrap();
    let log = gateway.log(Some(&net.left.tunnel)).unwrap();
    let last = |event: &str| {
        let found = log.entries().rev().find(|entry| entry.event == event);
        found.unwrap_or_else(|| panic!("{event}: {log}"))
    };
    let child = last("child-established");
    for name in ["spi_in", "spi_out", "suite", "selectors"] {
        let value = child.fields.get(name).unwrap();
        assert!(child.text.contains(value), "{name}={value}: {child}");
    }
    assert_eq!(last("ike-established").fields.get("remote"), Some("106.75.234.74:500"));
    assert_eq!(last("ike-established").fields.get("role"), Some("initiator"));
    assert_eq!(last("child-closed").fields.get("spi_in"), child.fields.get("spi_in"));
    assert_eq!(last("state").fields.to_string(), "from=connected to=connecting");
    let exported = serde_json::to_value(last("state")).unwrap();
    assert_eq!(exported["event"], "state");
    assert_eq!(exported["fields"], serde_json::json!({ "from": "connected", "to": "connecting" }));
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
