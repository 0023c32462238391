use super::*;
use crate::fixtures::{cidrs, errors, gateway, inventory, peer, scn_2, tunnel, warnings};
use crate::names::Name;

fn refused<T: core::fmt::Debug>(result: Result<T, Refusal>) -> Vec<&'static str> {
    errors(&result.unwrap_err().findings)
}

/// A tunnel with subnets of its own.
fn nth(n: u8) -> VpnTunnel {
    tunnel(&format!("t-{n}"), &["10.0.192.0/24"], &[&format!("192.168.{n}.0/24")])
}

/// GW-1, PEER-1, TUN-1: ids are unique, and what is replaced or removed must exist.
#[test]
fn ids_are_unique() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    assert_eq!(refused(inventory.add_gateway(gateway("g-1", "106.75.234.80"))), ["GW-1"]);
    assert_eq!(refused(inventory.add_peer(peer("p-1", "1.1.1.9"))), ["PEER-1"]);
    assert_eq!(refused(inventory.add_tunnel(scn_2())), ["TUN-1"]);
    assert_eq!(refused(inventory.replace_gateway(gateway("g-9", "106.75.234.80"))), ["GW-1"]);
    assert_eq!(refused(inventory.replace_peer(peer("p-9", "1.1.1.9"))), ["PEER-1"]);
    assert_eq!(refused(inventory.replace_tunnel(nth(9))), ["TUN-1"]);
    assert_eq!(refused(inventory.remove_gateway(&"g-9".parse().unwrap())), ["GW-4"]);
    assert_eq!(refused(inventory.remove_peer(&"p-9".parse().unwrap())), ["PEER-1"]);
    assert_eq!(refused(inventory.remove_tunnel(&"t-9".parse().unwrap())), ["TUN-7"]);
}

/// GW-1: several gateways share a VPC, but neither an external address nor different ideas of the VPC.
#[test]
fn gw_1_between_gateways() {
    let mut inventory = inventory();
    assert_eq!(refused(inventory.add_gateway(gateway("g-3", "106.75.234.78"))), ["GW-1"]);
    let mut other = gateway("g-3", "106.75.234.80");
    other.vpc.cidrs = cidrs(&["10.0.0.0/9"]);
    assert_eq!(refused(inventory.add_gateway(other)), ["GW-1"]);
    inventory.add_gateway(gateway("g-3", "106.75.234.80")).unwrap();
}

/// GW-3: the 21st tunnel of a gateway is refused with gateway, limit and count.
#[test]
fn gw_3_tunnels_per_gateway() {
    let mut inventory = inventory();
    for n in 0..20 {
        let mut tunnel = nth(n);
        tunnel.peer = if n < 10 { "p-1" } else { "p-2" }.parse().unwrap();
        inventory.add_tunnel(tunnel).unwrap();
    }
    let refusal = inventory.add_tunnel(nth(20)).unwrap_err();
    assert_eq!(errors(&refusal.findings), ["GW-3"]);
    assert!(refusal.to_string().contains("VPN gateway g-1 has 20 tunnels; the limit is 20"), "{refusal}");
    inventory.replace_tunnel(nth(0)).unwrap();
}

/// PEER-1: the 21st tunnel to a peer is refused.
#[test]
fn peer_1_tunnels_per_peer() {
    let mut inventory = inventory();
    for n in 0..20 {
        let mut tunnel = nth(n);
        tunnel.gateway = if n < 10 { "g-1" } else { "g-2" }.parse().unwrap();
        inventory.add_tunnel(tunnel).unwrap();
    }
    assert_eq!(refused(inventory.add_tunnel(nth(20))), ["PEER-1"]);
    assert_eq!(inventory.tunnels_of_peer(&"p-1".parse().unwrap()).count(), 20);
}

/// GW-4: a gateway with tunnels stays, with a list of them; a batch deletes the others.
#[test]
fn gw_4_deletion() {
    let mut inventory = inventory();
    inventory.add_tunnel(nth(1)).unwrap();
    inventory.add_tunnel(nth(2)).unwrap();
    let ids = ["g-1", "g-2"].map(|id| id.parse().unwrap());
    let batch = inventory.remove_gateways(&ids);
    assert_eq!(batch.removed.len(), 1);
    let (id, refusal) = &batch.refused[0];
    assert_eq!((id.as_str(), errors(&refusal.findings)), ("g-1", vec!["GW-4"]));
    assert!(refusal.to_string().contains("it has 2 tunnels: t-1, t-2"), "{refusal}");
    inventory.add_gateway(gateway("g-3", "106.75.234.79")).unwrap();
    inventory.remove_tunnel(&"t-1".parse().unwrap()).unwrap();
    inventory.remove_tunnel(&"t-2".parse().unwrap()).unwrap();
    inventory.remove_gateway(&ids[0]).unwrap();
    assert_eq!(inventory.gateways().len(), 1);
}

/// PEER-1: a peer with tunnels stays.
#[test]
fn peer_1_deletion() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    assert_eq!(refused(inventory.remove_peer(&"p-1".parse().unwrap())), ["PEER-1"]);
    inventory.remove_peer(&"p-2".parse().unwrap()).unwrap();
}

/// GW-5: the name changes in any state.
#[test]
fn gw_5_rename() {
    let mut inventory = inventory();
    for state in crate::ResourceState::ALL {
        let mut renamed = gateway("g-1", "106.75.234.78");
        (renamed.state, renamed.name) = (*state, Name::new(state.name()).unwrap());
        inventory.replace_gateway(renamed.clone()).unwrap();
        assert_eq!(inventory.gateway(&renamed.id), Some(&renamed));
    }
}

/// TUN-4: an equal pair is refused across the gateways of a VPC, and accepted in another VPC.
#[test]
fn tun_4_equal_pairs() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    let mut same = scn_2();
    (same.id, same.gateway, same.peer) =
        ("t-2".parse().unwrap(), "g-2".parse().unwrap(), "p-2".parse().unwrap());
    let refusal = inventory.add_tunnel(same.clone()).unwrap_err();
    assert_eq!(errors(&refusal.findings), ["TUN-4"]);
    assert!(
        refusal.to_string().contains("10.0.192.0/24 === 192.168.1.0/24 stands in tunnel t-1"),
        "{refusal}"
    );
    let mut elsewhere = gateway("g-3", "106.75.234.80");
    elsewhere.vpc.id = "vpc-2".parse().unwrap();
    inventory.add_gateway(elsewhere).unwrap();
    same.gateway = "g-3".parse().unwrap();
    inventory.add_tunnel(same).unwrap();
}

/// TUN-4: an overlap passes with a warning that names the winner.
#[test]
fn tun_4_overlapping_pairs() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    let found = inventory.add_tunnel(tunnel("t-2", &["10.0.192.0/24"], &["192.168.0.0/16"])).unwrap();
    assert!(warnings(&found).contains(&"TUN-4"));
    let overlap = found.iter().find(|finding| finding.rule == "TUN-4").unwrap();
    assert!(overlap.message.contains("tunnel t-1 would win"), "{overlap}");
    let apart = inventory.add_tunnel(tunnel("t-3", &["10.1.0.0/16"], &["192.168.0.0/16"])).unwrap();
    assert!(!warnings(&apart).contains(&"TUN-4"));
}

/// TUN-4: what a tunnel no longer carries is free.
#[test]
fn tun_4_pairs_are_freed() {
    let mut inventory = inventory();
    inventory.add_tunnel(nth(1)).unwrap();
    let mut moved = nth(1);
    moved.remote_subnets = cidrs(&["192.168.9.0/24"]);
    inventory.replace_tunnel(moved.clone()).unwrap();
    let mut second = nth(1);
    second.id = "t-2".parse().unwrap();
    inventory.add_tunnel(second).unwrap();
    inventory.remove_tunnel(&moved.id).unwrap();
    moved.id = "t-3".parse().unwrap();
    inventory.add_tunnel(moved).unwrap();
}

/// TUN-2, TUN-4: a gateway moves to another VPC only with what its tunnels need, and a refused move changes nothing.
#[test]
fn moving_a_gateway() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    let mut moved = gateway("g-1", "106.75.234.78");
    moved.vpc = crate::Vpc { id: "vpc-9".parse().unwrap(), cidrs: cidrs(&["172.16.0.0/12"]) };
    moved.subnet = crate::fixtures::cidr("172.16.0.0/24");
    assert_eq!(refused(inventory.replace_gateway(moved.clone())), ["TUN-2"]);
    assert_eq!(inventory.gateway(&moved.id), Some(&gateway("g-1", "106.75.234.78")));
    let mut same = scn_2();
    (same.id, same.gateway, same.peer) =
        ("t-2".parse().unwrap(), "g-2".parse().unwrap(), "p-2".parse().unwrap());
    assert_eq!(refused(inventory.add_tunnel(same.clone())), ["TUN-4"]);
    moved.vpc.cidrs = cidrs(&["10.0.0.0/8"]);
    moved.subnet = crate::fixtures::cidr("10.0.192.0/24");
    inventory.replace_gateway(moved).unwrap();
    inventory.add_tunnel(same).unwrap();
}

/// PEER-2, IKE-7: a peer with a tunnel that gives no remote id cannot become any peer.
#[test]
fn peer_2_change_of_a_peer() {
    let mut inventory = inventory();
    inventory.add_tunnel(scn_2()).unwrap();
    assert_eq!(refused(inventory.replace_peer(peer("p-1", "0.0.0.0"))), ["IKE-7"]);
    assert!(!inventory.peer(&"p-1".parse().unwrap()).unwrap().is_any());
    inventory.replace_peer(peer("p-1", "1.1.1.7")).unwrap();
}
