//! Attempts: when they are made, and what the state says meanwhile (CONN-1 to CONN-3).

use std::time::Duration;

use esp_core::time::Instant;
use ike_proto::diagnose::Phase;
use ipsec_gateway::{Command, ConnectionState, WaitingFor};
use ipsec_io_sim::Deed;
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_policy::{EspEncryption, IkeEncryption, IkeVersion, PfsChoice};

use crate::common::{SECOND, assert_pings, attempts, deeds, operate, set_up, state, states, status};

/// How long an attempt takes that is never answered: 1 s × (1 + 1.8 + 1.8² + 1.8³).
const UNANSWERED: Duration = Duration::from_millis(11_872);

/// Two gateways of which the left one initiates.
fn one_sided() -> TwoGatewaysOptions {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.initiate = false;
    options
}

/// The times from each to the next.
fn apart(times: &[Instant]) -> Vec<Duration> {
    times.windows(2).map(|two| two[1].saturating_duration_since(two[0])).collect()
}

fn failures(net: &TwoGateways) -> Vec<(Instant, Phase)> {
    deeds(net, End::Left, |deed| if let Deed::Failure(_, phase) = deed { Some(*phase) } else { None })
}

/// Asserts CONN-3: the fourth failure sets the state, and from then on attempts are 12 s apart.
fn assert_rhythm(net: &TwoGateways, expected: ConnectionState) {
    let failed: Vec<Instant> = failures(net).iter().map(|(at, _)| *at).collect();
    assert_eq!(states(net, End::Left), [(failed[3], expected)], "set by the fourth failure, and it stays");
    let attempts = attempts(net, End::Left);
    for retry in 0..3 {
        assert_eq!(attempts[retry + 1], failed[retry] + SECOND, "a second after the failure");
    }
    let first = attempts[4].saturating_duration_since(failed[3]);
    assert!(first > SECOND && first <= SECOND * 13, "{first:?}");
    let apart = apart(&attempts[4..]);
    assert!(apart.len() >= 10, "{attempts:?}");
    assert!(apart.iter().all(|time| *time == SECOND * 12), "{apart:?}");
}

/// CONN-3: nobody answers. An attempt takes almost 12 s.
#[test]
fn conn_3_no_answer() {
    let mut net = two_gateways(1, &one_sided());
    set_up(&mut net, End::Right, false);
    net.world.run_for(SECOND * 240);
    assert_rhythm(&net, ConnectionState::Phase1Failed);
    let fourth = UNANSWERED * 4 + SECOND * 3;
    assert_eq!(states(&net, End::Left), [(Instant::ZERO + fourth, ConnectionState::Phase1Failed)]);
    assert_eq!(state(&net, End::Right), ConnectionState::Connecting, "who does not initiate does not fail");
}

/// CONN-3: the peer refuses. An attempt takes two seconds.
#[test]
fn conn_3_refused() {
    let mut options = one_sided();
    options.right.ike.encryption = IkeEncryption::Aes256;
    for version in [IkeVersion::V1, IkeVersion::V2] {
        (options.left.ike.version, options.right.ike.version) = (version, version);
        let mut net = two_gateways(1, &options);
        net.world.run_for(SECOND * 240);
        assert_rhythm(&net, ConnectionState::Phase1Failed);
    }
}

/// CONN-3: an attempt that would take 18 s, since the peer is slow on UDP 500 and silent on UDP 4500, is over when the next
/// one is due.
#[test]
fn conn_3_an_attempt_that_takes_longer_than_12_s() {
    let mut options = TwoGatewaysOptions::scn4().with_nat_left();
    options.latency = Duration::from_millis(1_500);
    let mut net = two_gateways(1, &options);
    let nat = net.left.nat.unwrap();
    net.world.act(nat, |nat, _| nat.set_blocked(4500, true));
    net.world.run_for(SECOND * 300);
    assert_rhythm(&net, ConnectionState::Phase1Failed);
    let failed = failures(&net);
    let took = failed[3].0.saturating_duration_since(attempts(&net, End::Left)[3]);
    assert!(took > SECOND * 15, "while there are retries it may: {took:?}");
    // And it is known what was silent.
    let failure = status(&net, End::Left).last_failure.unwrap();
    assert!(failure.explanation.to_string().contains("UDP port 4500 did not"), "{}", failure.explanation);
}

/// CONN-1, CONN-3: phase 1 stands and phase 2 is refused. The same rhythm, for the IPsec SA alone; and when the IKE SA goes
/// too, the state says so.
#[test]
fn conn_1_phase_2_failed() {
    for version in [IkeVersion::V1, IkeVersion::V2] {
        let mut options = one_sided();
        (options.left.ike.version, options.right.ike.version) = (version, version);
        options.right.ipsec.encryption = Some(EspEncryption::Aes256);
        let mut net = two_gateways(1, &options);
        net.world.run_for(SECOND * 120);
        let failed = failures(&net);
        assert!(failed.iter().all(|(_, phase)| *phase == Phase::Two), "{failed:?}");
        let times: Vec<Instant> = failed.iter().map(|(at, _)| *at).collect();
        assert_eq!(states(&net, End::Left), [(times[3], ConnectionState::Phase2Failed)]);
        let later = apart(&times[4..]);
        assert!(later.len() >= 7 && later.iter().all(|time| *time == SECOND * 12), "{version:?}: {later:?}");
        assert_eq!(attempts(&net, End::Left), [Instant::ZERO], "one IKE SA for all of them");
        assert!(status(&net, End::Left).ike.is_some());

        operate(&mut net, End::Right, Command::Disconnect);
        net.world.run_for(SECOND / 50);
        assert!(status(&net, End::Left).ike.is_none());
        assert_eq!(state(&net, End::Left), ConnectionState::Phase1Failed);
        net.world.run_for(SECOND * 14);
        assert_eq!(state(&net, End::Left), ConnectionState::Phase2Failed);
        assert_eq!(attempts(&net, End::Left).len(), 2);
    }
}

/// CONN-3: the failed state stays visible until an attempt succeeds, and that happens by itself.
#[test]
fn conn_3_until_one_succeeds() {
    let mut net = two_gateways(1, &one_sided());
    set_up(&mut net, End::Right, false);
    net.world.run_for(SECOND * 120);
    set_up(&mut net, End::Right, true);
    assert!(net.connect(SECOND * 13));
    let states: Vec<_> = states(&net, End::Left).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, [ConnectionState::Phase1Failed, ConnectionState::Connected]);
    let status = status(&net, End::Left);
    assert_eq!((status.failures, status.last_failure.is_none(), status.waiting_for), (0, true, None));
    assert_pings(&mut net);
}

/// CONN-2: the operator's *connect* begins at once, with all retries before it.
#[test]
fn conn_2_the_operator_connects() {
    let mut net = two_gateways(1, &one_sided());
    set_up(&mut net, End::Right, false);
    net.world.run_for(SECOND * 100);
    assert_eq!(state(&net, End::Left), ConnectionState::Phase1Failed);
    operate(&mut net, End::Left, Command::Disconnect);
    net.world.run_for(SECOND * 60);
    assert_eq!(status(&net, End::Left).waiting_for, Some(WaitingFor::Operator));
    let before = attempts(&net, End::Left).len();
    operate(&mut net, End::Left, Command::Connect);
    let begun = net.world.now();
    assert_eq!(state(&net, End::Left), ConnectionState::Connecting);
    net.world.run_for(SECOND * 60);
    assert_eq!(attempts(&net, End::Left)[before], begun);
    let failed = begun + UNANSWERED * 4 + SECOND * 3;
    assert_eq!(states(&net, End::Left).last(), Some(&(failed, ConnectionState::Phase1Failed)));
}

/// CONN-3: twenty tunnels whose peers all go at one moment begin at twenty different moments.
#[test]
fn conn_3_many_tunnels_do_not_fire_together() {
    let hub = ipsec_io_sim::Office::new("hub", "106.75.234.78", &[("10.0.0.0/16", "10.0.0.10")]);
    let mut full = hub.clone();
    for number in 1..=20 {
        let (public, subnet) = (format!("113.31.115.{number}"), format!("10.{number}.0.0/16"));
        let host = format!("10.{number}.0.10");
        let spoke = ipsec_io_sim::Office::new(&format!("spoke-{number}"), &public, &[(&subnet, &host)]);
        full = full.tunnel_to(&spoke, "a-key", |_| {});
    }
    let mut net = ipsec_io_sim::network(1, &[full]);
    net.world.run_for(SECOND * 120);
    let mut starts: Vec<Instant> = Vec::new();
    for (at, deed) in net.gateway(0).journal() {
        if matches!(deed, Deed::Attempt(_)) && *at > Instant::from_secs(64) && *at <= Instant::from_secs(76) {
            starts.push(*at);
        }
    }
    assert_eq!(starts.len(), 20, "each once in 12 s");
    starts.dedup();
    assert_eq!(starts.len(), 20, "none with another: {starts:?}");
}

/// CONN-3: what a datapath refuses is a failed attempt like another.
#[test]
fn conn_3_a_datapath_that_refuses() {
    let mut options = one_sided();
    options.left.ipsec.pfs = PfsChoice::Disabled;
    options.right.ipsec.pfs = PfsChoice::Disabled;
    let mut net = two_gateways(1, &options);
    let left = net.left.gateway;
    net.world.act(left, |node, _| node.set_refusal(ipsec_io_sim::Chance::percent(100)));
    net.world.run_for(SECOND * 60);
    assert_ne!(state(&net, End::Left), ConnectionState::Connected);
    net.world.act(left, |node, _| node.set_refusal(ipsec_io_sim::Chance::NEVER));
    assert!(net.connect(SECOND * 30));
    assert_pings(&mut net);
}

/// CONN-3: the IKE SA of an attempt dies before there is a Child SA. The attempt has failed with it, and the next one begins
/// a second later, not when the longest attempt would be over.
#[test]
fn conn_3_the_ike_sa_dies_before_phase_2() {
    let mut options = one_sided();
    (options.left.ike.version, options.right.ike.version) = (IkeVersion::V1, IkeVersion::V1);
    let mut net = two_gateways(1, &options);
    net.world.run_for(SECOND / 1_000);
    let (gateway, tunnel) = (net.left.gateway, net.left.tunnel.clone());
    let deadline = Instant::ZERO + SECOND * 5;
    let without = |world: &ipsec_io_sim::World| world.node(gateway).status(&tunnel).unwrap().ike.is_none();
    assert!(net.world.run_while(deadline, without), "phase 1 stands");
    let stood = net.world.now();
    set_up(&mut net, End::Right, false);
    net.world.run_until(stood + SECOND * 12);
    assert_eq!(status(&net, End::Left).failures, 0);
    net.world.run_until(stood + SECOND * 13 + SECOND / 2);
    let status = status(&net, End::Left);
    assert_eq!((status.failures, status.waiting_for), (1, Some(WaitingFor::Retry(stood + SECOND * 14))));
    net.world.run_until(stood + SECOND * 15);
    assert_eq!(attempts(&net, End::Left), [Instant::ZERO, stood + SECOND * 14]);
}
