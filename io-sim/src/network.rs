//! Worlds of any number of gateways, each with its hosts, around one Internet.

use core::time::Duration;
use std::net::IpAddr;

use esp_core::net::Cidr;
use esp_core::time::Instant;
use ipsec_gateway::GatewayConfig;
use ipsec_policy::{
    GatewayId, Identity, PeerGateway, PreSharedKey, TunnelId, Vpc, VpcId, VpnGateway, VpnTunnel,
};

use crate::clock::NodeClock;
use crate::gateway_node::{GatewayNode, GatewaySetup};
use crate::host::{Host, PingReport, PingSeries, SeriesId};
use crate::link::{Faults, LinkConfig, LinkId, Side};
use crate::nat::{NatBox, NatConfig};
use crate::node::{Handle, Port};
use crate::oracle::LinkRole;
use crate::router::Router;
use crate::world::World;

/// One gateway and what is behind it, before it is built.
#[derive(Clone, Debug)]
pub struct Office {
    /// What it is called; part of its gateway's id.
    pub name: String,
    /// The address that others see.
    pub public: IpAddr,
    /// The gateway's own address where it stands behind a NAT box, which then has the public one.
    pub behind_nat: Option<IpAddr>,
    /// Its subnets, with the one host in each.
    pub subnets: Vec<(Cidr, IpAddr)>,
    /// The tunnels of its gateway.
    pub tunnels: Vec<(VpnTunnel, PeerGateway)>,
    /// What else is to be set of the gateway, over the product's defaults.
    pub adjust: fn(&mut GatewayConfig),
}

impl Office {
    /// An office without tunnels, whose gateway has `public` for its own address. The host of each subnet is given with
    /// it, as `("10.1.0.0/16", "10.1.0.10")`. Panics where a text is wrong.
    pub fn new(name: &str, public: &str, subnets: &[(&str, &str)]) -> Self {
        let subnets = subnets.iter().map(|(subnet, host)| (parsed(subnet), parsed(host))).collect();
        Self {
            name: name.to_owned(),
            public: parsed(public),
            behind_nat: None,
            subnets,
            tunnels: Vec::new(),
            adjust: |_| {},
        }
    }

    /// Puts a NAT box in front of it.
    pub fn behind_nat(mut self, own: &str) -> Self {
        self.behind_nat = Some(parsed(own));
        self
    }

    /// Adds a tunnel from all of its subnets to all of those of `other`, with the product's policies; `change` makes it
    /// what it is to be.
    pub fn tunnel_to(mut self, other: &Self, psk: &str, change: impl FnOnce(&mut VpnTunnel)) -> Self {
        let peer = PeerGateway::new(parsed(&format!("peer-{}", other.name)), other.public);
        self.add(other, peer, psk, change);
        self
    }

    /// As [`Office::tunnel_to`], with a peer that may come from any address (PEER-2).
    pub fn tunnel_to_any(mut self, other: &Self, psk: &str, change: impl FnOnce(&mut VpnTunnel)) -> Self {
        let peer = PeerGateway::new(parsed(&format!("any-{}", other.name)), IpAddr::from([0, 0, 0, 0]));
        self.add(other, peer, psk, change);
        self
    }

    fn add(&mut self, other: &Self, peer: PeerGateway, psk: &str, change: impl FnOnce(&mut VpnTunnel)) {
        let subnets = |office: &Self| office.subnets.iter().map(|(subnet, _)| *subnet).collect();
        let mut tunnel = VpnTunnel::new(
            parsed(&format!("to-{}", other.name)),
            self.gateway_id(),
            peer.id.clone(),
            subnets(self),
            subnets(other),
            parsed::<PreSharedKey>(psk),
        );
        if self.behind_nat.is_some() {
            tunnel.ike.local_id = Some(Identity::Ip(self.public));
        }
        change(&mut tunnel);
        self.tunnels.push((tunnel, peer));
    }

    fn gateway_id(&self) -> GatewayId {
        parsed(&format!("gateway-{}", self.name))
    }

    fn own_address(&self) -> IpAddr {
        self.behind_nat.unwrap_or(self.public)
    }

    fn config(&self) -> GatewayConfig {
        let cidrs: Vec<Cidr> = self.subnets.iter().map(|(subnet, _)| *subnet).collect();
        let first = cidrs.first().copied().unwrap_or_else(|| Cidr::host(self.own_address()));
        let vpc = Vpc { id: parsed::<VpcId>(&format!("vpc-{}", self.name)), cidrs };
        let gateway = VpnGateway::new(self.gateway_id(), vpc, first, self.own_address().into());
        let mut config = GatewayConfig::new(gateway);
        (self.adjust)(&mut config);
        config
    }
}

/// One gateway and what is behind it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The gateway.
    pub gateway: Handle<GatewayNode>,
    /// The hosts, in the order of the subnets.
    pub hosts: Vec<Handle<Host>>,
    /// The NAT box in front of the gateway.
    pub nat: Option<Handle<NatBox>>,
    /// The link to the Internet; the place is at [`Side::A`].
    pub outer: LinkId,
    /// Its port of the router in the middle.
    pub port: Port,
}

/// Gateways around one Internet.
#[derive(Debug)]
pub struct Network {
    /// The world.
    pub world: World,
    /// The places, in the order of the offices.
    pub places: Vec<Place>,
    /// The router in the middle.
    pub internet: Handle<Router>,
}

/// Builds the offices and the Internet between them, with the oracle watching every link. Panics where what is given makes
/// no valid configuration.
pub fn network(seed: u64, offices: &[Office]) -> Network {
    let mut world = World::new(seed);
    let internet = world.add(Router::new("internet"));
    let numbers = 0_u16..;
    let places =
        numbers.zip(offices).map(|(number, office)| place(&mut world, internet, number, office)).collect();
    Network { world, places, internet }
}

fn place(world: &mut World, internet: Handle<Router>, number: u16, office: &Office) -> Place {
    let name = &office.name;
    let gateway = world.add(GatewayNode::new(GatewaySetup {
        name: format!("{name} gateway"),
        address: office.own_address(),
        seed: world.seed(),
        number,
        config: office.config(),
        tunnels: office.tunnels.clone(),
        clock: NodeClock::default(),
        start_at: Instant::ZERO,
    }));
    world.oracle_mut().exempt(office.own_address());
    let hosts = inside(world, gateway, office);
    let nat = office.behind_nat.map(|_| {
        let nat = world.add(NatBox::new(format!("{name} nat"), NatConfig::new(office.public)));
        let link = LinkConfig::new(format!("{name} access"), Duration::from_micros(200));
        let link_name = link.name.clone();
        let access = world.connect((gateway.id(), GatewayNode::OUTSIDE), (nat.id(), NatBox::INSIDE), link);
        world.oracle_mut().watch(access, link_name, LinkRole::Outer { gateway: Some(Side::A) });
        nat
    });
    let exit =
        nat.map_or((gateway.id(), GatewayNode::OUTSIDE), |nat: Handle<NatBox>| (nat.id(), NatBox::OUTSIDE));
    let port = Port(usize::from(number));
    let link = LinkConfig::new(format!("{name} outer"), Duration::from_millis(10));
    let link_name = link.name.clone();
    let outer = world.connect(exit, (internet.id(), port), link);
    world.act(internet, |router, _| router.add_route(Cidr::host(office.public), port));
    let gateway_side = if nat.is_some() { None } else { Some(Side::A) };
    world.oracle_mut().watch(outer, link_name, LinkRole::Outer { gateway: gateway_side });
    Place { gateway, hosts, nat, outer, port }
}

/// The hosts of an office behind a router, which leads everything else to the gateway.
fn inside(world: &mut World, gateway: Handle<GatewayNode>, office: &Office) -> Vec<Handle<Host>> {
    let name = &office.name;
    let router = world.add(Router::new(format!("{name} router")));
    let uplink = Port(office.subnets.len());
    let link = |name: String| LinkConfig::new(name, Duration::from_micros(100));
    world.connect((router.id(), uplink), (gateway.id(), GatewayNode::INSIDE), link(format!("{name} uplink")));
    world.act(router, |router, _| router.add_route(parsed("0.0.0.0/0"), uplink));
    let mut hosts = Vec::new();
    for (number, (subnet, address)) in office.subnets.iter().enumerate() {
        let host = world.add(Host::new(format!("{name} host {number}"), *address));
        let link_name = format!("{name} inner {number}");
        let inner =
            world.connect((host.id(), Host::PORT), (router.id(), Port(number)), link(link_name.clone()));
        world.act(router, |router, _| router.add_route(*subnet, Port(number)));
        world.oracle_mut().protect(*subnet);
        world.oracle_mut().watch(inner, link_name, LinkRole::Inner { host: Side::A, prefix: *subnet });
        hosts.push(host);
    }
    hosts
}

impl Network {
    /// Whether all tunnels of all gateways are connected.
    pub fn is_connected(&self) -> bool {
        self.places.iter().all(|place| self.world.node(place.gateway).is_connected())
    }

    /// Runs until all tunnels are connected, for `within` at most. Whether they are.
    pub fn connect(&mut self, within: Duration) -> bool {
        let gateways: Vec<_> = self.places.iter().map(|place| place.gateway).collect();
        let connected = |world: &World| gateways.iter().all(|gateway| world.node(*gateway).is_connected());
        let deadline = self.world.now() + within;
        self.world.run_while(deadline, |world| !connected(world))
    }

    /// A gateway. Panics where there is no such place.
    pub fn gateway(&self, place: usize) -> &GatewayNode {
        self.world.node(self.at(place).gateway)
    }

    /// The only tunnel of a gateway, or the first. Panics where there is none.
    pub fn tunnel(&self, place: usize) -> TunnelId {
        #[expect(clippy::expect_used, reason = "a test asks for what it has built")]
        let gateway = self.gateway(place).gateway().expect("the gateway runs");
        #[expect(clippy::expect_used, reason = "a test asks for what it has built")]
        let status = gateway.statuses().next().expect("the gateway has a tunnel");
        status.id
    }

    /// A host, by its place and the number of its subnet. Panics where there is none.
    pub fn host(&self, place: usize, subnet: usize) -> Handle<Host> {
        #[expect(clippy::expect_used, reason = "a test asks for what it has built")]
        let host = self.at(place).hosts.get(subnet).expect("there is such a subnet");
        *host
    }

    /// A place. Panics where there is none.
    pub fn at(&self, place: usize) -> &Place {
        #[expect(clippy::expect_used, reason = "a test asks for what it has built")]
        self.places.get(place).expect("there is such a place")
    }

    /// Sets the same faults for both directions of the link between a place and the Internet.
    pub fn set_faults(&mut self, place: usize, faults: Faults) {
        let link = self.at(place).outer;
        self.world.set_faults(link, faults);
    }

    /// Starts a series of pings, a tenth of a second apart.
    pub fn start_pings(&mut self, from: Handle<Host>, to: Handle<Host>, count: u16) -> SeriesId {
        let plan = PingSeries::new(self.world.node(to).address(), count, Duration::from_millis(100));
        self.world.act(from, |host, context| host.start_pings(context, plan))
    }

    /// Sends pings, and waits until two seconds after the last was sent.
    pub fn ping(&mut self, from: Handle<Host>, to: Handle<Host>, count: u16) -> PingReport {
        let series = self.start_pings(from, to, count);
        self.world.run_for(Duration::from_millis(100) * u32::from(count) + Duration::from_secs(2));
        self.world.node(from).report(series)
    }
}

/// A value that is written in a test or in this file. Panics where it is wrong.
fn parsed<T: core::str::FromStr<Err: core::fmt::Debug>>(text: &str) -> T {
    #[expect(clippy::expect_used, reason = "the texts stand in tests")]
    text.parse().expect("a valid text")
}
