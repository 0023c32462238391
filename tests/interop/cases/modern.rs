//! What the library has beyond the product's table and a modern peer asks for, in both roles, many tunnels at a time.

use super::matrix::{run, unused};
use super::{Case, Side};
use crate::suite::{
    AES_128, AES_256, Authentication, CCM, CHACHA, CMAC, CTR, CURVE_25519, ECP_256, Encryption, Exchange,
    GCM, Group, MODERN_GROUPS, Phase1, Phase2, SHA2_256, SHA2_384, SHA2_512, Suite, XCBC,
};

/// The cases, with the number of tunnels of each in its name.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for initiator in [Side::We, Side::StrongSwan] {
        for (table, suites) in tables() {
            let (count, who) = (suites.len(), initiator.name());
            let exchange = suites.first().map_or("", |suite| suite.exchange.name());
            let name = format!("{group}::modern::{exchange}::{table}::{who}-initiate::{count}-tunnels");
            cases.push(Case::new(name, unused(initiator), move |_| run(&suites, initiator)));
        }
    }
    cases
}

/// At most 20 tunnels at a time.
fn tables() -> [(&'static str, Vec<Suite>); 5] {
    let in_turn = Turn::default();
    let both = |encryption: Encryption| in_turn.v2(encryption, encryption);
    let gcm = GCM.into_iter().chain([CHACHA]).chain(CTR).map(both).collect();
    let ccm = CCM.into_iter().map(|cipher| in_turn.v2(cipher, AES_256));
    let hashes = [SHA2_384, SHA2_512, XCBC, CMAC].into_iter().map(|hash| {
        let esp = Phase2::esp(AES_128, hash, Some(CURVE_25519));
        let ike = Phase1 { encryption: AES_256, authentication: hash, group: ECP_256 };
        Suite { exchange: Exchange::V2, ike, esp }
    });
    // IKEv1 has none of those ciphers in phase 1, and AES-XCBC in phase 2 alone.
    let v1_gcm = GCM.into_iter().chain(CTR).map(|cipher| in_turn.v1(cipher, SHA2_512));
    let v1_hashes = [SHA2_384, SHA2_512, XCBC].into_iter().map(|hash| in_turn.v1(AES_256, hash));
    [
        ("gcm-chacha-ctr", gcm),
        ("ccm-and-hashes", ccm.chain(hashes).collect()),
        ("groups", MODERN_GROUPS.into_iter().map(|group| groups(Exchange::V2, group)).collect()),
        ("esp", v1_gcm.chain(v1_hashes).collect()),
        ("groups", MODERN_GROUPS.into_iter().map(|group| groups(Exchange::V1Main, group)).collect()),
    ]
}

/// A group in both phases.
fn groups(exchange: Exchange, group: Group) -> Suite {
    let ike = Phase1 { encryption: AES_128, authentication: SHA2_256, group };
    let esp = Phase2::esp(AES_128, SHA2_256, Some(group));
    Suite { exchange, ike, esp }
}

/// Hashes in turn, so that every one of them meets several ciphers.
#[derive(Default)]
struct Turn {
    next: std::cell::Cell<usize>,
}

impl Turn {
    fn hash(&self, hashes: &[Authentication]) -> Authentication {
        let next = self.next.get();
        self.next.set(next + 1);
        hashes.get(next % hashes.len()).copied().unwrap_or(SHA2_256)
    }

    fn v2(&self, ike: Encryption, esp: Encryption) -> Suite {
        let authentication = self.hash(&[SHA2_256, SHA2_384, SHA2_512, XCBC, CMAC]);
        Suite {
            exchange: Exchange::V2,
            ike: Phase1 { encryption: ike, authentication, group: CURVE_25519 },
            esp: Phase2::esp(esp, SHA2_512, Some(ECP_256)),
        }
    }

    fn v1(&self, esp: Encryption, authentication: Authentication) -> Suite {
        Suite {
            exchange: Exchange::V1Main,
            ike: Phase1 {
                encryption: AES_256,
                authentication: self.hash(&[SHA2_384, SHA2_512]),
                group: ECP_256,
            },
            esp: Phase2::esp(esp, authentication, Some(ECP_256)),
        }
    }
}
