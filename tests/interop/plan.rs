//! What a case configures on both ends.

use crate::suite::{self, Suite};
use crate::topology::{Network, Site};

/// The suites every case is made for; the first also gets the cases that need one suite only.
pub(crate) const SUITES: [Suite; 5] = [
    Suite::same(suite::AES_128, suite::SHA1, suite::MODP_1024),
    Suite::same(suite::AES_256, suite::SHA2_256, suite::MODP_2048),
    Suite::same(suite::TRIPLE_DES, suite::MD5, suite::MODP_768),
    Suite::same(suite::AES_192, suite::SHA1, suite::MODP_1536),
    Suite::same(suite::AES_128, suite::SHA1, suite::MODP_2048_256),
];

/// One end's view of the tunnel.
#[derive(Debug, Clone)]
pub(crate) struct TunnelPlan {
    /// What both programs call it.
    pub(crate) name: String,
    pub(crate) suite: Suite,
    /// The address this end binds.
    pub(crate) address: String,
    /// The address the other end is reached at.
    pub(crate) peer: String,
    pub(crate) local_id: String,
    pub(crate) remote_id: String,
    pub(crate) local_subnets: Vec<String>,
    pub(crate) remote_subnets: Vec<String>,
    pub(crate) psk: String,
    /// Whether this end opens the tunnel by itself.
    pub(crate) initiates: bool,
    pub(crate) options: Options,
}

/// What a case wants beyond the plan, as lines of each program's own configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// Of our configuration file: what follows a tunnel.
    pub(crate) ours: String,
    /// Of a strongSwan connection. They come last, and so take the place of what was said before.
    pub(crate) theirs: String,
    /// Of strongSwan's secrets.
    pub(crate) their_secrets: String,
    /// Of strongSwan's daemon.
    pub(crate) their_daemon: String,
}

/// The pre-shared key of a case that wants both ends to agree.
pub(crate) const PSK: &str = "Interop_key-2026";

/// The plans of the left and the right gateway.
pub(crate) fn plans(network: &Network, suite: Suite, left_initiates: bool) -> (TunnelPlan, TunnelPlan) {
    let (left, right) = (&network.left, &network.right);
    let one = |own: &Site, other: &Site, initiates| TunnelPlan {
        name: "t1".into(),
        suite,
        address: own.address.into(),
        peer: other.public.into(),
        local_id: own.public.into(),
        remote_id: other.public.into(),
        local_subnets: own.inner.iter().map(|inner| inner.subnet.into()).collect(),
        remote_subnets: other.inner.iter().map(|inner| inner.subnet.into()).collect(),
        psk: PSK.into(),
        initiates,
        options: Options::default(),
    };
    (one(left, right, left_initiates), one(right, left, !left_initiates))
}

impl TunnelPlan {
    /// The same plan for the `index`th of many tunnels between two gateways: with a name, identities, subnets, and where the
    /// key exchange allows it a key of its own.
    pub(crate) fn numbered(self, index: usize, suite: Suite) -> Self {
        let identity = |side: &str| format!("{side}{index}.interop.example");
        let is_left = self.local_subnets.iter().any(|subnet| subnet.starts_with("10.1."));
        let (own, other) = if is_left { ("left", "right") } else { ("right", "left") };
        Self {
            name: format!("t{index}"),
            suite,
            local_id: identity(own),
            remote_id: identity(other),
            local_subnets: nth_subnets(&self.local_subnets, index),
            remote_subnets: nth_subnets(&self.remote_subnets, index),
            // strongSwan's responder of main mode takes the first key that it finds between the two addresses.
            psk: if suite.exchange.finds_key_by_address() {
                self.psk
            } else {
                format!("{}-{index}", self.psk)
            },
            ..self
        }
    }
}

/// `10.1.0.0/24` becomes `10.1.INDEX.0/24`.
fn nth_subnets(first: &[String], index: usize) -> Vec<String> {
    first.iter().map(|first| first.replacen(".0.0/", &format!(".{index}.0/"), 1)).collect()
}
