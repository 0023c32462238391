use super::*;

fn retry(gateway: u32, tunnel: u32) -> Retry {
    Retry::new(&format!("gw-{gateway}").parse().unwrap(), &format!("t-{tunnel}").parse().unwrap())
}

/// CONN-3: three retries a pause after each failure, then the state says *failed*.
#[test]
fn conn_3_three_retries_then_failed() {
    let config = RetryConfig::default();
    let mut retry = retry(1, 1);
    let mut due = Instant::from_secs(100);
    for _ in 0..3 {
        let now = due + Duration::from_secs(5);
        let next = retry.failed(now, due, &config);
        assert_eq!(next, NextAttempt { at: now + Duration::from_secs(1), exhausted: false });
        due = next.at;
    }
    let now = due + Duration::from_secs(5);
    let next = retry.failed(now, due, &config);
    assert!(next.exhausted);
    let until_next = next.at.saturating_duration_since(now);
    assert!(until_next > config.pause && until_next <= config.pause + config.interval, "{until_next:?}");
    retry.reset();
    assert!(!retry.failed(now, due, &config).exhausted);
}

/// CONN-3: from then on attempts are exactly 12 s apart, however long each takes: one that fails at once, one that takes
/// just under 12 s, and one that is cut off when the next is due.
#[test]
fn conn_3_every_12_s_however_long_each_takes() {
    let config = RetryConfig::default();
    let mut retry = retry(1, 1);
    let start = Instant::from_secs(100);
    let mut due = start;
    for _ in 0..4 {
        due = retry.failed(due, due, &config).at;
    }
    for micros in [0, 1, 5_000_000, 11_999_999, 12_000_000] {
        assert_eq!(retry.deadline(due, Duration::from_secs(50), &config), due + config.interval);
        let next = retry.failed(due + Duration::from_micros(micros), due, &config);
        assert_eq!(next, NextAttempt { at: due + config.interval, exhausted: true }, "after {micros} µs");
        due = next.at;
    }
    // Whoever wakes us late misses some, and the others stay where they were.
    let next = retry.failed(due + Duration::from_secs(40), due, &config).at;
    assert_eq!(next, due + config.interval * 4);
}

/// CONN-3: a thousand tunnels that lose their peers at one moment call them at moments of their own, which stay the same.
#[test]
fn conn_3_a_thousand_tunnels_do_not_fire_together() {
    let config = RetryConfig::default();
    let now = Instant::from_secs(1_000);
    let mut in_slot = vec![0; 120];
    for gateway in 0..50 {
        for tunnel in 0..20 {
            let mut retry = retry(gateway, tunnel);
            let fails = |retry: &mut Retry| (0..4).map(|_| retry.failed(now, now, &config).at).last();
            let at = fails(&mut retry).unwrap();
            retry.reset();
            assert_eq!(fails(&mut retry), Some(at), "the same tunnel, the same phase");
            let after = at.saturating_duration_since(now + config.pause).as_micros();
            in_slot[usize::try_from(after / 100_001).unwrap()] += 1;
        }
    }
    let most = in_slot.iter().max().unwrap();
    assert!(*most <= 25, "{most} of 1,000 within a tenth of a second: {in_slot:?}");
}
