//! The VPN tunnel (TUN-1).

use alloc::vec::Vec;
use core::fmt;

use esp_core::net::Cidr;
use esp_core::selector::Selectors;
use serde::{Deserialize, Serialize};

use crate::gateway::VpnGateway;
use crate::identity::Identity;
use crate::ids::{AlarmTemplateId, GatewayId, PeerId, TunnelId};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;
use crate::names::{Name, Remark};
use crate::pair_index::SubnetPair;
use crate::peer::PeerGateway;
use crate::psk::{ExposedPsk, PreSharedKey};
use crate::resource_state::ResourceState;
use crate::timestamp::Timestamp;

/// A tunnel between one VPN gateway and one peer gateway.
///
/// Serialised, it is without its key (PSK-2); [`ExposedTunnel`] writes the key too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpnTunnel {
    /// Its id, unique among tunnels.
    pub id: TunnelId,
    /// What people call it.
    #[serde(default)]
    pub name: Name,
    /// What people note about it.
    #[serde(default)]
    pub remark: Remark,
    /// The gateway at our end.
    pub gateway: GatewayId,
    /// The gateway at the other end.
    pub peer: PeerId,
    /// The subnets of the VPC that the peer reaches (TUN-2).
    #[serde(with = "crate::subnets::list")]
    pub local_subnets: Vec<Cidr>,
    /// The subnets behind the peer (TUN-2).
    #[serde(with = "crate::subnets::list")]
    pub remote_subnets: Vec<Cidr>,
    /// What both ends prove to know.
    #[serde(skip_serializing)]
    pub psk: PreSharedKey,
    /// Whether we start the exchange; otherwise we wait for the peer. See [`VpnTunnel::initiates`].
    #[serde(default = "yes")]
    pub initiate: bool,
    /// The alarm template that watches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_template: Option<AlarmTemplateId>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Where it is in its life.
    #[serde(default)]
    pub state: ResourceState,
    /// The policy of phase 1.
    #[serde(default)]
    pub ike: IkePolicy,
    /// The policy of phase 2.
    #[serde(default)]
    pub ipsec: IpsecPolicy,
}

impl VpnTunnel {
    /// A tunnel with the product's policies, which starts by itself and has no name.
    pub fn new(
        id: TunnelId,
        gateway: GatewayId,
        peer: PeerId,
        local_subnets: Vec<Cidr>,
        remote_subnets: Vec<Cidr>,
        psk: PreSharedKey,
    ) -> Self {
        Self {
            id,
            name: Name::default(),
            remark: Remark::default(),
            gateway,
            peer,
            local_subnets,
            remote_subnets,
            psk,
            initiate: true,
            alarm_template: None,
            created: None,
            state: ResourceState::default(),
            ike: IkePolicy::default(),
            ipsec: IpsecPolicy::default(),
        }
    }

    /// What we call ourselves: what the policy says, or the gateway's external address (IKE-6).
    pub fn local_identity(&self, gateway: &VpnGateway) -> Identity {
        self.ike.local_id.clone().unwrap_or(Identity::Ip(gateway.external.address))
    }

    /// What the peer must call itself: what the policy says, or its address (IKE-7). `None` for any peer without an id,
    /// which validation refuses.
    pub fn remote_identity(&self, peer: &PeerGateway) -> Option<Identity> {
        match &self.ike.remote_id {
            Some(id) => Some(id.clone()),
            None if peer.is_any() => None,
            None => Some(Identity::Ip(peer.address)),
        }
    }

    /// Whether we start the exchange: if the tunnel says so and the peer has an address to call (PEER-2).
    pub fn initiates(&self, peer: &PeerGateway) -> bool {
        self.initiate && !peer.is_any()
    }

    /// The traffic that the tunnel carries.
    pub fn selectors(&self) -> Selectors {
        Selectors {
            local: self.local_subnets.iter().copied().map(Into::into).collect(),
            remote: self.remote_subnets.iter().copied().map(Into::into).collect(),
        }
    }

    /// Every local subnet with every remote one.
    pub fn pairs(&self) -> impl Iterator<Item = SubnetPair> + '_ {
        let with_all = |local: &Cidr| {
            let local = *local;
            self.remote_subnets.iter().map(move |remote| SubnetPair { local, remote: *remote })
        };
        self.local_subnets.iter().flat_map(with_all)
    }

    /// Whether the change from `self` to `new` must reconnect the tunnel (TUN-6): a change of its ends, subnets, key or
    /// policies does, a change of name, remark or alarm template does not.
    pub fn must_reconnect(&self, new: &Self) -> bool {
        self.gateway != new.gateway
            || self.peer != new.peer
            || self.local_subnets != new.local_subnets
            || self.remote_subnets != new.remote_subnets
            || self.psk != new.psk
            || self.ike != new.ike
            || self.ipsec != new.ipsec
    }
}

/// The explicit wish to write a tunnel together with its key.
#[derive(Clone, Copy, Serialize)]
pub struct ExposedTunnel<'a> {
    psk: ExposedPsk<'a>,
    #[serde(flatten)]
    tunnel: &'a VpnTunnel,
}

impl<'a> ExposedTunnel<'a> {
    /// Exposes the key of `tunnel` to whatever serialises this.
    pub fn new(tunnel: &'a VpnTunnel) -> Self {
        Self { psk: ExposedPsk(&tunnel.psk), tunnel }
    }
}

impl fmt::Debug for ExposedTunnel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tunnel.fmt(f)
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
