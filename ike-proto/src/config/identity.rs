//! Who a peer is, and the key that proves it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use esp_core::secret::SecretBytes;

/// An identity as an ID payload carries it (RFC 7296 §3.5). Two are the same only if type and every octet agree.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// ID_IPV4_ADDR or ID_IPV6_ADDR.
    Ip(IpAddr),
    /// ID_FQDN, without a trailing dot or NUL.
    Fqdn(String),
    /// ID_RFC822_ADDR.
    Email(String),
    /// ID_KEY_ID: octets that mean something to the two ends only.
    KeyId(Vec<u8>),
}

impl fmt::Display for Identity {
    /// Peer's text is escaped: it may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Fqdn(name) | Self::Email(name) => name.escape_debug().fmt(f),
            Self::KeyId(octets) => {
                f.write_str("keyid:")?;
                octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A pre-shared key: never printed, wiped when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreSharedKey(SecretBytes);

impl PreSharedKey {
    /// The key's octets. `None` for an empty key, which would authenticate everyone.
    pub fn new(octets: &[u8]) -> Option<Self> {
        (!octets.is_empty()).then(|| Self(SecretBytes::copy_from(octets)))
    }

    /// The octets.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}
