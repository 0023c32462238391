use super::*;
use crate::finding::Severity;
use crate::fixtures::{errors, warnings};

const TEXT: &str = r#"
[[gateway]]
id = "g-1"
subnet = "10.0.192.0/24"
vpc = { id = "vpc-1", cidrs = ["10.0.0.0/16"] }
external = { address = "106.75.234.78" }

[[peer]]
id = "p-1"
address = "1.1.1.1"

[[tunnel]]
id = "t-1"
gateway = "g-1"
peer = "p-1"
local_subnets = ["10.0.192.0/24"]
remote_subnets = ["192.168.1.0/24"]
psk = "a-Key+of*tests"
"#;

/// SCN-2: the product's defaults are valid, with a warning for group 2 in each phase.
#[test]
fn scn_2_from_text() {
    let document: Document = toml::from_str(TEXT).unwrap();
    let (inventory, found) = document.into_inventory(Rules::default()).unwrap();
    assert_eq!(warnings(&found), ["IKE-5", "SEC-4"]);
    assert_eq!(inventory.tunnels().len(), 1);
}

/// SEC-4: a validation says that another group at the peer shows late with IKEv2, and what brings it out; what loads the
/// same configuration is not told so again and again.
#[test]
fn sec_4_that_another_group_shows_late_is_told_to_who_asks() {
    let mut document: Document = toml::from_str(TEXT).unwrap();
    let notes = |document: &Document| -> Vec<Finding> {
        let found = document.validate(&Rules::default());
        found.into_iter().filter(|finding| finding.severity == Severity::Note).collect()
    };
    let [note] = &notes(&document)[..] else { panic!("one note") };
    assert_eq!((note.rule, note.path.as_str()), ("SEC-4", "tunnel[t-1].ipsec.pfs"));
    assert!(note.message.starts_with("PFS is modp1024 here;") && note.fix.contains("rekey"), "{note:?}");
    let (_, found) = document.clone().into_inventory(Rules::default()).unwrap();
    assert!(found.iter().all(|finding| finding.severity == Severity::Warning), "{found:?}");
    document.tunnels[0].ike.version = crate::IkeVersion::V1;
    assert_eq!(notes(&document), [], "IKEv1 says it in the first exchange of phase 2");
}

#[test]
fn round_trips_with_keys() {
    let document: Document = toml::from_str(TEXT).unwrap();
    let text = toml::to_string(&document.exposed()).unwrap();
    assert_eq!(toml::from_str::<Document>(&text).unwrap(), document);
    assert!(!toml::to_string(&document).unwrap().contains("a-Key"));
}

/// TUN-1, GW-1, PEER-1: everything that is wrong comes at once, doubled ids too.
#[test]
fn all_faults_at_once() {
    let text = format!("{TEXT}{TEXT}").replace("[\"192.168.1.0/24\"]", "[]");
    let document: Document = toml::from_str(&text).unwrap();
    let found = document.validate(&Rules::default());
    assert_eq!(errors(&found), ["GW-1", "PEER-1", "TUN-1", "TUN-2", "TUN-2"]);
    assert!(document.into_inventory(Rules::default()).is_err());
}

/// TUN-4: a pair is found again in a tunnel that is wrong in another way.
#[test]
fn tun_4_is_not_hidden_by_another_fault() {
    let mut document: Document = toml::from_str(TEXT).unwrap();
    document.tunnels[0].ike.lifetime_secs = 1;
    let mut second = document.tunnels[0].clone();
    second.id = "t-2".parse().unwrap();
    document.tunnels.push(second);
    assert_eq!(errors(&document.validate(&Rules::default())), ["IKE-8", "IKE-8", "TUN-4"]);
}

/// PSK-2, PSK-1: the message about a wrong key or an unknown field does not show the key.
#[test]
fn psk_2_errors_do_not_show_the_key() {
    for (from, to) in
        [("of*tests", "of?tests"), ("psk = ", "pks = "), ("\"a-Key+of*tests\"", "[\"a-Key+of*tests\"]")]
    {
        let error = toml::from_str::<Document>(&TEXT.replace(from, to)).unwrap_err();
        assert!(!error.message().contains("a-Key"), "{}", error.message());
    }
}
