use super::*;

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn tunnel(name: &str) -> TunnelId {
    name.parse().unwrap()
}

const PEER_A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const PEER_B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

/// ROUTE-1: a route is announced once and withdrawn once.
#[test]
fn route_1_announced_and_withdrawn_once() {
    let mut table = RouteTable::default();
    let (to, from) = ([net("10.2.0.0/16"), net("10.3.0.0/16")], [net("10.1.0.0/24")]);
    assert_eq!(table.announce(&tunnel("a"), &to, &from, PEER_A).len(), 2);
    assert_eq!(table.announce(&tunnel("a"), &to, &from, PEER_A), []);
    assert_eq!(table.iter().count(), 2);
    assert!(table.withdraw(&tunnel("a")).iter().all(|change| matches!(change, RouteCommand::Remove(_))));
    assert_eq!(table.withdraw(&tunnel("a")), []);
    assert_eq!(table.iter().count(), 0);
}

/// ROUTE-1: where two tunnels share a prefix, the route stands until the last has gone.
#[test]
fn route_1_counted_where_tunnels_share_a_prefix() {
    let mut table = RouteTable::default();
    let to = [net("10.2.0.0/16")];
    table.announce(&tunnel("a"), &to, &[net("10.1.0.0/24")], PEER_A);
    let change = table.announce(&tunnel("b"), &to, &[net("10.1.1.0/24")], PEER_B);
    let both = Route {
        destination: to[0],
        sources: vec![net("10.1.0.0/24"), net("10.1.1.0/24")],
        peers: vec![PEER_A, PEER_B],
    };
    assert_eq!(change, [RouteCommand::Add(both)]);
    let alone = Route { destination: to[0], sources: vec![net("10.1.1.0/24")], peers: vec![PEER_B] };
    assert_eq!(table.withdraw(&tunnel("a")), [RouteCommand::Add(alone.clone())]);
    assert_eq!(table.withdraw(&tunnel("b")), [RouteCommand::Remove(alone)]);
}
