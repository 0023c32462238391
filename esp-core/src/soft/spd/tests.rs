//! Tests of the Security Policy Database against a linear reference.

use core::cmp::Reverse;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::*;
use crate::net::{Cidr, CidrError};
use crate::selector::{AddressRange, PortRange, TrafficSelector};
use crate::soft::shapes::{Rank, fixed_bits};
use crate::testing::*;
use proptest::prelude::*;

fn params(id: u64, priority: u32, local: &[&str], remote: &[&str]) -> PolicyParams {
    let list = |nets: &[&str]| -> Vec<TrafficSelector> {
        nets.iter().map(|net| net.parse::<crate::net::Cidr>().unwrap().into()).collect()
    };
    PolicyParams {
        id: PolicyId(id),
        selectors: Selectors { local: list(local), remote: list(remote) },
        action: PolicyAction::Bypass,
        priority,
    }
}

fn packet(source: &str, destination: &str) -> IpView {
    let packet = udp4(source.parse().unwrap(), destination.parse().unwrap(), 0);
    IpView::parse(&packet).unwrap()
}

/// The policy that wins, by looking at every pair of selectors of every policy.
fn reference(policies: &BTreeMap<PolicyId, PolicyParams>, packet: &IpView) -> Option<PolicyId> {
    let mut best: Option<(Rank, PolicyId)> = None;
    for policy in policies.values() {
        for local in &policy.selectors.local {
            for remote in &policy.selectors.remote {
                let pair = Selectors { local: vec![*local], remote: vec![*remote] };
                let length = fixed_bits(&local.addresses) + fixed_bits(&remote.addresses);
                let rank = (policy.priority, Reverse(length), policy.id);
                if pair.match_outbound(packet) && best.is_none_or(|(other, _)| rank < other) {
                    best = Some((rank, policy.id));
                }
            }
        }
    }
    best.map(|(_, id)| id)
}

/// GW-7: what no policy selects has none.
#[test]
fn the_order_of_policies() {
    let mut spd = Spd::default();
    let winner = |spd: &Spd, packet: &IpView| spd.lookup(packet).map(|policy| policy.id.0);
    let there = packet("10.1.0.1", "10.2.0.1");
    assert_eq!(winner(&spd, &there), None);
    spd.insert(&params(5, 10, &["10.0.0.0/8"], &["10.0.0.0/8"]));
    spd.insert(&params(4, 10, &["10.0.0.0/8"], &["10.0.0.0/8"]));
    assert_eq!(winner(&spd, &there), Some(4), "the lower id");
    spd.insert(&params(9, 10, &["10.9.0.0/16", "10.1.0.0/16"], &["10.0.0.0/8"]));
    assert_eq!(winner(&spd, &there), Some(9), "the longer prefix");
    spd.insert(&params(11, 9, &["0.0.0.0/0"], &["0.0.0.0/0"]));
    assert_eq!(winner(&spd, &there), Some(11), "the lower number");
    spd.insert(&params(11, 11, &["0.0.0.0/0"], &["0.0.0.0/0"]));
    assert_eq!((winner(&spd, &there), spd.len()), (Some(9), 4), "replaced");
    spd.remove(PolicyId(9));
    spd.remove(PolicyId(9));
    assert_eq!((winner(&spd, &there), spd.contains(PolicyId(9))), (Some(4), false));
    assert_eq!(winner(&spd, &packet("172.16.0.1", "10.2.0.1")), Some(11));
}

#[test]
fn acquires_come_at_a_bounded_rate() {
    let mut spd = Spd::default();
    spd.insert(&params(1, 1, &["0.0.0.0/0"], &["0.0.0.0/0"]));
    let policy = spd.lookup(&packet("10.0.0.1", "10.0.0.2")).unwrap();
    let second = Duration::from_secs(1);
    let at = |millis| policy.may_acquire(Instant::from_millis(millis), second);
    assert_eq!([0, 1, 999, 1_000, 1_500, 2_000].map(at), [true, false, false, true, false, true]);
}

/// Addresses of one family that are near each other: few enough that policies and packets often meet.
fn any_address(v6: bool) -> impl Strategy<Value = IpAddr> {
    (0..4_u8, 0..4_u8, 0..4_u8).prop_map(move |(a, b, c)| {
        if v6 {
            Ipv6Addr::new(0x2001, 0xdb8, a.into(), 0, b.into(), 0, 0, c.into()).into()
        } else {
            Ipv4Addr::new(10, a, b, c).into()
        }
    })
}

fn any_selector(v6: bool) -> impl Strategy<Value = TrafficSelector> {
    let lengths: Vec<u8> =
        if v6 { vec![0, 32, 40, 48, 64, 80, 128] } else { vec![0, 8, 14, 16, 22, 24, 31, 32] };
    let network = (any_address(v6), prop::sample::select(lengths)).prop_map(|(address, length)| {
        let net = match Cidr::new(address, length) {
            Err(CidrError::HostBits { corrected, .. }) => corrected,
            other => other.unwrap(),
        };
        AddressRange::from(net)
    });
    let range =
        (any_address(v6), any_address(v6)).prop_map(|(a, b)| AddressRange::new(a.min(b), a.max(b)).unwrap());
    let ports = prop::sample::select(vec![
        PortRange::ANY,
        PortRange::ANY,
        PortRange::OPAQUE,
        PortRange { first: 53, last: 53 },
        PortRange { first: 1_000, last: 6_000 },
    ]);
    (prop_oneof![2 => network, 1 => range], prop::sample::select(vec![0_u8, 0, 6, 17]), ports)
        .prop_map(|(addresses, protocol, ports)| TrafficSelector { protocol, ports, addresses })
}

#[derive(Clone, Debug)]
enum Change {
    Add(PolicyParams),
    Remove(PolicyId),
}

fn any_policy() -> impl Strategy<Value = PolicyParams> {
    let sides = any::<bool>().prop_flat_map(|v6| {
        let side = move || prop::collection::vec(any_selector(v6), 1..3);
        (side(), side())
    });
    (0..12_u64, 0..3_u32, sides).prop_map(|(id, priority, (local, remote))| PolicyParams {
        id: PolicyId(id),
        selectors: Selectors { local, remote },
        action: PolicyAction::Bypass,
        priority,
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => any_policy().prop_map(Change::Add),
        1 => (0..12_u64).prop_map(|id| Change::Remove(PolicyId(id))),
    ]
}

/// A packet between two such addresses: UDP to port 53, or a later fragment.
fn any_packet() -> impl Strategy<Value = IpView> {
    let ends = any::<bool>().prop_flat_map(|v6| (any_address(v6), any_address(v6)));
    (ends, any::<bool>()).prop_map(|((source, destination), is_fragment)| {
        let mut view = packet("10.0.0.1", "10.0.0.2");
        (view.source, view.destination) = (source, destination);
        if is_fragment {
            (view.source_port, view.destination_port) = (None, None);
        }
        view
    })
}

proptest! {
    #[test]
    fn it_is_what_a_linear_search_says(
        changes in prop::collection::vec(any_change(), 1..30),
        probes in prop::collection::vec(any_packet(), 1..20),
    ) {
        let mut spd = Spd::default();
        let mut policies = BTreeMap::new();
        for change in changes {
            match change {
                Change::Add(params) => {
                    spd.insert(&params);
                    policies.insert(params.id, params);
                }
                Change::Remove(id) => {
                    spd.remove(id);
                    policies.remove(&id);
                }
            }
            prop_assert_eq!(spd.len(), policies.len());
        }
        for packet in probes {
            prop_assert_eq!(spd.lookup(&packet).map(|policy| policy.id), reference(&policies, &packet));
        }
        // Nothing is left behind of what is removed.
        for id in policies.into_keys() {
            spd.remove(id);
        }
        prop_assert_eq!(format!("{spd:?}"), format!("{:?}", Spd::default()));
    }
}

/// A change of the tables leaves the ones that packets go through as they are.
#[test]
fn a_copy_stays_as_it_is() {
    let mut spd = Spd::default();
    spd.insert(&params(1, 1, &["10.0.0.0/8"], &["10.0.0.0/8"]));
    let before = spd.clone();
    spd.insert(&params(2, 0, &["10.0.0.0/8"], &["10.0.0.0/8"]));
    spd.remove(PolicyId(1));
    let there = packet("10.1.0.1", "10.2.0.1");
    let winner = |spd: &Spd| spd.lookup(&there).map(|policy| policy.id.0);
    assert_eq!((winner(&before), winner(&spd)), (Some(1), Some(2)));
}

/// How many entries and maps a look-up comes by does not depend on how many policies there are.
#[test]
fn many_policies_of_one_shape_are_one_question() {
    let mut spd = Spd::default();
    for id in 0..20_000_u32 {
        let [_, a, b, c] = id.to_be_bytes();
        let local = format!("10.{a}.{b}.{c}/32");
        spd.insert(&params(id.into(), 1, &[&local], &["172.16.0.0/12"]));
    }
    assert_eq!(spd.v4.shapes(), 1);
    let winner = spd.lookup(&packet("10.0.78.31", "172.20.0.1")).map(|policy| policy.id.0);
    assert_eq!(winner, Some(19_999));
}
