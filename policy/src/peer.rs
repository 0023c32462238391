//! The peer gateway (PEER-1, PEER-2).

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::ids::PeerId;
use crate::names::{Name, Remark};
use crate::timestamp::Timestamp;

/// The gateway at the other end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerGateway {
    /// Its id, unique among peers.
    pub id: PeerId,
    /// What people call it.
    #[serde(default)]
    pub name: Name,
    /// What people note about it.
    #[serde(default)]
    pub remark: Remark,
    /// Its public address; `0.0.0.0` or `::` for a peer at any address (PEER-2).
    pub address: IpAddr,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

impl PeerGateway {
    /// A peer without a name.
    pub fn new(id: PeerId, address: IpAddr) -> Self {
        Self { id, name: Name::default(), remark: Remark::default(), address, created: None }
    }

    /// Whether the peer may come from any address. Such a peer is waited for, never called (PEER-2).
    pub fn is_any(&self) -> bool {
        self.address.is_unspecified()
    }
}

#[cfg(test)]
mod tests;
