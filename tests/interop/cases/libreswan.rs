//! libreswan in both roles, with what it and the product have in common. Phase 1 alone: see [`crate::libreswan`].

use std::time::Duration;

use super::{Case, Setting, Side};
use crate::failure::{Context, Failure, Outcome};
use crate::gateway::Gateway;
use crate::lab::Lab;
use crate::libreswan::Libreswan;
use crate::ours::Ours;
use crate::pair::Left;
use crate::plan::{self, TunnelPlan};
use crate::suite::{self, EXCHANGES, Suite};
use crate::topology::{self, Topology};
use crate::wait;

const ESTABLISHED_WITHIN: Duration = Duration::from_secs(40);

/// Groups 5 and 14, which Debian's build has, with every cipher and every hash.
const SUITES: [Suite; 4] = [
    Suite::same(suite::AES_128, suite::SHA1, suite::MODP_1536),
    Suite::same(suite::AES_192, suite::SHA1, suite::MODP_2048),
    Suite::same(suite::TRIPLE_DES, suite::MD5, suite::MODP_1536),
    Suite {
        exchange: suite::Exchange::V2,
        ike: suite::Phase1 {
            encryption: suite::AES_256,
            authentication: suite::SHA2_256,
            group: suite::MODP_2048,
        },
        esp: suite::Phase2::esp(suite::AES_256, suite::SHA1, None),
    },
];

/// Each exchange in both roles.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for exchange in EXCHANGES {
        for (who, initiator) in [("we", Side::We), ("libreswan", Side::StrongSwan)] {
            let name =
                format!("libreswan::{}::phase1::{who}-initiate::{}-choices", exchange.name(), SUITES.len());
            let suite = SUITES[0].with(exchange);
            let setting = Setting { left: Left::Ours, suite, topology: Topology::Direct, initiator };
            cases.push(Case::new(name, setting, establishes));
        }
    }
    cases
}

/// The IKE SA of every choice comes up, as both ends say. Each has a peer address of its own.
fn establishes(setting: &Setting) -> Outcome {
    let mut lab = Lab::new()?;
    let network = topology::build(&mut lab, setting.topology)?;
    let mut plans = Vec::new();
    for (index, suite) in (1..).zip(SUITES) {
        let suite = suite.with(setting.suite.exchange);
        let address = format!("192.0.2.{}", 100 + index);
        network.right.gateway.address(topology::OUTER, &format!("{address}/24"))?;
        let (left, _) = plan::plans(&network, suite, setting.initiator == Side::We);
        plans.push(TunnelPlan { peer: address, ..left.numbered(index, suite) });
    }
    let mut ours = Ours::new(&lab, &network.left.gateway, "left", &plans)?;
    let mut theirs = Libreswan::new(&lab, &network.right.gateway, &plans)?;
    let result = both_say(&mut ours, &mut theirs, &plans, setting.initiator);
    result.map_err(|error| {
        lab.keep();
        Failure::new(format!("{error}\n\nours: {}\ntheirs: {}", ours.report(), theirs.report()))
    })
}

fn both_say(ours: &mut Ours, theirs: &mut Libreswan, plans: &[TunnelPlan], initiator: Side) -> Outcome {
    theirs.start()?;
    ours.start()?;
    let by_whom = match initiator {
        Side::We => "started by us",
        Side::StrongSwan => {
            theirs.initiate()?;
            "started by the peer"
        }
    };
    let mut missing = Vec::new();
    wait::until(ESTABLISHED_WITHIN, || {
        missing.clear();
        for plan in plans {
            let told = ours.log(&plan.name)?;
            let stood = |line: &String| {
                line.contains("phase 1: IKE SA")
                    && line.contains(" established with ")
                    && line.contains(by_whom)
            };
            if !told.iter().any(stood) || !theirs.established(plan) {
                missing.push(format!("{} {}", plan.name, plan.suite.ike));
            }
        }
        Ok(missing.is_empty())
    })
    .context(|| format!("both ends should say that the IKE SA stands; not so: {}", missing.join(", ")))?;
    ours.must_run()?;
    theirs.must_run()
}
