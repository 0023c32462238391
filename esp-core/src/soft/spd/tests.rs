//! Tests of the Security Policy Database against a linear reference.

use super::*;
use crate::selector::Selectors;
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

fn any_net() -> impl Strategy<Value = String> {
    (0..4_u8, 0..4_u8, prop::sample::select(vec![0_u8, 8, 16, 24, 32])).prop_map(|(a, b, length)| {
        let full = u32::from_be_bytes([10, a, b, 1]);
        let kept = full & u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        format!("{}/{length}", core::net::Ipv4Addr::from(kept))
    })
}

proptest! {
    #[test]
    fn it_is_what_a_linear_search_says(
        changes in prop::collection::vec(
            (0..12_u64, 0..3_u32, prop::collection::vec(any_net(), 1..3), prop::collection::vec(any_net(), 1..3), any::<bool>()),
            1..30,
        ),
        probes in prop::collection::vec((0..4_u8, 0..4_u8, 0..4_u8, 0..4_u8), 1..20),
    ) {
        let mut spd = Spd::default();
        let mut policies = BTreeMap::new();
        for (id, priority, local, remote, add) in changes {
            if add {
                let local: Vec<_> = local.iter().map(String::as_str).collect();
                let remote: Vec<_> = remote.iter().map(String::as_str).collect();
                let params = params(id, priority, &local, &remote);
                spd.insert(&params);
                policies.insert(params.id, params);
            } else {
                spd.remove(PolicyId(id));
                policies.remove(&PolicyId(id));
            }
            prop_assert_eq!(spd.len(), policies.len());
        }
        for (a, b, c, d) in probes {
            let packet = packet(&format!("10.{a}.{b}.1"), &format!("10.{c}.{d}.1"));
            prop_assert_eq!(spd.lookup(&packet).map(|policy| policy.id), reference(&policies, &packet));
        }
    }
}
