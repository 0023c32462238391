//! SUB-1: an external address that is paid for no longer.

use esp_core::time::Instant;
use ipsec_gateway::{Command, ConnectionState, Input, WaitingFor};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::TwoGateways;
use ipsec_policy::{ChargeMode, Subscription, Timestamp};

use crate::{SECOND, at, change, connected, gateway, lines, node, operate, tunnel};

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Two gateways of which the left one's address is paid for two hours from 2026-01-31T12:00:00Z on, which was told to it
/// when its own clock showed 1 s.
fn paid() -> TwoGateways {
    let mut net = connected(|config| {
        let began = "2026-01-31T12:00:00Z".parse().unwrap();
        config.gateway.external.subscription = Subscription::new(ChargeMode::Hourly, began, 2).ok();
        config.gateway.subscription = Subscription::new(ChargeMode::Monthly, began, 1).ok();
    });
    net.world.run_until(at(1));
    change(&mut net, End::Left, |gateway, now| {
        gateway.handle_input(now, Input::Calendar(moment("2026-01-31T12:00:00Z")));
    });
    net
}

fn state(net: &TwoGateways, end: End) -> ConnectionState {
    node(net, end).status(tunnel(net, end)).unwrap().state
}

const END: u64 = 1 + 2 * 3_600;

/// SUB-1: at that second the tunnel stops: its routes go, the peer is told, nothing passes in clear, nothing is tried, no
/// peer is answered. With the renewal it comes back by itself; the gateway's own subscription is as it was.
#[test]
fn sub_1_an_expired_address_stops_its_tunnels() {
    let mut net = paid();
    net.world.run_until(at(END).saturating_sub(SECOND / 1_000));
    assert!(gateway(&net, End::Left).is_bound() && net.is_connected());
    net.world.run_until(at(END) + SECOND);
    assert!(!gateway(&net, End::Left).is_bound());
    assert_eq!([state(&net, End::Left), state(&net, End::Right)], [ConnectionState::Connecting; 2]);
    let status = node(&net, End::Left).status(tunnel(&net, End::Left)).unwrap();
    assert_eq!(status.waiting_for, Some(WaitingFor::Renewal));
    assert_eq!(gateway(&net, End::Left).routes().count(), 0);
    // The peer begins, and is not answered; an operator's wish waits.
    let right = tunnel(&net, End::Right).clone();
    change(&mut net, End::Right, |gateway, now| {
        let mut tunnel = gateway.inventory().tunnel(&right).unwrap().clone();
        tunnel.initiate = true;
        gateway.update_tunnel(now, tunnel).unwrap();
        gateway.handle_input(now, Input::Command(Command::Connect(right.clone())));
    });
    let left = tunnel(&net, End::Left).clone();
    operate(&mut net, End::Left, Command::Connect(left));
    let sent = node(&net, End::Left).counters().ike_out;
    assert_eq!(net.ping(End::Left, 5, SECOND).received, 0);
    net.world.run_until(at(END + 120));
    assert_ne!(state(&net, End::Right), ConnectionState::Connected);
    let answers = node(&net, End::Left).counters().ike_out - sent;
    assert!(answers <= 60, "{answers} datagrams: refusals, and nothing of our own");
    assert_eq!(node(&net, End::Left).security_associations(), 0);
    let until = change(&mut net, End::Left, |gateway, now| gateway.renew_external_ip(now, 3)).unwrap();
    assert_eq!(until, moment("2026-01-31T17:02:00Z"), "from now on, since it had ended");
    assert!(net.connect(SECOND * 30));
    assert_eq!(net.ping(End::Left, 5, SECOND / 10).received, 5);
    assert_eq!(net.world.oracle().violations(), []);
    let own = gateway(&net, End::Left).configured().subscription.unwrap();
    assert_eq!(own.expires(), Some(moment("2026-02-28T12:00:00Z")), "its own, which follows the calendar");
    assert_eq!(lines(&net, End::Left, "unbound").first().unwrap().0, END);
}

/// SUB-1: a renewal in time prolongs from the end on, and nothing stops; a term that is none of the mode's is refused.
#[test]
fn sub_1_renewed_in_time() {
    let mut net = paid();
    net.world.run_until(at(3_600));
    let refusal = change(&mut net, End::Left, |gateway, now| gateway.renew_external_ip(now, 25)).unwrap_err();
    assert!(refusal.to_string().contains("25 hours"), "{refusal}");
    let until = change(&mut net, End::Left, |gateway, now| gateway.renew_external_ip(now, 1)).unwrap();
    assert_eq!(until, moment("2026-01-31T15:00:00Z"));
    let until = change(&mut net, End::Left, |gateway, now| gateway.renew(now, 1)).unwrap();
    assert_eq!(until, moment("2026-03-31T12:00:00Z"));
    net.world.run_until(at(END + 3_599));
    assert!(net.is_connected());
    assert_eq!(gateway(&net, End::Left).next_timeout().map(|(at, _)| at > Instant::ZERO), Some(true));
    net.world.run_until(at(END + 3_601));
    assert!(!net.is_connected());
}

/// SUB-1: a gateway without tunnels waits for nothing; one that is added after the end does not connect.
#[test]
fn sub_1_ended_while_there_was_no_tunnel() {
    let mut net = paid();
    let id = tunnel(&net, End::Left).clone();
    let (tunnel, peer) = {
        let inventory = gateway(&net, End::Left).inventory();
        let tunnel = inventory.tunnel(&id).unwrap().clone();
        let peer = inventory.peer(&tunnel.peer).unwrap().clone();
        (tunnel, peer)
    };
    change(&mut net, End::Left, |gateway, now| gateway.remove_tunnel(now, &id)).unwrap();
    net.world.run_until(at(END - 10));
    assert_eq!(gateway(&net, End::Left).next_timeout(), None);
    net.world.run_until(at(END + 10));
    let sent = node(&net, End::Left).counters().ike_out;
    change(&mut net, End::Left, |gateway, now| gateway.add_tunnel(now, tunnel, peer)).unwrap();
    net.world.run_for(SECOND * 60);
    assert!(!gateway(&net, End::Left).is_bound());
    assert_eq!(node(&net, End::Left).counters().ike_out, sent);
}

/// SUB-1: an embedder whose clock is set tells it, and what has ended by the new clock ends.
#[test]
fn sub_1_the_clock_is_set() {
    let mut net = paid();
    net.world.run_until(at(60));
    let tell = |net: &mut TwoGateways, text| {
        change(net, End::Left, |gateway, now| gateway.handle_input(now, Input::Calendar(moment(text))));
    };
    tell(&mut net, "2026-02-01T00:00:00Z");
    assert!(!gateway(&net, End::Left).is_bound());
    tell(&mut net, "2026-01-31T12:00:00Z");
    assert!(gateway(&net, End::Left).is_bound());
    assert!(net.connect(SECOND * 10));
    // Without a calendar nothing ends and nothing is renewed.
    let refusal = change(&mut net, End::Right, |gateway, now| gateway.renew(now, 1)).unwrap_err();
    assert!(refusal.to_string().contains("calendar"), "{refusal}");
}
