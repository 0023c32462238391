//! `swanctl.conf` as a case wants it.

use std::collections::BTreeSet;

use crate::plan::TunnelPlan;
use crate::suite::Exchange;

/// All plans of one gateway, each as a connection with one Child SA and a key, under the plan's name.
pub(crate) fn write(plans: &[TunnelPlan]) -> String {
    let connections: String = plans.iter().map(|plan| connection(plan, &accepted(plan, plans))).collect();
    let secrets: String = plans.iter().map(secret).collect();
    format!("connections {{ {connections} }}\nsecrets {{ {secrets} }}\n")
}

/// The proposals of phase 1 of a connection.
///
/// In IKEv1 its responder looks for a proposal in the first connection between the two addresses only, and for the connection
/// that is meant once it knows the identity: so each has those of all. Our end has only the one that is meant.
fn accepted(plan: &TunnelPlan, all: &[TunnelPlan]) -> String {
    if plan.initiates || plan.suite.exchange == Exchange::V2 {
        return plan.suite.ike.to_string();
    }
    let ends = |plan: &TunnelPlan| (plan.address.clone(), plan.peer.clone());
    let beside = all.iter().filter(|other| ends(other) == ends(plan));
    let every: BTreeSet<_> = beside.map(|plan| plan.suite.ike.to_string()).collect();
    every.into_iter().collect::<Vec<_>>().join(", ")
}

fn connection(plan: &TunnelPlan, proposals: &str) -> String {
    let TunnelPlan { name, suite, address, peer, local_id, remote_id, options, .. } = plan;
    let exchange = suite.exchange.theirs();
    // The initiator keeps trying and restarts a dead tunnel, the way a permanent site-to-site tunnel is set up.
    let (tries, dead) = if plan.initiates { (0, "restart") } else { (1, "clear") };
    let children = children(plan, dead);
    format!(
        "{name} {{
            {exchange}
            local_addrs = {address}
            remote_addrs = {peer}
            proposals = {proposals}
            keyingtries = {tries}
            dpd_delay = 2
            local {{ auth = psk
                id = {local_id} }}
            remote {{ auth = psk
                id = {remote_id} }}
            children {{ {children} }}
            {}
        }}
        ",
        options.theirs
    )
}

/// The Child SAs of a connection: one with all subnets, or in IKEv1 one for each pair of them (CONF-4).
fn children(plan: &TunnelPlan, dead: &str) -> String {
    let selectors = if plan.suite.exchange == Exchange::V2 {
        vec![(plan.local_subnets.join(","), plan.remote_subnets.join(","))]
    } else {
        let with_all = |local: &String| {
            plan.remote_subnets.iter().map(|remote| (local.clone(), remote.clone())).collect::<Vec<_>>()
        };
        plan.local_subnets.iter().flat_map(with_all).collect()
    };
    let esp = plan.suite.esp;
    let protocol = esp.protocol.name();
    let child = |(name, (local, remote))| {
        format!(
            "{name} {{
                local_ts = {local}
                remote_ts = {remote}
                {protocol}_proposals = {esp}
                mode = tunnel
                dpd_action = {dead}
            }}
            "
        )
    };
    child_names(plan).into_iter().zip(selectors).map(child).collect()
}

/// What strongSwan calls the Child SAs of a connection: the first as the connection.
pub(crate) fn child_names(plan: &TunnelPlan) -> Vec<String> {
    let pairs = match plan.suite.exchange {
        Exchange::V2 => 1,
        Exchange::V1Main | Exchange::V1Aggressive => plan.local_subnets.len() * plan.remote_subnets.len(),
    };
    let name = |index| if index == 1 { plan.name.clone() } else { format!("{}-{index}", plan.name) };
    (1..=pairs).map(name).collect()
}

fn secret(plan: &TunnelPlan) -> String {
    let TunnelPlan { name, local_id, remote_id, psk, options, .. } = plan;
    format!(
        "{}
        ike-{name} {{
            id-1 = {local_id}
            id-2 = {remote_id}
            secret = \"{psk}\"
        }}
        ",
        options.their_secrets
    )
}
