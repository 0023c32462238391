use core::time::Duration;

use super::*;
use crate::host::{Host, PingSeries};
use crate::link::LinkConfig;
use crate::world::World;

#[test]
fn a_ping_goes_through_a_router_and_back() {
    let mut world = World::new(1);
    let left = world.add(Host::new("left", "2001:db8:1::5".parse().unwrap()));
    let right = world.add(Host::new("right", "2001:db8:2::5".parse().unwrap()));
    let mut router = Router::new("router");
    router.add_route("2001:db8:1::/48".parse().unwrap(), Port(0));
    router.add_route("2001:db8:2::/48".parse().unwrap(), Port(1));
    let router = world.add(router);
    let wire = |name| LinkConfig::new(name, Duration::from_millis(3));
    world.connect((left.id(), Host::PORT), (router.id(), Port(0)), wire("left"));
    world.connect((right.id(), Host::PORT), (router.id(), Port(1)), wire("right"));
    let target = world.node(right).address();
    let plan = PingSeries::new(target, 5, Duration::from_millis(1));
    let id = world.act(left, |host, context| host.start_pings(context, plan));
    assert!(world.run_until_quiet(Instant::from_secs(1)));
    let report = world.node(left).report(id);
    assert!(report.is_clean());
    assert_eq!(report.slowest, Duration::from_millis(12));
    assert_eq!((world.node(router).passed(), world.node(router).dropped()), (10, 0));
}

#[test]
fn the_longest_prefix_decides_and_what_has_no_route_is_dropped() {
    let mut router = Router::new("router");
    router.add_route("10.0.0.0/8".parse().unwrap(), Port(1));
    router.add_route("10.1.0.0/16".parse().unwrap(), Port(2));
    assert_eq!(router.port_to([10, 1, 2, 3].into()), Some(Port(2)));
    assert_eq!(router.port_to([10, 2, 2, 3].into()), Some(Port(1)));
    assert_eq!(router.port_to([11, 2, 2, 3].into()), None);
    router.add_route("10.1.0.0/16".parse().unwrap(), Port(3));
    assert_eq!(router.port_to([10, 1, 2, 3].into()), Some(Port(3)));
    let mut context = Context::new(Instant::ZERO, false);
    router.handle_packet(&mut context, Port(0), &[0x45; 60]);
    assert_eq!(router.dropped(), 1);
}

#[test]
fn a_blocked_protocol_is_dropped_without_a_word() {
    let mut router = Router::new("router");
    router.add_route("10.0.0.0/8".parse().unwrap(), Port(1));
    let packet = |protocol| {
        crate::packet::build_ip([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), protocol, &[0; 40]).unwrap()
    };
    router.set_blocked(50, true);
    let mut context = Context::new(Instant::ZERO, false);
    router.handle_packet(&mut context, Port(0), &packet(50));
    router.handle_packet(&mut context, Port(0), &packet(17));
    assert_eq!((router.passed(), router.dropped()), (1, 1));
    router.set_blocked(50, false);
    router.handle_packet(&mut context, Port(0), &packet(50));
    assert_eq!((router.passed(), router.dropped()), (2, 1));
}
