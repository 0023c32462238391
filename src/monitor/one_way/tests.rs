use ipsec_policy::PreSharedKey;

use super::*;
use crate::monitor::Traffic;
use crate::snapshots;

const AFTER: Duration = Duration::from_secs(30);

fn point(from: u64, packets_in: u64, packets_out: u64) -> Point {
    Point {
        from: Instant::from_secs(from),
        until: Instant::from_secs(from + 10),
        traffic: Traffic { packets_in, packets_out, ..Traffic::default() },
        connected: Duration::from_secs(10),
    }
}

fn tunnel() -> VpnTunnel {
    VpnTunnel::new(
        "t".parse().unwrap(),
        "gw".parse().unwrap(),
        "peer".parse().unwrap(),
        vec!["10.1.0.0/24".parse().unwrap()],
        vec!["10.2.0.0/24".parse().unwrap(), "10.3.0.0/24".parse().unwrap()],
        PreSharedKey::new("a-key-of-some-length").unwrap(),
    )
}

/// Three steps of 10 s with these packets, and what they say; both ways had carried traffic before.
fn silent(packets: (u64, u64), drops: &[(DropReason, u64)], stray: &[(DropReason, u64)]) -> OneWay {
    silent_after([true; 2], packets, drops, stray)
}

fn silent_after(
    passed: [bool; 2],
    packets: (u64, u64),
    drops: &[(DropReason, u64)],
    stray: &[(DropReason, u64)],
) -> OneWay {
    let mut watch = OneWayWatch { passed, ..OneWayWatch::default() };
    let steps = [0, 10, 20].map(|from| watch.step(&point(from, packets.0, packets.1), drops, stray, AFTER));
    let [Verdict::Same, Verdict::Same, Verdict::Silent(one_way)] = steps else { panic!("{steps:?}") };
    one_way
}

fn text(one_way: OneWay, encapsulated: bool) -> String {
    one_way.explain(&tunnel(), encapsulated).explanation.to_string()
}

/// DIAG-5: the texts, one for each way and cause.
#[test]
fn diag_5_texts() {
    let nothing = "Traffic goes one way only, 15 packets sent in 30 s and none received: no packet of the peer's \
                   arrived that could have been dropped. Check that the hosts in 10.2.0.0/24, 10.3.0.0/24 have a route to \
                   10.1.0.0/24 through the peer, that the peer's own firewall lets them answer, and that a firewall on the \
                   path lets ESP (IP protocol 50) pass to us.";
    assert_eq!(text(silent((0, 5), &[], &[]), false), nothing);
    assert!(text(silent((0, 5), &[], &[]), true).contains("lets UDP 4500 pass"));
    assert_eq!(
        text(silent((5, 0), &[], &[]), false),
        "Traffic goes one way only, 15 packets received in 30 s and none sent: no host of the local subnets handed a \
         packet for the peer to the gateway. Check that the hosts in 10.1.0.0/24 have a route to 10.2.0.0/24, 10.3.0.0/24 \
         through this gateway, and that their own firewalls let them answer."
    );
    assert_eq!(
        text(silent((0, 5), &[(DropReason::SelectorMismatch, 4)], &[]), false),
        "Traffic goes one way only, 15 packets sent in 30 s and none received: dropped in this tunnel: 12 (the \
         packet is outside the traffic selectors of its Security Association). Check the subnets at the peer: what it sends \
         through this tunnel is not from 10.2.0.0/24, 10.3.0.0/24 to 10.1.0.0/24."
    );
    assert_eq!(
        text(silent((0, 5), &[], &[(DropReason::UnknownSpi, 2), (DropReason::NoPolicy, 9)]), false),
        "Traffic goes one way only, 15 packets sent in 30 s and none received: dropped, and maybe of this tunnel: 6 \
         (no Security Association has this SPI). Reconnect the tunnel: the peer sends with a Security Association that this \
         end does not have."
    );
    assert_eq!(
        text(silent((5, 0), &[], &[(DropReason::UnknownSpi, 2), (DropReason::NoPolicy, 9)]), false),
        "Traffic goes one way only, 15 packets received in 30 s and none sent: dropped, and maybe of this tunnel: \
         27 (no policy selects the packet). Check the addresses of the hosts: packets came to the gateway that are not from \
         10.1.0.0/24 to 10.2.0.0/24, 10.3.0.0/24."
    );
}

/// DIAG-5: told once, and over when both ways carry traffic or the tunnel is not connected; a pause changes nothing.
#[test]
fn diag_5_told_once() {
    let mut watch = OneWayWatch::default();
    let mut step =
        |from, packets_in, packets_out| watch.step(&point(from, packets_in, packets_out), &[], &[], AFTER);
    assert!(matches!(step(0, 0, 1), Verdict::Same));
    assert!(matches!(step(10, 0, 0), Verdict::Same));
    assert!(matches!(step(20, 0, 1), Verdict::Same), "two packets say nothing");
    let Verdict::Silent(one_way) = step(30, 0, 1) else { panic!() };
    assert_eq!((one_way.silent, one_way.since, one_way.packets), (SilentWay::In, Instant::ZERO, 3));
    assert!(matches!(step(40, 0, 9), Verdict::Same));
    assert!(matches!(step(50, 0, 0), Verdict::Same));
    assert!(matches!(step(60, 1, 1), Verdict::Over));
    assert!(matches!(step(70, 1, 1), Verdict::Same));
    for from in [80, 90] {
        assert!(matches!(step(from, 9, 0), Verdict::Same));
    }
    assert!(matches!(step(100, 9, 0), Verdict::Silent(_)));
    assert!(matches!(step(110, 0, 9), Verdict::Over), "now it is the other way");
    let lost = Point { connected: Duration::ZERO, ..point(120, 0, 9) };
    assert!(matches!(watch.step(&lost, &[], &[], AFTER), Verdict::Same));
}

/// DIAG-3, DIAG-5: nothing of the peer's has ever come: the protocol may be blocked. Not where it shares the port of IKE, not
/// where something was dropped, and not for what the hosts here do not send.
#[test]
fn diag_5_a_blocked_protocol_is_suspected() {
    let said = |protocol, passed, packets, drops: &[_], encapsulated| {
        let mut tunnel = tunnel();
        tunnel.ipsec.protocol = protocol;
        let one_way = silent_after(passed, packets, drops, &[]);
        assert_eq!(one_way.since_connected, !passed[usize::from(one_way.silent == SilentWay::Out)]);
        one_way.explain(&tunnel, encapsulated).explanation.why.contains("the path blocks")
    };
    assert!(said(IpsecProtocol::Esp, [false, true], (0, 5), &[], false));
    assert!(said(IpsecProtocol::Ah, [false, true], (0, 5), &[], false));
    assert!(!said(IpsecProtocol::Esp, [true, false], (0, 5), &[], false));
    assert!(!said(IpsecProtocol::Esp, [false, true], (0, 5), &[], true));
    assert!(!said(IpsecProtocol::Esp, [false, true], (0, 5), &[(DropReason::BadIcv, 1)], false));
    assert!(!said(IpsecProtocol::Esp, [true, false], (5, 0), &[], false));
}

/// DIAG-5: what is said of each reason for which packets can be dropped meanwhile, as text.
#[test]
fn diag_5_each_reason_to_drop() {
    let mut text = String::new();
    for (silent_way, packets) in [("in", (0, 5)), ("out", (5, 0))] {
        for reason in DropReason::ALL {
            let own = silent(packets, &[(*reason, 4)], &[]).explain(&tunnel(), false);
            text.push_str(&format!("## silent {silent_way}: {reason:?}\n\n{}\n\n", own.explanation));
            let stray = silent(packets, &[], &[(*reason, 4)]).explain(&tunnel(), false);
            let may_be_meant = if stray.stray.is_empty() { "is not told" } else { "is told too" };
            text.push_str(&format!("Dropped of no tunnel, it {may_be_meant}.\n\n"));
        }
    }
    snapshots::assert_snapshot("one_way_drops.txt", &text);
}
