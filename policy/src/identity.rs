//! What an end of a tunnel calls itself (IKE-6, IKE-7).

use alloc::string::{String, ToString};
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use crate::text::serde_by_text;

/// Why a text is no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The address that stands for "any" names nobody.
    #[error("`{0}` names nobody; write the end's own address or its domain name")]
    Unspecified(IpAddr),
    /// Only digits and dots, yet no address.
    #[error("`{0}` is no address, and a domain name does not end in a number")]
    BrokenAddress(String),
    /// strongSwan's mark for a domain name.
    #[error("write `{corrected}` without the `@`: an identity that is no address is a domain name here")]
    AtSign {
        /// The text without the sign.
        corrected: String,
    },
    /// The text is no domain name.
    #[error("`{given}` is neither an address nor a domain name: {reason}")]
    Name {
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// A domain name of at most 253 characters, its labels made of letters, digits and inner hyphens (RFC 1123 §2.1).
///
/// Upper and lower case are kept: peers compare the octets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fqdn(String);

impl Fqdn {
    /// Takes `text` if it is a domain name.
    pub fn new(text: &str) -> Result<Self, IdentityError> {
        if let Some(corrected) = text.strip_prefix('@') {
            return Err(IdentityError::AtSign { corrected: corrected.to_string() });
        }
        if let Some(reason) = Self::fault(text) {
            return Err(IdentityError::Name { given: text.to_string(), reason });
        }
        let last = text.rsplit('.').next().unwrap_or(text);
        if last.bytes().all(|c| c.is_ascii_digit()) {
            return Err(IdentityError::BrokenAddress(text.to_string()));
        }
        Ok(Self(text.to_string()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn fault(text: &str) -> Option<&'static str> {
        if text.is_empty() {
            return Some("it is empty");
        }
        if text.len() > 253 {
            return Some("it has more than 253 characters");
        }
        text.split('.').find_map(|label| {
            if label.is_empty() {
                Some("it has an empty label between two dots, or a dot at an end")
            } else if label.len() > 63 {
                Some("it has a label of more than 63 characters")
            } else if !label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
                Some("it has a character besides letters, digits, hyphens and dots")
            } else if label.starts_with('-') || label.ends_with('-') {
                Some("it has a label that starts or ends with a hyphen")
            } else {
                None
            }
        })
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of one end: an IP address or a domain name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// An address, sent as ID_IPV4_ADDR or ID_IPV6_ADDR.
    Ip(IpAddr),
    /// A domain name, sent as ID_FQDN.
    Fqdn(Fqdn),
}

impl FromStr for Identity {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        match text.parse::<IpAddr>() {
            Ok(address) if address.is_unspecified() => Err(IdentityError::Unspecified(address)),
            Ok(address) => Ok(Self::Ip(address)),
            Err(_) => Fqdn::new(text).map(Self::Fqdn),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Fqdn(name) => name.fmt(f),
        }
    }
}

serde_by_text!(Identity, "an IP address or a domain name");

#[cfg(test)]
mod tests;
