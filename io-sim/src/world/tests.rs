use super::*;
use crate::chance::Chance;
use crate::host::{Host, PingSeries};
use crate::link::LinkStats;
use crate::packet::parse_ip;

fn two_hosts(seed: u64) -> (World, Handle<Host>, Handle<Host>, LinkId) {
    let mut world = World::new(seed);
    let a = world.add(Host::new("a", [192, 0, 2, 1].into()));
    let b = world.add(Host::new("b", [192, 0, 2, 2].into()));
    let config = LinkConfig::new("wire", Duration::from_millis(20));
    let link = world.connect((a.id(), Host::PORT), (b.id(), Host::PORT), config);
    (world, a, b, link)
}

fn series(count: u16) -> PingSeries {
    PingSeries::new([192, 0, 2, 2].into(), count, Duration::from_millis(5))
}

#[test]
fn an_answer_takes_twice_the_latency() {
    let (mut world, a, _, _) = two_hosts(1);
    let id = world.act(a, |host, context| host.start_pings(context, series(1)));
    world.run_until(Instant::from_micros(39_999));
    assert_eq!(world.node(a).report(id).received, 0);
    world.run_until(Instant::from_millis(40));
    assert_eq!(world.node(a).report(id).received, 1);
    assert_eq!(world.node(a).report(id).slowest, Duration::from_millis(40));
}

#[test]
fn a_world_without_timers_becomes_quiet() {
    let (mut world, a, _, link) = two_hosts(1);
    world.act(a, |host, context| host.start_pings(context, series(10)));
    assert!(!world.run_until_quiet(Instant::from_millis(30)));
    assert!(world.run_until_quiet(Instant::from_secs(10)));
    assert_eq!(world.now(), Instant::from_millis(45 + 40));
    assert_eq!(
        world.link(link).stats(Side::B),
        LinkStats { sent: 10, delivered: 10, ..LinkStats::default() }
    );
}

#[test]
fn running_while_a_condition_holds_stops_with_it_or_at_the_deadline() {
    let (mut world, a, b, _) = two_hosts(1);
    world.act(a, |host, context| host.start_pings(context, series(10)));
    assert!(world.run_while(Instant::from_secs(1), |world| world.node(b).requests() < 3));
    assert_eq!(world.now(), Instant::from_millis(30));
    assert!(!world.run_while(Instant::from_secs(1), |world| world.node(b).requests() < 11));
    assert_eq!(world.now(), Instant::from_secs(1));
}

/// The same seed, the same trace; another seed, another trace. What is looked at does not change what happens.
#[test]
fn a_seed_decides_the_trace() {
    let run = |seed, traced: bool| {
        let (mut world, a, _, link) = two_hosts(seed);
        if traced {
            world.enable_trace();
            world.capture([link]);
        }
        let faults = Faults { loss: Chance::percent(30), duplication: Chance::percent(10), ..Faults::NONE };
        world.set_faults(link, faults);
        world.act(a, |host, context| host.start_pings(context, series(50)));
        world.run_until(Instant::from_secs(5));
        (world.trace_digest(), world.trace().len())
    };
    let (digest, lines) = run(3, false);
    assert_eq!(lines, 0);
    let (again, lines) = run(3, true);
    assert_eq!(digest, again);
    assert!(lines > 50);
    assert_ne!(digest, run(4, false).0);
}

#[test]
fn a_capture_holds_what_was_sent_even_if_it_was_lost() {
    let (mut world, a, _, link) = two_hosts(1);
    world.set_faults(link, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    let capture = world.capture([link]);
    world.act(a, |host, context| host.start_pings(context, series(3)));
    world.run_until_quiet(Instant::from_secs(1));
    assert_eq!(world.pcap(capture).packets(), 3);
    let record = &world.pcap(capture).as_bytes()[24 + 16..];
    assert_eq!(parse_ip(record).unwrap().source, world.node(a).address());
}

#[test]
fn a_partition_ends() {
    let (mut world, a, _, link) = two_hosts(1);
    world.link_mut(link).set_up(false);
    let id = world.act(a, |host, context| host.start_pings(context, series(10)));
    world.run_until(Instant::from_millis(22));
    world.link_mut(link).set_up(true);
    world.run_until_quiet(Instant::from_secs(1));
    let report = world.node(a).report(id);
    assert_eq!((report.sent, report.received, report.longest_gap), (10, 5, 5));
}
