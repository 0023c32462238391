use alloc::string::ToString;

use esp_core::suite::{Cipher, Integrity};

use super::Explanation;
use crate::config::Identity;
use crate::diagnose::{FailureReason, NatBlock, Phase, PpkFailure};
use crate::suite::difference::{Difference, Field, Offer};
use crate::suite::{DhGroup, IkeProposal};
use crate::testing::{ike_proposal, selectors};

fn text(phase: Phase, reason: &FailureReason) -> String {
    Explanation::new(phase, "203.0.113.9".parse().unwrap(), reason).to_string()
}

fn difference(theirs: &IkeProposal, ours: &IkeProposal) -> Difference {
    Difference::between(vec![Offer::from(theirs)], vec![Offer::from(ours)], &Field::ALL)
}

/// DIAG-1: what was offered against what is configured, and which of it differs.
#[test]
fn a_proposal_is_explained_by_its_field() {
    let theirs = ike_proposal(Cipher::Aes256Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let ours = ike_proposal(Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let reason = FailureReason::IkeProposal { difference: difference(&theirs, &ours), by_peer: false };
    assert_eq!(
        text(Phase::One, &reason),
        "Phase 1 with 203.0.113.9: the peer offered aes256-sha1-modp1024, this tunnel accepts aes128-sha1-modp1024. \
         Only the encryption differs. Set aes256 here, or aes128 on the peer."
    );
}

#[test]
fn several_fields_are_all_named() {
    let theirs = ike_proposal(Cipher::Aes256Cbc, Integrity::HmacSha1_96, DhGroup::Modp768);
    let ours = ike_proposal(Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let reason = FailureReason::IkeProposal { difference: difference(&theirs, &ours), by_peer: false };
    let text = text(Phase::One, &reason);
    assert!(text.contains("The encryption and Diffie-Hellman group differ."), "{text}");
    assert!(text.ends_with("Set aes256 and modp768 here, or aes128 and modp1024 on the peer."), "{text}");
}

#[test]
fn a_bare_refusal_says_how_to_learn_more() {
    let ours = ike_proposal(Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let difference = Difference::between(vec![], vec![Offer::from(&ours)], &Field::ALL);
    let text = text(Phase::One, &FailureReason::IkeProposal { difference, by_peer: true });
    assert!(text.contains("aes128-sha1-modp1024, and does not say what it accepts"), "{text}");
}

/// DIAG-2: both lists, with the pair that does not match.
#[test]
fn selectors_are_explained_with_both_lists() {
    let reason = FailureReason::Selectors {
        ours: selectors("10.1.0.0/16", "10.2.0.0/16"),
        theirs: selectors("10.1.0.0/16", "10.9.0.0/16"),
        by_peer: false,
    };
    let text = text(Phase::Two, &reason);
    assert!(text.starts_with("Phase 2 with 203.0.113.9: the subnets differ:"), "{text}");
    assert!(
        text.contains("Our remote subnets 10.2.0.0/16 have nothing in common with the peer's 10.9.0.0/16."),
        "{text}"
    );
}

/// X-23: a peer's text is escaped.
#[test]
fn text_of_the_peer_is_escaped() {
    let received = Identity::Fqdn("a\n\"b".to_string());
    let reason = FailureReason::Identity { received, expected: Identity::Fqdn("b".to_string()) };
    let text = text(Phase::One, &reason);
    assert!(text.contains(r#"the peer sent a\n\"b, this tunnel expects b."#), "{text}");
}

/// DIAG-3: what may block it.
#[test]
fn silence_on_port_4500_is_named() {
    let way = ("192.0.2.1:4500".parse().unwrap(), "203.0.113.9:4500".parse().unwrap());
    let reason = FailureReason::NoAnswer {
        tried: vec![way],
        transmissions: 6,
        exchange: "IKE_AUTH",
        hint: Some(NatBlock::Port4500),
    };
    let text = text(Phase::One, &reason);
    assert!(text.contains("sent 6 times from 192.0.2.1:4500 to 203.0.113.9:4500."), "{text}");
    assert!(text.contains("open UDP 4500"), "{text}");
}

/// DIAG-2: the PFS group, found by what is left.
#[test]
fn a_group_alone_is_explained() {
    let ours = ike_proposal(Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024);
    let difference = Difference::of_group_alone(vec![Offer::from(&ours)]);
    let text = text(Phase::Two, &FailureReason::ChildProposal { difference, by_peer: true });
    assert!(text.contains("but for the Diffie-Hellman group: modp1024 here."), "{text}");
    assert!(text.contains("or modp1024 on the peer."), "{text}");
}

/// DIAG-1: each way in which a post-quantum pre-shared key can be in the way.
#[test]
fn post_quantum_keys_are_explained() {
    let of = |failure| text(Phase::One, &FailureReason::Ppk(failure));
    let missing = of(PpkFailure::NotUsedByPeer);
    assert!(missing.contains("the peer does not use one"), "{missing}");
    let unknown = of(PpkFailure::UnknownId { received: b"a\n\"".to_vec() });
    assert!(unknown.contains(r#"key "a\n\"", which"#), "{unknown}");
    let differs = of(PpkFailure::Differs { id: b"ppk".to_vec() });
    assert!(differs.contains(r#"pre-shared key "ppk" is another"#), "{differs}");
}
