//! The rules of tunnels, their subnets and their keys.

use ipsec_policy::{PreSharedKey, VpnTunnel, parse_subnet, parse_subnets};

use crate::bed::Verdict::{Accepted, Refused};
use crate::bed::{Case, Told, cidrs, nth, then, with_tunnel};

pub(crate) fn cases() -> Vec<Case> {
    let key = |text: &'static str| -> Box<dyn Fn() -> Told> {
        Box::new(move || Told::error("PSK-1", PreSharedKey::new(text)))
    };
    vec![
        ("TUN-1", "a tunnel between two ends that exist", Accepted, with_tunnel(|_| ())),
        ("TUN-1", "there is no such peer", Refused, with_tunnel(|t| t.peer = "p-9".parse().unwrap())),
        (
            "TUN-2",
            "20 subnets on a side",
            Accepted,
            with_tunnel(|t| {
                t.remote_subnets = (0..20).map(|n| format!("192.168.{n}.0/24").parse().unwrap()).collect();
            }),
        ),
        (
            "TUN-2",
            "21 subnets on a side",
            Refused,
            with_tunnel(|t| {
                t.remote_subnets = (0..21).map(|n| format!("192.168.{n}.0/24").parse().unwrap()).collect();
            }),
        ),
        (
            "TUN-2",
            "a local subnet outside the VPC",
            Refused,
            with_tunnel(|t| t.local_subnets = cidrs(&["172.16.0.0/24"])),
        ),
        ("TUN-3", "sides apart", Accepted, with_tunnel(|_| ())),
        (
            "TUN-3",
            "a remote subnet inside a local one",
            Refused,
            with_tunnel(|t| t.remote_subnets = cidrs(&["10.0.192.128/25"])),
        ),
        (
            "TUN-3",
            "subnets of a side overlap",
            Refused,
            with_tunnel(|t| t.remote_subnets = cidrs(&["192.168.0.0/16", "192.168.1.0/24"])),
        ),
        ("TUN-4", "another pair", Accepted, second_tunnel(&["192.168.2.0/24"])),
        ("TUN-4", "the same pair at another gateway of the VPC", Refused, second_tunnel(&["192.168.1.0/24"])),
        ("TUN-4", "an overlapping pair", Refused, second_tunnel(&["192.168.0.0/16"])),
        (
            "TUN-5",
            "IPv4 and IPv6",
            Accepted,
            Box::new(|| Told::error("TUN-5", parse_subnet("10.0.0.0/16").and(parse_subnet("2001:db8::/32")))),
        ),
        ("TUN-5", "host bits", Refused, Box::new(|| Told::error("TUN-5", parse_subnet("192.168.1.5/24")))),
        (
            "TUN-5",
            "a length beyond 32",
            Refused,
            Box::new(|| Told::error("TUN-5", parse_subnet("10.0.0.0/33"))),
        ),
        (
            "TUN-5",
            "a subnet twice",
            Refused,
            Box::new(|| {
                Told::error(
                    "TUN-5",
                    parse_subnets("10.0.0.0/16\n10.0.0.0/16").map_err(|errors| errors[0].to_string()),
                )
            }),
        ),
        (
            "TUN-7",
            "a tunnel is deleted, and its pairs are free",
            Accepted,
            then(|i| {
                i.add_tunnel(nth(1)).unwrap();
                i.remove_tunnel(&"t-1".parse().unwrap()).unwrap();
                Told::result(i.add_tunnel(VpnTunnel { id: "t-2".parse().unwrap(), ..nth(1) }))
            }),
        ),
        (
            "TUN-7",
            "there is no such tunnel",
            Refused,
            then(|i| Told::result(i.remove_tunnel(&"t-9".parse().unwrap()))),
        ),
        ("PSK-1", "every special character but one", Accepted, key("aZ09!\"#$%&'()*+,-./:;<=>@[\\]^_`{|}~")),
        ("PSK-1", "a question mark", Refused, key("what?")),
        ("PSK-1", "a blank", Refused, key("two words")),
        ("PSK-1", "nothing", Refused, key("")),
        (
            "PSK-1",
            "a key that is guessed in no time",
            Refused,
            with_tunnel(|t| t.psk = PreSharedKey::new("secret").unwrap()),
        ),
    ]
}

/// What is said of a tunnel at the other gateway of the VPC, after a first one to 192.168.1.0/24.
fn second_tunnel(remote: &'static [&'static str]) -> Box<dyn Fn() -> Told> {
    then(move |i| {
        i.add_tunnel(nth(1)).unwrap();
        let (gateway, peer) = ("g-2".parse().unwrap(), "p-2".parse().unwrap());
        let second = VpnTunnel { gateway, peer, remote_subnets: cidrs(remote), ..nth(2) };
        i.add_tunnel(second).map_or_else(|refusal| Told::of(&refusal.findings), |found| Told::of(&found))
    })
}
