//! Resources for tests, after the scenarios SCN-2 and SCN-4.

use esp_core::net::Cidr;

use crate::{
    Finding, Inventory, Limits, Name, PeerGateway, PreSharedKey, Rules, Severity, Vpc, VpnGateway, VpnTunnel,
};

pub(crate) fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

pub(crate) fn cidrs(texts: &[&str]) -> Vec<Cidr> {
    texts.iter().map(|text| cidr(text)).collect()
}

/// Gateway `id` of VPC `vpc-1`, 10.0.0.0/8, at an address of its own.
pub(crate) fn gateway(id: &str, address: &str) -> VpnGateway {
    let vpc = Vpc { id: "vpc-1".parse().unwrap(), cidrs: cidrs(&["10.0.0.0/8", "2001:db8:1::/48"]) };
    let external = address.parse::<core::net::IpAddr>().unwrap().into();
    VpnGateway {
        name: Name::new("office").unwrap(),
        machine_type: Name::new("x86").unwrap(),
        ..VpnGateway::new(id.parse().unwrap(), vpc, cidr("10.0.192.0/24"), external)
    }
}

pub(crate) fn peer(id: &str, address: &str) -> PeerGateway {
    PeerGateway::new(id.parse().unwrap(), address.parse().unwrap())
}

/// A tunnel from gateway `g-1` to peer `p-1`.
pub(crate) fn tunnel(id: &str, local: &[&str], remote: &[&str]) -> VpnTunnel {
    VpnTunnel::new(
        id.parse().unwrap(),
        "g-1".parse().unwrap(),
        "p-1".parse().unwrap(),
        cidrs(local),
        cidrs(remote),
        PreSharedKey::new("a-Key+of*tests").unwrap(),
    )
}

/// The tunnel of SCN-2.
pub(crate) fn scn_2() -> VpnTunnel {
    tunnel("t-1", &["10.0.192.0/24"], &["192.168.1.0/24"])
}

/// `g-1`, `g-2`, `p-1` and `p-2` without tunnels, under the limits of the library.
pub(crate) fn inventory() -> Inventory {
    let mut inventory = Inventory::new(Rules { limits: Limits::library(), ..Rules::default() });
    inventory.add_gateway(gateway("g-1", "106.75.234.78")).unwrap();
    inventory.add_gateway(gateway("g-2", "106.75.234.79")).unwrap();
    inventory.add_peer(peer("p-1", "1.1.1.1")).unwrap();
    inventory.add_peer(peer("p-2", "1.1.1.2")).unwrap();
    inventory
}

/// The rules of the errors among `findings`, in order.
pub(crate) fn errors(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.rule).collect()
}

/// The rules of the warnings among `findings`, in order.
pub(crate) fn warnings(findings: &[Finding]) -> Vec<&'static str> {
    let warnings = findings.iter().filter(|finding| finding.severity == Severity::Warning);
    warnings.map(|finding| finding.rule).collect()
}
