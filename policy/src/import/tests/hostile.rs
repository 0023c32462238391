//! Texts that nobody meant to be read.

use proptest::prelude::*;

use super::*;
use crate::fuzzing::read_text;

/// A text as it comes, in every dialect, without secrets and with itself as them: nothing panics, and what is a tunnel
/// can be written and read.
fn devour(text: &str) {
    for dialect in 0..u8::try_from(Dialect::ALL.len()).unwrap() {
        for secrets in ["", &["\0", text].concat()] {
            read_text(&[&[dialect], text.as_bytes(), secrets.as_bytes()].concat());
        }
    }
}

/// Pieces that mean something somewhere.
fn words() -> BoxedStrategy<String> {
    let words = proptest::sample::select(vec![
        "conn a",
        "\n",
        " ",
        "\t",
        "=",
        "{",
        "}",
        "\"",
        "#",
        ":",
        ",",
        "also=a",
        "conn %default",
        "left=%any",
        "include x",
        "connections",
        "children",
        "secrets",
        "ike-a",
        "secret",
        "PSK",
        "crypto map a 10 ipsec-isakmp",
        "set pfs",
        "match address",
        "permit ip any any",
        "host",
        "esp=",
        "ike=aes128-sha1",
        "10.0.0.0/8",
        "\\",
        "!",
        "0s",
        "0x",
        "crypto isakmp key 6",
        "crypto keyring a",
        "pre-shared-key address 1.1.1.1 key",
        "hostname",
        "é",
        "0.0.0.255",
    ]);
    proptest::collection::vec(words, 0..60).prop_map(|words| words.concat()).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// CONF-3: no text makes the reader panic.
    #[test]
    fn random_text(text in "\\PC{0,200}") {
        devour(&text);
    }

    #[test]
    fn random_words(text in words()) {
        devour(&text);
    }

    /// CONF-3: nor does one that was right before a few characters changed.
    #[test]
    fn mutated_text(
        link in links(V4),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<Option<char>>()), 1..6),
    ) {
        for dialect in Dialect::ALL {
            let Ok(export) = export(&link, *dialect) else { continue };
            for file in &export.files {
                let mut text: Vec<char> = file.text.expose().chars().collect();
                for (at, change) in &changes {
                    let at = at.index(text.len());
                    match change {
                        Some(c) => text[at] = *c,
                        None => drop(text.remove(at)),
                    }
                }
                devour(&text.into_iter().collect::<String>());
            }
        }
    }
}

/// What is too big is refused with its place, before it is read.
#[test]
fn bounds() {
    let error = |dialect, text: &str| read(dialect, text, None).unwrap_err().faults[0].clone();
    let big = "a\n".repeat(600_000);
    assert!(error(Dialect::StrongSwan, &big).message.contains("at most 1048576 are read"));
    let long = format!("\n{}", "a".repeat(20_000));
    assert_eq!(error(Dialect::Swanctl, &long).place, Place { line: 2, column: 1 });
    let deep = "a {\n".repeat(40);
    assert!(error(Dialect::Swanctl, &deep).message.contains("deep"));
    let conns: String = (0..1_200).map(|n| format!("conn c{n}\n")).collect();
    assert!(error(Dialect::StrongSwan, &conns).message.contains("more sections"));
    let chain: String = (0..200).map(|n| format!("conn c{n}\n also=c{}\n", n + 1)).collect();
    assert!(error(Dialect::StrongSwan, &chain).message.contains("included"));
    let subnets: Vec<String> = (0..300).map(|n| format!("10.{}.{}.0/24", n / 250, n % 250)).collect();
    let text = format!("conn a\n leftsubnet={}\n", subnets.join(","));
    assert!(error(Dialect::StrongSwan, &text).message.contains("more than 256 subnets"));
    let circle = "conn a\n also=b\n right=1.1.1.1\nconn b\n also=a\n right=2.2.2.2\n";
    assert!(read(Dialect::StrongSwan, circle, None).is_ok());
}

/// PSK-2: no fault repeats a key.
#[test]
fn faults_hold_no_key() {
    let texts = [
        (Dialect::Swanctl, "secrets { ike-a { secret = \"hunter2 \"\n } }"),
        (Dialect::CiscoIos, "crypto isakmp key hunter2? address 1.1.1.1\n"),
        (Dialect::CiscoIos, "crypto keyring a\n pre-shared-key address 1.1.1.1 hunter2\n"),
        (Dialect::CiscoIos, "crypto isakmp key hunter2\n"),
    ];
    for (dialect, text) in texts {
        let error = read(dialect, text, None).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let error = read(Dialect::StrongSwan, "conn a\n right=1.1.1.1\n", Some(": PSK \"hunter2\n")).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}
