use super::*;

#[test]
fn passes_a_few_and_counts_the_rest() {
    let mut limit = RateLimit::new(2, Duration::from_secs(1));
    let at = Instant::from_millis;
    assert_eq!(limit.admit(at(10_000)), Some(0));
    assert_eq!(limit.admit(at(10_001)), Some(0));
    for i in 0..100 {
        assert_eq!(limit.admit(at(10_002 + i)), None);
    }
    assert_eq!(limit.admit(at(11_000)), Some(100));
    assert_eq!(limit.admit(at(11_001)), Some(0));
    assert_eq!(limit.admit(at(11_002)), None);
}
