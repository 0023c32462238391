//! Make before break: hours of traffic through rekeys on a healthy path, without a gap (CONN-4).

use core::time::Duration;

use super::Run;
use crate::clock::NodeClock;
use crate::plan::End;
use crate::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};

/// The shortest lifetime that the product allows (IKE-8, SEC-5).
const LIFETIME_SECS: u32 = 3_600;
const HOURS: u16 = 4;
const PINGS: u16 = HOURS * 3_600;
/// In four hours with lifetimes of one there are at least three rekeys of the Child SA, and its first: two directions
/// each.
const LEAST_KEYS: usize = 8;

pub(super) fn build(seed: u64) -> TwoGateways {
    let mut options = match seed % 3 {
        0 => TwoGatewaysOptions::scn4(),
        1 => TwoGatewaysOptions::scn4().with_nat_left(),
        _ => TwoGatewaysOptions::scn4().with_nat_right(),
    };
    for site in [&mut options.left, &mut options.right] {
        site.ike.lifetime_secs = LIFETIME_SECS;
        site.ipsec.lifetime_secs = LIFETIME_SECS;
    }
    options.right.clock = NodeClock { offset: Duration::from_secs(1_000_000), drift_ppm: 200 };
    two_gateways(seed, &options)
}

pub(super) fn drive(run: &mut Run) {
    if !run.net.connect(Duration::from_secs(60)) {
        return run.fail("not connected after a minute on a healthy path");
    }
    // Both ends are connected, but the last message of the handshake may still be under way.
    run.net.world.run_for(Duration::from_secs(1));
    let interval = Duration::from_secs(1);
    let series = End::BOTH.map(|end| (end, run.net.start_pings(end, PINGS, interval)));
    run.net.world.run_for(interval * u32::from(PINGS) + Duration::from_secs(2));
    for (end, id) in series {
        let report = run.net.report(end, id);
        if !report.is_clean() {
            run.fail(format_args!("pings from the {end} through rekeys on a healthy path: {report:?}"));
        }
        let gateway = run.net.world.node(run.net.site(end).gateway);
        let keys = gateway.key_log().len();
        let standing = gateway.security_associations();
        if keys < LEAST_KEYS {
            run.fail(format_args!(
                "the {end} had {keys} Security Associations in {HOURS} hours: it does not rekey"
            ));
        }
        if !(2..=4).contains(&standing) {
            run.fail(format_args!("the {end} is left with {standing} Security Associations"));
        }
    }
}
