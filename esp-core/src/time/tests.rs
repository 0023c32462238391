//! Tests of points in time.

use super::*;

#[test]
fn arithmetic_saturates() {
    let second = Duration::from_secs(1);
    assert_eq!(Instant::from_secs(1), Instant::from_millis(1_000));
    assert_eq!(Instant::from_millis(1), Instant::from_micros(1_000));
    assert_eq!(Instant::from_secs(u64::MAX), Instant::FAR_FUTURE);
    assert_eq!(Instant::from_millis(u64::MAX), Instant::FAR_FUTURE);
    assert_eq!(Instant::FAR_FUTURE + second, Instant::FAR_FUTURE);
    assert_eq!(Instant::ZERO + Duration::MAX, Instant::FAR_FUTURE);
    assert_eq!(Instant::ZERO.saturating_sub(second), Instant::ZERO);
    assert_eq!(Instant::from_secs(3).saturating_sub(second), Instant::from_secs(2));
    assert_eq!(Instant::from_secs(3).saturating_duration_since(Instant::from_secs(2)), second);
    assert_eq!(Instant::from_secs(2).saturating_duration_since(Instant::from_secs(3)), Duration::ZERO);
}

#[test]
fn it_prints_seconds() {
    assert_eq!(Instant::from_micros(12_000_034).to_string(), "12.000034");
    assert_eq!(format!("{:?}", Instant::from_millis(1_500)), "1.500000s");
}
