//! What several tests need.

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{Command, ConnectionState, Gateway, TunnelStatus};
use ipsec_io_sim::Deed;
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_policy::TunnelId;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn connected(options: &TwoGatewaysOptions) -> TwoGateways {
    let mut net = two_gateways(1, options);
    assert!(net.connect(SECOND * 10), "not connected within 10 s");
    net
}

pub(crate) fn status(net: &TwoGateways, end: End) -> TunnelStatus {
    let site = net.site(end);
    net.world.node(site.gateway).status(&site.tunnel).unwrap()
}

pub(crate) fn state(net: &TwoGateways, end: End) -> ConnectionState {
    status(net, end).state
}

/// The states that a tunnel has come to, with the times.
pub(crate) fn states(net: &TwoGateways, end: End) -> Vec<(Instant, ConnectionState)> {
    let states = net.world.node(net.site(end).gateway).states();
    states.iter().map(|(at, _, state)| (*at, *state)).collect()
}

/// What a gateway did, with the times, as far as `pick` wants it.
pub(crate) fn deeds<T>(net: &TwoGateways, end: End, pick: impl Fn(&Deed) -> Option<T>) -> Vec<(Instant, T)> {
    let journal = net.world.node(net.site(end).gateway).journal();
    journal.iter().filter_map(|(at, deed)| Some((*at, pick(deed)?))).collect()
}

/// When it began to connect.
pub(crate) fn attempts(net: &TwoGateways, end: End) -> Vec<Instant> {
    let attempts = deeds(net, end, |deed| matches!(deed, Deed::Attempt(_)).then_some(()));
    attempts.into_iter().map(|(at, ())| at).collect()
}

pub(crate) fn operate(net: &mut TwoGateways, end: End, command: impl FnOnce(TunnelId) -> Command) {
    let site = net.site(end).clone();
    net.world.act(site.gateway, |node, context| node.command(context, command(site.tunnel.clone())));
}

/// Changes the gateway of an end.
pub(crate) fn change<R>(
    net: &mut TwoGateways,
    end: End,
    change: impl FnOnce(&mut Gateway, Instant, &TunnelId) -> R,
) -> R {
    let site = net.site(end).clone();
    let change = |gateway: &mut Gateway, now| change(gateway, now, &site.tunnel);
    net.world.act(site.gateway, |node, context| node.with_gateway(context, change)).unwrap()
}

/// Cuts the link between an end and the Internet, or joins it.
pub(crate) fn set_up(net: &mut TwoGateways, end: End, up: bool) {
    let link = net.site(end).outer;
    net.world.link_mut(link).set_up(up);
}

pub(crate) fn assert_pings(net: &mut TwoGateways) {
    for end in End::BOTH {
        let report = net.ping(end, 10, SECOND / 10);
        assert!(report.is_clean() && report.received == 10, "from the {end}: {report:?}");
    }
    assert_eq!(net.world.oracle().violations(), []);
}
