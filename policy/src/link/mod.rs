//! A tunnel as one of its ends sees it, which is what every configuration language describes.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use esp_core::net::Cidr;

use crate::algorithms::{ExchangeMode, IkeVersion};
use crate::gateway::VpnGateway;
use crate::identity::Identity;
use crate::ids::{GatewayId, PeerId, TunnelId};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;
use crate::names::Name;
use crate::pair_index::SubnetPair;
use crate::peer::PeerGateway;
use crate::psk::PreSharedKey;
use crate::tunnel::VpnTunnel;

/// What stands before a tunnel's id in the names of connections (CONF-1).
pub(crate) const NAME_PREFIX: &str = "ipsvpn_";

/// One end of a tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkEnd {
    /// Its address. `None` at the far end means any address (PEER-2); at the near end it means that the address is not
    /// written down, as for a host behind NAT.
    pub address: Option<IpAddr>,
    /// What it calls itself. `None` at the far end accepts whatever it calls itself.
    pub id: Option<Identity>,
    /// The subnets behind it.
    pub subnets: Vec<Cidr>,
}

/// One tunnel with both its ends, seen from `here`.
///
/// [`Link::of`] is our side; [`Link::mirrored`] is the same tunnel seen by the peer. The policies are without what
/// stands elsewhere in this value or follows from it: the ids are in the ends, the exchange mode is set exactly for
/// IKEv1, and the encryption of phase 2 is set exactly for ESP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The tunnel, after which connections are named.
    pub tunnel: TunnelId,
    /// What people call it. A comment in texts, not read back.
    pub name: Name,
    /// The end that the text is for.
    pub here: LinkEnd,
    /// The other end.
    pub there: LinkEnd,
    /// Whether this end starts the exchange.
    pub initiate: bool,
    /// What both ends prove to know.
    pub psk: PreSharedKey,
    /// The policy of phase 1.
    pub ike: IkePolicy,
    /// The policy of phase 2.
    pub ipsec: IpsecPolicy,
}

impl Link {
    /// A tunnel as our gateway sees it.
    pub fn of(tunnel: &VpnTunnel, gateway: &VpnGateway, peer: &PeerGateway) -> Self {
        Self {
            tunnel: tunnel.id.clone(),
            name: tunnel.name.clone(),
            here: LinkEnd {
                address: Some(gateway.external.address),
                id: Some(tunnel.local_identity(gateway)),
                subnets: tunnel.local_subnets.clone(),
            },
            there: LinkEnd {
                address: (!peer.is_any()).then_some(peer.address),
                id: tunnel.remote_identity(peer),
                subnets: tunnel.remote_subnets.clone(),
            },
            initiate: tunnel.initiates(peer),
            psk: tunnel.psk.clone(),
            ike: IkePolicy {
                exchange_mode: tunnel.ike.exchange_mode(),
                local_id: None,
                remote_id: None,
                ..tunnel.ike.clone()
            },
            ipsec: IpsecPolicy { encryption: tunnel.ipsec.encryption(), ..tunnel.ipsec.clone() },
        }
    }

    /// The same tunnel seen from the other end (CONF-2). It starts the exchange if it knows whom to call: both ends may
    /// begin at once.
    pub fn mirrored(&self) -> Self {
        Self {
            here: self.there.clone(),
            there: self.here.clone(),
            initiate: self.here.address.is_some(),
            ..self.clone()
        }
    }

    /// The same link for an end behind NAT (PEER-3), whose own address is a private one that only it knows. Its id is
    /// written instead.
    pub fn behind_nat(&self) -> Self {
        Self { here: LinkEnd { address: None, ..self.here.clone() }, ..self.clone() }
    }

    /// The tunnel between `gateway` and `peer` that this link amounts to. Ids that are the ends' own addresses are left
    /// to the defaults (IKE-6, IKE-7).
    pub fn into_tunnel(self, gateway: GatewayId, peer: PeerId) -> VpnTunnel {
        let set = |end: &LinkEnd| match (&end.id, end.address) {
            (Some(Identity::Ip(id)), Some(address)) if *id == address => None,
            (id, _) => id.clone(),
        };
        let (local_id, remote_id) = (set(&self.here), set(&self.there));
        let Self { tunnel, name, here, there, initiate, psk, ike, ipsec } = self;
        VpnTunnel {
            name,
            initiate,
            ike: IkePolicy { local_id, remote_id, ..ike },
            ipsec,
            ..VpnTunnel::new(tunnel, gateway, peer, here.subnets, there.subnets, psk)
        }
    }

    /// Every subnet here with every subnet of the same family there: what IKEv1 needs a phase 2 SA for each (CONF-4).
    pub fn pairs(&self) -> Vec<SubnetPair> {
        let with_all = |local: &Cidr| {
            let local = *local;
            let same = move |remote: &&Cidr| remote.is_ipv4() == local.is_ipv4();
            self.there.subnets.iter().filter(same).map(move |remote| SubnetPair { local, remote: *remote })
        };
        self.here.subnets.iter().flat_map(with_all).collect()
    }

    /// The subnets that have no subnet of their family at the other end, so that no pair carries them.
    pub(crate) fn unpaired(&self) -> Vec<Cidr> {
        let alone = |subnets: &[Cidr], others: &[Cidr]| {
            let lonely = |subnet: &&Cidr| !others.iter().any(|other| other.is_ipv4() == subnet.is_ipv4());
            subnets.iter().filter(lonely).copied().collect::<Vec<_>>()
        };
        let mut all = alone(&self.here.subnets, &self.there.subnets);
        all.extend(alone(&self.there.subnets, &self.here.subnets));
        all
    }

    /// Whether phase 1 is IKEv1's.
    pub(crate) fn is_v1(&self) -> bool {
        self.ike.version == IkeVersion::V1
    }

    /// Whether phase 1 is IKEv1's aggressive mode.
    pub(crate) fn is_aggressive(&self) -> bool {
        self.ike.exchange_mode() == Some(ExchangeMode::Aggressive)
    }

    /// The name of the connection: `ipsvpn_` and the tunnel's id.
    pub(crate) fn connection_name(&self) -> String {
        alloc::format!("{NAME_PREFIX}{}", self.tunnel)
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
