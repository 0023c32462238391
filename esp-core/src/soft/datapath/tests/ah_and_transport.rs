//! AH, and transport mode of both protocols, through the datapath.

use core::net::{IpAddr, Ipv6Addr};

use super::*;
use crate::net::ipv4_checksum;
use crate::sa::{OriginalAddresses, VolumeLimits};
use crate::suite::{Integrity, SaSuite};

const ESP: IpsecProtocol = IpsecProtocol::Esp;
const AH: IpsecProtocol = IpsecProtocol::Ah;

/// A Security Association between the two outer addresses, for everything of either family.
fn sa(protocol: IpsecProtocol, mode: Mode, suite: SaSuite, is_ipv4: bool) -> SaParams {
    let ah = |integrity| SaSuite::ah(integrity, suite.esn());
    let suite = if protocol == AH { ah(suite.integrity().unwrap_or(Integrity::HmacSha1_96)) } else { suite };
    let mut params = params(Direction::Outbound, 0x1000, suite);
    params.protocol = protocol;
    params.mode = mode;
    params.keys = keys(suite, 7);
    if !is_ipv4 {
        (params.local, params.remote) = (ip("2001:db8::1"), ip("2001:db8::2"));
    }
    let (mut all, all_v6) = (selectors("0.0.0.0/0", "0.0.0.0/0"), selectors("::/0", "::/0"));
    all.local.extend(all_v6.local);
    all.remote.extend(all_v6.remote);
    params.selectors = all;
    params
}

fn pair_of(outbound: &SaParams) -> (Datapath, Datapath) {
    let (mut near, mut far) =
        (Datapath::new(DatapathLimits::default()), Datapath::new(DatapathLimits::default()));
    for (id, net) in [(1, "0.0.0.0/0"), (2, "::/0")] {
        near.apply(NOW, &policy(id, net, net, protect(1))).unwrap();
    }
    near.apply(NOW, &add(outbound)).unwrap();
    far.apply(NOW, &add(&mirrored(outbound))).unwrap();
    (near, far)
}

fn open_packet(datapath: &Datapath, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    datapath.inbound(NOW, &mut buf)?;
    Ok(buf.as_slice().to_vec())
}

/// Seals, and puts the outer headers before the packet where that is for the caller.
fn seal_packet(datapath: &Datapath, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let Outbound::Protected(to) = datapath.seal(NOW, &mut buf).inspect_err(|_| {
        assert_eq!(buf.as_slice(), packet, "a refused packet is left as it was");
    })?
    else {
        panic!("a protected packet was passed in clear")
    };
    if to.outer_len == 0 {
        to.outer.prepend(&mut buf)?;
    }
    Ok(buf.as_slice().to_vec())
}

fn packet(source: IpAddr, destination: IpAddr, len: usize) -> Vec<u8> {
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => udp4(source, destination, len),
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let udp = udp4(Ipv4Addr::LOCALHOST, Ipv4Addr::LOCALHOST, len);
            ipv6(source, destination, 17, &udp[20..])
        }
        _ => panic!(),
    }
}

/// Every suite, protocol and mode, both families inside and outside.
#[test]
fn a_packet_comes_out_as_it_went_in() {
    let inner = [true, false].map(|is_ipv4| {
        let (a, b) = if is_ipv4 { ("10.1.0.1", "10.2.0.1") } else { ("fd00:1::1", "fd00:2::1") };
        (ip(a), ip(b))
    });
    for suite in suites() {
        for (protocol, is_ipv4) in [(ESP, true), (ESP, false), (AH, true), (AH, false)] {
            let tunnel = sa(protocol, Mode::Tunnel, suite, is_ipv4);
            let (near, far) = pair_of(&tunnel);
            for (source, destination) in inner {
                for len in [0, 1, 500] {
                    let packet = packet(source, destination, len);
                    let sealed = seal_packet(&near, &packet).unwrap();
                    assert_eq!(sealed[0] >> 4, if is_ipv4 { 4 } else { 6 });
                    assert_eq!(open_packet(&far, &sealed), Ok(packet), "{protocol} {suite}");
                }
            }
            let transport = sa(protocol, Mode::Transport, suite, is_ipv4);
            let (near, far) = pair_of(&transport);
            for len in [0, 1, 500] {
                let packet = packet(transport.local, transport.remote, len);
                let sealed = seal_packet(&near, &packet).unwrap();
                let place = if is_ipv4 { sealed[9] } else { sealed[6] };
                assert_eq!(place, protocol.ip_protocol());
                assert!(!is_ipv4 || ipv4_checksum(&sealed[..20]) == 0);
                assert_eq!(open_packet(&far, &sealed), Ok(packet), "{protocol} {suite}");
                assert_eq!(open_packet(&far, &sealed), Err(DropReason::Replayed));
            }
        }
    }
}

/// RFC 3948: both modes in UDP, over both families.
#[test]
fn esp_in_udp() {
    for (mode, is_ipv4) in
        [(Mode::Tunnel, true), (Mode::Tunnel, false), (Mode::Transport, true), (Mode::Transport, false)]
    {
        let mut outbound = sa(ESP, mode, SUITE, is_ipv4);
        outbound.encap = Some(UdpEncap { local_port: 4_500, remote_port: 31_000 });
        let (near, far) = pair_of(&outbound);
        let mut packet = packet(outbound.local, outbound.remote, 20);
        let udp = if is_ipv4 { 20 } else { 40 };
        // A right checksum, which the far end computes anew.
        packet[udp + 6] = 0xff;
        let sealed = seal_packet(&near, &packet).unwrap();
        assert_eq!(sealed[if is_ipv4 { 9 } else { 6 }], 17);
        assert_eq!(sealed[udp..udp + 4], [0x11, 0x94, 0x79, 0x18]);
        assert_eq!(sealed[udp + 6..udp + 12], [0, 0, 0, 0, 0x10, 0]);
        let length = u16::from_be_bytes([sealed[udp + 4], sealed[udp + 5]]);
        assert_eq!(usize::from(length), sealed.len() - udp);
        let opened = open_packet(&far, &sealed).unwrap();
        assert_eq!(opened.len(), packet.len());
        assert_eq!(opened[udp + 8..], packet[udp + 8..]);
        assert_eq!(opened[udp + 6..udp + 8] == packet[udp + 6..udp + 8], mode == Mode::Tunnel);
    }
}

/// RFC 3948 §3.1.2: with the original addresses the checksum follows the change that the NAT made.
#[test]
fn a_checksum_follows_the_nat() {
    let mut outbound = sa(ESP, Mode::Transport, SUITE, true);
    outbound.encap = Some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
    let (near, _) = pair_of(&outbound);
    let outside = ip("203.0.113.9");
    let mut inbound = mirrored(&outbound);
    inbound.remote = outside;
    inbound.original = Some(OriginalAddresses { source: outbound.local, destination: outbound.remote });
    let mut far = Datapath::new(DatapathLimits::default());
    far.apply(NOW, &add(&inbound)).unwrap();
    let mut packet = packet(outbound.local, outbound.remote, 20);
    packet[26..28].copy_from_slice(&[0x12, 0x34]);
    let mut sealed = seal_packet(&near, &packet).unwrap();
    sealed[12..16].copy_from_slice(&[203, 0, 113, 9]);
    let opened = open_packet(&far, &sealed).unwrap();
    // 192.0.2.1 became 203.0.113.9: c000 + 0201 against cb00 + 7109, and the checksum is the complement of the sum.
    let sum = u32::from(!0x1234_u16) + (0xffff - 0xc201) + 0xcb00 + 0x7109;
    let expected = !u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap();
    assert_eq!(opened[26..28], expected.to_be_bytes());
}

/// RFC 4301 §5.2: what comes out is compared with the selectors in transport mode too.
#[test]
fn selectors_count_in_transport_mode() {
    for protocol in [ESP, AH] {
        let outbound = sa(protocol, Mode::Transport, SUITE, true);
        let (near, _) = pair_of(&outbound);
        let mut inbound = mirrored(&outbound);
        inbound.selectors = selectors("198.51.100.1/32", "192.0.2.1/32");
        inbound.selectors.local[0].protocol = 17;
        inbound.selectors.local[0].ports = PortRange { first: 53, last: 53 };
        let mut far = Datapath::new(DatapathLimits::default());
        far.apply(NOW, &add(&inbound)).unwrap();
        let mut packet = packet(outbound.local, outbound.remote, 20);
        assert_eq!(open_packet(&far, &seal_packet(&near, &packet).unwrap()), Ok(packet.clone()));
        packet[23] = 54;
        let sealed = seal_packet(&near, &packet).unwrap();
        assert_eq!(open_packet(&far, &sealed), Err(DropReason::SelectorMismatch), "{protocol}");
        assert_eq!(open_packet(&far, &sealed), Err(DropReason::Replayed), "its number is spent");
    }
}

#[test]
fn transport_mode_is_between_the_ends_and_for_whole_packets() {
    for protocol in [ESP, AH] {
        let outbound = sa(protocol, Mode::Transport, SUITE, true);
        let (near, _) = pair_of(&outbound);
        let between = |a, b| seal_packet(&near, &packet(ip(a), ip(b), 10)).unwrap_err();
        assert_eq!(between("192.0.2.1", "198.51.100.2"), DropReason::NotBetweenTheEnds);
        assert_eq!(between("192.0.2.2", "198.51.100.1"), DropReason::NotBetweenTheEnds);
        let mut fragment = packet(outbound.local, outbound.remote, 10);
        fragment[6] = 0x20;
        assert_eq!(seal_packet(&near, &fragment), Err(DropReason::FragmentInTransportMode));
        let sealed = seal_packet(&near, &packet(outbound.local, outbound.remote, 10)).unwrap();
        assert_eq!(sealed[if protocol == AH { 31 } else { 27 }], 1, "no number was spent");
    }
}

#[test]
fn a_source_routed_packet_goes_to_its_last_address() {
    let outbound = sa(AH, Mode::Transport, SUITE, true);
    let (near, far) = pair_of(&outbound);
    let mut packet = packet(outbound.local, ip("203.0.113.1"), 10);
    packet.splice(20..20, [131, 7, 4, 198, 51, 100, 1, 0]);
    (packet[0], packet[3]) = (0x47, packet[3] + 8);
    let mut sealed = seal_packet(&near, &packet).unwrap();
    sealed[16..20].copy_from_slice(&[198, 51, 100, 1]);
    sealed[22..27].copy_from_slice(&[8, 203, 0, 113, 1]);
    assert!(open_packet(&far, &sealed).is_ok());
}

/// Transport mode cannot do without the IP header that the packet came with.
#[test]
fn transport_mode_needs_the_outer_header() {
    let outbound = sa(ESP, Mode::Transport, SUITE, true);
    let (near, far) = pair_of(&outbound);
    let sealed = seal_packet(&near, &packet(outbound.local, outbound.remote, 10)).unwrap();
    assert_eq!(open(&far, RAW_PEER, &sealed[20..]), Err(DropReason::NoOuterHeader));
    assert!(open_packet(&far, &sealed).is_ok());
}

/// X-27 for AH and ESP: reserved, unknown and duplicate SPIs; the two protocols have SPIs of their own.
#[test]
fn x_27_spis_of_both_protocols() {
    for protocol in [ESP, AH] {
        let outbound = sa(protocol, Mode::Transport, SUITE, true);
        let (mut near, mut far) = pair_of(&outbound);
        let sealed = seal_packet(&near, &packet(outbound.local, outbound.remote, 10)).unwrap();
        let at = if protocol == AH { 24 } else { 20 };
        let with = |spi: u32| {
            let mut packet = sealed.clone();
            packet[at..at + 4].copy_from_slice(&spi.to_be_bytes());
            open_packet(&far, &packet).unwrap_err()
        };
        for spi in [0, 1, 255] {
            assert_eq!(with(spi), DropReason::ReservedSpi);
        }
        assert_eq!((with(256), with(0x1001)), (DropReason::UnknownSpi, DropReason::UnknownSpi));
        let mut other = sealed.clone();
        other[9] = 101 - protocol.ip_protocol();
        assert!(open_packet(&far, &other).is_err());
        assert_eq!(near.apply(NOW, &add(&outbound)), Err(BackendError::Duplicate));
        assert_eq!(far.apply(NOW, &add(&mirrored(&outbound))), Err(BackendError::Duplicate));
        let twin = sa(if protocol == AH { ESP } else { AH }, Mode::Transport, SUITE, true);
        assert_eq!(far.apply(NOW, &add(&mirrored(&twin))), Ok(()), "the same SPI of the other protocol");
        assert!(open_packet(&far, &sealed).is_ok());
    }
}

/// X-28 for AH: shorter than it has to be, fragments, sequence 0, replays at and beyond the window, one bit off.
#[test]
fn x_28_ah() {
    let outbound = sa(AH, Mode::Tunnel, SUITE, true);
    let (near, far) = pair_of(&outbound);
    let sealed: Vec<_> = (0..100).map(|_| seal_packet(&near, &inner(10)).unwrap()).collect();
    let zero = {
        let mut packet = sealed[0].clone();
        packet[31] = 0;
        packet
    };
    assert_eq!(open_packet(&far, &zero), Err(DropReason::SequenceZero));
    for len in 20..sealed[0].len() {
        let mut cut = sealed[0][..len].to_vec();
        cut[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
        let reason = if len < 44 { DropReason::TooShort } else { DropReason::BadIcv };
        assert_eq!(open_packet(&far, &cut), Err(reason), "{len}");
    }
    let mut fragment = sealed[0].clone();
    fragment[6] = 0x20;
    assert_eq!(open_packet(&far, &fragment), Err(DropReason::OuterFragment));
    for at in [32, 43, 44, 60] {
        let mut forged = sealed[99].clone();
        forged[at] ^= 1;
        assert_eq!(open_packet(&far, &forged), Err(DropReason::BadIcv));
    }
    assert_eq!(open_packet(&far, &sealed[0]), Ok(inner(10)), "F-31: nothing has moved the window");
    assert_eq!(open_packet(&far, &sealed[99]), Ok(inner(10)));
    assert_eq!(open_packet(&far, &sealed[36]), Ok(inner(10)));
    assert_eq!(open_packet(&far, &sealed[36]), Err(DropReason::Replayed));
    assert_eq!(open_packet(&far, &sealed[35]), Err(DropReason::TooOld));
}

/// F-30 for AH in the datapath: named as what it is until a packet has passed.
#[test]
fn f_30_a_peer_with_the_draft_s_sha256() {
    let suite = suite(Cipher::Aes128Cbc, Integrity::HmacSha256_128, false);
    let outbound = sa(AH, Mode::Transport, suite, true);
    let (near, far) = pair_of(&outbound);
    let packet = packet(outbound.local, outbound.remote, 10);
    // A check value of 96 bits, over an AH whose length says so.
    let mut draft = packet.clone();
    draft.splice(20..20, [17, 4, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 1].into_iter().chain([0; 12]));
    (draft[3], draft[9]) = (draft[3] + 24, 51);
    let mut covered = draft.clone();
    for mutable in [1, 6, 7, 8, 10, 11] {
        covered[mutable] = 0;
    }
    let mac =
        crate::crypt::MacKey::new(suite.integrity().unwrap(), outbound.keys.integrity.expose()).unwrap();
    mac.compute(0, [&covered], &mut draft[32..44]);
    assert_eq!(open_packet(&far, &draft), Err(DropReason::Sha256IcvCutTo96));
    assert_eq!(open_packet(&far, &seal_packet(&near, &packet).unwrap()), Ok(packet));
    draft[31] = 2;
    assert_eq!(open_packet(&far, &draft), Err(DropReason::BadAhLength));
}

/// X-30 for AH: packets and octets, soft and hard, the end of time, and the removal: then nothing passes, either way.
#[test]
fn lifetimes_of_ah() {
    let mut outbound = sa(AH, Mode::Tunnel, SUITE, true);
    let len = u64::try_from(inner(10).len()).unwrap();
    for (limits, limit) in [
        (
            VolumeLimits { soft_packets: Some(1), hard_packets: Some(2), ..VolumeLimits::default() },
            Limit::Packets,
        ),
        (
            VolumeLimits { soft_bytes: Some(len), hard_bytes: Some(2 * len), ..VolumeLimits::default() },
            Limit::Bytes,
        ),
    ] {
        outbound.limits = limits;
        let (mut near, mut far) = pair_of(&outbound);
        let sealed = [(); 2].map(|()| seal_packet(&near, &inner(10)).unwrap());
        assert_eq!(seal_packet(&near, &inner(10)), Err(DropReason::VolumeExhausted));
        let key = outbound.key();
        assert_eq!(events(&mut near), [SaEvent::SoftLimit { key, limit }, SaEvent::HardLimit { key, limit }]);
        assert!(sealed.iter().all(|packet| open_packet(&far, packet).is_ok()));
        let key = mirrored(&outbound).key();
        assert_eq!(events(&mut far), [SaEvent::FirstUse { key }, SaEvent::SoftLimit { key, limit }]);
        assert_eq!(far.iter_sas().next().map(|sa| (sa.usage.packets, sa.usage.bytes)), Some((2, 2 * len)));
    }
    outbound.limits = VolumeLimits::default();
    let (mut near, mut far) = pair_of(&outbound);
    let sealed = seal_packet(&near, &inner(10)).unwrap();
    near.apply(NOW, &SaCommand::RemoveSa(outbound.key())).unwrap();
    assert_eq!(seal_packet(&near, &inner(10)), Err(DropReason::NoOutboundSa));
    far.apply(NOW, &SaCommand::RemoveSa(mirrored(&outbound).key())).unwrap();
    assert_eq!(open_packet(&far, &sealed), Err(DropReason::UnknownSpi));
    outbound.expires = Some(NOW);
    let (mut near, far) = pair_of(&outbound);
    assert_eq!(open_packet(&far, &sealed), Err(DropReason::Expired));
    assert_eq!(seal_packet(&near, &inner(10)), Err(DropReason::Expired));
    assert_eq!(events(&mut near), [SaEvent::HardLimit { key: outbound.key(), limit: Limit::Time }]);
}

/// Whatever the buffer, nothing panics and a refused packet stays.
#[test]
fn any_room_around_the_packet() {
    for (protocol, mode, is_ipv4) in [
        (AH, Mode::Tunnel, true),
        (AH, Mode::Tunnel, false),
        (AH, Mode::Transport, true),
        (ESP, Mode::Transport, true),
        (ESP, Mode::Transport, false),
    ] {
        let outbound = sa(protocol, mode, SUITE, is_ipv4);
        let (near, far) = pair_of(&outbound);
        let packet = packet(outbound.local, outbound.remote, 10);
        let mut passed = 0;
        for (headroom, tailroom) in (0..100).map(|room| (room, 64)).chain((0..40).map(|room| (100, room))) {
            let mut storage = vec![0; headroom + packet.len() + tailroom];
            let mut buf = PacketBuf::new(&mut storage, headroom, packet.len()).unwrap();
            buf.as_mut_slice().copy_from_slice(&packet);
            match near.seal(NOW, &mut buf) {
                Ok(_) => {
                    assert_eq!(open_packet(&far, buf.as_slice()).as_ref(), Ok(&packet));
                    passed += 1;
                }
                Err(reason) => {
                    assert_eq!(reason, DropReason::BufferTooSmall);
                    assert_eq!(buf.as_slice(), packet);
                }
            }
        }
        assert!(passed > 10 && passed < 140, "{protocol} {passed}");
    }
}

/// RFC 4302 §3.1.2 allows a dummy and an unexpected payload no more than ESP does.
#[test]
fn what_a_tunnel_may_hold() {
    let suite = SaSuite::ah(Integrity::HmacSha1_96, false);
    let outbound = sa(AH, Mode::Tunnel, suite, true);
    let sealer = crate::ah::Sealer::new(suite, outbound.spi, &outbound.keys).unwrap();
    let (_, far) = pair_of(&outbound);
    let mut sequence = 0;
    let mut with = |next_header: u8, payload: &[u8]| {
        let mut storage = storage(payload.len());
        let mut buf = PacketBuf::copy_from(&mut storage, payload).unwrap();
        OuterHeader::new(outbound.local, outbound.remote).prepend_before(&mut buf, next_header).unwrap();
        sequence += 1;
        sealer.seal(sequence, &mut buf).unwrap();
        open_packet(&far, buf.as_slice())
    };
    assert_eq!(with(59, &octets(1, 30)), Err(DropReason::DummyPacket));
    assert_eq!(with(17, &octets(1, 30)), Err(DropReason::UnexpectedNextHeader));
    assert_eq!(with(41, &inner(3)), Err(DropReason::UnexpectedNextHeader));
    assert_eq!(with(4, &[]), Err(DropReason::NotAnIpPacket));
    let padded = [inner(3), vec![0; 30]].concat();
    assert_eq!(with(4, &padded), Ok(inner(3)));
    let v6 = ipv6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, 17, &octets(1, 30));
    assert_eq!(with(41, &v6), Ok(v6.clone()));
}

/// The longest packet that is said to fit does, and the next one does not: every protocol, mode and suite.
#[test]
fn the_longest_packet_fits_the_path_exactly() {
    for suite in suites() {
        for (protocol, mode, is_ipv4) in [
            (ESP, Mode::Tunnel, true),
            (ESP, Mode::Transport, true),
            (ESP, Mode::Transport, false),
            (AH, Mode::Tunnel, true),
            (AH, Mode::Tunnel, false),
            (AH, Mode::Transport, true),
            (AH, Mode::Transport, false),
        ] {
            let outbound = sa(protocol, mode, suite, is_ipv4);
            let (near, _) = pair_of(&outbound);
            let ip = if is_ipv4 { 20 } else { 40 };
            let mut fits = 0;
            for len in 1_300..1_480 - ip {
                let packet = packet(outbound.local, outbound.remote, len);
                let mut storage = storage(packet.len());
                let mut buf = PacketBuf::copy_from(&mut storage, &packet).unwrap();
                match near.seal(NOW, &mut buf) {
                    Ok(Outbound::Protected(to)) => {
                        if to.outer_len == 0 {
                            to.outer.prepend(&mut buf).unwrap();
                        }
                        assert!(buf.len() <= 1_500, "{protocol} {mode:?} {suite}");
                        fits = buf.len();
                    }
                    other => assert_eq!(other, Ok(Outbound::Reply(DropReason::TooBig))),
                }
            }
            assert!(fits > 1_500 - 32, "{protocol} {mode:?} {suite} {fits}");
        }
    }
}
