//! What the cases are made of.

use ipsec_policy::{
    DhGroup, Finding, IkeVersion, Inventory, Limits, PeerGateway, PfsChoice, PreSharedKey, Rules, Timestamp,
    Vpc, VpnGateway, VpnTunnel,
};

/// What a case must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing speaks against it under the rule.
    Accepted,
    /// It is refused, or warned of, under the rule.
    Refused,
}

pub(crate) type Case = (&'static str, &'static str, Verdict, Box<dyn Fn() -> Told>);

/// The rules under which something was said, and all that was said.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Vec<(String, String)>);

impl Told {
    pub(crate) fn of(findings: &[Finding]) -> Self {
        Self(findings.iter().map(|finding| (finding.rule.to_string(), finding.to_string())).collect())
    }

    pub(crate) fn result<T>(result: Result<T, ipsec_policy::Refusal>) -> Self {
        result.map_or_else(|refusal| Self::of(&refusal.findings), |_| Self::default())
    }

    pub(crate) fn error<T, E: ToString>(rule: &str, result: Result<T, E>) -> Self {
        result.map_or_else(|error| Self(vec![(rule.to_string(), error.to_string())]), |_| Self::default())
    }

    /// What was expected to hold, as a refusal where it does not.
    pub(crate) fn unless(rule: &str, holds: bool) -> Self {
        if holds { Self::default() } else { Self(vec![(rule.to_string(), "it does not hold".to_string())]) }
    }
}

pub(crate) fn everything() -> Rules {
    Rules { limits: Limits::product(), capabilities: ipsec_policy::Capabilities::everything() }
}

pub(crate) fn gateway(id: &str, address: &str) -> VpnGateway {
    let cidrs = vec!["10.0.0.0/8".parse().unwrap()];
    let vpc = Vpc { id: "vpc-1".parse().unwrap(), cidrs };
    let external = address.parse::<std::net::IpAddr>().unwrap().into();
    VpnGateway::new(id.parse().unwrap(), vpc, "10.0.192.0/24".parse().unwrap(), external)
}

pub(crate) fn peer(id: &str, address: &str) -> PeerGateway {
    PeerGateway::new(id.parse().unwrap(), address.parse().unwrap())
}

pub(crate) fn nth(n: usize) -> VpnTunnel {
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

pub(crate) fn inventory() -> Inventory {
    let mut inventory = Inventory::new(everything());
    inventory.add_gateway(gateway("g-1", "106.75.234.78")).unwrap();
    inventory.add_gateway(gateway("g-2", "106.75.234.79")).unwrap();
    inventory.add_peer(peer("p-1", "1.1.1.1")).unwrap();
    inventory.add_peer(peer("p-2", "1.1.1.2")).unwrap();
    inventory.add_peer(peer("p-any", "0.0.0.0")).unwrap();
    inventory
}

/// What is said of a gateway that differs from a good one by `change`.
pub(crate) fn with_gateway(change: impl Fn(&mut VpnGateway) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = gateway("g-3", "106.75.234.80");
        change(&mut changed);
        inventory()
            .add_gateway(changed)
            .map_or_else(|refusal| Told::of(&refusal.findings), |found| Told::of(&found))
    })
}

pub(crate) fn with_peer(change: impl Fn(&mut PeerGateway) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = peer("p-3", "1.1.1.3");
        change(&mut changed);
        Told::result(inventory().add_peer(changed))
    })
}

/// What is said of a tunnel that differs from a good one by `change`.
pub(crate) fn with_tunnel(change: impl Fn(&mut VpnTunnel) + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || {
        let mut changed = nth(1);
        change(&mut changed);
        inventory()
            .add_tunnel(changed)
            .map_or_else(|refusal| Told::of(&refusal.findings), |found| Told::of(&found))
    })
}

/// What is said of a step after others.
pub(crate) fn then(step: impl Fn(&mut Inventory) -> Told + 'static) -> Box<dyn Fn() -> Told> {
    Box::new(move || step(&mut inventory()))
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn cidrs(texts: &[&str]) -> Vec<esp_core::net::Cidr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(crate) fn any_peer(version: IkeVersion) -> impl Fn(&mut VpnTunnel) {
    move |tunnel| {
        tunnel.peer = "p-any".parse().unwrap();
        tunnel.ike.version = version;
        tunnel.ike.remote_id = Some(format!("{}.branch.example", tunnel.id).parse().unwrap());
    }
}
