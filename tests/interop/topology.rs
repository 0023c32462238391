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

use crate::failure::Outcome;
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

/// One end of the tunnel: its namespaces and addresses.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) gateway: Netns,
    pub(crate) host: Netns,
    /// The gateway's own address, private behind a NAT.
    pub(crate) address: &'static str,
    /// The address others reach it at, and its IKE identity.
    pub(crate) public: &'static str,
    pub(crate) subnet: &'static str,
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
    let left = site(lab, "l", topology == Topology::NatOurs)?;
    let right = site(lab, "r", topology == Topology::NatTheirs)?;
    let left_edge = edge(lab, &left, "172.16.1.1")?;
    let right_edge = edge(lab, &right, "172.16.2.1")?;
    lab::cable(&left_edge, OUTER, &right_edge, OUTER)?;
    for (edge, own, other) in
        [(&left_edge, left.public, right.public), (&right_edge, right.public, left.public)]
    {
        edge.address(OUTER, &format!("{own}/24"))?;
        edge.default_route(other)?;
    }
    for (site, edge) in [(&left, &left_edge), (&right, &right_edge)] {
        if site.address != site.public {
            nat::masquerade(edge, OUTER)?;
        }
    }
    let watched = if left.address == left.public { left.gateway.clone() } else { right.gateway.clone() };
    Ok(Network { left, right, watched })
}

/// A gateway with its inner host.
fn site(lab: &mut Lab, side: &str, behind_nat: bool) -> Outcome<Site> {
    let gateway = lab.namespace(&format!("{side}g"))?;
    let host = lab.namespace(&format!("{side}h"))?;
    gateway.forwarding()?;
    let (subnet, inner, host_address, public, private) = match side {
        "l" => ("10.1.0.0/24", "10.1.0.1", "10.1.0.10", "192.0.2.1", "172.16.1.2"),
        _ => ("10.2.0.0/24", "10.2.0.1", "10.2.0.10", "192.0.2.2", "172.16.2.2"),
    };
    lab::cable(&gateway, INNER, &host, INNER)?;
    gateway.address(INNER, &format!("{inner}/24"))?;
    host.address(INNER, &format!("{host_address}/24"))?;
    host.default_route(inner)?;
    let address = if behind_nat { private } else { public };
    Ok(Site { gateway, host, address, public, subnet, host_address })
}

/// Whoever holds the site's public address: the gateway itself, or a NAT router in front of it.
fn edge(lab: &mut Lab, site: &Site, router_address: &str) -> Outcome<Netns> {
    if site.address == site.public {
        return Ok(site.gateway.clone());
    }
    let router = lab.namespace(if site.public == "192.0.2.1" { "ln" } else { "rn" })?;
    router.forwarding()?;
    lab::cable(&site.gateway, OUTER, &router, INNER)?;
    site.gateway.address(OUTER, &format!("{}/24", site.address))?;
    router.address(INNER, &format!("{router_address}/24"))?;
    site.gateway.default_route(router_address)?;
    Ok(router)
}
