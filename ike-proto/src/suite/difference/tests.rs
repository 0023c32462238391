use esp_core::suite::{Cipher, Integrity};

use super::*;
use crate::suite::v2_codec::offer_ike;
use crate::suite::{DhGroup, Prf};

fn ike(cipher: Cipher, integrity: Integrity, prf: Prf, group: DhGroup) -> IkeProposal {
    IkeProposal { ciphers: vec![cipher], integrities: vec![integrity], prfs: vec![prf], groups: vec![group] }
}

fn usual() -> IkeProposal {
    ike(Cipher::Aes128Cbc, Integrity::HmacSha1_96, Prf::HmacSha1, DhGroup::Modp1024)
}

fn compare(theirs: &[IkeProposal], ours: &[IkeProposal]) -> Difference {
    let theirs = Offer::all_from_v2(&offer_ike(theirs, None));
    Difference::between(theirs, ours.iter().map(Offer::from).collect(), &Field::ALL)
}

/// Each field alone is named as the one that differs.
#[test]
fn the_field_that_differs_is_named() {
    let cases = [
        (IkeProposal { ciphers: vec![Cipher::Aes256Cbc], ..usual() }, Field::Encryption),
        (IkeProposal { integrities: vec![Integrity::HmacMd5_96], ..usual() }, Field::Integrity),
        (IkeProposal { prfs: vec![Prf::HmacSha256], ..usual() }, Field::Prf),
        (IkeProposal { groups: vec![DhGroup::Modp2048], ..usual() }, Field::DhGroup),
    ];
    for (theirs, field) in cases {
        assert_eq!(compare(&[theirs], &[usual()]).field_names(), [field]);
    }
    assert!(compare(&[usual()], &[usual()]).fields.is_empty());
}

#[test]
fn both_sides_are_printed() {
    let theirs = IkeProposal { ciphers: vec![Cipher::Aes256Cbc, Cipher::TripleDesCbc], ..usual() };
    let difference = compare(&[theirs], &[usual()]);
    assert_eq!(difference.fields[0].to_string(), "encryption: the peer has aes256 or 3des, we have aes128");
    assert_eq!(difference.theirs[0].to_string(), "aes256-3des-sha1-modp1024");
    assert_eq!(difference.ours[0].to_string(), "aes128-sha1-modp1024");
}

/// Of several proposals the pair that is closest is compared.
#[test]
fn the_closest_pair_is_compared() {
    let far = ike(Cipher::TripleDesCbc, Integrity::HmacMd5_96, Prf::HmacMd5, DhGroup::Modp768);
    let near = IkeProposal { groups: vec![DhGroup::Modp1536], ..usual() };
    assert_eq!(compare(&[far, near], &[usual()]).field_names(), [Field::DhGroup]);
    assert!(compare(&[], &[usual()]).fields.is_empty());
}

/// A peer that wants perfect forward secrecy where we do not, and algorithms that we do not speak.
#[test]
fn child_offers_are_compared_with_what_we_do_not_speak() {
    let ours = ChildProposal {
        protocol: esp_core::sa::IpsecProtocol::Esp,
        ciphers: vec![Cipher::Aes256Cbc],
        integrities: vec![Integrity::HmacSha1_96],
        groups: vec![],
        esn: vec![false],
    };
    let theirs = Offer::from_v2(&Proposal {
        number: 1,
        protocol: crate::wire::codes::ProtocolId::ESP,
        spi: vec![0, 0, 1, 0],
        transforms: vec![
            Transform::with_key_length(TransformType::ENCR, EncrId::AES_GCM_16.0, 256),
            Transform::new(TransformType::DH, DhId::CURVE_25519.0),
            Transform::new(TransformType::ESN, 0),
        ],
    });
    assert_eq!(theirs.to_string(), "aes256gcm16-curve25519");
    let difference = Difference::between(vec![theirs], vec![Offer::from(&ours)], &Field::ALL);
    assert_eq!(difference.field_names(), [Field::Encryption, Field::DhGroup]);
    assert_eq!(
        difference.fields[1].to_string(),
        "Diffie-Hellman group: the peer has curve25519, we have none"
    );
}

#[test]
fn odd_transforms_have_names_too() {
    let encr = |id: EncrId| Transform::new(TransformType::ENCR, id.0);
    assert_eq!(transform_name(&encr(EncrId::AES_CBC)), "aes without a key length");
    assert_eq!(transform_name(&encr(EncrId(999))), "encr 999");
    assert_eq!(
        transform_name(&Transform::with_key_length(TransformType::ENCR, EncrId::CAMELLIA_CBC.0, 256)),
        "camellia256"
    );
    assert_eq!(
        transform_name(&Transform::with_key_length(TransformType::PRF, 2, 1)),
        "prfsha1 with unexpected attributes"
    );
    assert_eq!(transform_name(&Transform::new(TransformType(9), 7)), "transform type 9 7");
}
