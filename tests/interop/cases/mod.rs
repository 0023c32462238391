//! The cases, made at run time: every suite in every topology, who initiates, who rekeys; then what goes wrong.

mod connect;
mod exported;
mod failures;
mod hostile;
mod kernel;
mod libreswan;
mod matrix;
mod mismatch;
mod modern;
mod options;
mod rekey;
mod restart;
mod scan;
mod scenarios;

use crate::failure::Outcome;
use crate::machine::Needs;
use crate::pair::{Left, Pair};
use crate::plan::{self, SUITES, TunnelPlan};
use crate::suite::{EXCHANGES, Exchange, Suite};
use crate::topology::Topology;

/// A named case, ready to run.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) needs: Needs,
    body: Box<dyn FnOnce(&Setting) -> Outcome + Send>,
    setting: Setting,
}

impl Case {
    /// Runs it; the error is the whole report.
    pub(crate) fn run(self) -> Result<(), String> {
        (self.body)(&self.setting).map_err(|error| error.to_string())
    }
}

/// What the body of a case builds its gateways from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    left: Left,
    suite: Suite,
    topology: Topology,
    initiator: Side,
}

/// One of the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    We,
    StrongSwan,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::We => "we",
            Self::StrongSwan => "strongswan",
        }
    }
}

impl Setting {
    /// Both gateways, configured alike, not started.
    fn pair(&self) -> Outcome<Pair> {
        self.pair_with(|_, _| ())
    }

    /// The same with a change to the plans of the left and the right one.
    fn pair_with(&self, change: impl FnOnce(&mut TunnelPlan, &mut TunnelPlan)) -> Outcome<Pair> {
        let (suite, initiator) = (self.suite, self.initiator);
        Pair::new(self.left, self.topology, |network| {
            let (mut left, mut right) = plan::plans(network, suite, initiator == Side::We);
            change(&mut left, &mut right);
            (left, right)
        })
    }
}

/// Every case, in the order of the report.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = of("strongswan", Left::Ours);
    cases.extend(matrix::cases("strongswan"));
    cases.extend(modern::cases("strongswan"));
    cases.extend(options::cases("strongswan"));
    cases.extend(kernel::cases());
    cases.extend(exported::with_ah());
    cases.extend(exported::cases("strongswan"));
    cases.extend(mismatch::cases("strongswan"));
    cases.extend(scenarios::cases("strongswan"));
    cases.extend(scan::cases());
    cases.extend(libreswan::cases());
    if std::env::var_os("INTEROP_SELFCHECK").is_some() {
        cases.extend(of("selfcheck", Left::StrongSwan));
    }
    cases
}

fn of(group: &'static str, left: Left) -> Vec<Case> {
    let mut cases = Vec::new();
    for suite in EXCHANGES.into_iter().flat_map(|exchange| SUITES.map(|suite| suite.with(exchange))) {
        let first = suite.ike == SUITES[0].ike;
        for (topology, initiator) in SETTINGS {
            let setting = Setting { left, suite, topology, initiator };
            let exchange = suite.exchange.name();
            let (place, who) = (topology.name(), initiator.name());
            let stem = format!("{group}::{exchange}::{}::{place}::{who}-initiate", suite.ike);
            cases.push(Case::new(stem.clone(), setting, connect::connects));
            for rekeyer in [Side::We, Side::StrongSwan] {
                // The other suites cover each rekeyer once, as the end that did not initiate.
                if first || (topology == Topology::Direct && rekeyer != initiator) {
                    let name = rekeyer.name();
                    cases.push(Case::new(format!("{stem}::{name}-rekeys-child"), setting, move |setting| {
                        rekey::child(setting, rekeyer)
                    }));
                    cases.push(Case::new(format!("{stem}::{name}-rekeys-ike"), setting, move |setting| {
                        rekey::ike(setting, rekeyer)
                    }));
                }
            }
        }
    }
    cases.extend(EXCHANGES.into_iter().flat_map(|exchange| single(group, left, exchange)));
    cases
}

/// Where the NAT stands and who opens the tunnel: only the end behind a NAT can.
const SETTINGS: [(Topology, Side); 4] = [
    (Topology::Direct, Side::We),
    (Topology::Direct, Side::StrongSwan),
    (Topology::NatOurs, Side::We),
    (Topology::NatTheirs, Side::StrongSwan),
];

/// The cases that need one suite and one topology only.
fn single(group: &'static str, left: Left, exchange: Exchange) -> Vec<Case> {
    type Body = fn(&Setting) -> Outcome;
    let cases: [(&str, Side, Body); 10] = [
        ("disconnect_and_connect", Side::We, connect::reconnects),
        ("wrong_key::we-initiate", Side::We, failures::wrong_key),
        ("wrong_key::strongswan-initiate", Side::StrongSwan, failures::wrong_key),
        ("missing_peer", Side::We, failures::missing_peer),
        ("garbage_flood", Side::We, hostile::garbage_flood),
        ("peer_restarts", Side::We, restart::peer_restarts),
        ("peer_restarts::strongswan-initiates", Side::StrongSwan, restart::peer_restarts),
        ("we_restart", Side::We, restart::we_restart),
        ("we_restart::strongswan-initiates", Side::StrongSwan, restart::we_restart),
        ("we_vanish", Side::We, restart::we_vanish),
    ];
    // In IKEv2 dead peer detection waits for its retransmissions, which take minutes.
    let v1_alone: [(&str, Side, Body); 3] = [
        ("peer_vanishes", Side::We, restart::peer_vanishes),
        ("fragments::we-initiate", Side::We, connect::fragments),
        ("fragments::strongswan-initiate", Side::StrongSwan, connect::fragments),
    ];
    let v1_alone = v1_alone.into_iter().filter(|_| exchange != Exchange::V2);
    let suite = SUITES[0].with(exchange);
    let setting = |initiator| Setting { left, suite, topology: Topology::Direct, initiator };
    let stem = format!("{group}::{}", exchange.name());
    let case =
        |(name, side, body): (&str, Side, Body)| Case::new(format!("{stem}::{name}"), setting(side), body);
    cases.into_iter().chain(v1_alone).map(case).collect()
}

impl Case {
    fn new(name: String, setting: Setting, body: impl FnOnce(&Setting) -> Outcome + Send + 'static) -> Self {
        Self { name, needs: Needs::Userspace, body: Box::new(body), setting }
    }
}
