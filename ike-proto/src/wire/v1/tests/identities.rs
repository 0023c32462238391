use esp_core::net::Cidr;
use esp_core::selector::{AddressRange, PortRange, TrafficSelector};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;

fn selector(kind: IdType, data: &[u8]) -> Result<TrafficSelector, IdError> {
    IdPayload::new(kind, data).selector()
}

fn net(text: &str) -> TrafficSelector {
    TrafficSelector::from(text.parse::<Cidr>().unwrap())
}

/// F-10: addresses, subnets as address and mask, and ranges, of both families.
#[test]
fn f_10_what_identities_protect() {
    assert_eq!(selector(IdType::IPV4_ADDR, &[10, 0, 0, 9]), Ok(net("10.0.0.9/32")));
    let subnet = [10, 23, 0, 0, 255, 255, 0, 0];
    assert_eq!(selector(IdType::IPV4_ADDR_SUBNET, &subnet), Ok(net("10.23.0.0/16")));
    assert_eq!(selector(IdType::IPV4_ADDR_SUBNET, &[0; 8]), Ok(net("0.0.0.0/0")));
    let host_bits = [10, 23, 0, 7, 255, 255, 0, 0];
    assert_eq!(selector(IdType::IPV4_ADDR_SUBNET, &host_bits), Ok(net("10.23.0.0/16")));
    let range = selector(IdType::IPV4_ADDR_RANGE, &[10, 0, 0, 1, 10, 0, 0, 3]).unwrap();
    assert_eq!(std::format!("{range}"), "10.0.0.1-10.0.0.3");

    let (first, mask) =
        ("2001:db8::".parse::<Ipv6Addr>().unwrap(), "ffff:ffff::".parse::<Ipv6Addr>().unwrap());
    let subnet = [first.octets(), mask.octets()].concat();
    assert_eq!(selector(IdType::IPV6_ADDR_SUBNET, &subnet), Ok(net("2001:db8::/32")));
    assert_eq!(selector(IdType::IPV6_ADDR, &first.octets()), Ok(net("2001:db8::/128")));
    let range = [first.octets(), first.octets()].concat();
    assert_eq!(selector(IdType::IPV6_ADDR_RANGE, &range), Ok(net("2001:db8::/128")));

    let tcp = IdPayload { kind: IdType::IPV4_ADDR, protocol: 6, port: 443, data: &[10, 0, 0, 9] };
    assert_eq!(std::format!("{}", tcp.selector().unwrap()), "10.0.0.9/32[tcp/443]");
}

/// identities of quick mode that name nobody's addresses, are short or long, or have a mask with holes.
#[test]
fn x_11_identities_that_protect_nothing() {
    for kind in
        [IdType::FQDN, IdType::RFC822_ADDR, IdType::DER_ASN1_DN, IdType::KEY_ID, IdType(0), IdType(99)]
    {
        assert_eq!(selector(kind, &[10, 0, 0, 0, 255, 0, 0, 0]), Err(IdError::NoAddresses(kind)));
    }
    let lengths = [
        (IdType::IPV4_ADDR, 4),
        (IdType::IPV4_ADDR_SUBNET, 8),
        (IdType::IPV4_ADDR_RANGE, 8),
        (IdType::IPV6_ADDR, 16),
        (IdType::IPV6_ADDR_SUBNET, 32),
        (IdType::IPV6_ADDR_RANGE, 32),
    ];
    for (kind, need) in lengths {
        for have in (0..=40).filter(|have| *have != need) {
            assert_eq!(selector(kind, &vec![0; have]), Err(IdError::Length { kind, need, have }));
        }
        assert!(selector(kind, &vec![0; need]).is_ok());
    }
    let mask = |octets: [u8; 4]| selector(IdType::IPV4_ADDR_SUBNET, &[&[10, 0, 0, 0][..], &octets].concat());
    for octets in [[255, 0, 255, 0], [0, 255, 255, 255], [255, 255, 255, 1], [127, 255, 255, 255]] {
        assert_eq!(mask(octets), Err(IdError::Mask(Ipv4Addr::from(octets).into())));
    }
    let v6_mask: Ipv6Addr = "ffff:0:ffff::".parse().unwrap();
    let v6 = [[0; 16], v6_mask.octets()].concat();
    assert_eq!(selector(IdType::IPV6_ADDR_SUBNET, &v6), Err(IdError::Mask(v6_mask.into())));
    let backwards = selector(IdType::IPV4_ADDR_RANGE, &[10, 0, 0, 2, 10, 0, 0, 1]);
    let (first, last) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([10, 0, 0, 1]));
    assert_eq!(backwards, Err(IdError::Range(first, last)));
}

/// F-9: 0/0 and 17/500, and from behind a NAT 17/0 and 17/4500.
#[test]
fn f_9_protocol_and_port_of_phase_1() {
    let good =
        |protocol, port| IdPayload { protocol, port, ..IdPayload::new(IdType::FQDN, b"a") }.is_phase_1_port();
    for (protocol, port) in [(0, 0), (17, 500), (17, 0), (17, 4500)] {
        assert!(good(protocol, port), "{protocol}/{port}");
    }
    for (protocol, port) in [(0, 500), (6, 500), (17, 501), (17, 1), (6, 0), (0, 4500)] {
        assert!(!good(protocol, port), "{protocol}/{port}");
    }
}

/// A range of ports, and ports that are hidden, have no form in IKEv1.
#[test]
fn what_no_identity_can_say() {
    let net = net("10.0.0.0/8");
    assert!(OwnedId::for_selector(&net).is_some());
    for ports in [PortRange { first: 1, last: 2 }, PortRange::OPAQUE, PortRange { first: 0, last: 0 }] {
        assert_eq!(OwnedId::for_selector(&TrafficSelector { ports, ..net }), None);
    }
}

proptest! {
    /// F-10: every selector with at most one port comes back from its identity.
    #[test]
    fn f_10_selectors_come_back(
        ends in prop_oneof![
            any::<(u32, u32)>().prop_map(|(a, b)| (IpAddr::from(a.min(b).to_be_bytes()), IpAddr::from(a.max(b).to_be_bytes()))),
            any::<(u128, u128)>().prop_map(|(a, b)| (IpAddr::from(a.min(b).to_be_bytes()), IpAddr::from(a.max(b).to_be_bytes()))),
            (any::<u32>(), 0..=32_u32).prop_map(|(a, host)| {
                let mask = u32::MAX.checked_shl(host).unwrap_or_default();
                (IpAddr::from((a & mask).to_be_bytes()), IpAddr::from((a | !mask).to_be_bytes()))
            }),
            (any::<u128>(), 0..=128_u32).prop_map(|(a, host)| {
                let mask = u128::MAX.checked_shl(host).unwrap_or_default();
                (IpAddr::from((a & mask).to_be_bytes()), IpAddr::from((a | !mask).to_be_bytes()))
            }),
        ],
        protocol in any::<u8>(),
        port in any::<u16>(),
    ) {
        let ports = if port == 0 { PortRange::ANY } else { PortRange { first: port, last: port } };
        let addresses = AddressRange::new(ends.0, ends.1).unwrap();
        let selector = TrafficSelector { protocol, ports, addresses };
        let id = OwnedId::for_selector(&selector).unwrap();
        prop_assert_eq!(id.payload().selector(), Ok(selector));
        prop_assert_eq!(OwnedId::from(id.payload()), id.clone());
        let is_range = matches!(id.kind, IdType::IPV4_ADDR_RANGE | IdType::IPV6_ADDR_RANGE);
        prop_assert_eq!(is_range, addresses.to_cidr().is_none());
    }
}
