//! The configuration file.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use esp_core::net::Cidr;
use ipsec_gateway::{GatewayConfig, TunnelOptions};
use ipsec_policy::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, GatewayId, Identity, IkeAuthentication,
    IkeEncryption, IkePolicy, IkeVersion, IpsecPolicy, IpsecProtocol, Limits, Name, PeerGateway, PeerId,
    PfsChoice, PreSharedKey, TunnelId, VpcId, VpnGateway, VpnTunnel, parse_subnet,
};
use serde::Deserialize;

use crate::options::Ikev2Section;

/// What the file holds. Everything that is optional has the product's default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) gateway: GatewaySection,
    #[serde(default, rename = "tunnel")]
    pub(crate) tunnels: Vec<TunnelSection>,
}

/// The `[gateway]` section.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GatewaySection {
    name: String,
    /// The outer address, which an interface of this host has.
    pub(crate) address: IpAddr,
    vpc: Vec<String>,
    /// The name of the TUN device.
    pub(crate) tun: String,
    /// Carry ESP in UDP even where no NAT is found.
    #[serde(default)]
    force_encapsulation: bool,
    /// Seconds of silence after which a peer is probed.
    liveness: Option<u64>,
}

/// A `[[tunnel]]` section.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TunnelSection {
    name: String,
    peer: IpAddr,
    local_subnets: Vec<String>,
    remote_subnets: Vec<String>,
    psk: PreSharedKey,
    #[serde(default = "yes")]
    initiate: bool,
    #[serde(default)]
    ike: IkeSection,
    #[serde(default)]
    ipsec: IpsecSection,
    /// Only with version v2.
    ikev2: Option<Ikev2Section>,
}

/// A `[tunnel.ike]` section.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct IkeSection {
    version: IkeVersion,
    /// Only with version v1.
    exchange_mode: Option<ExchangeMode>,
    encryption: IkeEncryption,
    authentication: IkeAuthentication,
    dh_group: DhGroup,
    lifetime: Option<u32>,
    local_id: Option<Identity>,
    remote_id: Option<Identity>,
}

/// A `[tunnel.ipsec]` section.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct IpsecSection {
    protocol: IpsecProtocol,
    /// Only with protocol esp.
    encryption: Option<EspEncryption>,
    authentication: Option<EspAuthentication>,
    pfs: PfsChoice,
    lifetime: Option<u32>,
}

/// A file in words, or what is wrong with it.
pub(crate) fn read(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    // The error's own Display quotes the line, which may hold a pre-shared key.
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("{}, line {}: {}", path.display(), before.matches('\n').count() + 1, error.message())
    })
}

impl Config {
    /// The gateway as the model has it. Algorithms beyond the product's table are allowed here.
    pub(crate) fn gateway(&self) -> Result<GatewayConfig, String> {
        let section = &self.gateway;
        let cidrs = subnets("gateway.vpc", &section.vpc)?;
        let subnet = *cidrs.first().ok_or("gateway.vpc: give at least one subnet")?;
        let vpc = ipsec_policy::Vpc { id: VpcId::new("vpc").map_err(|e| e.to_string())?, cidrs };
        let gateway = VpnGateway {
            name: Name::new(section.name.as_str()).map_err(|e| format!("gateway.name: {e}"))?,
            ..VpnGateway::new(gateway_id()?, vpc, subnet, section.address.into())
        };
        let mut config = GatewayConfig::new(gateway);
        config.limits = Limits::library();
        config.default_options.nat.force_encapsulation = section.force_encapsulation;
        if let Some(seconds) = section.liveness {
            config.liveness.delay = Duration::from_secs(seconds);
        }
        Ok(config)
    }
}

impl TunnelSection {
    /// The tunnel and its peer as the model has them, and what the model does not know of it.
    pub(crate) fn tunnel(
        self,
        defaults: &TunnelOptions,
    ) -> Result<(VpnTunnel, PeerGateway, TunnelOptions), String> {
        let name = self.name.clone();
        let at = |field: &str| format!("tunnel {name}, {field}");
        let id = TunnelId::new(self.name.as_str()).map_err(|e| format!("{}: {e}", at("name")))?;
        let peer = PeerGateway::new(peer_id(self.peer)?, self.peer);
        let local = subnets(&at("local_subnets"), &self.local_subnets)?;
        let remote = subnets(&at("remote_subnets"), &self.remote_subnets)?;
        let options = match self.ikev2 {
            Some(_) if self.ike.version == IkeVersion::V1 => {
                return Err(format!("{}: the tunnel has version v1", at("ikev2")));
            }
            Some(section) => section.options(defaults).map_err(|e| format!("{}: {e}", at("ikev2")))?,
            None => defaults.clone(),
        };
        let mut tunnel = VpnTunnel::new(id, gateway_id()?, peer.id.clone(), local, remote, self.psk);
        tunnel.initiate = self.initiate;
        tunnel.ike = self.ike.policy();
        tunnel.ipsec = self.ipsec.policy();
        Ok((tunnel, peer, options))
    }
}

impl IkeSection {
    fn policy(self) -> IkePolicy {
        let product = IkePolicy::default();
        IkePolicy {
            version: self.version,
            exchange_mode: self.exchange_mode,
            encryption: self.encryption,
            authentication: self.authentication,
            dh_group: self.dh_group,
            local_id: self.local_id,
            remote_id: self.remote_id,
            lifetime_secs: self.lifetime.unwrap_or(product.lifetime_secs),
        }
    }
}

impl IpsecSection {
    fn policy(self) -> IpsecPolicy {
        let product = IpsecPolicy::default();
        IpsecPolicy {
            protocol: self.protocol,
            encryption: self.encryption,
            authentication: self.authentication,
            pfs: self.pfs,
            lifetime_secs: self.lifetime.unwrap_or(product.lifetime_secs),
            ..product
        }
    }
}

fn gateway_id() -> Result<GatewayId, String> {
    GatewayId::new("gateway").map_err(|e| e.to_string())
}

/// A peer is named by its address. Colons are not allowed in an id.
fn peer_id(address: IpAddr) -> Result<PeerId, String> {
    PeerId::new(format!("peer-{}", address.to_string().replace(':', "-"))).map_err(|e| e.to_string())
}

fn subnets(at: &str, texts: &[String]) -> Result<Vec<Cidr>, String> {
    texts.iter().map(|text| parse_subnet(text).map_err(|e| format!("{at}: {e}"))).collect()
}

fn yes() -> bool {
    true
}
