//! Every diagnosis as text (DIAG-1 to DIAG-3, DIAG-5): what the simulator brings about, and the rest made from its values.
//!
//! The texts stand in `tests/snapshots`, to be read as prose.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod failures;
mod mismatches;
mod pfs;
mod silent;
#[path = "../snapshots/compare.rs"]
mod snapshots;
mod waiting;

use std::time::Duration;

use ipsec_gateway::{Command, PfsCheck, TunnelStatus};
use ipsec_io_sim::{Network, Office, network};
use ipsec_policy::VpnTunnel;

const SECOND: Duration = Duration::from_secs(1);

fn offices(left: impl Fn(&mut VpnTunnel), right: impl Fn(&mut VpnTunnel)) -> Network {
    let a = Office::new("left", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let b = Office::new("right", "113.31.115.114", &[("192.168.0.0/16", "192.168.1.10")]);
    let offices =
        [a.clone().tunnel_to(&b, "a-key-of-both", left), b.clone().tunnel_to(&a, "a-key-of-both", right)];
    network(1, &offices)
}

fn diagnosis(net: &Network, place: usize) -> String {
    let status = status(net, place);
    if let PfsCheck::Refused(failure) = status.pfs {
        return failure.explanation.to_string();
    }
    status.diagnosis.map_or_else(|| "connected".to_owned(), |diagnosis| diagnosis.to_string())
}

fn command(net: &mut Network, place: usize, command: fn(ipsec_policy::TunnelId) -> Command) {
    let (gateway, tunnel) = (net.at(place).gateway, net.tunnel(place));
    net.world.act(gateway, |node, context| node.command(context, command(tunnel)));
}

fn status(net: &Network, place: usize) -> TunnelStatus {
    net.gateway(place).status(&net.tunnel(place)).unwrap()
}
