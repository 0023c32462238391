//! What of a tunnel only IKEv2 has: a `[tunnel.ikev2]` section.

use std::time::Duration;

use ike_proto::config::{
    ChildSas, Childless, FragmentationConfig, MobikeConfig, Ppk, PpkConfig, V2Config, WindowSize,
};
use ipsec_gateway::TunnelOptions;
use ipsec_policy::PreSharedKey;
use serde::Deserialize;

/// A `[tunnel.ikev2]` section. What is left out is as an ordinary peer takes it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ikev2Section {
    /// Whether the peer may send long messages in fragments, and we do so where it can (RFC 7383); yes if not said.
    fragmentation: Option<bool>,
    /// Octets of the longest IP packet that a message may make before it is sent in fragments.
    fragment_size: Option<u16>,
    /// Whether either end may change its address and keep its SAs (RFC 4555).
    mobike: bool,
    /// Whether the IKE SA may be made without a Child SA (RFC 6023).
    childless: ChildlessWord,
    /// How many Child SAs there are for several subnets (CONF-4).
    child_sas: ChildSasWord,
    /// How many requests the peer may have outstanding.
    window: Option<u32>,
    /// Seconds after which a peer that initiated must authenticate again (RFC 4478).
    auth_lifetime: Option<u64>,
    /// A post-quantum key beside the pre-shared one (RFC 8784).
    ppk: Option<PpkSection>,
}

/// A `[tunnel.ikev2.ppk]` section.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PpkSection {
    id: String,
    secret: PreSharedKey,
    /// Whether an IKE SA without it is refused.
    #[serde(default)]
    mandatory: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChildlessWord {
    Never,
    #[default]
    Allow,
    Prefer,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ChildSasWord {
    #[default]
    One,
    OnePerPair,
}

impl Ikev2Section {
    /// The options of the tunnel, of which `gateway` are those that stand in no section.
    pub(crate) fn options(self, gateway: &TunnelOptions) -> Result<TunnelOptions, String> {
        let product = FragmentationConfig::default();
        let ppk = self.ppk.map(PpkSection::config).transpose()?;
        Ok(TunnelOptions {
            nat: gateway.nat,
            v2: V2Config {
                ppk,
                childless: match self.childless {
                    ChildlessWord::Never => Childless::Never,
                    ChildlessWord::Allow => Childless::Allow,
                    ChildlessWord::Prefer => Childless::Prefer,
                },
                child_sas: match self.child_sas {
                    ChildSasWord::One => ChildSas::One,
                    ChildSasWord::OnePerPair => ChildSas::OnePerPair,
                },
                fragmentation: FragmentationConfig {
                    enabled: self.fragmentation.unwrap_or(product.enabled),
                    packet_size: self.fragment_size.unwrap_or(product.packet_size),
                },
                window: self.window.map_or_else(WindowSize::default, WindowSize),
            },
            mobike: MobikeConfig { enabled: self.mobike, ..MobikeConfig::default() },
            auth_lifetime: self.auth_lifetime.map(Duration::from_secs),
        })
    }
}

impl PpkSection {
    fn config(self) -> Result<PpkConfig, String> {
        let key = Ppk::new(self.id.as_bytes(), self.secret.expose())
            .ok_or_else(|| format!("ppk.id: write 1 to {} characters", Ppk::MAX_ID))?;
        Ok(PpkConfig { key, mandatory: self.mandatory })
    }
}
