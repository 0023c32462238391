//! Tests of what the outer header takes from the inner one.

use super::*;
use crate::testing::*;

fn view(tos: u8, dont_fragment: bool) -> IpView {
    let mut packet = inner(10);
    packet[1] = tos;
    packet[6] = if dont_fragment { 0x40 } else { 0 };
    IpView::parse(&packet).unwrap()
}

#[test]
fn dscp_is_copied_or_fixed_and_ecn_always_copied() {
    for tos in 0..=255 {
        let copied = TunnelOptions::default();
        assert_eq!(copied.outer_tos(&view(tos, true)), tos);
        let fixed = TunnelOptions { dscp: DscpMode::Fixed(46), ..copied };
        assert_eq!(fixed.outer_tos(&view(tos, true)), 46 << 2 | tos & 3);
        let wide = TunnelOptions { dscp: DscpMode::Fixed(0xee), ..copied };
        assert_eq!(wide.outer_tos(&view(tos, true)), 46 << 2 | tos & 3);
    }
}

#[test]
fn df_is_copied_set_or_clear() {
    let outer =
        |df, inner: &IpView| TunnelOptions { df, ..TunnelOptions::default() }.outer_dont_fragment(inner);
    let modes = [DfMode::Copy, DfMode::Set, DfMode::Clear];
    assert_eq!(modes.map(|df| outer(df, &view(0, true))), [true, true, false]);
    assert_eq!(modes.map(|df| outer(df, &view(0, false))), [false, true, false]);
    let v6 = ipv6("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap(), 59, &[]);
    assert_eq!(modes.map(|df| outer(df, &IpView::parse(&v6).unwrap())), [true, true, false]);
}
