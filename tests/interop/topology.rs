//! The networks a case can run in.
//!
//! ```text
//! host ── left gateway ══════════════════ right gateway ── host      direct
//! host ── left gateway ── NAT ═══════════ right gateway ── host      NAT on our side
//! host ── left gateway ═══════════ NAT ── right gateway ── host      NAT on their side
//! ```
//!
//! The double line is the watched link. "Left" is the program under test, "right" is its peer. Default routes lead
//! across it, so a packet that a gateway fails to protect does travel, in clear, and is seen.

use crate::failure::{Context, Outcome};
use crate::lab::{self, Lab, Netns};
use crate::nat;

/// The gateways' interface towards each other.
pub(crate) const OUTER: &str = "out0";
/// The gateways' interface towards their inner host.
pub(crate) const INNER: &str = "in0";

/// Where a NAT stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topology {
    Direct,
    NatOurs,
    NatTheirs,
}

impl Topology {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::NatOurs => "nat-ours",
            Self::NatTheirs => "nat-theirs",
        }
    }
}

/// The addresses of an end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The address others reach it at, and its IKE identity.
    pub(crate) public: &'static str,
    /// The gateway's own address behind a NAT, and its router's.
    pub(crate) private: (&'static str, &'static str),
    /// What is behind the gateway; the first is the one that pings go to.
    pub(crate) inner: &'static [Inner],
}

/// A network behind a gateway.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inner {
    pub(crate) subnet: &'static str,
    /// The gateway's address in it.
    pub(crate) gateway: &'static str,
    /// The host's.
    pub(crate) host: &'static str,
}

/// The left end, where a case does not say otherwise.
const LEFT: Place = Place {
    public: "192.0.2.1",
    private: ("172.16.1.2", "172.16.1.1"),
    inner: &[Inner { subnet: "10.1.0.0/24", gateway: "10.1.0.1", host: "10.1.0.10" }],
};
/// The right end.
const RIGHT: Place = Place {
    public: "192.0.2.2",
    private: ("172.16.2.2", "172.16.2.1"),
    inner: &[Inner { subnet: "10.2.0.0/24", gateway: "10.2.0.1", host: "10.2.0.10" }],
};

/// One end of the tunnel: its namespaces and addresses.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) gateway: Netns,
    pub(crate) host: Netns,
    /// Whoever holds the public address: the gateway itself, or a NAT router in front of it.
    pub(crate) edge: Netns,
    /// The gateway's own address, private behind a NAT.
    pub(crate) address: &'static str,
    /// The address others reach it at, and its IKE identity.
    pub(crate) public: &'static str,
    pub(crate) inner: &'static [Inner],
    pub(crate) host_address: &'static str,
}

/// Both ends.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) left: Site,
    pub(crate) right: Site,
    /// The gateway at the watched link: one without NAT.
    pub(crate) watched: Netns,
}

/// Builds the namespaces, cables, addresses and routes.
pub(crate) fn build(lab: &mut Lab, topology: Topology) -> Outcome<Network> {
    build_at(lab, topology, LEFT, RIGHT)
}

/// The same with these addresses.
pub(crate) fn build_at(lab: &mut Lab, topology: Topology, left: Place, right: Place) -> Outcome<Network> {
    let left = site(lab, "l", left, topology == Topology::NatOurs)?;
    let right = site(lab, "r", right, topology == Topology::NatTheirs)?;
    lab::cable(&left.edge, OUTER, &right.edge, OUTER)?;
    for (own, other) in [(&left, &right), (&right, &left)] {
        own.edge.address(OUTER, &format!("{}/24", own.public))?;
        own.edge.ip(&format!("route add default via {} dev {OUTER} onlink", other.public))?;
        if own.address != own.public {
            nat::masquerade(&own.edge, OUTER)?;
        }
    }
    let watched = if left.address == left.public { left.gateway.clone() } else { right.gateway.clone() };
    Ok(Network { left, right, watched })
}

/// A gateway with its inner host, and a router in front of it if it is behind a NAT.
fn site(lab: &mut Lab, side: &str, place: Place, behind_nat: bool) -> Outcome<Site> {
    let gateway = lab.namespace(&format!("{side}g"))?;
    let host = lab.namespace(&format!("{side}h"))?;
    gateway.forwarding()?;
    lab::cable(&gateway, INNER, &host, INNER)?;
    let first = place.inner.first().context(|| "a place without a subnet".into())?;
    for inner in place.inner {
        let bits = inner.subnet.split_once('/').map_or("24", |(_, bits)| bits);
        gateway.address(INNER, &format!("{}/{bits}", inner.gateway))?;
        host.address(INNER, &format!("{}/{bits}", inner.host))?;
    }
    host.default_route(first.gateway)?;
    let (private, router_address) = place.private;
    let edge = if behind_nat {
        let router = lab.namespace(&format!("{side}n"))?;
        router.forwarding()?;
        lab::cable(&gateway, OUTER, &router, INNER)?;
        gateway.address(OUTER, &format!("{private}/24"))?;
        router.address(INNER, &format!("{router_address}/24"))?;
        gateway.default_route(router_address)?;
        router
    } else {
        gateway.clone()
    };
    let address = if behind_nat { private } else { place.public };
    let (public, inner) = (place.public, place.inner);
    Ok(Site { gateway, host, edge, address, public, inner, host_address: first.host })
}
