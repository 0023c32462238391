use std::net::SocketAddr;

use super::*;
use crate::packet::{AH, build_ip};
use crate::plan::End;
use crate::topology::{TwoGatewaysOptions, two_gateways};

const US: [u8; 4] = [106, 75, 234, 78];
const THEM: [u8; 4] = [106, 75, 234, 74];

/// The left gateway of SCN-4, started, and what it left in its context.
fn started() -> (GatewayNode, Context) {
    let mut net = two_gateways(1, &TwoGatewaysOptions::scn4());
    let left = net.site(End::Left).gateway;
    let setup = net.world.act(left, |gateway, _| gateway.setup_mut().clone());
    let mut gateway = GatewayNode::new(setup);
    let mut context = Context::new(Instant::ZERO, true);
    gateway.handle_wakeup(&mut context);
    (gateway, context)
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let (from, to) = (SocketAddr::from((THEM, 500)), SocketAddr::from((US, port)));
    build_udp(from, to, payload).unwrap()
}

#[test]
fn it_starts_when_its_time_has_come() {
    let mut options = TwoGatewaysOptions::scn4();
    options.left.start_at = Instant::from_secs(10);
    let mut net = two_gateways(1, &options);
    net.world.run_until(Instant::from_secs(9));
    assert!(net.world.node(net.left.gateway).gateway().is_none());
    assert!(net.world.node(net.right.gateway).gateway().is_some());
    net.world.run_until(Instant::from_secs(10));
    assert!(net.world.node(net.left.gateway).gateway().is_some());
}

/// CONN-2: the attempt begins at once.
#[test]
fn what_it_sends_leaves_on_the_outside() {
    let (gateway, mut context) = started();
    let sent = context.take_sent();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|(port, _)| *port == GatewayNode::OUTSIDE));
    assert_eq!(gateway.counters().ike_out, u64::try_from(sent.len()).unwrap());
    assert!(gateway.next_wakeup().is_some());
}

#[test]
fn what_comes_from_outside_is_told_apart() {
    let (mut gateway, _) = started();
    let mut context = Context::new(Instant::from_millis(1), true);
    let esp = [0, 0, 1, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let raw_esp = build_ip(THEM.into(), US.into(), ESP, &esp).unwrap();
    for packet in [udp(500, b"?"), udp(4500, &[0, 0, 0, 0, 1]), udp(4500, &esp), raw_esp, udp(4500, &[0xff])]
    {
        gateway.handle_packet(&mut context, GatewayNode::OUTSIDE, &packet);
    }
    let counters = gateway.counters();
    assert_eq!((counters.ike_in, counters.open_drops, counters.keep_alives, counters.strays), (2, 2, 1, 0));
    let to_another = build_ip(US.into(), THEM.into(), ESP, &esp).unwrap();
    let ah = build_ip(THEM.into(), US.into(), AH, &esp).unwrap();
    let mut damaged = udp(500, b"?");
    damaged[28] ^= 1;
    for packet in [to_another, ah, damaged, udp(53, b"?"), vec![]] {
        gateway.handle_packet(&mut context, GatewayNode::OUTSIDE, &packet);
    }
    assert_eq!(gateway.counters(), GatewayCounters { strays: 5, ..counters });
}

#[test]
fn without_a_route_nothing_reaches_the_datapath() {
    let (mut gateway, _) = started();
    let mut context = Context::new(Instant::from_millis(1), true);
    let packet = build_ip([10, 0, 192, 5].into(), [192, 168, 1, 1].into(), UDP, &[0; 20]).unwrap();
    gateway.handle_packet(&mut context, GatewayNode::INSIDE, &packet);
    assert_eq!((gateway.counters().no_route, gateway.counters().seal_drops), (1, 0));
}

#[test]
fn after_a_crash_it_knows_nothing_and_draws_other_numbers() {
    let (mut gateway, mut context) = started();
    let first = context.take_sent();
    let mut later = Context::new(Instant::from_secs(5), true);
    gateway.crash(&mut later, Duration::from_secs(3));
    assert!(gateway.gateway().is_none());
    assert_eq!(gateway.next_wakeup(), Some(Instant::from_secs(8)));
    gateway.handle_packet(&mut later, GatewayNode::OUTSIDE, &udp(500, b"?"));
    assert!(later.take_sent().is_empty());
    let mut again = Context::new(Instant::from_secs(8), true);
    gateway.handle_wakeup(&mut again);
    let second = again.take_sent();
    assert!(gateway.gateway().is_some());
    assert_eq!(first.len(), second.len());
    assert_ne!(first, second);
}

#[test]
fn an_operator_of_a_gateway_that_is_down_does_nothing() {
    let (mut gateway, mut context) = started();
    gateway.crash(&mut context, Duration::from_secs(3));
    context.take_sent();
    gateway.command(&mut context, Command::Connect("tunnel-left".parse().unwrap()));
    assert_eq!(gateway.with_gateway(&mut context, |_, now| now), None);
    assert!(context.take_sent().is_empty());
}
