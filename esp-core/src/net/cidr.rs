//! A strict network prefix.

use alloc::string::{String, ToString};
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use ipnet::IpNet;

#[cfg(test)]
mod tests;

/// A network prefix without host bits, IPv4 or IPv6.
///
/// Unlike [`ipnet::IpNet`], which it wraps, it cannot hold `192.168.1.5/24`: a tenant who writes that meant either a
/// host or a network, and a gateway that guesses routes the wrong one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

/// Why a text or a pair of address and length is no prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// The text is not `ADDRESS/LENGTH`.
    #[error("`{text}` is not a prefix of the form 10.0.0.0/16 or 2001:db8::/32")]
    Syntax {
        /// What was given.
        text: String,
    },
    /// The length is longer than the address.
    #[error("the prefix length of `{text}` is beyond {max}")]
    Length {
        /// What was given.
        text: String,
        /// The longest length that this family has.
        max: u8,
    },
    /// Bits behind the prefix are set.
    #[error("`{given}` has host bits set; the network is {corrected}")]
    HostBits {
        /// What was given.
        given: String,
        /// The network that contains it.
        corrected: Cidr,
    },
}

impl Cidr {
    /// The prefix of `length` bits of `address`, whose other bits must be zero.
    pub fn new(address: IpAddr, length: u8) -> Result<Self, CidrError> {
        let max = if address.is_ipv4() { 32 } else { 128 };
        let text = || alloc::format!("{address}/{length}");
        let net = IpNet::new(address, length).map_err(|_| CidrError::Length { text: text(), max })?;
        if net.network() == address {
            Ok(Self(net))
        } else {
            Err(CidrError::HostBits { given: text(), corrected: Self(net.trunc()) })
        }
    }

    /// The prefix that holds `address` alone.
    pub fn host(address: IpAddr) -> Self {
        Self(IpNet::from(address))
    }

    /// The first address, which names the network.
    pub fn network(&self) -> IpAddr {
        self.0.network()
    }

    /// The last address.
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }

    /// The number of leading bits that are fixed.
    pub fn length(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Whether `address` is of this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether every address of `other` is of this network; true for the same network.
    pub fn contains_net(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Whether the two have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains_net(other) || other.contains_net(self)
    }

    /// Whether this is an IPv4 network.
    pub fn is_ipv4(&self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let syntax = || CidrError::Syntax { text: text.to_string() };
        let (address, length) = text.split_once('/').ok_or_else(syntax)?;
        let address: IpAddr = address.parse().map_err(|_| syntax())?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        if length.is_empty() || length.len() > 3 || !length.bytes().all(|c| c.is_ascii_digit()) {
            return Err(syntax());
        }
        match length.parse::<u16>().map(u8::try_from) {
            Ok(Ok(length)) => Self::new(address, length),
            _ => Err(CidrError::Length { text: text.to_string(), max }),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
