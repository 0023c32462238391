//! Tests of the way out: headers in all four combinations, lengths, ICMP.

use core::time::Duration;

use super::*;
use crate::backend::SaBackend;
use crate::command::SaCommand;
use crate::net::{DscpMode, Fragment, TunnelOptions, ipv4_checksum};
use crate::sa::{Direction, SaParams, UdpEncap};
use crate::selector::PortRange;
use crate::soft::testing::*;
use crate::soft::{DatapathLimits, DatapathOptions};
use crate::testing::*;

/// A Security Association of which inner and outer addresses are of these families.
fn sa(v6_inside: bool, v6_outside: bool) -> SaParams {
    let mut sa = params(Direction::Outbound, 0x1000, SUITE);
    if v6_outside {
        (sa.local, sa.remote) = (ip("2001:db8::1"), ip("2001:db8::2"));
    }
    if v6_inside {
        sa.selectors = selectors("2001:db8:1::/48", "2001:db8:2::/48");
    }
    sa
}

fn inner6(len: usize) -> Vec<u8> {
    let (from, to) = ("2001:db8:1::1".parse().unwrap(), "2001:db8:2::1".parse().unwrap());
    ipv6(from, to, 59, &octets(3, len.checked_sub(40).unwrap()))
}

/// An inner packet of `len` octets that routers may not fragment.
fn inner_of(v6: bool, len: usize) -> Vec<u8> {
    if v6 { inner6(len) } else { inner(len - 28) }
}

fn fix_checksum(packet: &mut [u8]) {
    packet[10..12].fill(0);
    let checksum = ipv4_checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
}

/// An inner IPv4 packet of `len` octets that may be fragmented.
fn fragmentable(len: usize) -> Vec<u8> {
    let mut packet = inner(len - 28);
    packet[6] = 0;
    fix_checksum(&mut packet);
    packet
}

const COMBINATIONS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[test]
fn headers_in_all_four_combinations() {
    for (v6_inside, v6_outside) in COMBINATIONS {
        for dscp in [DscpMode::Copy, DscpMode::Fixed(46)] {
            let tunnel =
                TunnelOptions { dscp, hop_limit: 77, flow_label: 0x5_4321, ..TunnelOptions::default() };
            let ends =
                Ends::new(&SaParams { tunnel, ..sa(v6_inside, v6_outside) }, DatapathOptions::default());
            let mut packet = inner_of(v6_inside, 100);
            if v6_inside {
                packet[..2].copy_from_slice(&[0x62, 0x9a]);
            } else {
                packet[1] = 0x29;
                fix_checksum(&mut packet);
            }
            let outer = ends.send_one(&packet);
            let view = IpView::parse(&outer).unwrap();
            let expected = if dscp == DscpMode::Copy { 0x29 } else { 46 << 2 | 1 };
            assert_eq!((view.tos, view.ttl, view.dont_fragment), (expected, 77, true));
            assert_eq!((view.source.is_ipv4(), view.protocol), (!v6_outside, 50));
            if v6_outside {
                assert_eq!((outer[1] & 0x0f, &outer[2..4]), (5, &[0x43, 0x21][..]));
            }
            assert_eq!(ends.receive(&outer).unwrap(), packet, "the inner header came as it was");
        }
    }
}

#[test]
fn df_as_the_option_says_and_a_new_identification_each_time() {
    for (df, of_set, of_clear) in
        [(DfMode::Copy, true, false), (DfMode::Set, true, true), (DfMode::Clear, false, false)]
    {
        let tunnel = TunnelOptions { df, ..TunnelOptions::default() };
        let ends = Ends::new(&SaParams { tunnel, ..sa(false, false) }, DatapathOptions::default());
        let (set, clear) = (ends.send_one(&inner(72)), ends.send_one(&fragmentable(100)));
        assert_eq!([&set, &clear].map(|packet| packet[6] & 0x40 != 0), [of_set, of_clear], "{df:?}");
        assert_ne!(set[4..6], clear[4..6]);
    }
}

/// RFC 4301 §5.1.2.1 note 2: one at each end, and only where the datapath is what forwards.
#[test]
fn whoever_forwards_lowers_the_time_to_live_at_both_ends() {
    for (v6_inside, v6_outside) in COMBINATIONS {
        for (forwards, taken) in [(true, 2), (false, 0)] {
            let options = DatapathOptions { forwards, ..DatapathOptions::default() };
            let ends = Ends::new(&sa(v6_inside, v6_outside), options);
            let packet = inner_of(v6_inside, 100);
            let came = ends.receive(&ends.send_one(&packet)).unwrap();
            let ttl = |packet: &[u8]| IpView::parse(packet).unwrap().ttl;
            assert_eq!(ttl(&packet) - ttl(&came), taken);
            assert!(v6_inside || ipv4_checksum(&came[..20]) == 0);
        }
    }
}

#[test]
fn a_packet_without_hops_left_is_answered_if_we_have_an_address() {
    for v6 in [false, true] {
        let mut last = inner_of(v6, 100);
        last[if v6 { 7 } else { 8 }] = 1;
        let nameless = DatapathOptions { forwards: true, ..DatapathOptions::default() };
        let ends = Ends::new(&sa(v6, false), nameless);
        assert_eq!(ends.send(NOW, &last), Err(DropReason::TtlExceeded));
        let options = DatapathOptions {
            inside_v4: Some("10.1.255.1".parse().unwrap()),
            inside_v6: Some("2001:db8:1::ff".parse().unwrap()),
            ..nameless
        };
        let ends = Ends::new(&sa(v6, false), options);
        let all = ends.send(NOW, &last).unwrap();
        let [Out::Reply(DropReason::TtlExceeded, icmp)] = &all[..] else { panic!("{all:?}") };
        assert_eq!(IpView::parse(icmp).unwrap().source, ip(if v6 { "2001:db8:1::ff" } else { "10.1.255.1" }));
        assert_eq!(ends.near.drops().get(DropReason::TtlExceeded), 1);
        // One hop left is enough to be tunnelled but not to be forwarded at the other end.
        last[if v6 { 7 } else { 8 }] = 2;
        assert_eq!(ends.receive(&ends.send_one(&last)), Err(DropReason::TtlExceeded));
    }
}

/// The longest inner packet goes through in one outer packet that the link carries; the sender of one octet more is told
/// that length.
#[test]
fn the_longest_packet_fits_and_the_next_is_answered() {
    let ports = UdpEncap { local_port: 4_500, remote_port: 4_500 };
    for (v6_inside, v6_outside) in COMBINATIONS {
        for suite in suites() {
            for encap in [None, Some(ports)] {
                let params = SaParams { suite, keys: keys(suite, 7), encap, ..sa(v6_inside, v6_outside) };
                let ends = Ends::new(&params, DatapathOptions::default());
                let longest = crate::net::max_inner_len(1_500, params.remote, suite, encap);
                let outer = ends.send_one(&inner_of(v6_inside, longest));
                assert!(outer.len() <= 1_500 && outer.len() + suite.block_len().max(4) > 1_500);
                let all = ends.send(NOW, &inner_of(v6_inside, longest + 1)).unwrap();
                let [Out::Reply(DropReason::TooBig, icmp)] = &all[..] else { panic!("{all:?}") };
                let view = IpView::parse(icmp).unwrap();
                let from = if v6_inside { "2001:db8:2::1" } else { "10.2.0.1" };
                assert_eq!(view.source, ip(from), "from the one whom the packet was for");
                let told = &icmp[if v6_inside { 46..48 } else { 26..28 }];
                assert_eq!(told, &u16::try_from(longest).unwrap().to_be_bytes()[..]);
                let status = ends.near.iter_sas().next().unwrap();
                assert_eq!(status.drops, [(DropReason::TooBig, 1)], "counted at the Security Association");
                assert_eq!(status.usage.packets, 1);
            }
        }
    }
}

#[test]
fn errors_come_at_a_bounded_rate() {
    let ends = Ends::new(&sa(false, false), DatapathOptions::default());
    let limit = usize::try_from(DatapathLimits::default().errors_per_second).unwrap();
    let answered = |now| (0..300).filter(|_| ends.send(now, &inner(1_472)).is_ok()).count();
    assert_eq!([answered(NOW), answered(NOW), answered(NOW + Duration::from_secs(1))], [limit, 0, limit]);
    assert_eq!(ends.near.drops().get(DropReason::TooBig), 900);
}

/// RFC 4301 §8.2.1, case 2: fragments of the inner packet, each protected for itself.
#[test]
fn what_may_be_fragmented_is_fragmented_before() {
    for v6_outside in [false, true] {
        let options = DatapathOptions { forwards: true, ..DatapathOptions::default() };
        let ends = Ends::new(&sa(false, v6_outside), options);
        let packet = fragmentable(4_000);
        let all = ends.send(NOW, &packet).unwrap();
        assert_eq!(all.len(), 3);
        let mut payload = Vec::new();
        for out in all {
            let outer = out.sent();
            assert!(outer.len() <= 1_500);
            let came = ends.receive(&outer).unwrap();
            let view = IpView::parse(&came).unwrap();
            assert_ne!(view.fragment, Fragment::Whole);
            assert_eq!(view.ttl, packet[8] - 2);
            payload.extend_from_slice(&came[20..]);
        }
        assert_eq!(payload, packet[20..]);
    }
}

/// RFC 4301 §7.3: a Security Association that looks at ports carries no later fragments.
#[test]
fn where_ports_are_looked_at_the_outer_packet_is_fragmented() {
    let mut params = sa(false, false);
    params.selectors.remote[0].ports = PortRange { first: 53, last: 53 };
    params.selectors.remote[0].protocol = 17;
    let ends = Ends::new(&params, DatapathOptions::default());
    let outer = ends.send_one(&fragmentable(2_000));
    assert!(outer.len() > 2_000);
    assert_eq!(outer[6..8], [0, 0], "it may be fragmented on its way");
    assert_eq!(ends.receive(&outer).unwrap(), fragmentable(2_000));
    assert_eq!(crate::net::Fragments::new(&outer, 1_500).map(drop), Ok(()), "by the IP layer behind");
    let later = {
        let mut packet = fragmentable(100);
        packet[7] = 100;
        packet
    };
    assert_eq!(ends.send(NOW, &later), Err(DropReason::NoPolicy));
}

#[test]
fn with_df_clear_no_sender_is_told() {
    let tunnel = TunnelOptions { df: DfMode::Clear, ..TunnelOptions::default() };
    for v6_inside in [false, true] {
        let ends = Ends::new(&SaParams { tunnel, ..sa(v6_inside, false) }, DatapathOptions::default());
        let outer = ends.send_one(&inner_of(v6_inside, 2_000));
        assert_eq!(outer[6] & 0x40, 0);
        assert_eq!(ends.receive(&outer).unwrap(), inner_of(v6_inside, 2_000));
    }
}

/// An outer packet of ours, and what a router says about it whose next link carries `mtu` octets.
fn told(outer: &[u8], mtu: usize) -> Vec<u8> {
    let mut memory = storage(outer.len());
    let mut packet = PacketBuf::copy_from(&mut memory, outer).unwrap();
    let router = if outer[0] >> 4 == 4 { "203.0.113.1" } else { "2001:db8:99::1" };
    assert!(IcmpError::TooBig { mtu }.answer(&mut packet, ip(router)));
    packet.as_slice().to_vec()
}

/// The longest inner packet that goes through at `now`.
fn longest(ends: &Ends, v6: bool, now: Instant) -> usize {
    let fits = |len| matches!(&ends.send(now, &inner_of(v6, len)).as_deref(), Ok([Out::Sent(_)]));
    (1_200..1_500).rev().find(|&len| fits(len)).unwrap()
}

#[test]
fn a_router_lowers_the_path_mtu_until_that_ages() {
    let ports = Some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
    for (v6_outside, encap) in [(false, None), (false, ports), (true, None), (true, ports)] {
        let params = SaParams { encap, ..sa(false, v6_outside) };
        let ends = Ends::new(&params, DatapathOptions::default());
        let fits = |mtu| crate::net::max_inner_len(mtu, params.remote, SUITE, encap);
        let outer = ends.send_one(&inner_of(false, fits(1_500)));
        ends.near.take_too_big(NOW, &told(&outer, 1_400)).unwrap();
        assert_eq!(longest(&ends, false, NOW), fits(1_400));
        ends.near.take_too_big(NOW, &told(&outer, 1_450)).unwrap();
        assert_eq!(longest(&ends, false, NOW), fits(1_400), "nobody raises it");
        let age = DatapathLimits::default().path_mtu_age;
        assert_eq!(longest(&ends, false, NOW + (age - Duration::from_millis(1))), fits(1_400));
        assert_eq!(longest(&ends, false, NOW + age), fits(1_500), "the path may be wider now");
    }
}

#[test]
fn a_rekey_keeps_the_path_mtu_and_a_move_forgets_it() {
    let mut params = sa(false, false);
    let mut ends = Ends::new(&params, DatapathOptions::default());
    let fits = |mtu| crate::net::max_inner_len(mtu, params.remote, SUITE, None);
    let (wide, narrow) = (fits(1_500), fits(1_300));
    let outer = ends.send_one(&inner_of(false, wide));
    ends.near.take_too_big(NOW, &told(&outer, 1_300)).unwrap();
    params.spi = crate::sa::Spi::new(0x2000).unwrap();
    ends.near.apply(NOW, &SaCommand::AddSa(Box::new(params.clone()))).unwrap();
    assert_eq!(longest(&ends, false, NOW), narrow);
    let (local, remote) = ("192.0.2.1:0".parse().unwrap(), "198.51.100.9:0".parse().unwrap());
    ends.near.apply(NOW, &SaCommand::MoveSa { key: params.key(), local, remote, encap: false }).unwrap();
    assert_eq!(longest(&ends, false, NOW), wide);
}

/// Nobody signs these messages. What is not about a packet that we sent lately, or cannot be, changes nothing.
#[test]
fn forged_path_mtus_change_little() {
    let ends = Ends::new(&sa(false, false), DatapathOptions::default());
    let outer = ends.send_one(&inner_of(false, 1_400));
    let wide = longest(&ends, false, NOW);
    let refused = |mtu, change: &dyn Fn(&mut Vec<u8>)| {
        let mut packet = outer.clone();
        change(&mut packet);
        let reason = ends.near.take_too_big(NOW, &told(&packet, mtu)).unwrap_err();
        assert_eq!(longest(&ends, false, NOW), wide);
        reason
    };
    assert_eq!(refused(1_300, &|packet| packet[23] = 1), DropReason::UnknownSpi);
    assert_eq!(refused(1_300, &|packet| packet[20..24].fill(0)), DropReason::ReservedSpi);
    assert_eq!(refused(1_300, &|packet| packet[12] = 1), DropReason::UnknownSpi, "not from us");
    assert_eq!(refused(1_300, &|packet| packet[16] = 1), DropReason::UnknownSpi, "to another");
    assert_eq!(refused(1_300, &|packet| packet[24] = 1), DropReason::ImplausiblePathMtu, "never sent");
    assert_eq!(refused(1_300, &|packet| packet[27] = 0), DropReason::ImplausiblePathMtu);
    assert_eq!(refused(outer.len(), &|_| ()), DropReason::ImplausiblePathMtu, "it would have passed");
    let forged = ends.near.drops().total();
    assert_eq!(ends.near.take_too_big(NOW, &outer), Err(DropReason::NotTooBig));
    assert_eq!(ends.near.drops().total(), forged + 1);

    // The worst that one message does.
    ends.near.take_too_big(NOW, &told(&outer, 68)).unwrap();
    let floor = crate::net::max_inner_len(576, ip("198.51.100.1"), SUITE, None);
    assert!(matches!(&ends.send(NOW, &inner_of(false, floor)).unwrap()[..], [Out::Sent(_)]));

    let ends = Ends::new(&sa(false, true), DatapathOptions::default());
    let outer = ends.send_one(&inner_of(false, 1_400));
    assert_eq!(ends.near.take_too_big(NOW, &told(&outer, 1_279)), Err(DropReason::ImplausiblePathMtu));
}

/// An IPv6 host need not send shorter packets than 1280 octets, however narrow the path is.
#[test]
fn ipv6_inside_always_has_its_1280_octets() {
    for v6_outside in [false, true] {
        let ends = Ends::new(&sa(true, v6_outside), DatapathOptions::default());
        let outer = ends.send_one(&inner6(1_280));
        ends.near.take_too_big(NOW, &told(&outer, 1_280)).unwrap();
        let narrow = ends.send_one(&inner6(1_280));
        let is_df = |packet: &[u8]| !v6_outside && packet[6] & 0x40 != 0;
        assert_eq!([&outer, &narrow].map(|packet| is_df(packet)), [!v6_outside, false]);
        let all = ends.send(NOW, &inner6(1_281)).unwrap();
        let [Out::Reply(DropReason::TooBig, icmp)] = &all[..] else { panic!("{all:?}") };
        assert_eq!(icmp[44..48], 1_280_u32.to_be_bytes());
    }
}

#[test]
fn tcp_is_clamped_both_ways_where_it_is_wanted() {
    for clamp_mss in [true, false] {
        let tunnel = TunnelOptions { clamp_mss, ..TunnelOptions::default() };
        let forth = SaParams { tunnel, ..sa(false, false) };
        let mut ends = Ends::new(&forth, DatapathOptions::default());
        // The other direction, so that the far end knows how much fits into what its host sends.
        let mut back = mirrored(&mirrored(&forth));
        (back.local, back.remote) = (forth.remote, forth.local);
        back.selectors = mirrored(&forth).selectors;
        ends.far.apply(NOW, &SaCommand::AddSa(Box::new(back))).unwrap();
        let mut syn = inner(16);
        syn[9] = 6;
        fix_checksum(&mut syn);
        syn[20..44].copy_from_slice(&hex("c0de01bb010203040000000060020fff00000000020405b4"));
        let came = ends.receive(&ends.send_one(&syn)).unwrap();
        let fits = crate::net::max_inner_len(1_500, forth.remote, SUITE, None);
        let expected = if clamp_mss { u16::try_from(fits - 40).unwrap() } else { 1_460 };
        assert_eq!(came[42..44], expected.to_be_bytes());
    }
}

/// with options, fragments and errors, a packet for a tunnel still never comes out in clear.
#[test]
fn nothing_leaves_in_clear() {
    let params = sa(false, false);
    let mut ends = Ends::new(&params, DatapathOptions { forwards: true, ..DatapathOptions::default() });
    let packets = [inner(0), inner(1_472), fragmentable(4_000), fragmentable(100)];
    let marker = &octets(9, 64)[..];
    let in_clear = |ends: &Ends, now| {
        packets.iter().flat_map(|packet| ends.send(now, packet).unwrap_or_default()).any(|out| match out {
            Out::Clear(_) => true,
            Out::Sent(outer) => outer.windows(marker.len()).any(|octets| octets == marker),
            Out::Reply(..) => false,
        })
    };
    assert!(!in_clear(&ends, NOW));
    ends.near.apply(NOW, &SaCommand::RemoveSa(params.key())).unwrap();
    assert!(!in_clear(&ends, NOW));
    let expires = Some(NOW);
    ends.near.apply(NOW, &SaCommand::AddSa(Box::new(SaParams { expires, ..params }))).unwrap();
    assert!(!in_clear(&ends, NOW));
    let sent = packets.iter().filter_map(|packet| ends.send(NOW, packet).ok()).flatten();
    assert!(sent.into_iter().all(|out| matches!(out, Out::Reply(..))));
    ends.near.apply(NOW, &SaCommand::RemovePolicy(crate::command::PolicyId(1))).unwrap();
    assert!(!in_clear(&ends, NOW));
    assert_eq!(ends.send(NOW, &inner(0)), Err(DropReason::NoPolicy));
}

/// A kernel that is handed whole packets replaces an identification of 0, which AH covers.
#[test]
fn no_identification_is_0() {
    let ends = Ends::new(&sa(false, false), DatapathOptions::default());
    ends.near.snapshot().shared.last_id.store(0xfffe, Ordering::Relaxed);
    let ids = [(); 3].map(|()| {
        let outer = ends.send_one(&inner(20));
        u16::from_be_bytes([outer[4], outer[5]])
    });
    assert_eq!(ids, [0xffff, 1, 2]);
}
