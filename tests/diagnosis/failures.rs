//! Every reason for a failure, also those that only another implementation brings about: the text of each, made from its
//! value.

use std::fmt::Write;

use esp_core::selector::Selectors;
use ike_proto::config::{ExchangeMode, Identity};
use ike_proto::diagnose::{Explanation, FailureReason, NatBlock, Phase, PpkFailure};
use ike_proto::suite::difference::{Difference, Field, Offer};

use crate::snapshots::assert_snapshot;

/// The names of the reasons, each of which the examples have at least once.
const NAMES: [&str; 17] = [
    "NoAnswer",
    "IkeProposal",
    "ChildProposal",
    "Group",
    "Selectors",
    "Identity",
    "LocalIdentity",
    "Key",
    "RefusedByPeer",
    "Ppk",
    "Version",
    "ExchangeMode",
    "Mode",
    "Notify",
    "Protocol",
    "Backend",
    "Limit, Cancelled",
];

/// Where a reason stands in [`NAMES`]. No arm stands for reasons that are not named: a new one is a line here, and an example
/// below.
fn place(reason: &FailureReason) -> usize {
    match reason {
        FailureReason::NoAnswer { hint, .. } => match hint {
            None | Some(NatBlock::Port4500 | NatBlock::Port500 | NatBlock::Port4500OrKey | NatBlock::Key) => {
                0
            }
        },
        FailureReason::IkeProposal { .. } => 1,
        FailureReason::ChildProposal { .. } => 2,
        FailureReason::Group { .. } => 3,
        FailureReason::Selectors { .. } => 4,
        FailureReason::Identity { .. } => 5,
        FailureReason::LocalIdentity { .. } => 6,
        FailureReason::Key { .. } => 7,
        FailureReason::RefusedByPeer { .. } => 8,
        FailureReason::Ppk(failure) => match failure {
            PpkFailure::NotUsedByPeer
            | PpkFailure::UnknownId { .. }
            | PpkFailure::Differs { .. }
            | PpkFailure::EitherKey { .. }
            | PpkFailure::RefusedByPeer { .. } => 9,
        },
        FailureReason::Version { .. } => 10,
        FailureReason::ExchangeMode { .. } => 11,
        FailureReason::Mode => 12,
        FailureReason::Notify { .. } => 13,
        FailureReason::Protocol { .. } => 14,
        FailureReason::Backend { .. } => 15,
        FailureReason::Limit { .. } | FailureReason::Cancelled => 16,
    }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn offer(protocol: &str, names: [&[&str]; 5]) -> Offer {
    let [encryption, integrity, prf, groups, esn] = names.map(texts);
    Offer { protocol: protocol.to_owned(), encryption, integrity, prf, method: None, groups, esn }
}

fn ike(encryption: &str, integrity: &str, group: &str) -> Offer {
    offer("IKE", [&[encryption], &[integrity], &[&format!("prf{integrity}")], &[group], &[]])
}

fn esp(encryption: &str, integrity: &str, groups: &[&str]) -> Offer {
    offer("ESP", [&[encryption], &[integrity], &[], groups, &["noesn"]])
}

fn difference(theirs: Vec<Offer>, ours: Vec<Offer>) -> Difference {
    Difference::between(theirs, ours, &Field::ALL)
}

fn selectors(local: &[&str], remote: &[&str]) -> Selectors {
    let side = |subnets: &[&str]| {
        let selector = |subnet: &&str| subnet.parse::<esp_core::net::Cidr>().unwrap().into();
        subnets.iter().map(selector).collect()
    };
    Selectors { local: side(local), remote: side(remote) }
}

fn no_answer(transmissions: u32, port: u16, exchange: &'static str, hint: Option<NatBlock>) -> FailureReason {
    let at = |host: &str| format!("{host}:{port}").parse().unwrap();
    let tried = vec![(at("106.75.234.78"), at("113.31.115.114"))];
    FailureReason::NoAnswer { tried, transmissions, exchange, hint }
}

fn silences() -> Vec<FailureReason> {
    vec![
        no_answer(4, 500, "IKE_SA_INIT", Some(NatBlock::Port500)),
        no_answer(4, 4500, "IKE_AUTH", Some(NatBlock::Port4500)),
        no_answer(4, 4500, "the fifth message of main mode", Some(NatBlock::Port4500OrKey)),
        no_answer(4, 500, "the fifth message of main mode", Some(NatBlock::Key)),
        no_answer(1, 500, "CREATE_CHILD_SA", None),
    ]
}

fn ike_proposals() -> Vec<FailureReason> {
    let ours = || vec![ike("aes128", "sha1", "modp1024")];
    let combined = offer("IKE", [&["aes128gcm16"], &[], &["prfsha256"], &["modp1024"], &[]]);
    let certificate =
        Offer { method: Some("RSA signatures".to_owned()), ..ike("aes128", "sha1", "modp1024") };
    let either = vec![ike("aes256", "sha1", "modp2048"), ike("aes256", "sha256", "modp1024")];
    [
        (difference(vec![ike("aes256", "sha1", "modp1024")], ours()), false),
        (difference(vec![ike("aes256", "sha256", "modp2048")], ours()), true),
        (difference(either, ours()), false),
        (difference(vec![combined], ours()), false),
        (difference(vec![certificate], ours()), false),
        (difference(vec![], ours()), true),
    ]
    .map(|(difference, by_peer)| FailureReason::IkeProposal { difference, by_peer })
    .into()
}

fn child_proposals() -> Vec<FailureReason> {
    let ours = || vec![esp("aes128", "sha1", &["modp1024"])];
    let ah = offer("AH", [&[], &["sha1"], &[], &["modp1024"], &["noesn"]]);
    let long = Offer { esn: texts(&["esn"]), ..esp("aes128", "sha1", &["modp1024"]) };
    let crossed =
        vec![offer("ESP", [&["aes128", "aes256"], &["md5", "sha1"], &[], &["modp1024"], &["noesn"]])];
    [
        (difference(vec![ah], ours()), false),
        (difference(vec![esp("aes128", "sha1", &["modp2048"])], ours()), false),
        (difference(vec![esp("aes128", "sha1", &[])], ours()), true),
        (difference(vec![esp("3des", "md5", &["modp1024"])], ours()), true),
        (difference(vec![long], ours()), false),
        (difference(crossed, ours()), false),
        (Difference::of_group_alone(ours()), true),
        (difference(vec![], ours()), true),
    ]
    .map(|(difference, by_peer)| FailureReason::ChildProposal { difference, by_peer })
    .into()
}

fn subnets() -> Vec<FailureReason> {
    let ours = || selectors(&["10.0.192.0/20"], &["10.23.0.0/16", "10.25.0.0/16"]);
    let nothing = Selectors { local: vec![], remote: vec![] };
    [
        (selectors(&["10.0.192.0/20"], &["10.24.0.0/16"]), false),
        (selectors(&["10.0.0.0/20"], &["10.23.0.0/16"]), true),
        (selectors(&["10.0.0.0/20"], &["10.24.0.0/16"]), false),
        (nothing, true),
    ]
    .map(|(theirs, by_peer)| FailureReason::Selectors { ours: ours(), theirs, by_peer })
    .into()
}

fn who() -> Vec<FailureReason> {
    let name = |name: &str| Identity::Fqdn(name.to_owned());
    let address = |address: &str| Identity::Ip(address.parse().unwrap());
    vec![
        FailureReason::Identity { received: name("office.example.com"), expected: address("113.31.115.114") },
        FailureReason::Identity { received: name("113.31.115.114"), expected: address("113.31.115.114") },
        FailureReason::Identity { received: Identity::KeyId(vec![0xca, 0xfe]), expected: name("office") },
        FailureReason::Identity { received: Identity::Email("a@b".to_owned()), expected: name("a@b") },
        FailureReason::LocalIdentity { wanted: name("head.example.com"), ours: address("106.75.234.78") },
        FailureReason::Key { remote_id: name("office.example.com") },
        FailureReason::RefusedByPeer { local_id: address("106.75.234.78") },
        FailureReason::Ppk(PpkFailure::NotUsedByPeer),
        FailureReason::Ppk(PpkFailure::UnknownId { received: b"ppk-2".to_vec() }),
        FailureReason::Ppk(PpkFailure::Differs { id: b"ppk-1".to_vec() }),
        FailureReason::Ppk(PpkFailure::EitherKey { id: b"ppk-1".to_vec() }),
        FailureReason::Ppk(PpkFailure::RefusedByPeer { id: b"ppk-1".to_vec() }),
    ]
}

fn others() -> Vec<FailureReason> {
    let notify = |name: &str| FailureReason::Notify { name: name.to_owned() };
    vec![
        FailureReason::Group { wanted: 14, offered: vec![2] },
        FailureReason::Group { wanted: 31, offered: vec![14, 19] },
        FailureReason::Version { peer: 1 },
        FailureReason::Version { peer: 2 },
        FailureReason::ExchangeMode { ours: ExchangeMode::Main },
        FailureReason::ExchangeMode { ours: ExchangeMode::Aggressive },
        FailureReason::Mode,
        notify("TEMPORARY_FAILURE"),
        notify("NO_ADDITIONAL_SAS"),
        notify("SINGLE_PAIR_REQUIRED"),
        notify("FAILED_CP_REQUIRED"),
        notify("INTERNAL_ADDRESS_FAILURE"),
        notify("INVALID_SYNTAX"),
        FailureReason::Protocol { what: "the peer asks for ever new cookies" },
        FailureReason::Backend { reason: "3des is not supported".to_owned() },
        FailureReason::Limit { what: "IKE SAs", limit: 1_024 },
        FailureReason::Cancelled,
    ]
}

/// DIAG-1, DIAG-2, DIAG-3: every failure says what happened, what each side said, and what to change.
#[test]
fn diag_1_diag_2_every_failure_has_its_text() {
    let mut examples = silences();
    examples.extend(ike_proposals());
    examples.extend(child_proposals());
    examples.extend(subnets());
    examples.extend(who());
    examples.extend(others());
    let mut text = String::new();
    for (number, name) in NAMES.iter().enumerate() {
        let of_it: Vec<_> = examples.iter().filter(|reason| place(reason) == number).collect();
        assert!(!of_it.is_empty(), "no example of {name}");
        write!(text, "## {name}\n\n").unwrap();
        for reason in of_it {
            let phase = match reason {
                FailureReason::ChildProposal { .. }
                | FailureReason::Selectors { .. }
                | FailureReason::Mode => Phase::Two,
                FailureReason::NoAnswer { exchange: "CREATE_CHILD_SA", .. }
                | FailureReason::Notify { .. } => Phase::Two,
                _ => Phase::One,
            };
            let explanation = Explanation::new(phase, "113.31.115.114".parse().unwrap(), reason);
            assert!(explanation.why.ends_with('.') && explanation.fix.ends_with('.'), "{explanation}");
            write!(text, "{explanation}\n\n").unwrap();
        }
    }
    assert_snapshot("failures.txt", &text);
}
