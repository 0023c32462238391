use core::time::Duration;

use super::*;

#[test]
fn starts_near_zero_and_never_goes_back() {
    let clock = MonotonicClock::start();
    let first = clock.now();
    assert!(first.saturating_duration_since(Instant::ZERO) < Duration::from_secs(60));
    let mut last = first;
    for _ in 0..1000 {
        let now = clock.now();
        assert!(now >= last);
        last = now;
    }
}
