//! What idle tunnels cost: memory of each, and processor time of one second of their life.
//!
//! ```text
//! cargo bench --bench scale
//! ```
//!
//! First one gateway with 20 tunnels to 20 peers, then a process with 1,000 gateways with 20 tunnels each, all in the
//! simulator: connected, with dead peer detection, keys, logs, counters and their past. The simulator's own part (links,
//! oracle, datapath, one event queue for all) is in the figures. Memory is what the process has more of since the worlds were
//! begun; time is that of the processor, not of the clock.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot build its configuration, or is not on Linux, ends"
)]
#![expect(clippy::print_stdout, reason = "a benchmark tells the person who runs it")]

use std::net::IpAddr;
use std::time::Duration;

use esp_core::net::Cidr;
use esp_core::time::Instant;
use ipsec_gateway::{Gateway, GatewayConfig};
use ipsec_io_sim::{GatewayNode, GatewaySetup, Handle, LinkConfig, NodeClock, Port, Router, World};
use ipsec_policy::{PeerGateway, PreSharedKey, Vpc, VpnGateway, VpnTunnel};

/// Tunnels of a gateway, the product's limit (GW-3).
const TUNNELS: usize = 20;
/// What strongSwan's charon takes for one IKE SA with one Child SA, keys in the kernel, measured in the lab of the
/// interoperability tests.
const CHARON_KIB: f64 = 17.0;
/// A second of idle life is measured over so many.
const IDLE: u64 = 60;

fn main() {
    // The hub's 20 tunnels and the one of each spoke.
    let star: Vec<_> = (1..=TUNNELS).map(|spoke| (0, spoke)).collect();
    measure("one gateway with 20 tunnels to 20 peers", TUNNELS + 1, &star);
    let gateways = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(1_000);
    let ring: Vec<_> = (0..gateways)
        .flat_map(|own| (1..=TUNNELS / 2).map(move |step| (own, (own + step) % gateways)))
        .collect();
    measure(&format!("{gateways} gateways with 20 tunnels each, in one process"), gateways, &ring);
}

/// Connects the gateways by `tunnels`, lets them idle, and prints what that costs.
fn measure(title: &str, gateways: usize, tunnels: &[(usize, usize)]) {
    let before = resident_kib();
    let (mut world, nodes) = build(gateways, tunnels);
    let begun = processor_time();
    let connected = |world: &World| nodes.iter().all(|node| world.node(*node).is_connected());
    let deadline = Instant::from_secs(120);
    assert!(world.run_while(deadline, |world| !world_step_done(world) || !connected(world)), "all connect");
    let handshakes = processor_time() - begun;
    // Long enough for the log to hold what an idle tunnel writes, and for the first steps of the past.
    world.run_for(Duration::from_secs(60));
    let kib = resident_kib() - before;
    let begun = processor_time();
    world.run_for(Duration::from_secs(IDLE));
    let idle = processor_time() - begun;
    let ends = tunnels.len() * 2;
    let logs: usize = nodes.iter().filter_map(|node| world.node(*node).gateway()).map(log_octets).sum();
    println!("{title}: {ends} ends of tunnels");
    println!(
        "  memory of an idle end     {:>8.1} KiB, of that its log {:.1} KiB",
        kib / ends as f64,
        logs as f64 / 1_024.0 / ends as f64
    );
    println!(
        "    yardstick               {CHARON_KIB:>8.1} KiB  strongSwan's charon: one IKE SA and its Child SA, without log or past"
    );
    let of_all = idle / u32::try_from(IDLE).expect("a small number");
    println!(
        "  one second of idle life   {:>8.2} µs an end, {:.2} ms of all",
        micros(of_all) / ends as f64,
        micros(of_all) / 1_000.0
    );
    println!(
        "  a handshake               {:>8.2} ms, both ends",
        micros(handshakes) / 1_000.0 / tunnels.len() as f64
    );
}

fn world_step_done(world: &World) -> bool {
    // Asking all gateways after every packet would be most of the work: once in half a second is enough.
    world.now().as_micros() % 500_000 < 1_000
}

/// Octets of text in the logs of a gateway and its tunnels.
fn log_octets(gateway: &Gateway) -> usize {
    let ids: Vec<_> =
        gateway.inventory().tunnels().map(|tunnel| Some(tunnel.id.clone())).chain([None]).collect();
    let logs = ids.iter().filter_map(|id| gateway.log(id.as_ref()));
    logs.flat_map(|log| log.entries()).map(|entry| size_of_val(entry) + entry.text.capacity()).sum()
}

/// The gateways around one router. Of each tunnel the first end begins.
fn build(gateways: usize, tunnels: &[(usize, usize)]) -> (World, Vec<Handle<GatewayNode>>) {
    let mut of: Vec<Vec<(VpnTunnel, PeerGateway)>> = vec![Vec::new(); gateways];
    for (own, other) in tunnels {
        of[*own].push(tunnel(*own, *other, true));
        of[*other].push(tunnel(*other, *own, false));
    }
    let mut world = World::new(1);
    let internet = world.add(Router::new("internet"));
    let mut nodes = Vec::new();
    for (number, tunnels) in of.into_iter().enumerate() {
        let node = world.add(GatewayNode::new(GatewaySetup {
            name: format!("gateway {number}"),
            address: address(number),
            seed: 1,
            number: u16::try_from(number).expect("fewer than 65,536 gateways"),
            config: GatewayConfig::new(gateway(number)),
            tunnels,
            clock: NodeClock::default(),
            start_at: Instant::from_millis(u64::try_from(number).expect("a small number")),
        }));
        let link = LinkConfig::new(format!("link {number}"), Duration::from_millis(5));
        world.connect((node.id(), GatewayNode::OUTSIDE), (internet.id(), Port(number)), link);
        world.act(internet, |router, _| router.add_route(Cidr::host(address(number)), Port(number)));
        nodes.push(node);
    }
    (world, nodes)
}

fn address(number: usize) -> IpAddr {
    IpAddr::from((0x5000_0000 + u32::try_from(number).expect("a small number")).to_be_bytes())
}

fn subnet(number: usize) -> Cidr {
    let (high, low) = (number / 256, number % 256);
    format!("10.{high}.{low}.0/24").parse().expect("a subnet")
}

fn gateway(number: usize) -> VpnGateway {
    let vpc = Vpc { id: format!("vpc-{number}").parse().expect("an id"), cidrs: vec![subnet(number)] };
    let id = format!("g-{number}").parse().expect("an id");
    VpnGateway::new(id, vpc, subnet(number), address(number).into())
}

fn tunnel(own: usize, other: usize, initiate: bool) -> (VpnTunnel, PeerGateway) {
    let peer = PeerGateway::new(format!("p-{other}").parse().expect("an id"), address(other));
    let (id, gateway) = (format!("t-{own}-{other}"), format!("g-{own}"));
    let mut tunnel = VpnTunnel::new(
        id.parse().expect("an id"),
        gateway.parse().expect("an id"),
        peer.id.clone(),
        vec![subnet(own)],
        vec![subnet(other)],
        PreSharedKey::new("an-Example#Key").expect("a key"),
    );
    tunnel.initiate = initiate;
    (tunnel, peer)
}

fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}

/// Memory of this process that is resident, in KiB.
fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells of its processes");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the memory is told");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Time that this process has had of the processor.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells of its processes");
    let nanos = text.split_whitespace().next().expect("the time is told");
    Duration::from_nanos(nanos.parse().expect("a number"))
}
