//! Tests of changes to inner headers.

use super::*;
use crate::net::{IpView, ipv4_checksum};
use crate::testing::*;
use proptest::prelude::*;

fn v6() -> Vec<u8> {
    let mut packet = ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), 59, &[]);
    packet[..4].copy_from_slice(&[0x6a, 0xb1, 0x23, 0x45]);
    packet
}

#[test]
fn ecn_alone_changes() {
    for ecn in [Ecn::NotCapable, Ecn::Capable0, Ecn::Capable1, Ecn::Congestion] {
        let mut packet = inner(3);
        packet[1] = 0xb9;
        let checksum = {
            packet[10..12].fill(0);
            ipv4_checksum(&packet[..20])
        };
        packet[10..12].copy_from_slice(&checksum.to_be_bytes());
        set_ecn(&mut packet, ecn);
        assert_eq!((packet[1], ipv4_checksum(&packet[..20])), (0xb8 | ecn.bits(), 0));
        let mut packet = v6();
        set_ecn(&mut packet, ecn);
        assert_eq!(IpView::parse(&packet).unwrap().tos, 0xa8 | ecn.bits());
        assert_eq!(packet[1] & 0x0f, 0x01, "the flow label stays");
        assert_eq!((packet[0], &packet[2..]), (0x6a, &v6()[2..]));
    }
}

#[test]
fn the_time_to_live_runs_down_and_never_out() {
    for mut packet in [inner(3), v6()] {
        let first = IpView::parse(&packet).unwrap().ttl;
        for ttl in (1..first).rev() {
            decrement_ttl(&mut packet).unwrap();
            assert_eq!(IpView::parse(&packet).unwrap().ttl, ttl);
            assert!(packet[0] >> 4 == 6 || ipv4_checksum(&packet[..20]) == 0);
        }
        let last = packet.clone();
        assert_eq!(decrement_ttl(&mut packet), Err(DropReason::TtlExceeded));
        assert_eq!(packet, last);
    }
    assert_eq!(decrement_ttl(&mut [0x45; 9]), Err(DropReason::NotAnIpPacket));
    let mut none = inner(3);
    none[8] = 0;
    assert_eq!(decrement_ttl(&mut none), Err(DropReason::TtlExceeded));
}

proptest! {
    #[test]
    fn any_octets(mut octets in prop::collection::vec(any::<u8>(), 0..60), tos: u8) {
        set_ecn(&mut octets, Ecn::of(tos));
        let _ = decrement_ttl(&mut octets);
    }
}
