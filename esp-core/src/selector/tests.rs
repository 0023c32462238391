//! Tests of traffic selectors.

use super::*;
use crate::testing::*;
use proptest::prelude::*;

fn range(first: &str, last: &str) -> AddressRange {
    AddressRange::new(ip(first), ip(last)).unwrap()
}

fn ports(first: u16, last: u16) -> PortRange {
    PortRange { first, last }
}

#[test]
fn ranges_that_are_none() {
    assert!(AddressRange::new(ip("10.0.0.2"), ip("10.0.0.1")).is_none());
    assert!(AddressRange::new(ip("10.0.0.2"), ip("2001:db8::1")).is_none());
    assert!(!ports(2, 1).is_valid() && PortRange::OPAQUE.is_valid() && ports(1, 1).is_valid());
    assert!(range("10.0.0.1", "10.0.0.2").intersection(&range("::1", "::2")).is_none());
    assert!(!range("0.0.0.0", "255.255.255.255").contains(ip("::1")));
}

/// RFC 7296 §3.13.1: a packet without visible ports is covered by all ports and by opaque ones alone.
#[test]
fn hidden_ports() {
    assert!(PortRange::ANY.contains(None) && PortRange::OPAQUE.contains(None));
    assert!(!ports(0, 65_534).contains(None) && !ports(53, 53).contains(None));
    assert!(!PortRange::OPAQUE.contains(Some(0)) && !PortRange::OPAQUE.contains(Some(65_535)));
    assert_eq!(PortRange::OPAQUE.intersection(&ports(1, 2)), None);
    assert_eq!(PortRange::OPAQUE.intersection(&PortRange::ANY), Some(PortRange::OPAQUE));
    assert_eq!(ports(1, 5).intersection(&ports(4, 9)), Some(ports(4, 5)));
    assert_eq!(ports(1, 3).intersection(&ports(4, 9)), None);
}

#[test]
fn it_prints_as_operators_write() {
    let print = |protocol, ports, addresses| TrafficSelector { protocol, ports, addresses }.to_string();
    let net = AddressRange::from("10.1.0.0/16".parse::<Cidr>().unwrap());
    assert_eq!(print(0, PortRange::ANY, net), "10.1.0.0/16");
    assert_eq!(print(6, ports(80, 80), net), "10.1.0.0/16[tcp/80]");
    assert_eq!(print(17, ports(1, 9), range("::1", "::1")), "::1/128[udp/1-9]");
    assert_eq!(print(1, PortRange::ANY, range("10.0.0.1", "10.0.0.2")), "10.0.0.1-10.0.0.2[icmp]");
    assert_eq!(print(58, PortRange::OPAQUE, range("::", "::ffff")), "::/112[ipv6-icmp/opaque]");
    assert_eq!(print(0, ports(1, 2), net), "10.1.0.0/16[any/1-2]");
    assert_eq!(print(47, PortRange::ANY, range("0.0.0.0", "255.255.255.255")), "0.0.0.0/0[47]");
    assert_eq!(print(0, PortRange::ANY, range("10.0.0.1", "10.0.0.4")), "10.0.0.1-10.0.0.4");
    assert_eq!(selectors("10.1.0.0/16", "10.2.0.0/16").to_string(), "10.1.0.0/16 === 10.2.0.0/16");
}

#[test]
fn both_directions_of_a_pair() {
    let pair = selectors("10.1.0.0/16", "10.2.0.0/16");
    let packet = inner(4);
    let there = IpView::parse(&packet).unwrap();
    let back = IpView { source: there.destination, destination: there.source, ..there };
    assert!(pair.match_outbound(&there) && !pair.match_inbound(&there));
    assert!(pair.match_inbound(&back) && !pair.match_outbound(&back));
    assert!(!Selectors::default().match_outbound(&there) && !Selectors::default().match_inbound(&there));
    let mut dns = pair.clone();
    dns.remote[0].ports = ports(53, 53);
    assert!(dns.match_outbound(&there) && dns.match_inbound(&IpView { source_port: Some(53), ..back }));
    assert!(!dns.match_outbound(&IpView { destination_port: None, ..there }));
}

/// Selectors from a small world, so that they meet often.
fn any_selector() -> impl Strategy<Value = TrafficSelector> {
    let port = prop_oneof![
        Just(PortRange::ANY),
        Just(PortRange::OPAQUE),
        (0..4_u16, 0..4_u16).prop_map(|(a, b)| ports(a.min(b), a.max(b))),
    ];
    (0..3_u8, port, 0..8_u8, 0..8_u8, any::<bool>()).prop_map(|(protocol, ports, a, b, v4)| {
        let address = |last: u8| {
            if v4 {
                IpAddr::from([10, 0, 0, last])
            } else {
                IpAddr::from([0, 0, 0, 0, 0, 0, 0, u16::from(last)])
            }
        };
        let addresses = AddressRange::new(address(a.min(b)), address(a.max(b))).unwrap();
        TrafficSelector { protocol, ports, addresses }
    })
}

proptest! {
    /// F-28: what is in both, and nothing else, is in the intersection.
    #[test]
    fn the_intersection_selects_what_both_select(
        a in any_selector(),
        b in any_selector(),
        protocol in 1..4_u8,
        host in 0..8_u8,
        port in prop::option::of(0..5_u16),
    ) {
        let common = a.intersection(&b);
        prop_assert_eq!(common, b.intersection(&a));
        let address = IpAddr::from([10, 0, 0, host]);
        let selects = |selector: TrafficSelector| selector.matches(protocol, address, port);
        prop_assert_eq!(common.is_some_and(selects), selects(a) && selects(b));
        prop_assert!(a.covers(&a));
        if let Some(common) = common {
            prop_assert!(a.covers(&common) && b.covers(&common));
        }
        if a.covers(&b) {
            prop_assert!(!selects(b) || selects(a));
        }
    }
}
