use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ends(mode: ChargeMode, began: &str, term: u32) -> String {
    Subscription::new(mode, at(began), term).unwrap().expires().unwrap().to_string()
}

/// SUB-1: the end follows the calendar, through short months, leap years and the turn of a year.
#[test]
fn sub_1_the_end_follows_the_calendar() {
    assert_eq!(ends(ChargeMode::Hourly, "2026-02-28T23:30:00Z", 1), "2026-03-01T00:30:00Z");
    assert_eq!(ends(ChargeMode::Monthly, "2026-01-31T08:00:00Z", 1), "2026-02-28T08:00:00Z");
    assert_eq!(ends(ChargeMode::Monthly, "2028-01-31T08:00:00Z", 1), "2028-02-29T08:00:00Z");
    assert_eq!(ends(ChargeMode::Monthly, "2026-11-15T00:00:00Z", 3), "2027-02-15T00:00:00Z");
    assert_eq!(ends(ChargeMode::Yearly, "2028-02-29T00:00:00Z", 1), "2029-02-28T00:00:00Z");
}

/// SUB-1: 1 to 24 hours, 1 to 11 months, 1 to 5 years, and nothing else.
#[test]
fn sub_1_terms() {
    let began = at("2026-01-31T08:00:00Z");
    for (mode, most) in [(ChargeMode::Hourly, 24), (ChargeMode::Monthly, 11), (ChargeMode::Yearly, 5)] {
        for term in [1, most] {
            assert!(Subscription::new(mode, began, term).is_ok(), "{term} {mode}");
        }
        for term in [0, most + 1, u32::MAX] {
            let refused = Subscription::new(mode, began, term).unwrap_err();
            assert_eq!(refused.rule, "SUB-1");
            assert!(refused.fix.contains(&format!("Renew for {} ", term.clamp(1, most))), "{refused}");
        }
    }
}

/// SUB-1: a renewal goes on from the end, and the day of the month is not lost in a short month.
#[test]
fn sub_1_renewals_do_not_drift() {
    let mut subscription = Subscription::new(ChargeMode::Monthly, at("2026-01-31T08:00:00Z"), 1).unwrap();
    subscription = subscription.renewed(at("2026-02-10T00:00:00Z"), 1).unwrap();
    assert_eq!(subscription.expires().unwrap(), at("2026-03-31T08:00:00Z"));
    assert!(!subscription.is_expired(at("2026-03-31T07:59:59Z")));
    assert!(subscription.is_expired(at("2026-03-31T08:00:00Z")));
}

/// SUB-1: what has ended begins anew on the day of its renewal.
#[test]
fn sub_1_renewal_after_the_end() {
    let ended = Subscription::new(ChargeMode::Yearly, at("2024-05-01T00:00:00Z"), 1).unwrap();
    let renewed = ended.renewed(at("2026-05-02T00:00:00Z"), 2).unwrap();
    assert_eq!(renewed.expires().unwrap(), at("2028-05-02T00:00:00Z"));
}

/// SUB-1: nothing beyond the calendar, and no overflow on the way there.
#[test]
fn sub_1_beyond_the_calendar() {
    let late = Subscription::new(ChargeMode::Yearly, at("9997-01-01T00:00:00Z"), 2).unwrap();
    assert!(late.renewed(at("9997-02-01T00:00:00Z"), 5).is_err());
    let huge = Subscription { paid: u32::MAX, ..late };
    assert_eq!(huge.expires(), None);
    assert!(!huge.is_expired(at("9999-01-01T00:00:00Z")));
}

proptest! {
    /// SUB-1: a renewal never shortens, and two renewals are as good as one of their sum.
    #[test]
    fn sub_1_renewals_add_up(seconds in 0i64..4_000_000_000, a in 1u32..=5, b in 1u32..=5) {
        let began = Timestamp::from_unix(seconds).unwrap();
        let first = Subscription::new(ChargeMode::Monthly, began, a).unwrap();
        let renewed = first.renewed(began, b).unwrap();
        prop_assert!(renewed.expires() > first.expires());
        prop_assert_eq!(renewed, Subscription::new(ChargeMode::Monthly, began, a + b).unwrap());
    }
}
