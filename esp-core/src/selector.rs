//! Traffic selectors: which inner packets a Security Association may carry (RFC 4301 §4.4.1.1, RFC 7296 §3.13).

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::net::{Cidr, IpView};

#[cfg(test)]
mod tests;

/// A range of addresses of one family, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// The addresses from `first` to `last`. `None` where the families differ or `first` lies behind `last`.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The first address.
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// The last address.
    pub fn last(&self) -> IpAddr {
        self.last
    }

    /// Whether `address` lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }

    /// The network that the range is, if it is one.
    pub fn to_cidr(&self) -> Option<Cidr> {
        Cidr::new(self.first, self.prefix_len()?).ok()
    }

    /// The length of the prefix that the range is, if it is one.
    fn prefix_len(&self) -> Option<u8> {
        let (first, last, bits) = match (self.first, self.last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32_u32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return None,
        };
        let host_bits = (first ^ last).count_ones();
        let is_network = (first ^ last).trailing_ones() == host_bits
            && first.trailing_zeros() >= host_bits
            && last.trailing_ones() >= host_bits;
        is_network.then(|| u8::try_from(bits.saturating_sub(host_bits)).ok()).flatten()
    }

    /// What the two ranges have in common.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        if self.first.is_ipv4() != other.first.is_ipv4() {
            return None;
        }
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }
}

impl From<Cidr> for AddressRange {
    fn from(net: Cidr) -> Self {
        Self { first: net.network(), last: net.last() }
    }
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The first port.
    pub first: u16,
    /// The last port. Behind `first` only in [`PortRange::OPAQUE`].
    pub last: u16,
}

impl PortRange {
    /// Every port, and packets that have none.
    pub const ANY: Self = Self { first: 0, last: u16::MAX };
    /// Only packets whose ports cannot be seen, as in a later fragment (RFC 7296 §3.13.1).
    pub const OPAQUE: Self = Self { first: u16::MAX, last: 0 };

    /// Whether the range is a range, or opaque.
    pub fn is_valid(&self) -> bool {
        self.first <= self.last || *self == Self::OPAQUE
    }

    /// Whether a packet with this port, or without a visible one, is covered.
    pub fn contains(&self, port: Option<u16>) -> bool {
        match port {
            _ if *self == Self::ANY => true,
            None => *self == Self::OPAQUE,
            Some(port) => self.first <= port && port <= self.last,
        }
    }

    /// What the two ranges have in common.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        match (*self, *other) {
            (Self::ANY, range) | (range, Self::ANY) => Some(range),
            (a, b) if a == b => Some(a),
            (Self::OPAQUE, _) | (_, Self::OPAQUE) => None,
            (a, b) => {
                let range = Self { first: a.first.max(b.first), last: a.last.min(b.last) };
                (range.first <= range.last).then_some(range)
            }
        }
    }
}

/// One traffic selector: an IP protocol, ports and addresses of one end of the inner traffic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrafficSelector {
    /// The IP protocol number, 0 for every protocol.
    pub protocol: u8,
    /// The ports; for ICMP, type and code (RFC 7296 §3.13.1).
    pub ports: PortRange,
    /// The addresses.
    pub addresses: AddressRange,
}

impl TrafficSelector {
    /// What `self` and `other` have in common, as narrowing needs it (RFC 7296 §2.9).
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let protocol = match (self.protocol, other.protocol) {
            (a, 0) => a,
            (0, b) => b,
            (a, b) if a == b => a,
            _ => return None,
        };
        Some(Self {
            protocol,
            ports: self.ports.intersection(&other.ports)?,
            addresses: self.addresses.intersection(&other.addresses)?,
        })
    }

    /// Whether everything that `other` selects is selected by `self`.
    pub fn covers(&self, other: &Self) -> bool {
        self.intersection(other) == Some(*other)
    }

    /// Whether a packet end with this protocol, address and port is selected.
    pub fn matches(&self, protocol: u8, address: IpAddr, port: Option<u16>) -> bool {
        (self.protocol == 0 || self.protocol == protocol)
            && self.addresses.contains(address)
            && self.ports.contains(port)
    }
}

impl From<Cidr> for TrafficSelector {
    /// All traffic of a network.
    fn from(net: Cidr) -> Self {
        Self { protocol: 0, ports: PortRange::ANY, addresses: net.into() }
    }
}

impl fmt::Display for TrafficSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_range(&self.addresses, f)?;
        if self.protocol == 0 && self.ports == PortRange::ANY {
            return Ok(());
        }
        match self.protocol {
            0 => f.write_str("[any")?,
            1 => f.write_str("[icmp")?,
            6 => f.write_str("[tcp")?,
            17 => f.write_str("[udp")?,
            58 => f.write_str("[ipv6-icmp")?,
            other => write!(f, "[{other}")?,
        }
        match self.ports {
            PortRange::ANY => f.write_str("]"),
            PortRange::OPAQUE => f.write_str("/opaque]"),
            PortRange { first, last } if first == last => write!(f, "/{first}]"),
            PortRange { first, last } => write!(f, "/{first}-{last}]"),
        }
    }
}

/// Prints a range that is a network as the network, as operators write it.
fn fmt_range(range: &AddressRange, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match range.prefix_len() {
        Some(length) => write!(f, "{}/{length}", range.first),
        None => write!(f, "{}-{}", range.first, range.last),
    }
}

impl fmt::Debug for TrafficSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_range(self, f)
    }
}

impl fmt::Debug for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// The selectors of both ends: a packet is selected if its near end matches one of `local` and its far end one of
/// `remote`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    /// Selectors of the traffic's end on our side.
    pub local: Vec<TrafficSelector>,
    /// Selectors of the traffic's end on the peer's side.
    pub remote: Vec<TrafficSelector>,
}

impl Selectors {
    /// Whether a packet that we send is selected: its source by `local`, its destination by `remote`.
    pub fn match_outbound(&self, packet: &IpView) -> bool {
        let near =
            |selector: &TrafficSelector| selector.matches(packet.protocol, packet.source, packet.source_port);
        let far = |selector: &TrafficSelector| {
            selector.matches(packet.protocol, packet.destination, packet.destination_port)
        };
        self.local.iter().any(near) && self.remote.iter().any(far)
    }

    /// Whether packets are told apart by their ports, or ICMP type and code, which later fragments do not show.
    pub fn look_at_ports(&self) -> bool {
        self.local.iter().chain(&self.remote).any(|selector| selector.ports != PortRange::ANY)
    }

    /// Whether a packet that the peer sends is selected: its source by `remote`, its destination by `local`.
    pub fn match_inbound(&self, packet: &IpView) -> bool {
        let near = |selector: &TrafficSelector| {
            selector.matches(packet.protocol, packet.destination, packet.destination_port)
        };
        let far =
            |selector: &TrafficSelector| selector.matches(packet.protocol, packet.source, packet.source_port);
        self.local.iter().any(near) && self.remote.iter().any(far)
    }
}

impl fmt::Display for Selectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, selectors: &[TrafficSelector]| -> fmt::Result {
            for (i, selector) in selectors.iter().enumerate() {
                write!(f, "{}{selector}", if i == 0 { "" } else { ", " })?;
            }
            Ok(())
        };
        list(f, &self.local)?;
        f.write_str(" === ")?;
        list(f, &self.remote)
    }
}
