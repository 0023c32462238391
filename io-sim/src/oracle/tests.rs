use std::net::SocketAddr;

use super::*;
use crate::packet::{ESP, Echo, build_echo, build_ip, build_udp};
use crate::testing::params;

const INNER: LinkId = LinkId(0);
const OUTER: LinkId = LinkId(1);
const FAR: LinkId = LinkId(2);

fn oracle() -> Oracle {
    let mut oracle = Oracle::default();
    let near = LinkRole::Inner { host: Side::A, prefix: "10.0.192.0/20".parse().unwrap() };
    let far = LinkRole::Inner { host: Side::B, prefix: "192.168.0.0/16".parse().unwrap() };
    oracle.watch(INNER, "near", near);
    oracle.watch(OUTER, "outer", LinkRole::Outer { gateway: Some(Side::A) });
    oracle.watch(FAR, "far", far);
    oracle.protect("10.0.192.0/20".parse().unwrap());
    oracle.protect("192.168.0.0/16".parse().unwrap());
    oracle
}

fn ping(to: [u8; 4], sequence: u16) -> Vec<u8> {
    let echo = Echo { reply: false, identifier: 1, sequence, payload: MARKER };
    build_echo([10, 0, 192, 5].into(), to.into(), &echo).unwrap()
}

fn esp(content: &[u8]) -> Vec<u8> {
    build_ip([106, 75, 234, 78].into(), [106, 75, 234, 74].into(), ESP, content).unwrap()
}

fn kinds(oracle: &Oracle) -> Vec<ViolationKind> {
    oracle.violations().iter().map(|violation| violation.kind).collect()
}

#[test]
fn a_packet_in_clear_is_seen_by_its_addresses() {
    let mut oracle = oracle();
    oracle.sent(Instant::from_secs(3), OUTER, Side::B, &ping([192, 168, 1, 9], 1));
    assert_eq!(kinds(&oracle), [ViolationKind::Clear]);
    let violation = oracle.violations()[0].to_string();
    assert!(
        violation.starts_with("3.000000 outer: Clear: 10.0.192.5 > 192.168.1.9 echo request"),
        "{violation}"
    );
}

#[test]
fn a_packet_that_is_wrapped_but_not_encrypted_is_seen_by_its_content() {
    let mut oracle = oracle();
    let content = [&[0, 0, 1, 0, 0, 0, 0, 1][..], &ping([192, 168, 1, 9], 1)].concat();
    oracle.sent(Instant::ZERO, OUTER, Side::A, &esp(&content));
    assert_eq!(kinds(&oracle), [ViolationKind::Clear]);
}

#[test]
fn what_was_sent_once_is_delivered_once() {
    let mut oracle = oracle();
    let packet = ping([192, 168, 1, 9], 1);
    oracle.sent(Instant::ZERO, INNER, Side::A, &packet);
    oracle.delivered(Instant::ZERO, FAR, Side::A, &packet);
    assert_eq!(kinds(&oracle), []);
    oracle.delivered(Instant::ZERO, FAR, Side::A, &packet);
    oracle.delivered(Instant::ZERO, FAR, Side::A, &ping([192, 168, 1, 9], 2));
    assert_eq!(kinds(&oracle), [ViolationKind::DeliveredTwice, ViolationKind::NeverSent]);
    assert_eq!(oracle.inner_delivered(), 3);
}

#[test]
fn a_packet_in_the_wrong_network_is_seen() {
    let mut oracle = oracle();
    let packet = ping([192, 169, 1, 9], 1);
    oracle.sent(Instant::ZERO, INNER, Side::A, &packet);
    oracle.delivered(Instant::ZERO, FAR, Side::A, &packet);
    assert_eq!(kinds(&oracle), [ViolationKind::WrongNetwork]);
}

#[test]
fn sequence_numbers_and_vectors_are_used_once() {
    let mut oracle = oracle();
    let first = [0, 0, 1, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0];
    let mut same_vector = first;
    same_vector[7] = 2;
    let mut same_sequence = first;
    same_sequence[8] = 9;
    for packet in [first, same_vector, same_sequence] {
        oracle.sent(Instant::ZERO, OUTER, Side::A, &esp(&packet));
    }
    // What comes from the other side may be a copy that a link has made.
    oracle.sent(Instant::ZERO, OUTER, Side::B, &esp(&first));
    assert_eq!(kinds(&oracle), [ViolationKind::VectorTwice, ViolationKind::SequenceTwice]);
    assert_eq!(oracle.esp_packets(), 3);
}

#[test]
fn ike_is_no_esp() {
    let mut oracle = oracle();
    let (us, them) = (SocketAddr::from(([1, 1, 1, 1], 4500)), SocketAddr::from(([2, 2, 2, 2], 4500)));
    let ike = build_udp(us, them, &[0; 60]).unwrap();
    oracle.sent(Instant::ZERO, OUTER, Side::A, &ike);
    oracle.sent(Instant::ZERO, OUTER, Side::A, &ike);
    assert_eq!(kinds(&oracle), []);
    assert_eq!(oracle.esp_packets(), 0);
}

#[test]
fn the_two_ends_of_a_security_association_have_the_same_keys() {
    let mut oracle = oracle();
    oracle.installed(Instant::ZERO, "left", &params(Direction::Outbound, 1, None));
    oracle.installed(Instant::ZERO, "right", &params(Direction::Inbound, 1, None));
    assert_eq!(kinds(&oracle), []);
    oracle.installed(Instant::ZERO, "other", &params(Direction::Inbound, 2, None));
    assert_eq!(kinds(&oracle), [ViolationKind::KeysDiffer]);
}
