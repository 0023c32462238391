//! Tests of the value itself; the datapath's tests have it between a tunnel and its routers.

use super::*;

const AGE: Duration = Duration::from_secs(600);

#[test]
fn what_was_told_holds_for_its_time() {
    let path = PathMtu::default();
    let at = Instant::from_secs(100);
    assert_eq!(path.get(at, 1_500, AGE), 1_500);
    path.set(at, 1_300);
    assert_eq!(path.get(at, 1_500, AGE), 1_300);
    assert_eq!(path.get(at, 1_000, AGE), 1_000, "never beyond the link");
    assert_eq!(path.get(at + Duration::from_secs(599), 1_500, AGE), 1_300);
    assert_eq!(path.get(at + AGE, 1_500, AGE), 1_500);
    path.set(Instant::FAR_FUTURE, usize::MAX);
    assert_eq!(path.get(Instant::FAR_FUTURE, 1 << 20, AGE), 1 << 20, "too old to be counted in 48 bits");
}

#[test]
fn only_recent_packets_are_spoken_of() {
    assert!(!is_recent(0, 0), "nothing was sent");
    assert!(!is_recent(0, 1));
    assert!(is_recent(5, 5) && is_recent(5, 1));
    assert!(!is_recent(5, 0) && !is_recent(5, 6));
    assert!(is_recent(100_000, 34_465) && !is_recent(100_000, 34_464));
    let beyond = (1 << 32) + 10;
    assert!(is_recent(beyond, 10) && is_recent(beyond, u32::MAX - 5) && !is_recent(beyond, 11));
}
