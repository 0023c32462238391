//! What the gateway that will run a configuration can do.

use alloc::collections::BTreeSet;
use alloc::format;
use core::fmt;

use crate::algorithms::{IkeVersion, IpsecProtocol};
use crate::text::list;

/// The versions and protocols that the linked gateway carries. A tunnel that needs another is refused before any packet
/// instead of failing silently later. Whoever widens the gateway widens [`Capabilities::current`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The versions of IKE.
    pub ike_versions: BTreeSet<IkeVersion>,
    /// The IPsec protocols.
    pub protocols: BTreeSet<IpsecProtocol>,
}

impl Capabilities {
    /// What the gateway of this release carries: both versions with ESP and AH.
    pub fn current() -> Self {
        Self {
            ike_versions: BTreeSet::from([IkeVersion::V1, IkeVersion::V2]),
            protocols: BTreeSet::from([IpsecProtocol::Esp, IpsecProtocol::Ah]),
        }
    }

    /// Everything that the model can express, for a control plane that only stores configurations.
    pub fn everything() -> Self {
        Self {
            ike_versions: IkeVersion::ALL.iter().copied().collect(),
            protocols: IpsecProtocol::ALL.iter().copied().collect(),
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::current()
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions = list(self.ike_versions.iter().map(|version| format!("IKE{version}")));
        let protocols = list(self.protocols.iter().map(|protocol| protocol.name().to_uppercase()));
        write!(f, "{versions} with {protocols}")
    }
}

#[cfg(test)]
mod tests;
