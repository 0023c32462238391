use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

#[test]
fn ethernet() {
    assert_eq!(inner_mtu(1500, V4), 1422);
    assert_eq!(inner_mtu(1500, V6), 1406);
}

#[test]
fn never_below_what_ipv6_needs() {
    assert_eq!(inner_mtu(0, V4), LEAST_MTU);
    assert_eq!(inner_mtu(1280, V6), LEAST_MTU);
}

proptest! {
    /// The largest inner packet fits, and one more block would not.
    #[test]
    fn fits_and_wastes_less_than_a_block(outer in 1400_u16..=u16::MAX, v6: bool) {
        let (gateway, header) = if v6 { (V6, 40) } else { (V4, 20) };
        let inner = u32::from(inner_mtu(outer, gateway));
        let sealed = |inner: u32| header + 8 + 8 + 16 + (inner + 2).div_ceil(16) * 16 + 16;
        prop_assert!(sealed(inner) <= u32::from(outer));
        prop_assert!(sealed(inner + 1) > u32::from(outer));
    }
}
