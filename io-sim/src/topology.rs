//! Ready-made worlds.

use core::time::Duration;
use std::net::IpAddr;

use esp_core::net::Cidr;
use esp_core::time::Instant;
use ipsec_gateway::GatewayConfig;
use ipsec_policy::{
    GatewayId, Identity, IkePolicy, IpsecPolicy, PeerGateway, PeerId, PreSharedKey, TunnelId, Vpc, VpcId,
    VpnGateway, VpnTunnel,
};

use crate::clock::NodeClock;
use crate::gateway_node::{GatewayNode, GatewaySetup};
use crate::host::{Host, PingReport, PingSeries, SeriesId};
use crate::link::{Faults, LinkConfig, LinkId, Side};
use crate::nat::{NatBox, NatConfig};
use crate::node::{Handle, Port};
use crate::oracle::LinkRole;
use crate::plan::End;
use crate::router::Router;
use crate::world::World;

/// One end of a [`TwoGateways`] world, before it is built.
#[derive(Clone, Debug)]
pub struct SiteOptions {
    /// The address that the other end sees and that this end is known by.
    pub public: IpAddr,
    /// The gateway's own address where it stands behind a NAT box, which then has the public one.
    pub behind_nat: Option<IpAddr>,
    /// The private network behind the gateway.
    pub subnet: Cidr,
    /// The host in it.
    pub host: IpAddr,
    /// The gateway's clock.
    pub clock: NodeClock,
    /// When the gateway starts.
    pub start_at: Instant,
    /// Whether the tunnel connects by itself; one that does not waits for the other end.
    pub initiate: bool,
    /// The policy of phase 1. Where the gateway stands behind a NAT box, its public address is its identity unless
    /// another is set here.
    pub ike: IkePolicy,
    /// The policy of phase 2.
    pub ipsec: IpsecPolicy,
    /// The pre-shared key.
    pub psk: PreSharedKey,
    /// What else is to be set of the gateway, over the product's defaults.
    pub adjust: fn(&mut GatewayConfig),
}

/// Both ends of a [`TwoGateways`] world and the way between them, before it is built.
#[derive(Clone, Debug)]
pub struct TwoGatewaysOptions {
    /// The first end.
    pub left: SiteOptions,
    /// The second end.
    pub right: SiteOptions,
    /// How long a packet takes from a site to the middle of the Internet.
    pub latency: Duration,
}

/// Where a NAT box stands in front of a gateway.
const PRIVATE_LEFT: [u8; 4] = [172, 16, 1, 2];
const PRIVATE_RIGHT: [u8; 4] = [172, 16, 2, 2];

impl SiteOptions {
    /// A site with the product's default policies, whose gateway has `public` for its own address.
    pub fn new(public: IpAddr, subnet: Cidr, host: IpAddr, psk: PreSharedKey) -> Self {
        Self {
            public,
            behind_nat: None,
            subnet,
            host,
            clock: NodeClock::default(),
            start_at: Instant::ZERO,
            initiate: true,
            ike: IkePolicy::default(),
            ipsec: IpsecPolicy::default(),
            psk,
            adjust: |_| {},
        }
    }

    fn gateway_address(&self) -> IpAddr {
        self.behind_nat.unwrap_or(self.public)
    }
}

impl TwoGatewaysOptions {
    /// SCN-4: two gateways of the product, with IKEv2, aes128-sha1-modp1024, and ESP with aes128-sha1 and PFS.
    pub fn scn4() -> Self {
        let psk = || parsed("a-key-of-the-simulation");
        Self {
            left: SiteOptions::new(
                parsed("106.75.234.78"),
                parsed("10.0.192.0/20"),
                parsed("10.0.192.10"),
                psk(),
            ),
            right: SiteOptions::new(
                parsed("106.75.234.74"),
                parsed("192.168.0.0/16"),
                parsed("192.168.1.10"),
                psk(),
            ),
            latency: Duration::from_millis(10),
        }
    }

    /// Puts a NAT box in front of the left gateway; the right one can then only answer.
    pub fn with_nat_left(mut self) -> Self {
        self.left.behind_nat = Some(PRIVATE_LEFT.into());
        self.right.initiate = false;
        self
    }

    /// Puts a NAT box in front of the right gateway; the left one can then only answer.
    pub fn with_nat_right(mut self) -> Self {
        self.right.behind_nat = Some(PRIVATE_RIGHT.into());
        self.left.initiate = false;
        self
    }
}

/// One end of a [`TwoGateways`] world.
#[derive(Clone, Debug)]
pub struct Site {
    /// The gateway.
    pub gateway: Handle<GatewayNode>,
    /// The host behind it.
    pub host: Handle<Host>,
    /// The NAT box in front of it.
    pub nat: Option<Handle<NatBox>>,
    /// The link between host and gateway; the host is at [`Side::A`].
    pub inner: LinkId,
    /// The link to the Internet; the site is at [`Side::A`].
    pub outer: LinkId,
    /// The gateway's tunnel.
    pub tunnel: TunnelId,
}

/// Host, gateway, perhaps a NAT box, the Internet, and the same again.
#[derive(Debug)]
pub struct TwoGateways {
    /// The world.
    pub world: World,
    /// The first end.
    pub left: Site,
    /// The second end.
    pub right: Site,
    /// The router in the middle.
    pub internet: Handle<Router>,
}

/// Builds two sites and the Internet between them, with the oracle watching every link. Panics where the options do not
/// make a valid configuration.
pub fn two_gateways(seed: u64, options: &TwoGatewaysOptions) -> TwoGateways {
    let mut world = World::new(seed);
    let internet = world.add(Router::new("internet"));
    let left = site(&mut world, internet, End::Left, options);
    let right = site(&mut world, internet, End::Right, options);
    TwoGateways { world, left, right, internet }
}

fn site(world: &mut World, internet: Handle<Router>, end: End, options: &TwoGatewaysOptions) -> Site {
    let (own, other, number) = match end {
        End::Left => (&options.left, &options.right, 0),
        End::Right => (&options.right, &options.left, 1),
    };
    let setup = GatewaySetup {
        name: format!("{end} gateway"),
        address: own.gateway_address(),
        seed: world.seed(),
        number,
        config: gateway_config(end, own),
        tunnels: vec![tunnel(end, own, other)],
        clock: own.clock,
        start_at: own.start_at,
    };
    let tunnel = tunnel_id(end);
    let gateway = world.add(GatewayNode::new(setup));
    let host = world.add(Host::new(format!("{end} host"), own.host));
    let inner_link = LinkConfig::new(format!("{end} inner"), Duration::from_micros(100));
    let inner = world.connect((host.id(), Host::PORT), (gateway.id(), GatewayNode::INSIDE), inner_link);
    let nat =
        own.behind_nat.map(|_| world.add(NatBox::new(format!("{end} nat"), NatConfig::new(own.public))));
    let mut exit = (gateway.id(), GatewayNode::OUTSIDE);
    if let Some(nat) = nat {
        let access_link = LinkConfig::new(format!("{end} access"), Duration::from_micros(200));
        let name = access_link.name.clone();
        let access = world.connect(exit, (nat.id(), NatBox::INSIDE), access_link);
        world.oracle_mut().watch(access, name, LinkRole::Outer { gateway: Some(Side::A) });
        exit = (nat.id(), NatBox::OUTSIDE);
    }
    let outer_link = LinkConfig::new(format!("{end} outer"), options.latency);
    let port = Port(usize::from(number));
    let outer = world.connect(exit, (internet.id(), port), outer_link);
    world.act(internet, |router, _| router.add_route(Cidr::host(own.public), port));
    let oracle = world.oracle_mut();
    oracle.protect(own.subnet);
    oracle.watch(inner, format!("{end} inner"), LinkRole::Inner { host: Side::A, prefix: own.subnet });
    let sealed_by = if nat.is_some() { None } else { Some(Side::A) };
    oracle.watch(outer, format!("{end} outer"), LinkRole::Outer { gateway: sealed_by });
    Site { gateway, host, nat, inner, outer, tunnel }
}

fn tunnel_id(end: End) -> TunnelId {
    parsed(&format!("tunnel-{end}"))
}

fn gateway_config(end: End, own: &SiteOptions) -> GatewayConfig {
    let id = parsed::<GatewayId>(&format!("gateway-{end}"));
    let vpc = Vpc { id: parsed::<VpcId>(&format!("vpc-{end}")), cidrs: vec![own.subnet] };
    let gateway = VpnGateway::new(id, vpc, own.subnet, own.gateway_address().into());
    let mut config = GatewayConfig::new(gateway);
    (own.adjust)(&mut config);
    config
}

fn tunnel(end: End, own: &SiteOptions, other: &SiteOptions) -> (VpnTunnel, PeerGateway) {
    let peer = PeerGateway::new(parsed::<PeerId>(&format!("peer-of-{end}")), other.public);
    let gateway = parsed::<GatewayId>(&format!("gateway-{end}"));
    let (local, remote) = (vec![own.subnet], vec![other.subnet]);
    let mut tunnel = VpnTunnel::new(tunnel_id(end), gateway, peer.id.clone(), local, remote, own.psk.clone());
    tunnel.initiate = own.initiate;
    tunnel.ike = own.ike.clone();
    tunnel.ipsec = own.ipsec.clone();
    if own.behind_nat.is_some() {
        tunnel.ike.local_id.get_or_insert(Identity::Ip(own.public));
    }
    (tunnel, peer)
}

impl TwoGateways {
    /// One of the two ends.
    pub fn site(&self, end: End) -> &Site {
        match end {
            End::Left => &self.left,
            End::Right => &self.right,
        }
    }

    /// Whether both tunnels are connected.
    pub fn is_connected(&self) -> bool {
        both_connected(&self.world, self.left.gateway, self.right.gateway)
    }

    /// Runs until both tunnels are connected, for `within` at most. Whether they are.
    pub fn connect(&mut self, within: Duration) -> bool {
        let (left, right) = (self.left.gateway, self.right.gateway);
        let deadline = self.world.now() + within;
        self.world.run_while(deadline, |world| !both_connected(world, left, right))
    }

    /// Sets the same faults for both directions of both links to the Internet.
    pub fn set_outer_faults(&mut self, faults: Faults) {
        for link in [self.left.outer, self.right.outer] {
            self.world.set_faults(link, faults);
        }
    }

    /// Starts a series of pings from the host of `from` to the other one.
    pub fn start_pings(&mut self, from: End, count: u16, interval: Duration) -> SeriesId {
        let (own, other) = match from {
            End::Left => (self.left.host, self.right.host),
            End::Right => (self.right.host, self.left.host),
        };
        let plan = PingSeries::new(self.world.node(other).address(), count, interval);
        self.world.act(own, |host, context| host.start_pings(context, plan))
    }

    /// What became of a series of the host of `from`.
    pub fn report(&self, from: End, series: SeriesId) -> PingReport {
        self.world.node(self.site(from).host).report(series)
    }

    /// Sends a series of pings and waits until all of them are answered or two seconds after the last was sent.
    pub fn ping(&mut self, from: End, count: u16, interval: Duration) -> PingReport {
        let series = self.start_pings(from, count, interval);
        self.world.run_for(interval * u32::from(count) + Duration::from_secs(2));
        self.report(from, series)
    }
}

fn both_connected(world: &World, left: Handle<GatewayNode>, right: Handle<GatewayNode>) -> bool {
    world.node(left).is_connected() && world.node(right).is_connected()
}

/// A value that is written in this file. Panics where it is wrong.
fn parsed<T: core::str::FromStr<Err: core::fmt::Debug>>(text: &str) -> T {
    #[expect(clippy::expect_used, reason = "the texts stand in this file")]
    text.parse().expect("a valid text")
}

#[cfg(test)]
mod tests;
