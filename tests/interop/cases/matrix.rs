//! Every choice that the product offers, in both roles, many tunnels at a time.

use super::{Case, Setting, Side};
use crate::failure::Outcome;
use crate::lab::{Lab, Netns};
use crate::many::Many;
use crate::pair::Left;
use crate::peer::{End, Peer};
use crate::plan::{SUITES, TunnelPlan};
use crate::strongswan::StrongSwan;
use crate::suite::{
    AES_128, AUTHENTICATIONS, ENCRYPTIONS, ESP_AUTHENTICATIONS, EXCHANGES, Exchange, GROUPS, MODP_1024,
    Phase1, Phase2, SHA1, Suite,
};
use crate::topology::Topology;

/// A quick phase for the cases that vary the other one.
pub(super) const PLAIN_IKE: Phase1 = Phase1 { encryption: AES_128, authentication: SHA1, group: MODP_1024 };
const PLAIN_ESP: Phase2 = Phase2::esp(AES_128, SHA1, None);

/// The cases, with the number of choices of each in its name.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for initiator in [Side::We, Side::StrongSwan] {
        for (table, suites) in EXCHANGES.into_iter().flat_map(tables) {
            let (count, who) = (suites.len(), initiator.name());
            let name = format!("{group}::matrix::{table}::{who}-initiate::{count}-choices");
            cases.push(Case::new(name, unused(initiator), move |_| run(&suites, initiator)));
        }
    }
    cases
}

/// The matrix builds its own gateways; what a single pair would be made of does not matter.
pub(super) fn unused(initiator: Side) -> Setting {
    Setting { left: Left::Ours, suite: SUITES[0], topology: Topology::Direct, initiator }
}

/// At most 20 choices at a time, which is as many tunnels as a gateway may have (GW-3).
fn tables(exchange: Exchange) -> Vec<(String, Vec<Suite>)> {
    let mut tables = Vec::new();
    for authentication in AUTHENTICATIONS {
        let mut suites = Vec::new();
        for encryption in ENCRYPTIONS {
            for group in GROUPS {
                suites.push(Suite {
                    exchange,
                    ike: Phase1 { encryption, authentication, group },
                    esp: PLAIN_ESP,
                });
            }
        }
        tables.push((format!("{}::phase1::{}", exchange.name(), authentication.name), suites));
    }
    for authentication in ESP_AUTHENTICATIONS {
        let every_pfs: Vec<_> = GROUPS.into_iter().map(Some).chain([None]).collect();
        for (part, choices) in (1..).zip(every_pfs.chunks(3)) {
            let mut suites = Vec::new();
            for encryption in ENCRYPTIONS {
                for pfs in choices.iter().copied() {
                    suites.push(Suite {
                        exchange,
                        ike: PLAIN_IKE,
                        esp: Phase2::esp(encryption, authentication, pfs),
                    });
                }
            }
            tables.push((format!("{}::esp::{}::{part}", exchange.name(), authentication.name), suites));
        }
    }
    tables
}

/// A strongSwan with a tunnel for each plan.
pub(super) fn strongswan(lab: &Lab, netns: &Netns, plans: &[TunnelPlan]) -> Outcome<Box<dyn Peer>> {
    Ok(Box::new(StrongSwan::new(lab, netns, "right", plans)?))
}

/// With strongSwan at the far end.
pub(super) fn run(suites: &[Suite], initiator: Side) -> Outcome {
    let initiator = if initiator == Side::We { End::Ours } else { End::Theirs };
    run_with(suites, initiator, strongswan)
}

/// Connects, pings, lets either end rekey, since the group of PFS shows only then, and pings again.
pub(super) fn run_with(
    suites: &[Suite],
    initiator: End,
    peer: impl FnOnce(&Lab, &Netns, &[TunnelPlan]) -> Outcome<Box<dyn Peer>>,
) -> Outcome {
    Many::new(suites, initiator, peer)?.case(|many| {
        many.connect()?;
        many.exchange()?;
        for rekeyer in [End::Ours, End::Theirs] {
            many.rekey_children(rekeyer)?;
            many.exchange()?;
        }
        Ok(())
    })
}
