//! What a tenant may choose.

use alloc::collections::BTreeSet;
use core::ops::RangeInclusive;

use crate::algorithms::{DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption};

/// The bounds of a configuration. The default is the product's; an embedder may widen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most tunnels of one VPN gateway (GW-3).
    pub tunnels_per_gateway: usize,
    /// The most tunnels to one peer gateway (PEER-1).
    pub tunnels_per_peer: usize,
    /// The most local subnets of a tunnel (TUN-2).
    pub local_subnets: usize,
    /// The most remote subnets of a tunnel (TUN-2).
    pub remote_subnets: usize,
    /// The most rules of an alarm template (MON-2).
    pub alarm_rules: usize,
    /// For how long a comparison of an alarm rule may have to hold, in seconds (MON-2).
    pub alarm_secs: RangeInclusive<u32>,
    /// The most rules of a security group (GW-9).
    pub security_rules: usize,
    /// The lifetimes of an IKE SA, in seconds (IKE-8).
    pub ike_lifetime_secs: RangeInclusive<u32>,
    /// The lifetimes of an IPsec SA, in seconds (SEC-5).
    pub ipsec_lifetime_secs: RangeInclusive<u32>,
    /// The encryption algorithms of IKE (IKE-3).
    pub ike_encryption: BTreeSet<IkeEncryption>,
    /// The authentication algorithms of IKE (IKE-2).
    pub ike_authentication: BTreeSet<IkeAuthentication>,
    /// The groups of IKE (IKE-5).
    pub dh_groups: BTreeSet<DhGroup>,
    /// The encryption algorithms of ESP (SEC-3).
    pub esp_encryption: BTreeSet<EspEncryption>,
    /// The authentication algorithms of ESP and AH (SEC-2).
    pub esp_authentication: BTreeSet<EspAuthentication>,
    /// The groups of PFS (SEC-4). Doing without PFS is always allowed.
    pub pfs_groups: BTreeSet<DhGroup>,
}

impl Limits {
    /// What the product allows its tenants.
    pub fn product() -> Self {
        use DhGroup::{Modp768, Modp1024, Modp1536, Modp2048, Modp2048Subgroup256};
        let groups = BTreeSet::from([Modp768, Modp1024, Modp1536, Modp2048, Modp2048Subgroup256]);
        Self {
            ike_encryption: BTreeSet::from([
                IkeEncryption::TripleDes,
                IkeEncryption::Aes128,
                IkeEncryption::Aes192,
                IkeEncryption::Aes256,
            ]),
            ike_authentication: BTreeSet::from([
                IkeAuthentication::Md5,
                IkeAuthentication::Sha1,
                IkeAuthentication::Sha2_256,
            ]),
            dh_groups: groups.clone(),
            esp_encryption: BTreeSet::from([
                EspEncryption::TripleDes,
                EspEncryption::Aes128,
                EspEncryption::Aes192,
                EspEncryption::Aes256,
            ]),
            esp_authentication: BTreeSet::from([EspAuthentication::Md5, EspAuthentication::Sha1]),
            pfs_groups: groups,
            ..Self::library()
        }
    }

    /// The product's counts and lifetimes, with every algorithm of the library.
    pub fn library() -> Self {
        Self {
            tunnels_per_gateway: 20,
            tunnels_per_peer: 20,
            local_subnets: 20,
            remote_subnets: 20,
            alarm_rules: 20,
            alarm_secs: 1..=86_400,
            security_rules: 100,
            ike_lifetime_secs: 3_600..=86_400,
            ipsec_lifetime_secs: 3_600..=86_400,
            ike_encryption: IkeEncryption::ALL.iter().copied().collect(),
            ike_authentication: IkeAuthentication::ALL.iter().copied().collect(),
            dh_groups: DhGroup::ALL.iter().copied().collect(),
            esp_encryption: EspEncryption::ALL.iter().copied().collect(),
            esp_authentication: EspAuthentication::ALL.iter().copied().collect(),
            pfs_groups: DhGroup::ALL.iter().copied().collect(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::product()
    }
}

#[cfg(test)]
mod tests;
