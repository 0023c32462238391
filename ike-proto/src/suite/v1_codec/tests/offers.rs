use core::time::Duration;

use super::*;
use crate::suite::difference::{Difference, Field, Offer};
use crate::wire::v1::codes::AuthenticationMethod;

const TERMS: ChildTerms = ChildTerms { mode: EncapsulationMode::TUNNEL, seconds: 86_400, kilobytes: None };

fn ike_difference(theirs: &SaPayload, ours: &IkeProposal) -> Vec<Field> {
    let fields = [Field::Encryption, Field::Integrity, Field::Method, Field::DhGroup];
    Difference::between(Offer::all_from_v1(theirs), vec![ours.into()], &fields).field_names()
}

fn child_difference(theirs: &SaPayload, ours: &ChildProposal) -> Vec<Field> {
    let fields = [Field::Protocol, Field::Encryption, Field::Integrity, Field::DhGroup];
    Difference::between(Offer::all_from_v1_child(theirs), vec![ours.into()], &fields).field_names()
}

/// DIAG-1: each field in which an offer of phase 1 can differ is named, alone and with others.
#[test]
fn diag_1_what_differs_in_phase_1() {
    let ours = ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024]);
    let offer =
        |proposal: &IkeProposal| offer_ike(std::slice::from_ref(proposal), Duration::from_secs(3_600));
    let cipher = ike(&[Cipher::Aes256Cbc], &[Hash::Sha1], &[DhGroup::Modp1024]);
    let hash = ike(&[Cipher::Aes128Cbc], &[Hash::Md5], &[DhGroup::Modp1024]);
    let group = ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp2048]);
    let two = ike(&[Cipher::TripleDesCbc], &[Hash::Sha1], &[DhGroup::Modp1536]);
    assert_eq!(ike_difference(&offer(&ours), &ours), []);
    assert_eq!(ike_difference(&offer(&cipher), &ours), [Field::Encryption]);
    assert_eq!(ike_difference(&offer(&hash), &ours), [Field::Integrity]);
    assert_eq!(ike_difference(&offer(&group), &ours), [Field::DhGroup]);
    assert_eq!(ike_difference(&offer(&two), &ours), [Field::Encryption, Field::DhGroup]);
}

/// DIAG-1: a peer that wants certificates is told apart from one with another hash.
#[test]
fn diag_1_another_authentication_method() {
    let ours = ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024]);
    let mut offer = offer_ike(std::slice::from_ref(&ours), Duration::from_secs(3_600));
    set(&mut offer, IkeAttribute::AUTHENTICATION_METHOD.0, AuthenticationMethod::RSA_SIGNATURE.0);
    assert_eq!(ike_difference(&offer, &ours), [Field::Method]);
    assert_eq!(Offer::all_from_v1(&offer)[0].to_string(), "aes128-sha1-modp1024 with RSA signatures");
}

/// DIAG-1: also what we cannot speak has a name.
#[test]
fn diag_1_names_of_what_we_do_not_speak() {
    let ours = ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024]);
    let mut offer = offer_ike(&[ours], Duration::from_secs(3_600));
    set(&mut offer, IkeAttribute::ENCRYPTION.0, 8);
    set(&mut offer, IkeAttribute::HASH.0, 3);
    set(&mut offer, IkeAttribute::GROUP.0, 77);
    let offers = Offer::all_from_v1(&offer);
    assert_eq!(offers[0].to_string(), "camellia128-tiger-group 77");
    set(&mut offer, IkeAttribute::ENCRYPTION.0, 1);
    first(&mut offer).attributes.retain(|attribute| attribute.kind != IkeAttribute::KEY_LENGTH.0);
    assert_eq!(Offer::all_from_v1(&offer)[0].encryption, ["des"]);
    first(&mut offer).id = 9;
    assert_eq!(Offer::all_from_v1(&offer)[0].protocol, "IKE with transform 9");
}

/// DIAG-2: each field in which an offer of phase 2 can differ is named.
#[test]
fn diag_2_what_differs_in_phase_2() {
    let ours = esp(&[Cipher::Aes128Cbc], &[Integrity::HmacSha1_96], &[DhGroup::Modp1024]);
    let offer = |proposal: &ChildProposal| {
        offer_child(std::slice::from_ref(proposal), Spi::new(4_096).unwrap(), &TERMS)
    };
    let cipher = ChildProposal { ciphers: vec![Cipher::TripleDesCbc], ..ours.clone() };
    let auth = ChildProposal { integrities: vec![Integrity::HmacMd5_96], ..ours.clone() };
    let group = ChildProposal { groups: vec![DhGroup::Modp1536], ..ours.clone() };
    let no_pfs = ChildProposal { groups: Vec::new(), ..ours.clone() };
    let ah = ChildProposal { protocol: IpsecProtocol::Ah, ciphers: Vec::new(), ..ours.clone() };
    assert_eq!(child_difference(&offer(&ours), &ours), []);
    assert_eq!(child_difference(&offer(&cipher), &ours), [Field::Encryption]);
    assert_eq!(child_difference(&offer(&auth), &ours), [Field::Integrity]);
    assert_eq!(child_difference(&offer(&group), &ours), [Field::DhGroup]);
    assert_eq!(child_difference(&offer(&no_pfs), &ours), [Field::DhGroup]);
    assert_eq!(child_difference(&offer(&ah), &ours), [Field::Protocol]);
    assert_eq!(child_difference(&offer(&ah), &ah), []);
}

/// F-18: AH whose transform and attribute do not agree is named as that, and is like nothing of ours.
#[test]
fn f_18_ah_that_disagrees_with_itself_has_a_name() {
    let ours = ChildProposal {
        protocol: IpsecProtocol::Ah,
        ciphers: Vec::new(),
        ..esp(&[], &[Integrity::HmacSha1_96], &[])
    };
    let mut offer = offer_child(std::slice::from_ref(&ours), Spi::new(4_096).unwrap(), &TERMS);
    first(&mut offer).id = 2;
    assert_eq!(child_difference(&offer, &ours), [Field::Integrity]);
    assert_eq!(Offer::all_from_v1_child(&offer)[0].integrity, ["sha1 in AH_MD5"]);
}

/// Transforms that differ in lifetimes alone are one offer.
#[test]
fn the_same_is_said_once() {
    let ours = esp(&[Cipher::Aes128Cbc], &[Integrity::HmacSha1_96], &[]);
    let mut offer = offer_child(&[ours], Spi::new(4_096).unwrap(), &TERMS);
    let mut again = offer.proposals[0].transforms[0].clone();
    again.attributes.retain(|attribute| attribute.kind > DoiAttribute::LIFE_DURATION.0);
    offer.proposals[0].transforms.push(again);
    assert_eq!(Offer::all_from_v1_child(&offer).len(), 1);
}
