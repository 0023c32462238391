use super::*;

/// GW-1, PEER-1, TUN-1: ids are short words.
#[test]
fn accepts_words_and_names_the_wrong_character() {
    for text in ["a", "uvpn-1.x_2", &"x".repeat(63)] {
        assert_eq!(TunnelId::new(text).unwrap().as_str(), text);
    }
    assert_eq!(GatewayId::new(""), Err(IdError::Empty));
    assert_eq!(PeerId::new("x".repeat(64)), Err(IdError::TooLong { length: 64 }));
    assert_eq!(VpcId::new("a b"), Err(IdError::Character { character: ' ', place: 2 }));
    assert_eq!(VpcId::new("é"), Err(IdError::Character { character: 'é', place: 1 }));
}

#[test]
fn serde_checks_too() {
    assert_eq!(serde_json::from_str::<VpcId>("\"v-1\"").unwrap().to_string(), "v-1");
    let error = serde_json::from_str::<VpcId>("\"v\\n1\"").unwrap_err().to_string();
    assert!(error.contains("place 2"), "{error}");
}
