use super::*;
use crate::packet::{ESP, NAT_T_PORT, build_ip};

struct Bench {
    nat: NatBox,
    now: Instant,
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

impl Bench {
    fn new() -> Self {
        Self { nat: NatBox::new("nat", NatConfig::new([113, 31, 113, 78].into())), now: Instant::ZERO }
    }

    /// Sends a datagram through and returns the addresses that it comes out with.
    fn pass(&mut self, port: Port, from: &str, to: &str) -> Option<(SocketAddr, SocketAddr)> {
        let mut context = Context::new(self.now, false);
        self.nat.handle_packet(&mut context, port, &build_udp(at(from), at(to), b"x").unwrap());
        let sent = context.take_sent();
        let (out, packet) = sent.first()?;
        assert_ne!(*out, port);
        let ip = parse_ip(packet).unwrap();
        let udp = parse_udp(&ip).unwrap();
        Some((udp.source, udp.destination))
    }
}

#[test]
fn the_peer_that_was_sent_to_may_answer_and_nobody_else() {
    let mut bench = Bench::new();
    let (source, destination) = bench.pass(NatBox::INSIDE, "10.23.228.173:500", "106.75.234.78:500").unwrap();
    assert_eq!((source, destination), (at("113.31.113.78:40000"), at("106.75.234.78:500")));
    let back = bench.pass(NatBox::OUTSIDE, "106.75.234.78:500", "113.31.113.78:40000");
    assert_eq!(back, Some((at("106.75.234.78:500"), at("10.23.228.173:500"))));
    assert_eq!(bench.pass(NatBox::OUTSIDE, "106.75.234.78:4500", "113.31.113.78:40000"), None);
    assert_eq!(bench.pass(NatBox::OUTSIDE, "106.75.234.79:500", "113.31.113.78:40000"), None);
    assert_eq!(bench.pass(NatBox::OUTSIDE, "106.75.234.78:500", "113.31.113.78:40001"), None);
    assert_eq!(bench.nat.drops(), NatDrops { filtered: 2, no_mapping: 1, ..NatDrops::default() });
}

#[test]
fn a_mapping_is_the_same_for_every_destination() {
    let mut bench = Bench::new();
    let first = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0;
    assert_eq!(bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.2:4500").unwrap().0, first);
    assert_ne!(bench.pass(NatBox::INSIDE, "10.0.0.3:4500", "198.51.100.1:4500").unwrap().0, first);
}

#[test]
fn a_mapping_lives_as_long_as_the_inside_sends() {
    let mut bench = Bench::new();
    let first = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0;
    bench.now = Instant::from_secs(119);
    assert_eq!(bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0, first);
    bench.now = Instant::from_secs(119 + 119);
    assert!(bench.pass(NatBox::OUTSIDE, "198.51.100.1:4500", &first.to_string()).is_some());
    bench.now = Instant::from_secs(119 + 120);
    assert!(bench.pass(NatBox::OUTSIDE, "198.51.100.1:4500", &first.to_string()).is_none());
    assert_ne!(bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0, first);
}

#[test]
fn rebinding_gives_a_new_port_and_cuts_off_the_old_one() {
    let mut bench = Bench::new();
    let first = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0;
    bench.nat.rebind();
    assert!(bench.pass(NatBox::OUTSIDE, "198.51.100.1:4500", &first.to_string()).is_none());
    let second = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0;
    assert_eq!(first.ip(), second.ip());
    assert_ne!(first.port(), second.port());
    bench.nat.rebind_to([203, 0, 113, 9].into());
    let third = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0;
    assert_eq!(third.ip(), IpAddr::from([203, 0, 113, 9]));
    assert_eq!(bench.nat.mapping(at("10.0.0.2:4500")), Some(third));
}

#[test]
fn esp_does_not_pass() {
    let mut bench = Bench::new();
    let mut context = Context::new(Instant::ZERO, false);
    let esp = build_ip([10, 0, 0, 2].into(), [198, 51, 100, 1].into(), ESP, &[0; 60]).unwrap();
    bench.nat.handle_packet(&mut context, NatBox::INSIDE, &esp);
    assert!(context.take_sent().is_empty());
    assert_eq!(bench.nat.drops().not_udp, 1);
}

#[test]
fn a_blocked_port_is_blocked_both_ways() {
    let mut bench = Bench::new();
    let outside = bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").unwrap().0.to_string();
    bench.nat.set_blocked(NAT_T_PORT, true);
    assert!(bench.pass(NatBox::INSIDE, "10.0.0.2:4500", "198.51.100.1:4500").is_none());
    assert!(bench.pass(NatBox::OUTSIDE, "198.51.100.1:4500", &outside).is_none());
    assert!(bench.pass(NatBox::INSIDE, "10.0.0.2:500", "198.51.100.1:500").is_some());
    assert_eq!(bench.nat.drops().blocked, 2);
    bench.nat.set_blocked(NAT_T_PORT, false);
    assert!(bench.pass(NatBox::OUTSIDE, "198.51.100.1:4500", &outside).is_some());
}
