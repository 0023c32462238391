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
    assert_eq!(table.announce(&tunnel("a"), &to, &from).len(), 2);
    assert_eq!(table.announce(&tunnel("a"), &to, &from), []);
    assert_eq!(table.iter().count(), 2);
    assert!(table.withdraw(&tunnel("a")).iter().all(|change| matches!(change, RouteCommand::Remove(_))));
    assert_eq!(table.withdraw(&tunnel("a")), []);
    assert_eq!(table.iter().count(), 0);
}

/// ROUTE-1: where two tunnels share a prefix, the route stands until the last has gone.
#[test]
fn route_1_counted_where_tunnels_share_a_prefix() {
    let mut table = RouteTable::default();
    table.spare(&tunnel("a"), Some(PEER_A));
    table.spare(&tunnel("b"), Some(PEER_B));
    let to = [net("10.2.0.0/16")];
    table.announce(&tunnel("a"), &to, &[net("10.1.0.0/24")]);
    let change = table.announce(&tunnel("b"), &to, &[net("10.1.1.0/24")]);
    let both = Route {
        destination: to[0],
        sources: vec![net("10.1.0.0/24"), net("10.1.1.0/24")],
        peers: vec![PEER_A, PEER_B],
        spared: vec![],
    };
    assert_eq!(change, [RouteCommand::Add(both)]);
    let alone =
        Route { destination: to[0], sources: vec![net("10.1.1.0/24")], peers: vec![PEER_B], spared: vec![] };
    assert_eq!(table.withdraw(&tunnel("a")), [RouteCommand::Add(alone.clone())]);
    assert_eq!(table.withdraw(&tunnel("b")), [RouteCommand::Remove(alone)]);
}

/// a route names the peers that it would catch, those of other tunnels too, and follows them.
#[test]
fn x_30_peers_inside_a_destination_are_spared() {
    let mut table = RouteTable::default();
    table.spare(&tunnel("a"), Some(PEER_A));
    let to = [net("192.0.2.0/24"), net("10.2.0.0/16")];
    table.announce(&tunnel("a"), &to, &[net("10.1.0.0/24")]);
    let spared = |table: &RouteTable| table.iter().map(|route| route.spared).collect::<Vec<_>>();
    assert_eq!(spared(&table), [vec![], vec![PEER_A]]);
    // A tunnel that is not connected has a peer that must be reached too.
    let changes = table.spare(&tunnel("b"), Some(PEER_B));
    let [RouteCommand::Add(changed)] = changes.as_slice() else {
        panic!("it is announced anew: {changes:?}")
    };
    assert_eq!((changed.destination, &changed.spared), (to[0], &vec![PEER_A, PEER_B]));
    assert_eq!(changed.peers, [PEER_A], "the route leads to one of them only");
    assert_eq!(table.spare(&tunnel("b"), Some(PEER_B)), []);
    // The peer moves away, or the tunnel is deleted.
    assert_eq!(table.spare(&tunnel("a"), Some("198.51.100.1".parse().unwrap())).len(), 2);
    assert_eq!(table.spare(&tunnel("b"), None).len(), 1);
    assert!(spared(&table).iter().all(Vec::is_empty));
}
