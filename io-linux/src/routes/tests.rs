use super::*;

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn host(text: &str) -> HostAddress {
    HostAddress { address: text.parse().unwrap(), interface: 2 }
}

#[test]
fn the_preferred_source_is_an_own_address_inside_the_local_subnets() {
    let addresses = [host("127.0.0.1"), host("192.0.2.1"), host("10.1.0.1"), host("2001:db8:1::1")];
    let subnets = [net("10.9.0.0/24"), net("10.1.0.0/24"), net("2001:db8:1::/48")];
    assert_eq!(first_inside(&addresses, &subnets, true), Some("10.1.0.1".parse().unwrap()));
    assert_eq!(first_inside(&addresses, &subnets, false), Some("2001:db8:1::1".parse().unwrap()));
    assert_eq!(first_inside(&addresses, &[net("10.8.0.0/24")], true), None, "a pure gateway has none");
}

/// the rule is for packets without the mark, whatever else.
#[test]
fn the_rule_spares_marked_packets() {
    let routes = Routes::open(RouteConfig::default(), 7).unwrap();
    let rule = routes.rule(Family::V4);
    assert!(rule.header.flags.contains(RuleFlags::Invert));
    assert!(rule.attributes.contains(&RuleAttribute::FwMark(4500)));
    assert!(rule.attributes.contains(&RuleAttribute::FwMask(u32::MAX)));
    assert!(rule.attributes.contains(&RuleAttribute::Table(4500)));
}

#[test]
fn only_own_unreachable_routes_are_leftovers() {
    let routes = Routes::open(RouteConfig::default(), 7).unwrap();
    let destination = net("10.2.0.0/24");
    let left = routes.unreachable_route(&destination);
    assert_eq!(leftover(&left, 4500), Some(destination));
    assert_eq!(leftover(&left, 4501), None, "another gateway's table");
    assert_eq!(leftover(&routes.device_route(&destination, TUNNEL_METRIC, None), 4500), None);
    let mut default = routes.unreachable_route(&net("::/0"));
    default.attributes.remove(0);
    assert_eq!(leftover(&default, 4500), Some(net("::/0")));
}
