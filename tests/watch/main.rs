//! What a gateway counts, keeps, shows and warns of, in the simulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

mod alarms;
mod handover;
mod metrics;
mod monitoring;
mod one_way;
mod subscription;

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{Command, Gateway};
use ipsec_io_sim::GatewayNode;
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_policy::TunnelId;

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

/// Two gateways, of which the left one begins, connected within the first second.
fn connected(adjust: fn(&mut ipsec_gateway::GatewayConfig)) -> TwoGateways {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.initiate = false;
    options.left.adjust = adjust;
    let mut net = two_gateways(1, &options);
    assert!(net.connect(SECOND), "not connected within a second");
    net
}

fn node(net: &TwoGateways, end: End) -> &GatewayNode {
    net.world.node(net.site(end).gateway)
}

fn gateway(net: &TwoGateways, end: End) -> &Gateway {
    node(net, end).gateway().unwrap()
}

fn tunnel(net: &TwoGateways, end: End) -> &TunnelId {
    &net.site(end).tunnel
}

fn operate(net: &mut TwoGateways, end: End, command: Command) {
    let gateway = net.site(end).gateway;
    net.world.act(gateway, |node, context| node.command(context, command));
}

/// Lets the gateway of `end` be changed.
fn change<R>(net: &mut TwoGateways, end: End, change: impl FnOnce(&mut Gateway, Instant) -> R) -> R {
    let gateway = net.site(end).gateway;
    net.world.act(gateway, |node, context| node.with_gateway(context, change)).unwrap()
}

/// The lines of a tunnel's log that hold `word`, with the second at which they were written.
fn lines(net: &TwoGateways, end: End, word: &str) -> Vec<(u64, String)> {
    let log = gateway(net, end).log(Some(tunnel(net, end))).unwrap();
    let hits = log.entries().filter(|entry| entry.text.contains(word));
    hits.map(|entry| (entry.at.as_micros() / 1_000_000, entry.text.clone())).collect()
}
