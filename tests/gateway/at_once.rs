//! What both ends do at once, or one against the other (CONN-6).

use ipsec_gateway::Command;
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_policy::{IkeVersion, TunnelId};

use crate::common::{SECOND, assert_pings, operate, status};

/// Times that one end is behind the other, in milliseconds: a packet takes 20.
const BEHIND: [u32; 6] = [0, 5, 19, 21, 39, 45];

fn both_began(version: IkeVersion, seed: u64) -> TwoGateways {
    let mut options = TwoGatewaysOptions::scn4();
    (options.left.ike.version, options.right.ike.version) = (version, version);
    let mut net = two_gateways(seed, &options);
    assert!(net.connect(SECOND * 10));
    net
}

/// One IKE SA, one Child SA and what belongs to it in the datapath, the same at both ends, and pings pass.
fn assert_one_outcome(net: &mut TwoGateways, what: &str) {
    let names = End::BOTH.map(|end| {
        let status = status(net, end);
        assert_eq!(status.children.len(), 1, "{what}, {end}");
        let gateway = net.site(end).gateway;
        assert_eq!(net.world.node(gateway).security_associations(), 2, "{what}, {end}");
        status.ike.unwrap().name
    });
    assert_eq!(names[0], names[1], "{what}");
    assert_pings(net);
    assert_eq!(net.world.oracle().violations(), [], "{what}");
}

/// CONN-6: both ends start at once, or nearly so.
#[test]
fn conn_6_both_start_at_once() {
    for version in [IkeVersion::V1, IkeVersion::V2] {
        for seed in 0..10 {
            let mut net = both_began(version, seed);
            net.world.run_for(SECOND * 60);
            assert_one_outcome(&mut net, &format!("{version:?}, seed {seed}"));
        }
    }
}

/// Each version, what one end replaces, and how many milliseconds later the other end does something.
fn races() -> impl Iterator<Item = (IkeVersion, fn(TunnelId) -> Command, u32)> {
    let commands = [Command::RekeyChild as fn(TunnelId) -> Command, Command::RekeyIke];
    let versions = [IkeVersion::V1, IkeVersion::V2];
    let rekeys = versions.into_iter().flat_map(move |version| commands.map(|command| (version, command)));
    rekeys.flat_map(|(version, command)| BEHIND.map(|behind| (version, command, behind)))
}

/// CONN-6: both ends replace the same SAs at once, or nearly so, under traffic of which nothing is lost.
#[test]
fn conn_6_both_rekey_at_once() {
    for (version, command, behind) in races() {
        let mut net = both_began(version, 1);
        net.world.run_for(SECOND * 40);
        let series = End::BOTH.map(|end| (end, net.start_pings(end, 400, SECOND / 20)));
        net.world.run_for(SECOND);
        operate(&mut net, End::Left, command);
        net.world.run_for(SECOND / 1_000 * behind);
        operate(&mut net, End::Right, command);
        net.world.run_for(SECOND * 90);
        for (end, series) in series {
            let report = net.report(end, series);
            assert!(report.is_clean(), "{version:?}, {behind} ms, {end}: {report:?}");
        }
        assert_one_outcome(&mut net, &format!("{version:?}, {behind} ms"));
    }
}

/// CONN-6: one end deletes what the other is about to replace; the one that still wants the tunnel connects it again.
#[test]
fn conn_6_a_rekey_against_a_delete() {
    for (version, command, behind) in races() {
        let mut net = both_began(version, 1);
        net.world.run_for(SECOND * 40);
        operate(&mut net, End::Left, command);
        net.world.run_for(SECOND / 1_000 * behind);
        operate(&mut net, End::Right, Command::Disconnect);
        net.world.run_for(SECOND * 90);
        assert_one_outcome(&mut net, &format!("{version:?}, {behind} ms"));
    }
}
