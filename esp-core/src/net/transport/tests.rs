//! Tests of headers between headers.

use super::*;
use crate::testing::*;
use core::net::Ipv6Addr;

fn view(packet: &[u8]) -> IpView {
    IpView::parse(packet).unwrap()
}

/// RFC 4303 §3.1.1: options of IPv4 stay before; of IPv6's extension headers those for nodes on the way.
#[test]
fn places_for_insertion() {
    let options = |next: u8| [next, 0, 1, 4, 0, 0, 0, 0];
    let route = |next: u8| [&[next, 2, 0, 0, 0, 0, 0, 0][..], &[0xa; 16]].concat();
    let fragment = |next: u8| [next, 0, 0, 0, 1, 2, 3, 4];
    let payload = octets(1, 20);
    let place = |first: u8, headers: &[u8]| {
        let rest = [headers, &payload].concat();
        let packet = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, first, &rest);
        let view = view(&packet);
        let upper = Joint::before_upper_layer(&packet, &view).unwrap();
        assert_eq!((upper.offset, packet[upper.field]), (view.header_len, view.protocol));
        Joint::for_insertion(&packet, &view).unwrap()
    };
    assert_eq!(place(17, &[]), Joint { offset: 40, field: 6 });
    assert_eq!(place(0, &options(17)), Joint { offset: 48, field: 40 });
    assert_eq!(place(60, &options(17)), Joint { offset: 40, field: 6 });
    assert_eq!(place(0, &[options(60), options(17)].concat()), Joint { offset: 48, field: 40 });
    assert_eq!(place(44, &[fragment(60), options(17)].concat()), Joint { offset: 48, field: 40 });
    let before_route = [&options(43)[..], &route(60), &options(17)].concat();
    assert_eq!(place(60, &before_route), Joint { offset: 72, field: 48 });
    let v4 = inner(3);
    assert_eq!(Joint::for_insertion(&v4, &view(&v4)), Ok(Joint { offset: 20, field: 9 }));
}

#[test]
fn lengths_and_checksums_follow() {
    let mut packet = inner(30);
    packet.extend([0; 10]);
    let joint = Joint { offset: 20, field: 9 };
    assert_eq!(joint.set(&mut packet, 50), Ok(17));
    assert_eq!((packet[9], packet[3], ipv4_checksum(&packet[..20])), (50, 68, 0));
    assert_eq!(joint.set(&mut packet[..58], 17), Ok(50));
    assert_eq!(packet[..58], inner(30));
    let mut packet = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, 6, &[0; 9]);
    packet.push(0);
    assert_eq!(Joint { offset: 40, field: 6 }.set(&mut packet, 51), Ok(6));
    assert_eq!(packet[4..7], [0, 10, 51]);
    let mut long = vec![0x45; 65_536];
    assert_eq!(joint.set(&mut long, 50), Err(DropReason::TooBig));
    assert_eq!(long, vec![0x45; 65_536]);
}

#[test]
fn gaps_open_and_close() {
    let mut storage = storage(30);
    let packet = octets(5, 30);
    let mut buf = PacketBuf::copy_from(&mut storage, &packet).unwrap();
    open_gap(&mut buf, 20, 24).unwrap();
    assert_eq!(buf.as_slice(), &packet[20..]);
    assert_eq!(buf.headroom(), PacketBuf::HEADROOM + 20);
    restore_headers(&mut buf, 20, 44).unwrap();
    assert_eq!(buf.as_slice(), packet);
    assert_eq!(restore_headers(&mut buf, 20, 19), Err(DropReason::Malformed));
    assert_eq!(open_gap(&mut buf, 31, 1), Err(DropReason::TooShort));
}

/// fragments of outer packets, and lengths that contradict each other.
#[test]
fn packets_that_came_in() {
    let parse = |packet: &[u8]| {
        let mut storage = storage(packet.len());
        let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
        Arrived::parse(&mut buf)
            .map(|arrived| (arrived.protocol, arrived.outer.len(), arrived.source_port, buf.len()))
    };
    let with = |protocol: u8| {
        let mut packet = inner(30);
        packet[9] = protocol;
        packet
    };
    assert_eq!(parse(&with(50)), Ok((IpsecProtocol::Esp, 20, 0, 58)));
    assert_eq!(parse(&with(51)), Ok((IpsecProtocol::Ah, 20, 0, 58)));
    assert_eq!(parse(&with(17)), Ok((IpsecProtocol::Esp, 28, 5_000, 58)));
    assert_eq!(parse(&with(6)), Err(DropReason::NotIpsec));
    let mut shorter = with(17);
    shorter[25] = 20;
    assert_eq!(parse(&shorter), Ok((IpsecProtocol::Esp, 28, 5_000, 40)));
    for wrong in [7, 39] {
        shorter[25] = wrong;
        assert_eq!(parse(&shorter), Err(DropReason::BadLengthField));
    }
    for flags in [0x20, 0x01] {
        let mut fragment = with(50);
        fragment[6] = flags;
        assert_eq!(parse(&fragment), Err(DropReason::OuterFragment));
    }
}
