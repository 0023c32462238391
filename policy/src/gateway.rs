//! The VPN gateway (GW-1, GW-2).

use core::net::IpAddr;

use esp_core::net::Cidr;
use serde::{Deserialize, Serialize};

use crate::ids::GatewayId;
use crate::names::{Name, Remark};
use crate::resource_state::ResourceState;
use crate::vpc::Vpc;

/// The external address of a gateway, and what must hold of it (GW-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalIp {
    /// The address that peers send to.
    pub address: IpAddr,
    /// The data centre it belongs to, which must be the gateway's.
    #[serde(default, skip_serializing_if = "Name::is_empty")]
    pub data_centre: Name,
    /// Whether it has a default route, which it must.
    #[serde(default = "yes")]
    pub default_route: bool,
}

impl From<IpAddr> for ExternalIp {
    /// The address with a default route, in an unnamed data centre.
    fn from(address: IpAddr) -> Self {
        Self { address, data_centre: Name::default(), default_route: true }
    }
}

/// A gateway of a private network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpnGateway {
    /// Its id, unique among gateways.
    pub id: GatewayId,
    /// What people call it.
    #[serde(default)]
    pub name: Name,
    /// What people note about it.
    #[serde(default)]
    pub remark: Remark,
    /// The kind of machine it runs on, such as x86 or ARM. A label without effect.
    #[serde(default)]
    pub machine_type: Name,
    /// Where it is in its life.
    #[serde(default)]
    pub state: ResourceState,
    /// The data centre it stands in.
    #[serde(default, skip_serializing_if = "Name::is_empty")]
    pub data_centre: Name,
    /// The subnet of the VPC that it sits in.
    #[serde(with = "crate::subnets::single")]
    pub subnet: Cidr,
    /// The private network it serves.
    pub vpc: Vpc,
    /// Its one external address.
    pub external: ExternalIp,
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
