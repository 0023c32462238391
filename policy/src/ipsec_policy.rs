//! The policy of phase 2 (SEC-1 to SEC-6).

use serde::{Deserialize, Serialize};

use crate::algorithms::{EspAuthentication, EspEncryption, IpsecMode, IpsecProtocol, PfsChoice};

/// How the packets between the subnets are protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IpsecPolicy {
    /// The protocol (SEC-1).
    pub protocol: IpsecProtocol,
    /// What encrypts the packets (SEC-3). With ESP, aes128 if nothing is set; with AH it must not be set (SEC-1), which
    /// is why it is optional. Read it through [`IpsecPolicy::encryption`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EspEncryption>,
    /// What authenticates the packets (SEC-2); sha1 if nothing is set. With an encryption that authenticates by itself it
    /// must not be set. Read it through [`IpsecPolicy::authentication`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<EspAuthentication>,
    /// The group of a fresh key exchange for each SA (SEC-4).
    pub pfs: PfsChoice,
    /// Seconds after which an SA is replaced (SEC-5).
    pub lifetime_secs: u32,
    /// How packets are wrapped (SEC-6).
    pub mode: IpsecMode,
}

impl Default for IpsecPolicy {
    /// The product's: ESP in tunnel mode, aes128, sha1, PFS with group 2, one day.
    fn default() -> Self {
        Self {
            protocol: IpsecProtocol::Esp,
            encryption: None,
            authentication: None,
            pfs: PfsChoice::default(),
            lifetime_secs: 86_400,
            mode: IpsecMode::Tunnel,
        }
    }
}

impl IpsecPolicy {
    /// What encrypts the packets, defaults filled in; nothing with AH.
    pub fn encryption(&self) -> Option<EspEncryption> {
        match self.protocol {
            IpsecProtocol::Esp => Some(self.encryption.unwrap_or_default()),
            IpsecProtocol::Ah => None,
        }
    }

    /// What authenticates the packets, defaults filled in; nothing where the encryption does so itself.
    pub fn authentication(&self) -> Option<EspAuthentication> {
        let by_itself = self.encryption().is_some_and(EspEncryption::is_aead);
        (!by_itself).then(|| self.authentication.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
