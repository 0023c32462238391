use super::*;

fn addresses() -> (IpAddr, IpAddr) {
    ([10, 0, 192, 5].into(), [192, 168, 1, 9].into())
}

#[test]
fn a_request_is_answered_with_what_it_carried() {
    let (us, them) = addresses();
    let mut host = Host::new("host", us);
    let mut context = Context::new(Instant::ZERO, false);
    let echo = Echo { reply: false, identifier: 7, sequence: 9, payload: b"hello" };
    host.handle_packet(&mut context, Host::PORT, &build_echo(them, us, &echo).unwrap());
    let sent = context.take_sent();
    let ip = parse_ip(&sent[0].1).unwrap();
    assert_eq!((ip.source, ip.destination), (us, them));
    assert_eq!(parse_echo(&ip), Some(Echo { reply: true, ..echo }));
    assert_eq!((host.requests(), host.strays()), (1, 0));
}

#[test]
fn what_is_for_another_is_not_answered() {
    let (us, them) = addresses();
    let mut host = Host::new("host", us);
    let mut context = Context::new(Instant::ZERO, false);
    let echo = Echo { reply: false, identifier: 7, sequence: 9, payload: b"hello" };
    host.handle_packet(&mut context, Host::PORT, &build_echo(us, them, &echo).unwrap());
    host.handle_packet(&mut context, Host::PORT, b"nonsense");
    assert!(context.take_sent().is_empty());
    assert_eq!(host.strays(), 2);
}

#[test]
fn a_report_counts_what_is_missing_and_what_came_twice() {
    let (us, them) = addresses();
    let mut host = Host::new("host", us);
    let mut context = Context::new(Instant::ZERO, false);
    let id = host.start_pings(&mut context, PingSeries::new(them, 4, Duration::from_secs(1)));
    for second in 1..10 {
        let mut later = Context::new(Instant::from_secs(second), false);
        host.handle_wakeup(&mut later);
    }
    assert!(host.is_finished(id));
    let answer = |sequence| Echo { reply: true, identifier: id.0, sequence, payload: &[] };
    let mut at_the_end = Context::new(Instant::from_secs(10), false);
    for sequence in [0, 3, 3, 3] {
        host.handle_packet(&mut at_the_end, Host::PORT, &build_echo(them, us, &answer(sequence)).unwrap());
    }
    let report = host.report(id);
    assert_eq!((report.sent, report.received, report.duplicates), (4, 2, 2));
    assert_eq!((report.missing(), report.longest_gap), (2, 2));
    assert_eq!(report.slowest, Duration::from_secs(10));
    assert!(!report.is_clean());
}

#[test]
fn two_series_run_side_by_side() {
    let (us, them) = addresses();
    let mut host = Host::new("host", us);
    let mut context = Context::new(Instant::ZERO, false);
    let slow = host.start_pings(&mut context, PingSeries::new(them, 2, Duration::from_secs(5)));
    let fast = host.start_pings(&mut context, PingSeries::new(them, 3, Duration::from_secs(1)));
    assert_ne!(slow, fast);
    assert_eq!(context.take_sent().len(), 2);
    assert_eq!(host.next_wakeup(), Some(Instant::from_secs(1)));
    host.stop_pings(fast);
    assert_eq!(host.next_wakeup(), Some(Instant::from_secs(5)));
}
