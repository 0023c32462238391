//! Tests of the way in: ECN, fragments, wrong Security Associations.

use super::*;
use crate::backend::SaBackend;
use crate::command::SaCommand;
use crate::net::{OuterHeader, ipv4_checksum};
use crate::sa::{Direction, ReqId, SaParams, UdpEncap};
use crate::soft::DatapathOptions;
use crate::soft::testing::*;
use crate::testing::*;

fn sa() -> SaParams {
    params(Direction::Outbound, 0x1000, SUITE)
}

fn with_tos(mut packet: Vec<u8>, tos: u8) -> Vec<u8> {
    packet[1] = tos;
    packet[10..12].fill(0);
    let checksum = ipv4_checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    packet
}

/// RFC 6040 §4.2 from one end of a tunnel to the other, a router between them marking congestion.
#[test]
fn congestion_on_the_way_is_told_or_drops_the_packet() {
    let ends = Ends::new(&sa(), DatapathOptions::default());
    for dscp in [0, 0xb8] {
        for inner_ecn in 0..4 {
            for outer_ecn in 0..4 {
                let outer = ends.send_one(&with_tos(inner(50), dscp | inner_ecn));
                let came = ends.receive(&with_tos(outer, 0x10 | outer_ecn));
                let expected = Ecn::of(inner_ecn).on_exit(Ecn::of(outer_ecn));
                let tos = came.as_ref().map(|packet| packet[1]).map_err(|reason| *reason);
                assert_eq!(tos, expected.map(|ecn| dscp | ecn.bits()), "DSCP is not taken from outside");
                assert!(came.is_err() || ipv4_checksum(&came.unwrap()[..20]) == 0);
            }
        }
    }
    assert_eq!(ends.far.drops().get(DropReason::CongestionWithoutEcn), 2);
    let status = ends.far.iter_sas().next().unwrap();
    assert_eq!(status.drops, [(DropReason::CongestionWithoutEcn, 2)]);
}

/// outer fragments are refused, counted, and leave the packet to come whole.
#[test]
fn outer_fragments_are_refused_and_change_nothing() {
    for encap in [None, Some(UdpEncap { local_port: 4_500, remote_port: 4_500 })] {
        let ends = Ends::new(&SaParams { encap, ..sa() }, DatapathOptions::default());
        let outer = ends.send_one(&inner(100));
        for field in [[0x20, 0], [0, 1], [0x20, 9]] {
            let mut fragment = outer.clone();
            fragment[6..8].copy_from_slice(&field);
            assert_eq!(ends.receive(&fragment), Err(DropReason::OuterFragment));
        }
        assert_eq!(ends.far.drops().get(DropReason::OuterFragment), 3);
        assert_eq!(ends.receive(&outer).unwrap(), inner(100));
    }
    // The same over IPv6, with a fragment header before ESP.
    let (local, remote) = (ip("2001:db8::1"), ip("2001:db8::2"));
    let ends = Ends::new(&SaParams { local, remote, ..sa() }, DatapathOptions::default());
    let mut outer = ends.send_one(&inner(100));
    outer.splice(40..40, [50, 0, 0, 1, 0, 0, 0, 7]);
    outer[6] = 44;
    let len = u16::try_from(outer.len() - 40).unwrap();
    outer[4..6].copy_from_slice(&len.to_be_bytes());
    assert_eq!(ends.receive(&outer), Err(DropReason::OuterFragment));
}

/// RFC 4301 §5.2: what comes out of a Security Association that it was not negotiated for is dropped after decryption,
/// even where another one would have carried it.
#[test]
fn traffic_out_of_the_wrong_security_association_is_dropped() {
    let one = sa();
    let mut ends = Ends::new(&one, DatapathOptions::default());
    let other = SaParams {
        spi: crate::sa::Spi::new(0x2000).unwrap(),
        reqid: ReqId(2),
        selectors: selectors("10.3.0.0/16", "10.4.0.0/16"),
        ..one.clone()
    };
    ends.far.apply(NOW, &SaCommand::AddSa(Box::new(mirrored(&other)))).unwrap();
    // A peer that puts the traffic of one into the other.
    let liar = Ends::new(&SaParams { selectors: one.selectors.clone(), ..other }, DatapathOptions::default());
    let outer = liar.send_one(&inner(100));
    assert_eq!(ends.receive(&outer), Err(DropReason::SelectorMismatch));
    assert_eq!(ends.receive(&outer), Err(DropReason::Replayed), "its number is spent");
    let drops: Vec<_> = ends.far.iter_sas().map(|sa| sa.drops).collect();
    assert_eq!(drops, [vec![], vec![(DropReason::Replayed, 1), (DropReason::SelectorMismatch, 1)]]);
    assert_eq!(ends.receive(&ends.send_one(&inner(100))).unwrap(), inner(100));
}

/// reserved and unknown SPIs in whole packets, raw and in UDP; IKE and keep-alives are none of ESP.
#[test]
fn what_is_not_ours_is_told_apart() {
    let ends = Ends::new(&sa(), DatapathOptions::default());
    let with = |encap: Option<UdpEncap>, payload: &[u8]| {
        let mut memory = storage(payload.len());
        let mut packet = PacketBuf::copy_from(&mut memory, payload).unwrap();
        let header = OuterHeader { encap, ..OuterHeader::new(ip("192.0.2.1"), ip("198.51.100.1")) };
        header.prepend(&mut packet).unwrap();
        ends.receive(packet.as_slice()).unwrap_err()
    };
    let udp = Some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
    let esp = |spi: u32| [&spi.to_be_bytes()[..], &octets(1, 60)].concat();
    for encap in [None, udp] {
        assert_eq!(with(encap, &esp(1)), DropReason::ReservedSpi);
        assert_eq!(with(encap, &esp(255)), DropReason::ReservedSpi);
        assert_eq!(with(encap, &esp(256)), DropReason::UnknownSpi);
    }
    assert_eq!(with(None, &esp(0)), DropReason::ReservedSpi);
    assert_eq!(with(udp, &esp(0)), DropReason::NotEsp, "IKE");
    assert_eq!(with(udp, &[0xff]), DropReason::NotEsp, "a keep-alive");
    assert_eq!(with(None, &[]), DropReason::TooShort);
    assert_eq!(ends.receive(&inner(100)), Err(DropReason::UnknownSpi), "any UDP");
    let mut tcp = inner(100);
    tcp[9] = 6;
    assert_eq!(ends.receive(&tcp), Err(DropReason::NotIpsec));
    assert_eq!(ends.far.drops().total(), 12);
}
