use proptest::prelude::*;

use super::*;
use crate::algorithms::{ExchangeMode, IkeVersion};
use crate::dialect::Dialect;
use crate::export::export;
use crate::fixtures::cidr;
use crate::identity::Identity;
use crate::link::Link;
use crate::link::testing::{Kind, links};
use crate::names::Name;

mod hostile;
mod ios;
mod ipsec_conf;
mod swanctl;

/// What comes back of a link: everything but its name, which is a comment.
fn nameless(link: &Link) -> Link {
    Link { name: Name::default(), ..link.clone() }
}

/// Exports a link and reads it back; `None` if the dialect refuses it.
fn there_and_back(link: &Link, dialect: Dialect) -> Option<Link> {
    let export = export(link, dialect).ok()?;
    let text = export.files[0].text.expose();
    let secrets = export.file("ipsec.secrets").map(|file| file.text.expose());
    let import = read(dialect, text, secrets).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(import.warnings, [], "{text}");
    assert_eq!(import.connections.len(), 1, "{text}");
    Some(import.connections[0].link().unwrap_or_else(|error| panic!("{error}\n{text}\n{secrets:?}")))
}

/// Whether an export was refused since the language has no word for an algorithm.
fn lacks_a_word(refusal: &str) -> bool {
    refusal.contains("; it has ") || refusal.contains("for ESP, not for IKE")
}

const V4: Kind = Kind { families: &[false], v6: false, most: 6 };
const V6: Kind = Kind { families: &[true], v6: true, most: 6 };
const MIXED: Kind = Kind { families: &[false, true], v6: false, most: 6 };
const MANY: Kind = Kind { families: &[false], v6: false, most: 20 };

fn all_kinds() -> BoxedStrategy<Link> {
    prop_oneof![4 => links(V4), 2 => links(V6), 2 => links(MIXED), 1 => links(MANY)].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// CONF-3: export then import is the identity, in strongSwan's `ipsec.conf`. X-23: whatever names, keys and ids are.
    #[test]
    fn strongswan_round_trip(link in all_kinds()) {
        prop_assert_eq!(there_and_back(&link, Dialect::StrongSwan), Some(nameless(&link)));
    }

    /// CONF-3, X-23: the same in libreswan's dialect, where it has words for the algorithms.
    #[test]
    fn libreswan_round_trip(link in all_kinds()) {
        if let Some(back) = there_and_back(&link, Dialect::Libreswan) {
            prop_assert_eq!(back, nameless(&link));
        } else {
            let refusal = export(&link, Dialect::Libreswan).unwrap_err().to_string();
            prop_assert!(lacks_a_word(&refusal) || refusal.contains("family"), "{}", refusal);
        }
    }

    /// CONF-3, X-23: the same in `swanctl.conf`.
    #[test]
    fn swanctl_round_trip(link in all_kinds()) {
        prop_assert_eq!(there_and_back(&link, Dialect::Swanctl), Some(nameless(&link)));
    }

    /// CONF-3, X-23: the same in the text for Cisco IOS, where it is not refused.
    #[test]
    fn ios_round_trip(link in prop_oneof![3 => links(V4), 1 => links(V6)].boxed()) {
        let link = Link { initiate: true, ..link };
        let refused = link.there.address.is_none()
            || link.is_v1() && matches!(&link.here.id, Some(Identity::Ip(id)) if link.here.address != Some(*id));
        match there_and_back(&link, Dialect::CiscoIos) {
            Some(back) => {
                prop_assert!(!refused);
                prop_assert_eq!(back, nameless(&link));
            }
            None => {
                let refusal = export(&link, Dialect::CiscoIos).unwrap_err().to_string();
                prop_assert!(refused || lacks_a_word(&refusal), "{}", refusal);
            }
        }
    }
}

/// The dialects without a reader say so.
#[test]
fn unreadable_dialects() {
    for dialect in Dialect::ALL.iter().filter(|dialect| !dialect.is_readable()) {
        let error = read(*dialect, "", None).unwrap_err().to_string();
        assert!(error.ends_with("those of strongswan, libreswan, swanctl, cisco-ios are read"), "{error}");
    }
}
