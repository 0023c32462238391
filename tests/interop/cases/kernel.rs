//! Peers whose ESP and AH are the kernel's: raw ESP, AH, and libreswan at all. Many tunnels at a time, since every process
//! costs much in the kernel lab.

use super::matrix::{PLAIN_IKE, run_with, strongswan, unused};
use super::{Case, Side};
use crate::libreswan_peer;
use crate::machine::Needs;
use crate::peer::End;
use crate::suite::{
    AUTHENTICATIONS, ENCRYPTIONS, ESP_AUTHENTICATIONS, EXCHANGES, Exchange, GROUPS, MODP_1536, MODP_2048,
    Phase1, Phase2, Suite,
};

/// The cases, with the number of choices of each in its name.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for exchange in EXCHANGES {
        for end in [End::Ours, End::Theirs] {
            let ends = |peer: &str| match end {
                End::Ours => "we-initiate".to_owned(),
                End::Theirs => format!("{peer}-initiates"),
            };
            let suites = with_strongswan(exchange);
            let name = name("strongswan", exchange, &ends("strongswan"), suites.len());
            cases.push(Case::new(name, unused(Side::We), move |_| run_with(&suites, end, strongswan)));
            let suites = with_libreswan(exchange);
            let name = self::name("libreswan", exchange, &ends("libreswan"), suites.len());
            cases.push(Case::new(name, unused(Side::We), move |_| {
                run_with(&suites, end, libreswan_peer::peer)
            }));
        }
    }
    cases.into_iter().map(|case| Case { needs: Needs::Kernel, ..case }).collect()
}

fn name(peer: &str, exchange: Exchange, who: &str, count: usize) -> String {
    format!("kernel::{peer}::{}::{who}::{count}-choices", exchange.name())
}

/// The product's AH, with every choice of PFS, and each cipher in ESP without UDP.
fn with_strongswan(exchange: Exchange) -> Vec<Suite> {
    let mut phases = Vec::new();
    for authentication in ESP_AUTHENTICATIONS {
        let every_pfs = GROUPS.into_iter().map(Some).chain([None]);
        phases.extend(every_pfs.map(|pfs| Phase2::ah(authentication, pfs)));
    }
    let authentications = ESP_AUTHENTICATIONS.into_iter().cycle();
    let esp = ENCRYPTIONS.into_iter().zip(authentications).zip(GROUPS);
    phases.extend(
        esp.map(|((encryption, authentication), pfs)| Phase2::esp(encryption, authentication, Some(pfs))),
    );
    phases.into_iter().map(|esp| Suite { exchange, ike: PLAIN_IKE, esp }).collect()
}

/// What libreswan has of the product's, each pair of algorithms in both phases, and AH.
fn with_libreswan(exchange: Exchange) -> Vec<Suite> {
    let groups = [MODP_1536, MODP_2048];
    let pairs = ENCRYPTIONS.into_iter().flat_map(|encryption| AUTHENTICATIONS.map(|hash| (encryption, hash)));
    let mut suites = Vec::new();
    for ((encryption, authentication), group) in pairs.zip(groups.into_iter().cycle()) {
        let ike = Phase1 { encryption, authentication, group };
        suites.push(Suite { exchange, ike, esp: Phase2::esp(encryption, authentication, Some(group)) });
    }
    // Its Child SAs take no other group than their IKE SA.
    let ike = Phase1 { group: MODP_2048, ..PLAIN_IKE };
    for authentication in AUTHENTICATIONS {
        for pfs in [Some(MODP_2048), None] {
            suites.push(Suite { exchange, ike, esp: Phase2::ah(authentication, pfs) });
        }
    }
    suites
}
