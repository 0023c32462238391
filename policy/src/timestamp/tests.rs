use super::*;
use proptest::prelude::*;

#[test]
fn is_read_in_any_offset_and_written_in_utc() {
    let moment: Timestamp = "2026-01-31T12:00:00+02:00".parse().unwrap();
    assert_eq!(moment.to_string(), "2026-01-31T10:00:00Z");
    assert_eq!(moment, Timestamp::from_unix(moment.unix()).unwrap());
}

#[test]
fn other_texts_are_refused() {
    for text in ["", "2026-01-31", "2026-02-30T00:00:00Z", "tomorrow", "2026-01-31T12:00:00"] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn text_round_trips(seconds in -62_000_000_000i64..250_000_000_000) {
        let moment = Timestamp::from_unix(seconds).unwrap();
        prop_assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
    }

    #[test]
    fn reading_never_panics(text in ".{0,40}") {
        let _ = text.parse::<Timestamp>();
    }
}
