use super::*;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// SUB-1: both ways agree to the second, and without having been told there is no calendar.
#[test]
fn sub_1_both_ways() {
    let mut calendar = Calendar::default();
    assert_eq!(calendar.at(Instant::from_secs(5)), None);
    assert_eq!(calendar.when(moment("2026-03-01T00:00:00Z")), None);
    calendar.set(Instant::from_millis(1_500), moment("2026-02-28T23:59:58Z"));
    assert_eq!(calendar.when(moment("2026-03-01T00:00:00Z")), Some(Instant::from_millis(3_500)));
    assert_eq!(calendar.at(Instant::from_millis(3_499)), Some(moment("2026-02-28T23:59:59Z")));
    assert_eq!(calendar.at(Instant::from_millis(3_500)), Some(moment("2026-03-01T00:00:00Z")));
    assert_eq!(calendar.when(moment("2020-01-01T00:00:00Z")), Some(Instant::from_millis(1_500)));
}
