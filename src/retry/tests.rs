use super::*;

/// CONN-3: three retries, then the state says *failed* and attempts are 12 s apart, however long each takes.
#[test]
fn conn_3_three_retries_then_every_12_s() {
    let config = RetryConfig::default();
    let mut retry = Retry::default();
    let mut now = Instant::from_secs(100);
    for _ in 0..3 {
        let next = retry.failed(now, &config);
        assert_eq!(next, NextAttempt { at: now + Duration::from_secs(1), exhausted: false });
        now = next.at + Duration::from_secs(5);
    }
    let fourth = now;
    assert_eq!(
        retry.failed(now, &config),
        NextAttempt { at: fourth + Duration::from_secs(12), exhausted: true }
    );
    // An attempt that took 7 s, and one that took 20.
    assert_eq!(retry.failed(fourth + Duration::from_secs(19), &config).at, fourth + Duration::from_secs(24));
    assert_eq!(retry.failed(fourth + Duration::from_secs(44), &config).at, fourth + Duration::from_secs(48));
    retry.reset();
    assert!(!retry.failed(now, &config).exhausted);
}
