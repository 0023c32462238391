//! For each rule of the product that this crate keeps: at least one configuration that it accepts and one that it refuses or
//! warns of. A rule without both fails the last test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;

use ipsec_policy::{
    AlarmRule, AlarmTemplate, ChargeMode, Comparison, DhGroup, Document, EspAuthentication, EspEncryption,
    ExchangeMode, Finding, Identity, IkeAuthentication, IkeEncryption, IkeVersion, Inventory, IpsecMode,
    IpsecProtocol, Limits, Metric, Name, PeerGateway, PfsChoice, PreSharedKey, ResourceState, Rules,
    SecurityGroup, Subscription, Timestamp, Vpc, VpnGateway, VpnTunnel, listing, parse_subnet, parse_subnets,
};

/// The rules that the model keeps.
const RULES: [&str; 34] = [
    "GW-1", "GW-2", "GW-3", "GW-4", "GW-5", "GW-6", "GW-9", "PEER-1", "PEER-2", "TUN-1", "TUN-2", "TUN-3",
    "TUN-4", "TUN-5", "TUN-6", "TUN-7", "PSK-1", "PSK-2", "IKE-1", "IKE-2", "IKE-3", "IKE-4", "IKE-5",
    "IKE-6", "IKE-7", "IKE-8", "IKE-9", "SEC-1", "SEC-2", "SEC-3", "SEC-4", "SEC-5", "SEC-6", "SUB-1",
];

/// What a case must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing speaks against it under the rule.
    Accepted,
    /// It is refused, or warned of, under the rule.
    Refused,
}

use Verdict::{Accepted, Refused};

type Case = (&'static str, &'static str, Verdict, Box<dyn Fn() -> Told>);

/// The rules under which something was said, and all that was said.
#[derive(Debug, Default)]
struct Told(Vec<(String, String)>);

impl Told {
    fn of(findings: &[Finding]) -> Self {
        // A note is no objection.
        let objections = findings.iter().filter(|finding| finding.severity != ipsec_policy::Severity::Note);
        Self(objections.map(|finding| (finding.rule.to_string(), finding.to_string())).collect())
    }

    fn result<T>(result: Result<T, ipsec_policy::Refusal>) -> Self {
        result.map_or_else(|refusal| Self::of(&refusal.findings), |_| Self::default())
    }

    fn error<T, E: ToString>(rule: &str, result: Result<T, E>) -> Self {
        result.map_or_else(|error| Self(vec![(rule.to_string(), error.to_string())]), |_| Self::default())
    }

    /// What was expected to hold, as a refusal where it does not.
    fn unless(rule: &str, holds: bool) -> Self {
        if holds { Self::default() } else { Self(vec![(rule.to_string(), "it does not hold".to_string())]) }
    }
}

fn everything() -> Rules {
    Rules { limits: Limits::product(), capabilities: ipsec_policy::Capabilities::everything() }
}

fn gateway(id: &str, address: &str) -> VpnGateway {
    let cidrs = vec!["10.0.0.0/8".parse().unwrap()];
    let vpc = Vpc { id: "vpc-1".parse().unwrap(), cidrs };
    let external = address.parse::<std::net::IpAddr>().unwrap().into();
    VpnGateway::new(id.parse().unwrap(), vpc, "10.0.192.0/24".parse().unwrap(), external)
}

fn peer(id: &str, address: &str) -> PeerGateway {
    PeerGateway::new(id.parse().unwrap(), address.parse().unwrap())
}

fn nth(n: usize) -> VpnTunnel {
    let mut tunnel = VpnTunnel::new(
        format!("t-{n}").parse().unwrap(),
        "g-1".parse().unwrap(),
        "p-1".parse().unwrap(),
        vec!["10.0.192.0/24".parse().unwrap()],
        vec![format!("192.168.{n}.0/24").parse().unwrap()],
        PreSharedKey::new("Long+enough*and-Random_9q").unwrap(),
    );
    tunnel.ike.dh_group = DhGroup::Modp2048;
    tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048);
    tunnel
}

fn inventory() -> Inventory {
    let mut inventory = Inventory::new(everything());
    inventory.add_gateway(gateway("g-1", "106.75.234.78")).unwrap();
    inventory.add_gateway(gateway("g-2", "106.75.234.79")).unwrap();
    inventory.add_peer(peer("p-1", "1.1.1.1")).unwrap();
    inventory.add_peer(peer("p-2", "1.1.1.2")).unwrap();
    inventory.add_peer(peer("p-any", "0.0.0.0")).unwrap();
    inventory
}

/// What is said of a gateway that differs from a good one by `change`.
fn with_gateway(change: impl Fn(&mut VpnGateway) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = gateway("g-3", "106.75.234.80");
        change(&mut changed);
        inventory()
            .add_gateway(changed)
            .map_or_else(|refusal| Told::of(&refusal.findings), |found| Told::of(&found))
    })
}

fn with_peer(change: impl Fn(&mut PeerGateway) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = peer("p-3", "1.1.1.3");
        change(&mut changed);
        Told::result(inventory().add_peer(changed))
    })
}

/// What is said of a tunnel that differs from a good one by `change`.
fn with_tunnel(change: impl Fn(&mut VpnTunnel) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = nth(1);
        change(&mut changed);
        inventory()
            .add_tunnel(changed)
            .map_or_else(|refusal| Told::of(&refusal.findings), |found| Told::of(&found))
    })
}

/// What is said of a step after others.
fn then(step: impl Fn(&mut Inventory) -> Told + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || step(&mut inventory()))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn cidrs(texts: &[&str]) -> Vec<esp_core::net::Cidr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn gateways() -> Vec<Case> {
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

fn any_peer(version: IkeVersion) -> impl Fn(&mut VpnTunnel) {
    move |tunnel| {
        tunnel.peer = "p-any".parse().unwrap();
        tunnel.ike.version = version;
        tunnel.ike.remote_id = Some(format!("{}.branch.example", tunnel.id).parse().unwrap());
    }
}

fn tunnels() -> Vec<Case> {
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
            "TUN-6",
            "a new name does not reconnect",
            Accepted,
            Box::new(|| {
                let renamed = VpnTunnel { name: Name::new("new").unwrap(), ..nth(1) };
                Told::unless("TUN-6", !nth(1).must_reconnect(&renamed))
            }),
        ),
        (
            "TUN-6",
            "new subnets reconnect",
            Refused,
            Box::new(|| {
                let moved = VpnTunnel { remote_subnets: cidrs(&["192.168.9.0/24"]), ..nth(1) };
                Told::unless("TUN-6", !nth(1).must_reconnect(&moved))
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
        (
            "PSK-2",
            "what is printed and written is without the key",
            Accepted,
            Box::new(|| {
                let printed = format!("{:?}{}", nth(1), toml::to_string(&nth(1)).unwrap());
                Told::unless("PSK-2", !printed.contains("Random_9q"))
            }),
        ),
        (
            "PSK-2",
            "only what asks for the key has it",
            Refused,
            Box::new(|| {
                let document = Document { tunnels: vec![nth(1)], ..Document::default() };
                Told::unless("PSK-2", !toml::to_string(&document.exposed()).unwrap().contains("Random_9q"))
            }),
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

fn phase_1() -> Vec<Case> {
    let identity = |text: &'static str| -> Box<dyn Fn() -> Told> {
        Box::new(move || Told::error("IKE-6", text.parse::<Identity>()))
    };
    vec![
        ("IKE-1", "both versions", Accepted, with_tunnel(|t| t.ike.version = IkeVersion::V1)),
        ("IKE-1", "a third version", Refused, Box::new(|| Told::error("IKE-1", "v3".parse::<IkeVersion>()))),
        ("IKE-2", "sha2-256", Accepted, with_tunnel(|t| t.ike.authentication = IkeAuthentication::Sha2_256)),
        ("IKE-2", "md5 is weak", Refused, with_tunnel(|t| t.ike.authentication = IkeAuthentication::Md5)),
        ("IKE-3", "aes256", Accepted, with_tunnel(|t| t.ike.encryption = IkeEncryption::Aes256)),
        ("IKE-3", "3des is weak", Refused, with_tunnel(|t| t.ike.encryption = IkeEncryption::TripleDes)),
        (
            "IKE-4",
            "main mode",
            Accepted,
            with_tunnel(|t| {
                (t.ike.version, t.ike.exchange_mode) = (IkeVersion::V1, Some(ExchangeMode::Main))
            }),
        ),
        (
            "IKE-4",
            "aggressive mode is weak",
            Refused,
            with_tunnel(|t| {
                (t.ike.version, t.ike.exchange_mode) = (IkeVersion::V1, Some(ExchangeMode::Aggressive))
            }),
        ),
        (
            "IKE-4",
            "a mode in IKEv2",
            Refused,
            with_tunnel(|t| t.ike.exchange_mode = Some(ExchangeMode::Main)),
        ),
        ("IKE-5", "group 14", Accepted, with_tunnel(|t| t.ike.dh_group = DhGroup::Modp2048)),
        (
            "IKE-5",
            "group 24 is weak",
            Refused,
            with_tunnel(|t| t.ike.dh_group = DhGroup::Modp2048Subgroup256),
        ),
        (
            "IKE-5",
            "a group that does not exist",
            Refused,
            Box::new(|| Told::error("IKE-5", DhGroup::from_number(3))),
        ),
        (
            "IKE-6",
            "a domain name",
            Accepted,
            with_tunnel(|t| t.ike.local_id = Some("vpn.example".parse().unwrap())),
        ),
        (
            "IKE-6",
            "both ends have the same",
            Refused,
            with_tunnel(|t| t.ike.local_id = Some("1.1.1.1".parse().unwrap())),
        ),
        ("IKE-6", "what is neither address nor name", Refused, identity("not a name!")),
        ("IKE-7", "a remote id for any peer", Accepted, with_tunnel(any_peer(IkeVersion::V2))),
        (
            "IKE-7",
            "any peer without a remote id",
            Refused,
            with_tunnel(|t| t.peer = "p-any".parse().unwrap()),
        ),
        (
            "IKE-8",
            "an hour and a day",
            Accepted,
            with_tunnel(|t| (t.ike.lifetime_secs, t.ipsec.lifetime_secs) = (3_600, 3_600)),
        ),
        ("IKE-8", "less than an hour", Refused, with_tunnel(|t| t.ike.lifetime_secs = 3_599)),
        ("IKE-8", "more than a day", Refused, with_tunnel(|t| t.ike.lifetime_secs = 86_401)),
        ("IKE-9", "a tunnel with a key", Accepted, with_tunnel(|_| ())),
        (
            "IKE-9",
            "a tunnel without a key",
            Refused,
            Box::new(|| {
                let without = toml::to_string(&nth(1)).unwrap();
                Told::error(
                    "IKE-9",
                    toml::from_str::<VpnTunnel>(&without).map_err(|error| error.message().to_string()),
                )
            }),
        ),
    ]
}

fn phase_2() -> Vec<Case> {
    vec![
        ("SEC-1", "AH alone", Accepted, with_tunnel(|t| t.ipsec.protocol = IpsecProtocol::Ah)),
        (
            "SEC-1",
            "AH with an encryption",
            Refused,
            with_tunnel(|t| {
                (t.ipsec.protocol, t.ipsec.encryption) = (IpsecProtocol::Ah, Some(EspEncryption::Aes128));
            }),
        ),
        (
            "SEC-1",
            "AH with a peer that names itself by another address than its own",
            Refused,
            with_tunnel(|t| {
                (t.ipsec.protocol, t.ike.remote_id) =
                    (IpsecProtocol::Ah, Some("10.23.228.173".parse().unwrap()));
            }),
        ),
        ("SEC-2", "sha1", Accepted, with_tunnel(|t| t.ipsec.authentication = EspAuthentication::Sha1)),
        ("SEC-2", "md5 is weak", Refused, with_tunnel(|t| t.ipsec.authentication = EspAuthentication::Md5)),
        (
            "SEC-2",
            "sha2-256 is not the product's",
            Refused,
            with_tunnel(|t| t.ipsec.authentication = EspAuthentication::Sha2_256),
        ),
        ("SEC-3", "aes192", Accepted, with_tunnel(|t| t.ipsec.encryption = Some(EspEncryption::Aes192))),
        (
            "SEC-3",
            "3des is weak",
            Refused,
            with_tunnel(|t| t.ipsec.encryption = Some(EspEncryption::TripleDes)),
        ),
        ("SEC-4", "no PFS", Accepted, with_tunnel(|t| t.ipsec.pfs = PfsChoice::Disabled)),
        (
            "SEC-4",
            "group 1 is weak",
            Refused,
            with_tunnel(|t| t.ipsec.pfs = PfsChoice::Group(DhGroup::Modp768)),
        ),
        ("SEC-5", "an hour", Accepted, with_tunnel(|t| t.ipsec.lifetime_secs = 3_600)),
        ("SEC-5", "nothing", Refused, with_tunnel(|t| t.ipsec.lifetime_secs = 0)),
        ("SEC-5", "longer than phase 1", Refused, with_tunnel(|t| t.ike.lifetime_secs = 43_200)),
        ("SEC-6", "tunnel mode", Accepted, Box::new(|| Told::error("SEC-6", "tunnel".parse::<IpsecMode>()))),
        (
            "SEC-6",
            "transport mode",
            Refused,
            Box::new(|| Told::error("SEC-6", "transport".parse::<IpsecMode>())),
        ),
    ]
}

fn subscriptions() -> Vec<Case> {
    let buy = |mode, term| -> Box<dyn Fn() -> Told> {
        Box::new(move || {
            let bought = Subscription::new(mode, at("2026-01-31T08:00:00Z"), term);
            bought.map_or_else(|finding| Told::of(&[finding]), |_| Told::default())
        })
    };
    vec![
        ("SUB-1", "24 hours", Accepted, buy(ChargeMode::Hourly, 24)),
        ("SUB-1", "11 months", Accepted, buy(ChargeMode::Monthly, 11)),
        ("SUB-1", "5 years", Accepted, buy(ChargeMode::Yearly, 5)),
        ("SUB-1", "25 hours", Refused, buy(ChargeMode::Hourly, 25)),
        ("SUB-1", "12 months", Refused, buy(ChargeMode::Monthly, 12)),
        ("SUB-1", "6 years", Refused, buy(ChargeMode::Yearly, 6)),
        (
            "SUB-1",
            "renewing a gateway leaves its address as it is",
            Accepted,
            Box::new(|| {
                let mut gateway = gateway("g-1", "106.75.234.78");
                let month = Subscription::new(ChargeMode::Monthly, at("2026-01-31T08:00:00Z"), 1).unwrap();
                (gateway.subscription, gateway.external.subscription) = (Some(month), Some(month));
                gateway.subscription = Some(month.renewed(at("2026-02-01T00:00:00Z"), 1).unwrap());
                let after = at("2026-03-01T00:00:00Z");
                let renewed =
                    gateway.subscription.is_some_and(|subscription| !subscription.is_expired(after));
                Told::unless("SUB-1", renewed && !gateway.external.is_bound(after))
            }),
        ),
    ]
}

fn cases() -> Vec<Case> {
    [gateways(), tunnels(), phase_1(), phase_2(), subscriptions()].into_iter().flatten().collect()
}

#[test]
fn every_case_is_judged_as_its_rule_says() {
    let mut wrong = Vec::new();
    for (rule, what, verdict, run) in cases() {
        let told = run();
        let objections: Vec<_> = told.0.iter().filter(|(under, _)| under == rule).collect();
        let others = verdict == Accepted && !told.0.is_empty();
        if objections.is_empty() == (verdict == Refused) || others {
            wrong.push(format!("{rule}, {what}: should be {verdict:?}; it was told {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_of_each_kind() {
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (rule, what, verdict, _) in cases() {
        assert!(RULES.contains(&rule), "{what}: {rule} is not in the list");
        seen.entry(rule).or_default()[usize::from(verdict == Refused)] += 1;
    }
    let missing: Vec<_> =
        RULES.iter().filter(|rule| seen.get(*rule).is_none_or(|counts| counts.contains(&0))).collect();
    assert!(missing.is_empty(), "rules without an accepted and a refused case: {missing:?}");
}

/// MON-2 belongs to the monitoring; the model keeps that a template exists and can fire.
#[test]
fn mon_2_a_template_can_fire() {
    let rule = |threshold| AlarmRule {
        metric: Metric::Health,
        comparison: Comparison::Below,
        threshold,
        for_secs: 60,
    };
    let template = |threshold| AlarmTemplate {
        id: "down".parse().unwrap(),
        name: Name::default(),
        remark: Default::default(),
        rules: vec![rule(threshold)],
    };
    assert!(inventory().add_alarm(template(1)).is_ok());
    assert!(inventory().add_alarm(template(2)).is_err());
}
