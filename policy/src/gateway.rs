//! The VPN gateway (GW-1, GW-2).

use core::net::IpAddr;

use esp_core::net::Cidr;
use serde::{Deserialize, Serialize};

use crate::ids::{AlarmTemplateId, GatewayId};
use crate::names::{Name, Remark};
use crate::resource_state::ResourceState;
use crate::security_group::SecurityGroup;
use crate::subscription::Subscription;
use crate::timestamp::Timestamp;
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
    /// What is paid for; absent where it does not expire. Apart from the gateway's: renewing one does not renew the other
    /// (SUB-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
}

impl ExternalIp {
    /// Whether it is still bound. One that has expired is not, and tunnels stop with it (SUB-1).
    pub fn is_bound(&self, now: Timestamp) -> bool {
        self.subscription.is_none_or(|subscription| !subscription.is_expired(now))
    }
}

impl From<IpAddr> for ExternalIp {
    /// The address with a default route, in an unnamed data centre.
    fn from(address: IpAddr) -> Self {
        Self { address, data_centre: Name::default(), default_route: true, subscription: None }
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
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// What is paid for; absent where it does not expire (SUB-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
    /// What filters the traffic of its external address (GW-9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_group: Option<SecurityGroup>,
    /// The alarm template that watches it (MON-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_template: Option<AlarmTemplateId>,
}

impl VpnGateway {
    /// A running gateway that is nothing but what it must be (GW-1).
    pub fn new(id: GatewayId, vpc: Vpc, subnet: Cidr, external: ExternalIp) -> Self {
        Self {
            id,
            name: Name::default(),
            remark: Remark::default(),
            machine_type: Name::default(),
            state: ResourceState::default(),
            data_centre: Name::default(),
            subnet,
            vpc,
            external,
            created: None,
            subscription: None,
            security_group: None,
            alarm_template: None,
        }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
