//! Routes that lead inner traffic into the tunnels, and never the gateway's own packets.
//!
//! The routes stand in a table of their own, which a rule consults for every packet **but those that carry the
//! gateway's mark**. The sockets to the peers set the mark, so that IKE and ESP follow the host's other tables whatever
//! the remote subnets are: a remote subnet may contain the peer's outer address, or be `0.0.0.0/0`, and IKE still
//! finds its way. The usual alternative, a host route to the peer beside the tunnel's route, goes stale when the
//! host's own routes change, and lets every program's packets to the peer's address out in clear.
//!
//! A destination has up to three routes there, from the best metric to the worst:
//!
//! 1. the one that the gateway announces while the tunnel carries traffic ([`Routes::add`]);
//! 2. one into the same TUN device that stands as long as the tunnel is configured ([`Routes::hold`]): while there is
//!    no SA the datapath drops what comes, and the packet that wanted to pass is what makes a held tunnel reconnect;
//! 3. an *unreachable* one. The kernel removes the device and its routes when the process ends, however it ends; the
//!    unreachable ones stay, and what the tunnel should have carried is refused rather than sent in clear. They go
//!    when the tunnel is deleted, or with [`Routes::clear`] at a clean shutdown; dropping [`Routes`] leaves them.
//!
//! Strict reverse path filtering (`net.ipv4.conf.*.rp_filter=1`) on the outer interface looks up the way back without
//! the mark: where a remote subnet contains the peer's outer address it must be 0 or 2, see [`filters_strictly`].

mod reverse_path;

use std::collections::BTreeSet;
use std::net::IpAddr;

use esp_core::net::Cidr;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::rule::{RuleAction, RuleAttribute, RuleFlags, RuleMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use rustix::io::Errno;

pub use reverse_path::filters_strictly;

use crate::netlink::{HostAddress, Netlink, NetlinkError};

/// What marks a route as ours (`rtm_protocol`): a number that no routing daemon uses; ESP's own.
const ROUTE_PROTOCOL: RouteProtocol = RouteProtocol::Other(50);
/// Metric of a route into the TUN device.
const TUNNEL_METRIC: u32 = 100;
/// Metric of the route into the TUN device that stands while the tunnel is down too.
const HOLD_METRIC: u32 = 2000;
/// Metric of the unreachable route beneath it.
const UNREACHABLE_METRIC: u32 = 4000;

/// Where the routes stand. Every gateway of one network namespace needs its own table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteConfig {
    /// The routing table.
    pub table: u32,
    /// The priority of the rule that consults it; below 32766 it comes before the main table.
    pub rule_priority: u32,
    /// The mark of the gateway's own packets.
    pub mark: u32,
    /// Whether an unreachable route is laid beneath each route.
    pub fail_closed: bool,
}

impl Default for RouteConfig {
    /// Table 4500, rule 4500, mark 4500, fail closed.
    fn default() -> Self {
        Self { table: 4500, rule_priority: 4500, mark: 4500, fail_closed: true }
    }
}

/// A route or rule could not be changed.
#[derive(Debug, thiserror::Error)]
#[error("{what} could not be {verb}: {source}")]
pub struct RouteError {
    what: String,
    verb: &'static str,
    /// The kernel's answer.
    pub source: NetlinkError,
}

/// The routes of one gateway.
#[derive(Debug)]
pub struct Routes {
    netlink: Netlink,
    config: RouteConfig,
    device: u32,
    /// Destinations that lead into the tunnels.
    installed: BTreeSet<Cidr>,
    /// Destinations that belong to a tunnel, connected or not.
    held: BTreeSet<Cidr>,
    /// Destinations that are unreachable since a run before this one.
    leftovers: BTreeSet<Cidr>,
    rules: BTreeSet<Family>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    V4,
    V6,
}

impl Family {
    fn of(net: &Cidr) -> Self {
        if net.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    fn netlink(self) -> AddressFamily {
        match self {
            Self::V4 => AddressFamily::Inet,
            Self::V6 => AddressFamily::Inet6,
        }
    }
}

impl Routes {
    /// Prepares for routes through the interface with the index `device`, and looks for what a run that was not shut
    /// down cleanly has left: see [`Routes::leftovers`]. Changes nothing yet.
    pub fn open(config: RouteConfig, device: u32) -> Result<Self, RouteError> {
        let failed = |source| RouteError { what: "the routing tables".into(), verb: "read", source };
        let netlink = Netlink::open().map_err(failed)?;
        let mut routes = Self {
            netlink,
            config,
            device,
            installed: BTreeSet::new(),
            held: BTreeSet::new(),
            leftovers: BTreeSet::new(),
            rules: BTreeSet::new(),
        };
        routes.find_leftovers().map_err(failed)?;
        Ok(routes)
    }

    /// Destinations that a run before this one left unreachable. They stay so until a tunnel takes them over and gives
    /// them up, or until [`Routes::clear`].
    pub fn leftovers(&self) -> impl Iterator<Item = &Cidr> {
        self.leftovers.iter()
    }

    /// Destinations that lead into the tunnels now.
    pub fn destinations(&self) -> impl Iterator<Item = &Cidr> {
        self.installed.iter()
    }

    /// Leads `destination` into the TUN device, or changes the sources of the route that does. This host's own packets
    /// take one of its addresses inside `sources` as their source, where it has one.
    pub fn add(&mut self, destination: Cidr, sources: &[Cidr]) -> Result<(), RouteError> {
        self.prepare(destination)?;
        self.installed.insert(destination);
        let preferred = self.preferred_source(&destination, sources);
        self.install(&self.device_route(&destination, TUNNEL_METRIC, preferred), destination)
    }

    /// Withdraws what [`Routes::add`] did. Withdrawing what is not there is no error.
    pub fn remove(&mut self, destination: Cidr) -> Result<(), RouteError> {
        self.installed.remove(&destination);
        self.uninstall(&self.device_route(&destination, TUNNEL_METRIC, None), destination)?;
        self.remove_last(destination)
    }

    /// Keeps packets to `destination` off every other way until [`Routes::release`], whether the tunnel is up or not.
    pub fn hold(&mut self, destination: Cidr) -> Result<(), RouteError> {
        self.prepare(destination)?;
        self.held.insert(destination);
        self.install(&self.device_route(&destination, HOLD_METRIC, None), destination)
    }

    /// Ends what [`Routes::hold`] began.
    pub fn release(&mut self, destination: Cidr) -> Result<(), RouteError> {
        self.held.remove(&destination);
        self.uninstall(&self.device_route(&destination, HOLD_METRIC, None), destination)?;
        self.remove_last(destination)
    }

    /// The rule, and the unreachable route first: before another follows no packet takes a way of its own.
    fn prepare(&mut self, destination: Cidr) -> Result<(), RouteError> {
        self.require_rule(Family::of(&destination))?;
        self.leftovers.remove(&destination);
        if self.config.fail_closed {
            self.install(&self.unreachable_route(&destination), destination)?;
        }
        Ok(())
    }

    /// Removes the unreachable route once nothing else leads to `destination`.
    fn remove_last(&mut self, destination: Cidr) -> Result<(), RouteError> {
        if self.installed.contains(&destination) || self.held.contains(&destination) {
            return Ok(());
        }
        self.leftovers.remove(&destination);
        if self.config.fail_closed {
            self.uninstall(&self.unreachable_route(&destination), destination)?;
        }
        Ok(())
    }

    /// Withdraws every route and rule, leftovers included; what could not be withdrawn is returned.
    pub fn clear(&mut self) -> Vec<RouteError> {
        let mut failed = Vec::new();
        for destination in core::mem::take(&mut self.installed) {
            failed.extend(self.remove(destination).err());
        }
        for destination in core::mem::take(&mut self.held) {
            failed.extend(self.release(destination).err());
        }
        for destination in core::mem::take(&mut self.leftovers) {
            failed.extend(self.remove_last(destination).err());
        }
        self.rules.clear();
        // Both families: a run before this one may have left the rule of either.
        for family in [Family::V4, Family::V6] {
            let rule = RouteNetlinkMessage::DelRule(self.rule(family));
            if let Err(source) = self.netlink.change(rule, 0)
                && !source.is(Errno::NOENT)
                && !source.is(Errno::AFNOSUPPORT)
            {
                failed.push(RouteError { what: self.rule_name(), verb: "removed", source });
            }
        }
        failed
    }

    fn install(&mut self, route: &RouteMessage, destination: Cidr) -> Result<(), RouteError> {
        self.netlink
            .change(RouteNetlinkMessage::NewRoute(route.clone()), NLM_F_CREATE | NLM_F_REPLACE)
            .map_err(|source| RouteError { what: format!("the route to {destination}"), verb: "set", source })
    }

    fn uninstall(&mut self, route: &RouteMessage, destination: Cidr) -> Result<(), RouteError> {
        match self.netlink.change(RouteNetlinkMessage::DelRoute(route.clone()), 0) {
            // It may have gone with the device.
            Err(source) if !source.is(Errno::SRCH) && !source.is(Errno::NODEV) => {
                Err(RouteError { what: format!("the route to {destination}"), verb: "removed", source })
            }
            _ => Ok(()),
        }
    }

    fn require_rule(&mut self, family: Family) -> Result<(), RouteError> {
        if self.rules.contains(&family) {
            return Ok(());
        }
        let rule = RouteNetlinkMessage::NewRule(self.rule(family));
        match self.netlink.change(rule, NLM_F_CREATE | NLM_F_EXCL) {
            // Left by a run before this one.
            Err(source) if source.is(Errno::EXIST) => {}
            Err(source) => return Err(RouteError { what: self.rule_name(), verb: "set", source }),
            Ok(()) => {}
        }
        self.rules.insert(family);
        Ok(())
    }

    fn rule_name(&self) -> String {
        format!("the rule {} for table {}", self.config.rule_priority, self.config.table)
    }

    /// `not from all fwmark MARK lookup TABLE`.
    fn rule(&self, family: Family) -> RuleMessage {
        let mut rule = RuleMessage::default();
        rule.header.family = family.netlink();
        rule.header.action = RuleAction::ToTable;
        rule.header.flags = RuleFlags::Invert;
        rule.attributes = vec![
            RuleAttribute::Priority(self.config.rule_priority),
            RuleAttribute::FwMark(self.config.mark),
            RuleAttribute::FwMask(u32::MAX),
            RuleAttribute::Table(self.config.table),
            RuleAttribute::Protocol(ROUTE_PROTOCOL),
        ];
        rule
    }

    fn device_route(&self, destination: &Cidr, metric: u32, preferred: Option<IpAddr>) -> RouteMessage {
        let mut route = self.route(destination, RouteType::Unicast, metric);
        route.header.scope = RouteScope::Link;
        route.attributes.push(RouteAttribute::Oif(self.device));
        route
            .attributes
            .extend(preferred.map(|source| RouteAttribute::PrefSource(RouteAddress::from(source))));
        route
    }

    fn unreachable_route(&self, destination: &Cidr) -> RouteMessage {
        self.route(destination, RouteType::Unreachable, UNREACHABLE_METRIC)
    }

    fn route(&self, destination: &Cidr, kind: RouteType, metric: u32) -> RouteMessage {
        let mut route = RouteMessage::default();
        route.header = RouteHeader {
            address_family: Family::of(destination).netlink(),
            destination_prefix_length: destination.length(),
            protocol: ROUTE_PROTOCOL,
            kind,
            ..RouteHeader::default()
        };
        route.attributes = vec![
            RouteAttribute::Destination(RouteAddress::from(destination.network())),
            RouteAttribute::Table(self.config.table),
            RouteAttribute::Priority(metric),
        ];
        route
    }

    /// An address of this host inside `sources`. Where the host's addresses cannot be read the route does without.
    fn preferred_source(&mut self, destination: &Cidr, sources: &[Cidr]) -> Option<IpAddr> {
        let addresses = self.netlink.addresses().ok()?;
        first_inside(&addresses, sources, destination.is_ipv4())
    }

    fn find_leftovers(&mut self) -> Result<(), NetlinkError> {
        for family in [AddressFamily::Inet, AddressFamily::Inet6] {
            let mut request = RouteMessage::default();
            request.header.address_family = family;
            let (table, leftovers) = (self.config.table, &mut self.leftovers);
            self.netlink.dump(RouteNetlinkMessage::GetRoute(request), |entry| {
                if let RouteNetlinkMessage::NewRoute(route) = entry {
                    leftovers.extend(leftover(&route, table));
                }
            })?;
        }
        Ok(())
    }
}

/// The destination of `route`, if it is an unreachable one of ours in `table`.
fn leftover(route: &RouteMessage, table: u32) -> Option<Cidr> {
    let ours = route.header.protocol == ROUTE_PROTOCOL
        && route.header.kind == RouteType::Unreachable
        && route.attributes.contains(&RouteAttribute::Table(table));
    if !ours {
        return None;
    }
    let address = route.attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Destination(RouteAddress::Inet(address)) => Some(IpAddr::from(*address)),
        RouteAttribute::Destination(RouteAddress::Inet6(address)) => Some(IpAddr::from(*address)),
        _ => None,
    });
    // The kernel does not write out the destination of a default route.
    let address = address.or(match route.header.address_family {
        AddressFamily::Inet => Some(IpAddr::from([0; 4])),
        AddressFamily::Inet6 => Some(IpAddr::from([0_u16; 8])),
        _ => None,
    })?;
    Cidr::new(address, route.header.destination_prefix_length).ok()
}

/// The first address of the family inside one of the networks, in the order of the networks.
fn first_inside(addresses: &[HostAddress], networks: &[Cidr], ipv4: bool) -> Option<IpAddr> {
    let of_family = |address: &IpAddr| address.is_ipv4() == ipv4;
    networks.iter().find_map(|net| {
        addresses
            .iter()
            .map(|entry| entry.address)
            .find(|address| of_family(address) && net.contains(*address))
    })
}

#[cfg(test)]
mod tests;
