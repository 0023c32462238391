use super::*;
use crate::fixtures::{gateway, peer, scn_2};
use crate::subscription::{ChargeMode, Subscription};
use proptest::prelude::*;

fn document() -> Document {
    let mut gateway = gateway("g-1", "106.75.234.78");
    gateway.created = Some("2026-01-31T08:00:00Z".parse().unwrap());
    gateway.external.subscription =
        gateway.created.map(|at| Subscription::new(ChargeMode::Yearly, at, 2).unwrap());
    gateway.security_group = Some(
        toml::from_str(
            "name = \"edge\"\n[[rule]]\nverdict = \"allow\"\ndirection = \"in\"\nprotocol = \"udp\"\nports = [500, 500]\nremote = \"1.1.0.0/16\"",
        )
        .unwrap(),
    );
    gateway.alarm_template = Some("down".parse().unwrap());
    let alarm =
        "id = \"down\"\n[[rule]]\nmetric = \"health\"\ncomparison = \"below\"\nthreshold = 1\nfor_secs = 60";
    Document {
        gateways: vec![gateway],
        peers: vec![peer("p-1", "1.1.1.1")],
        tunnels: vec![scn_2()],
        alarms: vec![toml::from_str(alarm).unwrap()],
        ..Document::default()
    }
}

/// The whole model goes through both formats and comes back, with the version in front.
#[test]
fn the_whole_model_round_trips() {
    let document = document();
    let text = toml::to_string(&document.exposed()).unwrap();
    assert!(text.starts_with("version = 1\n"), "{text}");
    assert_eq!(Document::from_toml(&text).unwrap(), document);
    let text = serde_json::to_string_pretty(&document.exposed()).unwrap();
    assert_eq!(Document::from_json(&text).unwrap(), document);
}

/// An error names line, column and the values that are allowed.
#[test]
fn errors_name_the_place_and_what_is_allowed() {
    let text = toml::to_string(&document().exposed()).unwrap();
    for (from, to, told) in [
        ("metric = \"health\"", "metric = \"helth\"", "bandwidth-in, bandwidth-out"),
        ("mode = \"yearly\"", "mode = \"weekly\"", "hourly, monthly, yearly"),
        ("version = 1", "version = 2", "versions 1 to 1 are allowed"),
        ("address = \"1.1.1.1\"", "adress = \"1.1.1.1\"", "unknown field `adress`"),
    ] {
        let wrong = text.replace(from, to);
        assert_ne!(wrong, text, "{from} is not there");
        let error = Document::from_toml(&wrong).unwrap_err();
        let line = wrong.lines().nth(error.line - 1).unwrap();
        assert!(line.contains(to), "{error}: {line}");
        assert!(error.message.contains(told), "{error}");
    }
}

/// The same in JSON, whose reader stops behind the value.
#[test]
fn errors_of_json() {
    let text = serde_json::to_string_pretty(&document().exposed()).unwrap();
    let wrong = text.replace("\"yearly\"", "\"weekly\"");
    let error = Document::from_json(&wrong).unwrap_err();
    assert!(wrong.lines().nth(error.line - 1).unwrap().contains("weekly"), "{error}");
    assert!(
        error.message.contains("hourly, monthly, yearly") && !error.message.contains(" at line "),
        "{error}"
    );
}

/// PSK-2: no error quotes the key.
#[test]
fn psk_2_errors_do_not_quote_the_key() {
    let text = toml::to_string(&document().exposed()).unwrap();
    let wrong = text.replace("a-Key+of*tests", "a-Key+of?tests");
    let error = Document::from_toml(&wrong).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("a-Key"), "{error}");
    assert!(error.message.contains("'?' at place 9"), "{error}");
}

proptest! {
    #[test]
    fn reading_never_panics(at in 0usize..2000, len in 0usize..10, put in ".{0,5}") {
        let mut text: Vec<char> = toml::to_string(&document().exposed()).unwrap().chars().collect();
        let at = at.min(text.len());
        let end = (at + len).min(text.len());
        text.splice(at..end, put.chars());
        let text: String = text.into_iter().collect();
        let _ = Document::from_toml(&text);
        let _ = Document::from_json(&text);
    }
}
