use proptest::prelude::*;

use super::*;

/// PSK-1: accepted and refused keys, with the character and its place.
#[test]
fn psk_1_characters_and_length() {
    for text in ["x", "Aa0!\"#$%&'()*+,-./:;<=>@[\\]^_`{|}~", &"k".repeat(128)] {
        assert_eq!(PreSharedKey::new(text).unwrap().expose(), text.as_bytes());
    }
    let refused = |text: &str, character, place| {
        assert_eq!(PreSharedKey::new(text), Err(PskError::Character { character, place }));
    };
    refused("what?", '?', 5);
    refused(" a", ' ', 1);
    refused("a\t", '\t', 2);
    refused("éa", 'é', 1);
    refused("a\u{7f}", '\u{7f}', 2);
    assert_eq!(PreSharedKey::new(""), Err(PskError::Empty));
    assert_eq!(PreSharedKey::new(&"k".repeat(129)), Err(PskError::TooLong { length: 129 }));
}

/// PSK-2: a key given in the wrong type is not quoted.
#[test]
fn psk_2_wrong_types_are_not_quoted() {
    for text in ["31337", "-31337", "31337.5", "true", "31337000000000000000"] {
        let error = serde_json::from_str::<PreSharedKey>(text).unwrap_err().to_string();
        assert!(error.starts_with("the pre-shared key must be a text in quotes"), "{error}");
    }
}

/// PSK-2: only the explicit wrapper writes a key.
#[test]
fn psk_2_only_exposed_on_request() {
    let key: PreSharedKey = serde_json::from_str("\"s3cret\\\\\"").unwrap();
    assert_eq!(serde_json::to_string(&ExposedPsk(&key)).unwrap(), "\"s3cret\\\\\"");
    assert_eq!(format!("{key:?} {:?}", ExposedPsk(&key)), "[pre-shared key] [pre-shared key]");
}

proptest! {
    /// PSK-1, PSK-2: what is accepted is exactly the allowed alphabet, and no error contains the key.
    #[test]
    fn psk_1_alphabet(text in "[ -~\t\né?]{0,140}") {
        let allowed = (1..=128).contains(&text.chars().count())
            && text.chars().all(|c| ('!'..='~').contains(&c) && c != '?');
        match PreSharedKey::new(&text) {
            Ok(key) => {
                prop_assert!(allowed);
                prop_assert_eq!(key.expose(), text.as_bytes());
            }
            Err(error) => {
                prop_assert!(!allowed);
                let shown = format!("{error} {error:?}");
                if text.len() > 8 {
                    prop_assert!(!shown.contains(&text));
                }
            }
        }
    }
}
