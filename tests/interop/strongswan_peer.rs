//! strongSwan as the far end of many tunnels.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::Outcome;
use crate::gateway::Gateway;
use crate::peer::{Held, Made, Peer};
use crate::sas::{Algorithms, IkeSa};
use crate::strongswan::StrongSwan;
use crate::suite::{Authentication, Encryption, Exchange, Protocol, Suite};

impl Peer for StrongSwan {
    fn name(&self) -> &'static str {
        "strongSwan"
    }

    fn start(&mut self) -> Outcome {
        Gateway::start(self)
    }

    fn open(&mut self, tunnel: &str, most: Duration) -> Outcome {
        self.initiate_tunnel(tunnel, most)
    }

    fn rekey_child_of(&mut self, tunnel: &str) -> Outcome {
        StrongSwan::rekey_child_of(self, tunnel)
    }

    fn held(&mut self, exchange: Exchange) -> Outcome<BTreeMap<String, Held>> {
        let sas = self.sas()?;
        let once = |sa: &&IkeSa| sas.iter().filter(|other| other.name == sa.name).count() == 1;
        let held = |sa: &IkeSa| {
            let current = sa.current(exchange);
            let [child] = current.as_slice() else { return None };
            let stands = sa.state == "ESTABLISHED" && child.state == "INSTALLED";
            let held = Held {
                ike: Some((sa.spi_i, sa.spi_r)),
                child_in: child.spi_in,
                child_out: child.spi_out,
                bytes_in: child.bytes_in,
                bytes_out: child.bytes_out,
                phase1: words(&sa.algorithms),
                phase2: words(&child.algorithms),
            };
            stands.then(|| (sa.name.clone(), held))
        };
        Ok(sas.iter().filter(once).filter_map(held).collect())
    }

    fn shows(&self, suite: &Suite, made: Made) -> (String, String) {
        let ike = suite.ike;
        let phase1 = algorithms(Some(ike.encryption), ike.authentication, ike.group.shown);
        let esp = suite.esp;
        let encryption = (esp.protocol == Protocol::Esp).then_some(esp.encryption);
        let group = esp.pfs.filter(|_| made.has_pfs(suite)).map_or("", |group| group.shown);
        let phase2 = algorithms(encryption, esp.authentication, group);
        (words(&Algorithms { prf: ike.authentication.shown.1.into(), ..phase1 }), words(&phase2))
    }

    fn must_run(&mut self) -> Outcome {
        Gateway::must_run(self)
    }

    fn report(&mut self) -> String {
        Gateway::report(self)
    }
}

fn algorithms(encryption: Option<Encryption>, authentication: Authentication, group: &str) -> Algorithms {
    let is_aead = encryption.is_some_and(|encryption| encryption.is_aead);
    let integrity = if is_aead { "" } else { authentication.shown.0 };
    let (encryption, key_size) = encryption.map_or(("", ""), |encryption| encryption.shown);
    Algorithms {
        encryption: encryption.into(),
        key_size: key_size.into(),
        integrity: integrity.into(),
        prf: String::new(),
        group: group.into(),
    }
}

fn words(algorithms: &Algorithms) -> String {
    format!("{algorithms:?}")
}
