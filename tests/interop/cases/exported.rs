//! strongSwan runs from the texts that our policy crate writes for the peer (CONF-1, CONF-2), changed in nothing.

use std::time::Duration;

use ipsec_policy::Dialect;

use super::{Case, Setting, Side};
use crate::exported;
use crate::failure::Outcome;
use crate::gateway::Gateway;
use crate::machine::{Needs, patience};
use crate::pair::{CONNECT_WITHIN, Left, Pair};
use crate::plan::{self, SUITES};
use crate::strongswan::StrongSwan;
use crate::suite::{ESP_AUTHENTICATIONS, EXCHANGES, MODP_1024, Phase2, Suite};
use crate::topology::Topology;

/// What differs between the cases.
#[derive(Debug, Clone, Copy)]
struct Situation {
    name: &'static str,
    topology: Topology,
    /// The exported text always does, as it knows whom to call.
    we_initiate: bool,
}

const SITUATIONS: [Situation; 3] = [
    Situation { name: "both-initiate", topology: Topology::Direct, we_initiate: true },
    Situation { name: "strongswan-initiates", topology: Topology::Direct, we_initiate: false },
    Situation { name: "strongswan-behind-nat", topology: Topology::NatTheirs, we_initiate: false },
];

/// Three seconds of pings.
const PINGS_MEANWHILE: u32 = 60;
/// The end that did not begin the IKE SA that is too many ends it after 20 s, if the other one never does.
const SETTLE_WITHIN: Duration = Duration::from_secs(40);

const DIALECTS: [(&str, Dialect); 2] =
    [("swanctl.conf", Dialect::Swanctl), ("ipsec.conf", Dialect::StrongSwan)];

/// Every version and mode in each of strongSwan's two languages.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for exchange in EXCHANGES {
        for (file, dialect) in DIALECTS {
            for (situation, suite) in SITUATIONS.into_iter().zip(SUITES) {
                let name = format!("{group}::exported::{}::{file}::{}", exchange.name(), situation.name);
                let setting = Setting {
                    left: Left::Ours,
                    suite: suite.with(exchange),
                    topology: situation.topology,
                    initiator: if situation.we_initiate { Side::We } else { Side::StrongSwan },
                };
                cases.push(Case::new(name, setting, move |setting| connects(setting, dialect)));
            }
        }
    }
    cases
}

/// The same with AH, which takes a kernel that has it: strongSwan begins.
pub(super) fn with_ah() -> Vec<Case> {
    let mut cases = Vec::new();
    for exchange in EXCHANGES {
        for ((file, dialect), authentication) in DIALECTS.into_iter().zip(ESP_AUTHENTICATIONS) {
            let suite = Suite { exchange, esp: Phase2::ah(authentication, Some(MODP_1024)), ..SUITES[0] };
            let (topology, initiator) = (Topology::Direct, Side::StrongSwan);
            let setting = Setting { left: Left::Ours, suite, topology, initiator };
            let name = format!("kernel::exported::{}::{file}::{}", exchange.name(), suite.esp);
            let case = Case::new(name, setting, move |setting| connects(setting, dialect));
            cases.push(Case { needs: Needs::Kernel, ..case });
        }
    }
    cases
}

/// The export is loaded, connects by itself, and carries traffic.
fn connects(setting: &Setting, dialect: Dialect) -> Outcome {
    let (suite, topology) = (setting.suite, setting.topology);
    let pair = Pair::with(
        Left::Ours,
        topology,
        |network| plan::plans(network, suite, setting.initiator == Side::We),
        |lab, network, ours, _| {
            let text = exported::mirrored(ours, dialect, topology == Topology::NatTheirs)?;
            let name = exported::connection_name(ours);
            StrongSwan::with(lab, &network.right.gateway, "right", &name, text)
        },
    )?;
    pair.case(|pair| {
        // Ours first: the other one begins when it has loaded the text.
        pair.left.start()?;
        pair.right.start()?;
        pair.wait_connected(patience(CONNECT_WITHIN))?;
        // Both ends may have begun at once. Nothing may be lost while one of two SAs goes.
        let traffic = pair.start_traffic(PINGS_MEANWHILE)?;
        pair.finish_traffic(traffic)?;
        pair.wait_settled_within(patience(SETTLE_WITHIN))?;
        pair.exchange()
    })
}
