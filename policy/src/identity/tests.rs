use proptest::prelude::*;

use super::*;

/// IKE-6, IKE-7: addresses and domain names are told apart.
#[test]
fn ike_6_accepted() {
    assert_eq!("1.1.1.1".parse(), Ok(Identity::Ip("1.1.1.1".parse().unwrap())));
    assert_eq!("2001:db8::1".parse(), Ok(Identity::Ip("2001:db8::1".parse().unwrap())));
    for name in ["branch", "vpn.Example.com", "a-1.b", "4.example"] {
        assert_eq!(name.parse(), Ok(Identity::Fqdn(Fqdn::new(name).unwrap())));
    }
}

/// IKE-6, IKE-7: what is neither says why.
#[test]
fn ike_7_refused() {
    let long = format!("{}.example", "x".repeat(64));
    for (text, part) in [
        ("", "it is empty"),
        ("0.0.0.0", "names nobody"),
        ("::", "names nobody"),
        ("1.2.3.300", "does not end in a number"),
        ("1.2.3", "does not end in a number"),
        ("@vpn.example", "write `vpn.example`"),
        ("a..b", "an empty label"),
        ("a.", "a dot at an end"),
        ("-a.b", "a hyphen"),
        ("a b", "a character besides"),
        ("user@host", "a character besides"),
        (long.as_str(), "more than 63"),
        (&"a.".repeat(200), "more than 253"),
    ] {
        let error = text.parse::<Identity>().unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn text_round_trips(text in "\\PC{0,40}|[a-z0-9.:-]{0,30}") {
        if let Ok(identity) = text.parse::<Identity>() {
            prop_assert_eq!(identity.to_string().parse::<Identity>(), Ok(identity));
        }
    }
}
