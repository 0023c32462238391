//! What one more tunnel costs in a small inventory and in a large one.
//!
//! ```text
//! cargo bench --bench policy
//! ```
//!
//! Prints the median of several hundred additions to an inventory of 10 gateways with 200 tunnels and to one of 10,000
//! gateways with 200,000 tunnels, in the same run and in turns, and the ratio of the two.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot build its configuration ends"
)]
#![expect(clippy::print_stdout, reason = "a benchmark tells the person who runs it")]

use std::net::IpAddr;
use std::time::{Duration, Instant};

use ipsec_policy::{Inventory, PeerGateway, PreSharedKey, Rules, Vpc, VpnGateway, VpnTunnel};

const TUNNELS_OF_A_GATEWAY: u32 = 20;
/// Gateways of one private network; each needs remote subnets of its own (TUN-4).
const GATEWAYS_OF_A_VPC: u32 = 100;
const ROUNDS: usize = 400;

fn main() {
    let mut small = inventory(10);
    let mut large = inventory(10_000);
    let (mut in_small, mut in_large) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        in_small.push(one_more(&mut small, 10, round));
        in_large.push(one_more(&mut large, 10_000, round));
    }
    let (small_cost, large_cost) = (median(&mut in_small), median(&mut in_large));
    println!("adding one tunnel, checked against all rules (median of {ROUNDS})");
    println!(
        "  {:>7} gateways {:>8} tunnels   {small_cost:>10.1?}",
        small.gateways().len(),
        small.tunnels().len()
    );
    println!(
        "  {:>7} gateways {:>8} tunnels   {large_cost:>10.1?}",
        large.gateways().len(),
        large.tunnels().len()
    );
    println!("  ratio {:.2}", large_cost.as_secs_f64() / small_cost.as_secs_f64());
}

/// An inventory of so many gateways with 20 tunnels each, and room for the one more that is measured.
fn inventory(gateways: u32) -> Inventory {
    let mut rules = Rules::default();
    rules.limits.tunnels_per_gateway += 1;
    rules.limits.tunnels_per_peer += 1;
    let mut inventory = Inventory::new(rules);
    for gateway in 0..gateways {
        let vpc = Vpc {
            id: format!("vpc-{}", gateway / GATEWAYS_OF_A_VPC).parse().expect("an id"),
            cidrs: vec!["10.0.0.0/8".parse().expect("a subnet")],
        };
        let external = IpAddr::from((0x5000_0000 + gateway).to_be_bytes()).into();
        let id = format!("g-{gateway}").parse().expect("an id");
        let subnet = "10.0.0.0/24".parse().expect("a subnet");
        inventory.add_gateway(VpnGateway::new(id, vpc, subnet, external)).expect("a gateway");
        let address = IpAddr::from((0x0100_0000 + gateway).to_be_bytes());
        let peer = PeerGateway::new(format!("p-{gateway}").parse().expect("an id"), address);
        inventory.add_peer(peer).expect("a peer");
        for n in 0..TUNNELS_OF_A_GATEWAY {
            inventory.add_tunnel(tunnel(gateway, n)).expect("a tunnel");
        }
    }
    inventory
}

fn tunnel(gateway: u32, n: u32) -> VpnTunnel {
    // 172.16.0.0 and up for every gateway of a network: 100 gateways with 21 tunnels are 2,100 subnets of 256 addresses.
    let number = (gateway % GATEWAYS_OF_A_VPC) * (TUNNELS_OF_A_GATEWAY + 1) + n;
    let remote = IpAddr::from((0xac10_0000 + number * 256).to_be_bytes());
    VpnTunnel::new(
        format!("t-{gateway}-{n}").parse().expect("an id"),
        format!("g-{gateway}").parse().expect("an id"),
        format!("p-{gateway}").parse().expect("an id"),
        vec!["10.0.0.0/16".parse().expect("a subnet")],
        vec![format!("{remote}/24").parse().expect("a subnet")],
        PreSharedKey::new("Long+enough*and-Random_9q").expect("a key"),
    )
}

/// How long it takes to add one more tunnel to some gateway, which is taken out again.
fn one_more(inventory: &mut Inventory, gateways: u32, round: usize) -> Duration {
    let round = u32::try_from(round).unwrap_or(0);
    // Spread over the inventory, so that no cache holds all of it.
    let last = tunnel(round.wrapping_mul(7_919) % gateways, TUNNELS_OF_A_GATEWAY);
    let id = last.id.clone();
    let begin = Instant::now();
    let added = inventory.add_tunnel(last);
    let took = begin.elapsed();
    assert!(added.is_ok(), "the tunnel fits");
    inventory.remove_tunnel(&id).expect("it was added");
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
