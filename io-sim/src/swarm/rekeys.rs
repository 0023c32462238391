//! Three rekeys under heavy loss.

use core::time::Duration;

use ike_proto::config::RetransmitConfig;
use ipsec_gateway::{Command, ConnectionState, TunnelStatus};

use super::Run;
use crate::chance::Chance;
use crate::link::Faults;
use crate::plan::End;
use crate::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};

const CONNECT_WITHIN: Duration = Duration::from_secs(1_800);
const REKEY_WITHIN: Duration = Duration::from_secs(900);
/// Between one rekey and the next, so that what the first leaves behind is over.
const PAUSE: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug)]
enum What {
    Ike,
    Child,
}

const REKEYS: [(End, What); 3] =
    [(End::Left, What::Child), (End::Right, What::Ike), (End::Right, What::Child)];

pub(super) fn build(seed: u64) -> TwoGateways {
    let mut options = TwoGatewaysOptions::scn4();
    for site in [&mut options.left, &mut options.right] {
        // Of two packets one is lost on the way there or back. With the default of five repetitions a peer would now and
        // then rightly be taken for dead; with twenty that is one exchange in a million.
        site.adjust = |config| {
            let patient = RetransmitConfig {
                first: Duration::from_secs(1),
                tries: 20,
                longest: Duration::from_secs(10),
            };
            config.connect_retransmit = patient;
            config.retransmit = patient;
        };
    }
    let mut net = two_gateways(seed, &options);
    net.set_outer_faults(Faults {
        // Each way crosses two links: 16 % on each is 30 % on both.
        loss: Chance::per_mille(163),
        duplication: Chance::percent(10),
        reordering: Chance::percent(20),
        reorder_by: Duration::from_millis(500),
        jitter: Duration::from_millis(20),
        ..Faults::NONE
    });
    net
}

pub(super) fn drive(run: &mut Run) {
    if !run.net.connect(CONNECT_WITHIN) {
        return run.fail(format_args!("not connected after {CONNECT_WITHIN:?}"));
    }
    // Both may have begun at once; what is left of the attempt that lost is over by then.
    run.net.world.run_for(PAUSE);
    for (end, what) in REKEYS {
        run.net.start_pings(End::Left, 60, Duration::from_secs(1));
        run.net.start_pings(End::Right, 60, Duration::from_secs(1));
        if !rekey(run, end, what) {
            return run
                .fail(format_args!("the {end} has not rekeyed the {what:?} SA after {REKEY_WITHIN:?}"));
        }
        run.net.world.run_for(PAUSE);
    }
    stayed_connected(run);
    run.net.set_outer_faults(Faults::NONE);
    run.net.world.run_for(PAUSE);
    run.require_clean_pings();
}

/// Rekeys by command, and waits until both ends have the new SA.
fn rekey(run: &mut Run, end: End, what: What) -> bool {
    let names = |net: &TwoGateways| End::BOTH.map(|end| status(net, end).map(|status| name(&status, what)));
    let before = names(&run.net);
    let site = run.net.site(end).clone();
    let command = match what {
        What::Ike => Command::RekeyIke(site.tunnel),
        What::Child => Command::RekeyChild(site.tunnel),
    };
    run.net.world.act(site.gateway, |gateway, context| gateway.command(context, command));
    let deadline = run.net.world.now() + REKEY_WITHIN;
    while run.net.world.now() < deadline {
        run.net.world.run_for(Duration::from_secs(1));
        if names(&run.net).iter().zip(&before).all(|(now, before)| now != before) {
            return true;
        }
    }
    false
}

fn status(net: &TwoGateways, end: End) -> Option<TunnelStatus> {
    let site = net.site(end);
    net.world.node(site.gateway).status(&site.tunnel)
}

/// What a rekey must change.
fn name(status: &TunnelStatus, what: What) -> String {
    match what {
        What::Ike => format!("{:?}", status.ike.as_ref().map(|ike| ike.name)),
        What::Child => format!("{:?}", status.children.iter().map(|child| child.inbound).collect::<Vec<_>>()),
    }
}

/// Once both were connected, neither may ever have been anything else.
fn stayed_connected(run: &mut Run) {
    for end in End::BOTH {
        let states = run.net.world.node(run.net.site(end).gateway).states();
        let connected = states.iter().position(|(_, _, state)| *state == ConnectionState::Connected);
        let later =
            connected.map_or(states, |index| states.get(index.saturating_add(1)..).unwrap_or_default());
        if let Some((at, _, state)) = later.first() {
            let what = format!("the {end} did not stay connected: {state} at {at}");
            run.fail(what);
        }
    }
}
