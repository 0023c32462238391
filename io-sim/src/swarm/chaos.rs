//! Everything goes wrong; then it heals.

use core::time::Duration;
use std::collections::BTreeMap;

use esp_core::time::Instant;
use ipsec_gateway::Command;

use super::Run;
use crate::chance::{Chance, Purpose, below, stream};
use crate::clock::NodeClock;
use crate::link::{Faults, Side};
use crate::packet::NAT_T_PORT;
use crate::plan::{Action, End, FaultPlan, PlanBounds};
use crate::topology::{Site, TwoGateways, TwoGatewaysOptions, two_gateways};
use crate::world::World;

/// After healing: a peer may first have to be found dead (165 s of repetitions), and then 12 s pass between attempts.
const CONVERGE_WITHIN: Duration = Duration::from_secs(900);

/// The repetitions of a request that was first sent during the faults: until they end, an IKE SA that the peer has lost
/// may still be found dead, and traffic may have to move to another.
const AFTERMATH: Duration = Duration::from_secs(180);

pub(super) fn build(seed: u64) -> TwoGateways {
    let mut rng = stream(seed, Purpose::Topology);
    let mut options = match below(&mut rng, 3) {
        0 => TwoGatewaysOptions::scn4(),
        1 => TwoGatewaysOptions::scn4().with_nat_left(),
        _ => TwoGatewaysOptions::scn4().with_nat_right(),
    };
    for site in [&mut options.left, &mut options.right] {
        let drift = i32::try_from(below(&mut rng, 2_000)).unwrap_or_default();
        let offset = Duration::from_secs(below(&mut rng, 1 << 32));
        site.clock = NodeClock { offset, drift_ppm: drift.saturating_sub(1_000) };
        site.start_at = Instant::from_millis(below(&mut rng, 20_000));
    }
    two_gateways(seed, &options)
}

pub(super) fn drive(run: &mut Run) {
    let bounds = PlanBounds::default();
    let plan = FaultPlan::new(run.net.world.seed(), &bounds);
    // A packet that finds no Security Association asks for one, so somebody must send through to the end.
    let pings = (bounds.duration + CONVERGE_WITHIN).as_secs();
    let pings = u16::try_from(pings).unwrap_or(u16::MAX);
    for end in End::BOTH {
        run.net.start_pings(end, pings, Duration::from_secs(1));
    }
    // What was disconnected is to be connected again, at these times.
    let mut connects: BTreeMap<(Instant, End), ()> = BTreeMap::new();
    for (after, action) in plan.steps() {
        let at = Instant::ZERO + *after;
        while let Some(entry) = connects.first_entry().filter(|entry| entry.key().0 <= at) {
            let ((due, end), ()) = entry.remove_entry();
            run.net.world.run_until(due);
            connect(&mut run.net, end);
        }
        run.net.world.run_until(at);
        run.net.world.note("plan", || format!("{action:?}"));
        perform(&mut run.net, action);
        if let Action::Reconnect(end, pause) = action {
            connects.insert((at + *pause, *end), ());
        }
    }
    run.net.world.run_until(Instant::ZERO + bounds.duration + bounds.longest_outage);
    heal(&mut run.net);
    converge(run);
}

fn perform(net: &mut TwoGateways, action: &Action) {
    match *action {
        Action::SetFaults(end, from, faults) => {
            let link = net.site(end).outer;
            net.world.link_mut(link).set_faults(from, faults);
        }
        Action::SetUp(end, up) => {
            let link = net.site(end).outer;
            net.world.link_mut(link).set_up(up);
        }
        Action::Rebind(end) => {
            if let Some(nat) = net.site(end).nat {
                net.world.act(nat, |nat, _| nat.rebind());
            }
        }
        Action::Block4500(end, blocked) => {
            if let Some(nat) = net.site(end).nat {
                net.world.act(nat, |nat, _| nat.set_blocked(NAT_T_PORT, blocked));
            }
        }
        Action::Crash(end, outage) => {
            let gateway = net.site(end).gateway;
            net.world.act(gateway, |gateway, context| gateway.crash(context, outage));
        }
        Action::RefuseSas(end, refused) => {
            let gateway = net.site(end).gateway;
            net.world.act(gateway, |gateway, _| gateway.set_refusal(refused));
        }
        Action::SlowDatapath(end, delay) => {
            let gateway = net.site(end).gateway;
            net.world.act(gateway, |gateway, _| gateway.set_command_delay(delay));
        }
        Action::RekeyIke(end) => command(net, end, Command::RekeyIke),
        Action::RekeyChild(end) => command(net, end, Command::RekeyChild),
        Action::Reconnect(end, _) => command(net, end, Command::Disconnect),
    }
}

fn command(net: &mut TwoGateways, end: End, make: fn(ipsec_policy::TunnelId) -> Command) {
    let Site { gateway, tunnel, .. } = net.site(end).clone();
    net.world.act(gateway, |gateway, context| gateway.command(context, make(tunnel)));
}

fn connect(net: &mut TwoGateways, end: End) {
    command(net, end, Command::Connect);
}

fn heal(net: &mut TwoGateways) {
    for end in End::BOTH {
        for action in [
            Action::SetFaults(end, Side::A, Faults::NONE),
            Action::SetFaults(end, Side::B, Faults::NONE),
            Action::SetUp(end, true),
            Action::Block4500(end, false),
            Action::RefuseSas(end, Chance::NEVER),
            Action::SlowDatapath(end, Duration::ZERO),
        ] {
            perform(net, &action);
        }
        connect(net, end);
    }
}

/// Both ends are connected, with one Child SA and nothing left over, and every ping is answered (CONN-6).
fn converge(run: &mut Run) {
    let gateways = End::BOTH.map(|end| run.net.site(end).gateway);
    let settled = |world: &World| {
        gateways.iter().all(|gateway| {
            let gateway = world.node(*gateway);
            gateway.is_connected() && gateway.security_associations() == 2
        })
    };
    let deadline = run.net.world.now() + CONVERGE_WITHIN;
    run.net.world.run_for(AFTERMATH);
    if !run.net.world.run_while(deadline, |world| !settled(world)) {
        for end in End::BOTH {
            let site = run.net.site(end).clone();
            let gateway = run.net.world.node(site.gateway);
            let state = gateway.status(&site.tunnel).map(|status| status.state.to_string());
            let standing = gateway.security_associations();
            let state = state.as_deref().unwrap_or("down").to_owned();
            run.fail(format_args!(
                "{CONVERGE_WITHIN:?} after healing the {end} is {state} with {standing} Security Associations"
            ));
        }
        return;
    }
    run.net.world.run_for(Duration::from_secs(5));
    run.require_clean_pings();
}
