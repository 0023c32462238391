//! The rules of gateways and peers.

use ipsec_policy::{IkeVersion, Name, PreSharedKey, ResourceState, SecurityGroup, VpnTunnel, listing};

use crate::bed::Verdict::{Accepted, Refused};
use crate::bed::{Case, Told, any_peer, cidrs, gateway, nth, then, with_gateway, with_peer, with_tunnel};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        ("GW-1", "a gateway with a VPC, a subnet and an address", Accepted, with_gateway(|_| ())),
        ("GW-1", "the id is taken", Refused, with_gateway(|g| g.id = "g-1".parse().unwrap())),
        (
            "GW-1",
            "the subnet lies outside the VPC",
            Refused,
            with_gateway(|g| g.subnet = cidrs(&["172.16.0.0/24"])[0]),
        ),
        (
            "GW-1",
            "the address is another gateway's",
            Refused,
            with_gateway(|g| g.external = gateway("x", "106.75.234.78").external),
        ),
        (
            "GW-1",
            "the address has no default route",
            Refused,
            with_gateway(|g| g.external.default_route = false),
        ),
        (
            "GW-1",
            "the address is of another data centre",
            Refused,
            with_gateway(|g| g.external.data_centre = Name::new("north").unwrap()),
        ),
        (
            "GW-2",
            "the three states",
            Accepted,
            Box::new(|| {
                let read = |word: &str| word.parse::<ResourceState>();
                Told::error(
                    "GW-2",
                    ["creating", "running", "deleting"].iter().try_for_each(|word| read(word).map(drop)),
                )
            }),
        ),
        (
            "GW-2",
            "a fourth state",
            Refused,
            Box::new(|| Told::error("GW-2", "stopped".parse::<ResourceState>())),
        ),
        (
            "GW-3",
            "the 20th tunnel",
            Accepted,
            then(|i| {
                (1..20).for_each(|n| drop(i.add_tunnel(nth(n)).unwrap()));
                Told::result(i.add_tunnel(nth(20)))
            }),
        ),
        (
            "GW-3",
            "the 21st tunnel",
            Refused,
            then(|i| {
                (1..=20).for_each(|n| drop(i.add_tunnel(nth(n)).unwrap()));
                Told::result(i.add_tunnel(VpnTunnel { peer: "p-2".parse().unwrap(), ..nth(21) }))
            }),
        ),
        (
            "GW-4",
            "a gateway without tunnels is deleted, and its address is free",
            Accepted,
            then(|i| {
                i.remove_gateway(&"g-2".parse().unwrap()).unwrap();
                Told::result(i.add_gateway(gateway("g-3", "106.75.234.79")))
            }),
        ),
        (
            "GW-4",
            "a gateway with tunnels stays",
            Refused,
            then(|i| {
                i.add_tunnel(nth(1)).unwrap();
                Told::result(i.remove_gateway(&"g-1".parse().unwrap()))
            }),
        ),
        (
            "GW-5",
            "a name changes in any state",
            Accepted,
            then(|i| {
                let change = |state: &ResourceState| {
                    let mut changed = gateway("g-1", "106.75.234.78");
                    (changed.state, changed.name) = (*state, Name::new("new").unwrap());
                    i.replace_gateway(changed).map(drop)
                };
                Told::result(ResourceState::ALL.iter().try_for_each(change))
            }),
        ),
        ("GW-5", "a name of two lines", Refused, Box::new(|| Told::error("GW-5", Name::new("a\nb")))),
        (
            "GW-6",
            "a search with a typing error",
            Accepted,
            then(|i| {
                let query = listing::Query { search: "106.75.23.79".into(), ..Default::default() };
                Told::unless("GW-6", listing::gateways(i, &query).unwrap().rows.len() == 1)
            }),
        ),
        (
            "GW-6",
            "a column that does not exist",
            Refused,
            then(|i| {
                let query = listing::Query { columns: vec!["colour".into()], ..Default::default() };
                Told::error("GW-6", listing::gateways(i, &query))
            }),
        ),
        ("GW-9", "no security group", Accepted, with_tunnel(|_| ())),
        (
            "GW-9",
            "a security group that lets nothing pass",
            Refused,
            then(|i| {
                let mut guarded = gateway("g-1", "106.75.234.78");
                guarded.security_group = Some(SecurityGroup::default());
                i.replace_gateway(guarded).unwrap();
                Told::of(&i.add_tunnel(nth(1)).unwrap())
            }),
        ),
        ("PEER-1", "a peer with a public address", Accepted, with_peer(|_| ())),
        ("PEER-1", "a group of hosts", Refused, with_peer(|p| p.address = "224.0.0.1".parse().unwrap())),
        (
            "PEER-1",
            "a peer with tunnels stays",
            Refused,
            then(|i| {
                i.add_tunnel(nth(1)).unwrap();
                Told::result(i.remove_peer(&"p-1".parse().unwrap()))
            }),
        ),
        ("PEER-2", "any peer with an id is waited for", Accepted, with_tunnel(any_peer(IkeVersion::V2))),
        (
            "PEER-2",
            "two keys behind any address in main mode",
            Refused,
            then(|i| {
                let mut second = nth(2);
                any_peer(IkeVersion::V1)(&mut second);
                second.psk = PreSharedKey::new("Another+long*and-Random_9q").unwrap();
                i.add_tunnel(second).unwrap();
                let mut first = nth(1);
                any_peer(IkeVersion::V1)(&mut first);
                Told::of(&i.add_tunnel(first).unwrap())
            }),
        ),
    ]
}
