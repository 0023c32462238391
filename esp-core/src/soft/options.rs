//! What a datapath has to know of the host that it is in.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the owner of a datapath says of himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatapathOptions {
    /// Whether the datapath is what forwards inner packets, so that it takes one from their time to live at both ends
    /// of a tunnel (RFC 4301 §5.1.2). Not so behind a TUN device, where the kernel does it.
    pub forwards: bool,
    /// The longest packet that the link to the outside carries, in octets: where every path MTU begins.
    pub link_mtu: usize,
    /// Our address inside, from which ICMP errors come. Without one, "too big" comes from the destination of the packet
    /// that it is about, which no filter against forged sources minds; "time exceeded" does not come.
    pub inside_v4: Option<Ipv4Addr>,
    /// The same for IPv6.
    pub inside_v6: Option<Ipv6Addr>,
}

impl Default for DatapathOptions {
    /// Behind a TUN device over an Ethernet.
    fn default() -> Self {
        Self { forwards: false, link_mtu: 1_500, inside_v4: None, inside_v6: None }
    }
}

impl DatapathOptions {
    /// Our address inside of the family of `other`.
    pub(crate) fn inside(&self, other: IpAddr) -> Option<IpAddr> {
        match other {
            IpAddr::V4(_) => self.inside_v4.map(IpAddr::V4),
            IpAddr::V6(_) => self.inside_v6.map(IpAddr::V6),
        }
    }
}
