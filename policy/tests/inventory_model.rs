//! Random sequences of changes on the inventory, against a model that keeps plain lists and checks every rule by looking at
//! everything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::net::IpAddr;

use esp_core::net::Cidr;
use ipsec_policy::{Inventory, PeerGateway, PreSharedKey, Rules, Severity, Vpc, VpnGateway, VpnTunnel};
use proptest::prelude::*;

/// How many sequences; `INVENTORY_SEQUENCES` sets another number.
const SEQUENCES: u32 = 10_000;
const LIMIT: usize = 3;

#[derive(Clone, Debug)]
enum Change {
    AddGateway(u8, u8, u8),
    ReplaceGateway(u8, u8, u8),
    RemoveGateway(u8),
    AddPeer(u8),
    RemovePeer(u8),
    AddTunnel(Shape),
    ReplaceTunnel(Shape),
    RemoveTunnel(u8),
}

/// A tunnel in a few numbers, from which both sides build it.
#[derive(Clone, Copy, Debug)]
struct Shape {
    id: u8,
    gateway: u8,
    peer: u8,
    local: usize,
    remote: usize,
}

/// Nested and separate subnets, so that pairs are equal, overlap and do neither.
const LOCAL: [&str; 3] = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"];
const REMOTE: [&str; 4] = ["192.168.0.0/16", "192.168.1.0/24", "192.168.2.0/24", "172.16.0.0/12"];

fn shape() -> impl Strategy<Value = Shape> {
    (0u8..8, 0u8..4, 0u8..3, 0..LOCAL.len(), 0..REMOTE.len())
        .prop_map(|(id, gateway, peer, local, remote)| Shape { id, gateway, peer, local, remote })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0u8..4, 0u8..2, 0u8..4).prop_map(|(id, vpc, address)| Change::AddGateway(id, vpc, address)),
        2 => (0u8..4, 0u8..2, 0u8..4).prop_map(|(id, vpc, address)| Change::ReplaceGateway(id, vpc, address)),
        1 => (0u8..4).prop_map(Change::RemoveGateway),
        2 => (0u8..3).prop_map(Change::AddPeer),
        1 => (0u8..3).prop_map(Change::RemovePeer),
        8 => shape().prop_map(Change::AddTunnel),
        3 => shape().prop_map(Change::ReplaceTunnel),
        2 => (0u8..8).prop_map(Change::RemoveTunnel),
    ]
}

/// What exists, and nothing that is derived from it.
#[derive(Clone, Debug, Default)]
struct Model {
    gateways: Vec<(u8, u8, u8)>,
    peers: Vec<u8>,
    tunnels: Vec<Shape>,
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

impl Model {
    fn vpc(&self, gateway: u8) -> Option<u8> {
        self.gateways.iter().find(|(id, ..)| *id == gateway).map(|(_, vpc, _)| *vpc)
    }

    /// Whether `tunnel` may stand beside the others.
    fn admits(&self, tunnel: &Shape) -> bool {
        let others = || self.tunnels.iter().filter(|other| other.id != tunnel.id);
        let Some(vpc) = self.vpc(tunnel.gateway) else { return false };
        self.peers.contains(&tunnel.peer)
            && others().filter(|other| other.gateway == tunnel.gateway).count() < LIMIT
            && others().filter(|other| other.peer == tunnel.peer).count() < LIMIT
            && !others().any(|other| {
                self.vpc(other.gateway) == Some(vpc)
                    && (other.local, other.remote) == (tunnel.local, tunnel.remote)
            })
    }

    /// How many other tunnels overlap it.
    fn overlaps(&self, tunnel: &Shape) -> usize {
        let apart = |other: &&Shape| {
            other.id != tunnel.id
                && self.vpc(other.gateway) == self.vpc(tunnel.gateway)
                && cidr(LOCAL[other.local]).overlaps(&cidr(LOCAL[tunnel.local]))
                && cidr(REMOTE[other.remote]).overlaps(&cidr(REMOTE[tunnel.remote]))
        };
        self.tunnels.iter().filter(apart).count()
    }

    fn admits_gateway(&self, id: u8, address: u8) -> bool {
        self.gateways.iter().all(|(other, _, taken)| *other == id || *taken != address)
    }

    /// Does `change` if the rules allow it; whether they do.
    fn apply(&mut self, change: &Change) -> bool {
        let before = self.clone();
        let allowed = match change {
            Change::AddGateway(id, vpc, address) => {
                let allowed = self.vpc(*id).is_none() && self.admits_gateway(*id, *address);
                self.gateways.push((*id, *vpc, *address));
                allowed
            }
            Change::ReplaceGateway(id, vpc, address) => {
                let allowed = self.vpc(*id).is_some() && self.admits_gateway(*id, *address);
                self.gateways.retain(|(other, ..)| other != id);
                self.gateways.push((*id, *vpc, *address));
                let mine: Vec<_> =
                    self.tunnels.iter().filter(|tunnel| tunnel.gateway == *id).copied().collect();
                allowed && mine.iter().all(|tunnel| self.admits(tunnel))
            }
            Change::RemoveGateway(id) => {
                let allowed =
                    self.vpc(*id).is_some() && self.tunnels.iter().all(|tunnel| tunnel.gateway != *id);
                self.gateways.retain(|(other, ..)| other != id);
                allowed
            }
            Change::AddPeer(id) => {
                let allowed = !self.peers.contains(id);
                self.peers.push(*id);
                allowed
            }
            Change::RemovePeer(id) => {
                let allowed = self.peers.contains(id) && self.tunnels.iter().all(|tunnel| tunnel.peer != *id);
                self.peers.retain(|other| other != id);
                allowed
            }
            Change::AddTunnel(tunnel) => {
                let allowed = self.tunnels.iter().all(|other| other.id != tunnel.id) && self.admits(tunnel);
                self.tunnels.push(*tunnel);
                allowed
            }
            Change::ReplaceTunnel(tunnel) => {
                let allowed = self.tunnels.iter().any(|other| other.id == tunnel.id) && self.admits(tunnel);
                self.tunnels.retain(|other| other.id != tunnel.id);
                self.tunnels.push(*tunnel);
                allowed
            }
            Change::RemoveTunnel(id) => {
                let allowed = self.tunnels.iter().any(|other| other.id == *id);
                self.tunnels.retain(|other| other.id != *id);
                allowed
            }
        };
        if !allowed {
            *self = before;
        }
        allowed
    }
}

fn gateway(id: u8, vpc: u8, address: u8) -> VpnGateway {
    let vpc = Vpc { id: format!("vpc-{vpc}").parse().unwrap(), cidrs: vec![cidr("10.0.0.0/8")] };
    let external = IpAddr::from([106, 75, 234, address]).into();
    VpnGateway::new(format!("g-{id}").parse().unwrap(), vpc, cidr("10.0.0.0/24"), external)
}

fn tunnel(shape: &Shape) -> VpnTunnel {
    VpnTunnel::new(
        format!("t-{}", shape.id).parse().unwrap(),
        format!("g-{}", shape.gateway).parse().unwrap(),
        format!("p-{}", shape.peer).parse().unwrap(),
        vec![cidr(LOCAL[shape.local])],
        vec![cidr(REMOTE[shape.remote])],
        PreSharedKey::new("Long+enough*and-Random_9q").unwrap(),
    )
}

/// Does `change`; the number of overlaps that were warned of, or `None` where it was refused.
fn apply(inventory: &mut Inventory, change: &Change) -> Option<usize> {
    let result = match change {
        Change::AddGateway(id, vpc, address) => inventory.add_gateway(gateway(*id, *vpc, *address)),
        Change::ReplaceGateway(id, vpc, address) => inventory.replace_gateway(gateway(*id, *vpc, *address)),
        Change::RemoveGateway(id) => {
            inventory.remove_gateway(&format!("g-{id}").parse().unwrap()).map(|_| Vec::new())
        }
        Change::AddPeer(id) => inventory
            .add_peer(PeerGateway::new(format!("p-{id}").parse().unwrap(), IpAddr::from([1, 1, 1, *id]))),
        Change::RemovePeer(id) => {
            inventory.remove_peer(&format!("p-{id}").parse().unwrap()).map(|_| Vec::new())
        }
        Change::AddTunnel(shape) => inventory.add_tunnel(tunnel(shape)),
        Change::ReplaceTunnel(shape) => inventory.replace_tunnel(tunnel(shape)),
        Change::RemoveTunnel(id) => {
            inventory.remove_tunnel(&format!("t-{id}").parse().unwrap()).map(|_| Vec::new())
        }
    };
    let warned = |found: &ipsec_policy::Finding| found.rule == "TUN-4" && found.severity == Severity::Warning;
    result.ok().map(|found| found.iter().filter(|found| warned(found)).count())
}

/// What exists, as sorted texts.
fn contents(inventory: &Inventory) -> Vec<String> {
    let gateways = inventory.gateways().map(|g| format!("{} {} {}", g.id, g.vpc.id, g.external.address));
    let peers = inventory.peers().map(|peer| peer.id.to_string());
    let tunnels = inventory
        .tunnels()
        .map(|t| format!("{} {} {} {} {}", t.id, t.gateway, t.peer, t.local_subnets[0], t.remote_subnets[0]));
    gateways.chain(peers).chain(tunnels).collect()
}

fn expected(model: &Model) -> Vec<String> {
    let mut gateways: Vec<_> =
        model.gateways.iter().map(|(id, vpc, at)| format!("g-{id} vpc-{vpc} 106.75.234.{at}")).collect();
    let mut peers: Vec<_> = model.peers.iter().map(|id| format!("p-{id}")).collect();
    let text = |t: &Shape| {
        format!("t-{} g-{} p-{} {} {}", t.id, t.gateway, t.peer, LOCAL[t.local], REMOTE[t.remote])
    };
    let mut tunnels: Vec<_> = model.tunnels.iter().map(text).collect();
    [&mut gateways, &mut peers, &mut tunnels].into_iter().for_each(|list| list.sort());
    [gateways, peers, tunnels].concat()
}

fn sequences() -> u32 {
    std::env::var("INVENTORY_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(SEQUENCES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(), max_shrink_iters: 10_000, ..ProptestConfig::default() })]

    /// GW-1, GW-3, GW-4, PEER-1, TUN-1, TUN-4, TUN-7: after every change the inventory holds what the model holds, refuses
    /// what it refuses, and warns of as many overlaps.
    #[test]
    fn the_inventory_is_the_model(changes in proptest::collection::vec(change(), 1..40)) {
        let mut rules = Rules::default();
        (rules.limits.tunnels_per_gateway, rules.limits.tunnels_per_peer) = (LIMIT, LIMIT);
        let (mut inventory, mut model) = (Inventory::new(rules), Model::default());
        for change in &changes {
            let warned = apply(&mut inventory, change);
            let overlaps = match change {
                Change::AddTunnel(shape) | Change::ReplaceTunnel(shape) => Some(model.overlaps(shape)),
                _ => None,
            };
            prop_assert_eq!(warned.is_some(), model.apply(change), "{:?}", change);
            if let (Some(warned), Some(overlaps)) = (warned, overlaps) {
                prop_assert_eq!(warned, overlaps, "{:?}", change);
            }
            prop_assert_eq!(contents(&inventory), expected(&model), "{:?}", change);
        }
    }
}
