use esp_core::net::Cidr;
use esp_core::selector::{PortRange, Selectors, TrafficSelector};

use super::{common, covers, intersection};

fn net(text: &str) -> TrafficSelector {
    text.parse::<Cidr>().unwrap().into()
}

/// F-28: what is left is what both have.
#[test]
fn a_wider_offer_is_narrowed_to_ours() {
    let narrowed = intersection(&[net("0.0.0.0/0")], &[net("10.1.0.0/16"), net("10.2.0.0/16")], 64);
    assert_eq!(narrowed, [net("10.1.0.0/16"), net("10.2.0.0/16")]);
}

/// F-28: the specific selector that stands first in an initiator's list stays first.
#[test]
fn the_order_of_the_offer_is_kept() {
    let packet =
        TrafficSelector { protocol: 6, ports: PortRange { first: 80, last: 80 }, ..net("10.1.0.5/32") };
    let narrowed = intersection(&[packet, net("10.3.0.0/16")], &[net("10.0.0.0/8")], 64);
    assert_eq!(narrowed, [packet, net("10.3.0.0/16")]);
}

#[test]
fn what_another_covers_is_left_out() {
    let narrowed = intersection(&[net("10.1.0.5/32"), net("10.1.0.0/16")], &[net("10.0.0.0/8")], 64);
    assert_eq!(narrowed, [net("10.1.0.0/16")]);
}

/// a list of a peer does not multiply with ours beyond the bound.
#[test]
fn the_result_is_bounded() {
    let theirs: Vec<_> = (0..=255_u32).map(|i| net(&format!("10.0.{i}.0/24"))).collect();
    assert_eq!(intersection(&theirs, &[net("10.0.0.0/8")], 8).len(), 8);
}

#[test]
fn one_empty_side_is_no_agreement() {
    let ours = Selectors { local: vec![net("10.1.0.0/16")], remote: vec![net("10.2.0.0/16")] };
    let theirs = Selectors { local: vec![net("10.1.0.0/16")], remote: vec![net("10.9.0.0/16")] };
    assert_eq!(common(&theirs, &ours, 64), None);
    assert!(covers(&ours, &ours));
    assert!(!covers(&ours, &theirs));
}
