use super::*;

/// GW-1, GW-5: names and remarks are one line, in any script.
#[test]
fn names_are_one_line() {
    assert_eq!(Name::new("Büro 北京").unwrap().as_str(), "Büro 北京");
    assert!(Name::default().is_empty());
    assert_eq!(Name::new("a\nb"), Err(NameError::Control { character: '\n', place: 2 }));
    assert_eq!(Remark::new("\u{2028}"), Err(NameError::Control { character: '\u{2028}', place: 1 }));
    assert_eq!(Name::new("é".repeat(64)), Err(NameError::TooLong { length: 64, limit: 63 }));
    assert!(Remark::new("é".repeat(255)).is_ok());
}
