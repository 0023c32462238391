use super::*;

/// A datapath that does not answer, or answers twice, does not stop the clock: steps end all the same.
#[test]
fn mon_1_steps_end_without_an_answer() {
    let mut monitor = Monitor::new(MonitorConfig::default(), "gw".parse().unwrap());
    let owner = ReqId(1);
    monitor.add(Instant::from_secs(3), owner, &"t".parse().unwrap());
    assert_eq!(monitor.next_timeout(), Some(Instant::from_secs(10)));
    for second in [10, 20, 34] {
        assert!(monitor.handle_timeout(Instant::from_secs(second)).0);
    }
    assert_eq!(monitor.next_timeout(), Some(Instant::from_secs(40)));
    assert_eq!(monitor.meter(Some(owner)).unwrap().latest().unwrap().until, Instant::from_secs(20));
    let report = TrafficReport { sas: vec![], drops: vec![(DropReason::NoPolicy, 3)] };
    for _ in 0..2 {
        monitor.on_event(&SaEvent::Traffic(Box::new(report.clone())));
    }
    let gateway = monitor.meter(None).unwrap();
    assert_eq!(gateway.latest().unwrap().until, Instant::from_secs(30));
    assert_eq!(gateway.counters().drops, [(DropReason::NoPolicy, 3)].into());
    monitor.remove(Instant::from_secs(35), owner);
    assert_eq!(monitor.next_timeout(), None, "there is nothing to look at");
}
