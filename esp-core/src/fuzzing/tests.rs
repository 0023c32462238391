//! The fuzz bodies over generated octets, so that every test run has a little of them.

use super::*;
use crate::testing::*;
use proptest::prelude::*;

/// An IPv4 header with any options and fields before any octets, its lengths right or nearly so.
fn ipv4() -> impl Strategy<Value = Vec<u8>> {
    let fields = (prop::sample::select(vec![0x45_u8, 0x45, 0x46, 0x4f, 0x44, 0x40]), any::<[u8; 18]>());
    let rest = prop::collection::vec(any::<u8>(), 0..120);
    let protocol = prop::sample::select(vec![1_u8, 6, 17, 17, 50, 50, 51, 58, 132]);
    (fields, rest, protocol, -3..3_i32, any::<bool>()).prop_map(
        |((first, fixed), rest, protocol, off, whole)| {
            let mut packet = vec![first, fixed[0]];
            let len = i32::try_from(20 + rest.len()).unwrap() + off.min(0).max(off * i32::from(!whole));
            packet.extend(u16::try_from(len).unwrap_or(0).to_be_bytes());
            packet.extend(&fixed[2..18]);
            if whole {
                packet[6..8].fill(0);
            }
            packet[9] = protocol;
            packet.extend(rest);
            packet
        },
    )
}

/// An IPv6 header before any chain of extension headers, right or cut off.
fn ipv6_chain() -> impl Strategy<Value = Vec<u8>> {
    let header = (prop::sample::select(vec![0_u8, 43, 44, 51, 60, 60, 135]), 0..3_u8, any::<[u8; 6]>());
    let chain = prop::collection::vec(header, 0..10);
    let last = prop::sample::select(vec![6_u8, 17, 50, 51, 58, 59, 255]);
    (chain, last, prop::collection::vec(any::<u8>(), 0..80), 0..20_usize).prop_map(
        |(chain, last, body, cut)| {
            let kinds: Vec<u8> = chain.iter().map(|(kind, ..)| *kind).chain([last]).collect();
            let mut rest = Vec::new();
            for (i, (kind, len, octets)) in chain.iter().enumerate() {
                rest.extend([kinds[i + 1], if *kind == 44 { 0 } else { *len }]);
                rest.extend(octets);
                rest.resize(rest.len() + if *kind == 44 { 0 } else { usize::from(*len) * 8 }, 0);
            }
            rest.extend(body);
            let mut packet =
                ipv6("2001:db8:1::1".parse().unwrap(), "2001:db8:2::1".parse().unwrap(), kinds[0], &rest);
            packet.truncate(packet.len().saturating_sub(if cut < 10 { 0 } else { cut }));
            packet
        },
    )
}

fn any_packet() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![ipv4(), ipv6_chain(), prop::collection::vec(any::<u8>(), 0..120)]
}

/// Room around the packet: enough, almost enough, and any.
fn any_room() -> impl Strategy<Value = u8> {
    prop_oneof![Just(255), 20..90_u8, any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_packet_is_looked_at(packet in any_packet()) {
        ip_view(&packet);
    }

    #[test]
    fn any_octets_come_in(
        (head, tail) in (any_room(), any_room()),
        next_header in prop::sample::select(vec![4_u8, 41, 59, 6, 17, 0]),
        (tos, choice) in any::<(u8, u8)>(),
        packet in any_packet(),
    ) {
        esp_datapath_inbound(&[&[head, tail, next_header, tos, choice][..], &packet].concat());
    }

    #[test]
    fn any_octets_go_out((head, tail) in (any_room(), any_room()), choice in any::<u8>(), packet in any_packet()) {
        esp_datapath_outbound(&[&[head, tail, choice][..], &packet].concat());
    }
}

#[test]
fn long_and_short_packets_go_out() {
    for len in [0, 1, 100, 1_372, 1_373, 5_000, 65_507] {
        for choice in [0, 1] {
            for df in [0, 0x40] {
                let mut packet = inner(len);
                packet[6] = df;
                esp_datapath_outbound(&[&[255, 255, choice][..], &packet].concat());
            }
        }
    }
    for len in 0..3 {
        ip_view(&[0x45; 3][..len]);
        esp_datapath_inbound(&[0; 3][..len]);
        esp_datapath_outbound(&[0; 3][..len]);
    }
}
