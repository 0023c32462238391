//! The policy of phase 1 (IKE-1 to IKE-9).

use serde::{Deserialize, Serialize};

use crate::algorithms::{DhGroup, ExchangeMode, IkeAuthentication, IkeEncryption, IkeVersion};
use crate::identity::Identity;

/// How the two gateways agree on keys and prove who they are, always with the tunnel's pre-shared key (IKE-9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IkePolicy {
    /// The version of the protocol (IKE-1).
    pub version: IkeVersion,
    /// What encrypts IKE's messages (IKE-3).
    pub encryption: IkeEncryption,
    /// What authenticates them and derives keys (IKE-2).
    pub authentication: IkeAuthentication,
    /// The group of the key exchange (IKE-5).
    pub dh_group: DhGroup,
    /// The exchange of IKEv1, main mode if nothing is set; must not be set with IKEv2 (IKE-4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_mode: Option<ExchangeMode>,
    /// What we call ourselves; the gateway's external address if nothing is set (IKE-6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_id: Option<Identity>,
    /// What the peer must call itself; its address if nothing is set, required for any peer (IKE-7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<Identity>,
    /// Seconds after which the IKE SA is replaced (IKE-8).
    pub lifetime_secs: u32,
}

impl Default for IkePolicy {
    /// The product's: IKEv2, aes128, sha1, group 2, one day.
    fn default() -> Self {
        Self {
            version: IkeVersion::V2,
            encryption: IkeEncryption::Aes128,
            authentication: IkeAuthentication::Sha1,
            dh_group: DhGroup::Modp1024,
            exchange_mode: None,
            local_id: None,
            remote_id: None,
            lifetime_secs: 86_400,
        }
    }
}

impl IkePolicy {
    /// The exchange of phase 1; none in IKEv2, which has but one.
    pub fn exchange_mode(&self) -> Option<ExchangeMode> {
        match self.version {
            IkeVersion::V1 => Some(self.exchange_mode.unwrap_or_default()),
            IkeVersion::V2 => None,
        }
    }
}

#[cfg(test)]
mod tests;
