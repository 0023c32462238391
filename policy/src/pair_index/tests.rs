use proptest::prelude::*;

use super::*;
use crate::fixtures::cidr;

/// Subnets out of a small space, so that they often nest.
fn subnet() -> impl Strategy<Value = Cidr> {
    let v4 = (any::<u8>(), 0..=8_u8).prop_map(|(octet, length)| {
        let host = Cidr::new(IpAddr::V4([octet, 0, 0, 0].into()), 8).unwrap();
        truncated(host, length).unwrap()
    });
    let v6 = (any::<u8>(), 0..=8_u8).prop_map(|(octet, length)| {
        let host = Cidr::new(IpAddr::V6((u128::from(octet) << 120).into()), 8).unwrap();
        truncated(host, length).unwrap()
    });
    prop_oneof![4 => v4, 1 => v6]
}

fn pair() -> impl Strategy<Value = SubnetPair> {
    (subnet(), subnet()).prop_map(|(local, remote)| SubnetPair { local, remote })
}

proptest! {
    /// TUN-4: the index finds what a comparison with all finds, before and after a removal.
    #[test]
    fn tun_4_agrees_with_brute_force(mut held in proptest::collection::vec(pair(), 0..40), asked in pair()) {
        let id = |n: usize| TunnelId::new(format!("t-{n}")).unwrap();
        let mut index = PairIndex::default();
        for (n, pair) in held.iter().enumerate() {
            index.insert(*pair, &id(n));
        }
        let removed = held.pop();
        if let Some(pair) = removed {
            index.remove(pair, &id(held.len()));
        }
        let mut found: Vec<_> = index.overlapping(asked).map(|(pair, id)| (pair, id.clone())).collect();
        let near = held.iter().enumerate().filter(|(_, pair)| pair.overlaps(&asked));
        let mut expected: Vec<_> = near.map(|(n, pair)| (*pair, id(n))).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
        for (n, pair) in held.iter().enumerate() {
            index.remove(*pair, &id(n));
        }
        prop_assert!(index.is_empty());
    }
}

/// TUN-4: the longer remote prefix wins, then the longer local one.
#[test]
fn tun_4_precedence() {
    let pair = |local: &str, remote: &str| SubnetPair { local: cidr(local), remote: cidr(remote) };
    let wide = pair("10.0.0.0/8", "192.168.0.0/16");
    assert_eq!(pair("10.0.0.0/8", "192.168.1.0/24").precedence(&wide), Ordering::Greater);
    assert_eq!(pair("10.1.0.0/16", "192.0.0.0/8").precedence(&wide), Ordering::Less);
    assert_eq!(pair("10.1.0.0/16", "192.168.0.0/16").precedence(&wide), Ordering::Greater);
    assert_eq!(wide.precedence(&wide), Ordering::Equal);
}
