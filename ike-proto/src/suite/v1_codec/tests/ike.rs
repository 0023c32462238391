use core::time::Duration;

use super::*;
use crate::suite::IkeSuite;
use crate::suite::select::AnswerError;

const DAY: Duration = Duration::from_secs(86_400);

fn wide() -> IkeProposal {
    ike(
        &[Cipher::Aes256Cbc, Cipher::Aes192Cbc, Cipher::Aes128Cbc, Cipher::TripleDesCbc],
        &[Hash::Sha256, Hash::Sha1, Hash::Md5],
        &[DhGroup::Modp2048, DhGroup::Modp1024, DhGroup::Modp768],
    )
}

/// The octets that other implementations know: aes128-sha1-modp1024 with a pre-shared key and a day.
#[test]
fn an_offer_as_octets() {
    let offer = offer_ike(&[ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024])], DAY);
    let expected = hex_literal::hex!(
        "00000001 00000001"
        "00000030 01010001"
        "00000028 01010000"
        "80010007 800e0080 80020002 80040002 80030001 800b0001 000c0004 00015180"
    );
    assert_eq!(offer.body().unwrap(), expected);
}

/// Every combination is offered, in our order, and each is understood as what it is.
#[test]
fn every_combination_is_offered() {
    let configured = [wide()];
    let offer = sent(&offer_ike(&configured, DAY));
    assert_eq!((offer.proposals.len(), offer.proposals[0].transforms.len()), (1, 4 * 3 * 3));
    let mut suites = Vec::new();
    for transform in &offer.proposals[0].transforms {
        let one = Proposal { transforms: vec![transform.clone()], ..offer.proposals[0].clone() };
        let chosen = select_ike(&configured, &SaPayload { proposals: vec![one] }).unwrap();
        assert_eq!(chosen.lifetime, DAY);
        assert_eq!(chosen.answer.proposals[0].transforms, std::slice::from_ref(transform));
        suites.push(chosen.suite.to_string());
    }
    assert_eq!(
        &suites[..4],
        ["aes256-sha256-modp2048", "aes256-sha256-modp1024", "aes256-sha256-modp768", "aes256-sha1-modp2048",]
    );
    assert_eq!(suites[35], "3des-md5-modp768");
    suites.sort();
    suites.dedup();
    assert_eq!(suites.len(), 36);
}

/// What is more than the limits of a payload is left out, and what is left is still a payload.
#[test]
fn too_many_combinations_are_cut() {
    let offer = sent(&offer_ike(&vec![wide(); 8], DAY));
    assert_eq!(offer.proposals[0].transforms.len(), crate::wire::limits::MAX_TRANSFORMS);
}

/// The responder's order decides, not the initiator's.
#[test]
fn our_order_decides() {
    let theirs =
        ike(&[Cipher::TripleDesCbc, Cipher::Aes128Cbc], &[Hash::Md5, Hash::Sha1], &[DhGroup::Modp1024]);
    let ours =
        ike(&[Cipher::Aes128Cbc, Cipher::TripleDesCbc], &[Hash::Sha1, Hash::Md5], &[DhGroup::Modp1024]);
    let offer = offer_ike(&[theirs], DAY);
    let chosen = select_ike(&[ours], &offer).unwrap();
    assert_eq!(chosen.suite.to_string(), "aes128-sha1-modp1024");
    assert_eq!(chosen.hash, Hash::Sha1);
    assert_eq!(chosen.answer.proposals[0].transforms[0].number, 4, "under the number it was offered with");
}

#[test]
fn nothing_in_common_chooses_nothing() {
    let offer = offer_ike(&[ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024])], DAY);
    for ours in [
        ike(&[Cipher::Aes256Cbc], &[Hash::Sha1], &[DhGroup::Modp1024]),
        ike(&[Cipher::Aes128Cbc], &[Hash::Md5], &[DhGroup::Modp1024]),
        ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp2048]),
        ike(&[], &[Hash::Sha1], &[DhGroup::Modp1024]),
    ] {
        assert_eq!(select_ike(std::slice::from_ref(&ours), &offer), None);
        assert!(matches!(check_ike_answer(&[ours], &offer), Err(AnswerError::NotOffered(1))));
    }
    assert_eq!(select_ike(&[], &offer), None);
}

/// Every hash comes back; of the ciphers those in CBC mode do, and no other is offered, AES-GCM among them.
#[test]
fn algorithms_of_phase_1_come_back() {
    for hash in Hash::ALL {
        for cipher in Cipher::ALL {
            for group in DhGroup::ALL {
                let configured = [ike(&[*cipher], &[hash], &[group])];
                let offer = offer_ike(&configured, DAY);
                let is_cbc = cipher.name().starts_with("3des")
                    || matches!(cipher, Cipher::Aes128Cbc | Cipher::Aes192Cbc | Cipher::Aes256Cbc);
                assert_eq!(offer.proposals[0].transforms.len(), usize::from(is_cbc), "{cipher}");
                let chosen = select_ike(&configured, &offer);
                let suite = IkeSuite {
                    cipher: *cipher,
                    integrity: Some(hash.integrity()),
                    prf: hash.prf(),
                    dh: group,
                };
                assert_eq!(chosen.map(|chosen| (chosen.suite, chosen.hash)), is_cbc.then_some((suite, hash)));
            }
        }
    }
}

/// DES, AES of a length that there is not, and everything that is no cipher of phase 1, are never chosen.
#[test]
fn x_7_only_what_can_be_used_is_chosen() {
    let configured = [wide()];
    let offer = offer_ike(&configured, DAY);
    let with = |kind: IkeAttribute, value: u16| {
        let mut offer = SaPayload { proposals: vec![offer.proposals[0].clone()] };
        offer.proposals[0].transforms.truncate(1);
        set(&mut offer, kind.0, value);
        select_ike(&configured, &offer).is_some()
    };
    assert!(with(IkeAttribute::KEY_LENGTH, 256));
    for bits in [0, 1, 16, 64, 127, 129, 255, 257, 512, 65535] {
        assert!(!with(IkeAttribute::KEY_LENGTH, bits), "{bits}");
    }
    for encryption in [0, 1, 2, 3, 4, 5, 6, 8, 18, 20, 65535] {
        assert!(!with(IkeAttribute::ENCRYPTION, encryption), "{encryption}");
    }
    for hash in [0, 3, 5, 6, 7, 65535] {
        assert!(!with(IkeAttribute::HASH, hash), "{hash}");
    }
    for method in [0, 2, 3, 4, 64221, 65001, 65005] {
        assert!(!with(IkeAttribute::AUTHENTICATION_METHOD, method), "{method}");
    }
    for group in [0, 3, 4, 6, 99, 65535] {
        assert!(!with(IkeAttribute::GROUP, group), "{group}");
    }
    for life in [0, 3, 65535] {
        assert!(!with(IkeAttribute::LIFE_TYPE, life), "{life}");
    }
}

/// AES without a key length has 128 bits; a group's type may be said beside its number.
#[test]
fn what_some_peers_leave_out_or_add() {
    let configured = [ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[DhGroup::Modp1024])];
    let mut offer = offer_ike(&configured, DAY);
    first(&mut offer).attributes.retain(|attribute| attribute.kind != IkeAttribute::KEY_LENGTH.0);
    let chosen = select_ike(&configured, &offer).unwrap();
    assert_eq!(chosen.suite.cipher, Cipher::Aes128Cbc);
    assert_eq!(chosen.answer.proposals[0].transforms, offer.proposals[0].transforms, "as it came");
    first(&mut offer).attributes.push(Attribute::basic(IkeAttribute::GROUP_TYPE.0, 1));
    assert!(select_ike(&configured, &offer).is_some());
    set(&mut offer, IkeAttribute::GROUP_TYPE.0, 2);
    assert_eq!(select_ike(&configured, &offer), None);
}

/// A transform that says what we do not know, or something twice, is not chosen; the next one may be.
#[test]
fn strange_transforms_are_passed_over() {
    let configured = [ike(&[Cipher::Aes128Cbc, Cipher::TripleDesCbc], &[Hash::Sha1], &[DhGroup::Modp1024])];
    let strange = [
        Attribute::basic(13, 1),
        Attribute::basic(16_384, 1),
        Attribute::basic(IkeAttribute::HASH.0, 2),
        Attribute { kind: IkeAttribute::GROUP_PRIME.0, value: AttributeValue::Variable(vec![1; 96]) },
        Attribute { kind: IkeAttribute::ENCRYPTION.0, value: AttributeValue::Variable(Vec::new()) },
        Attribute::basic(IkeAttribute::LIFE_DURATION.0, 2),
    ];
    for attribute in strange {
        let mut offer = offer_ike(&configured, DAY);
        first(&mut offer).attributes.push(attribute);
        let chosen = select_ike(&configured, &offer).unwrap();
        assert_eq!(chosen.suite.cipher, Cipher::TripleDesCbc);
    }
}

/// Values of two octets may come in the variable format.
#[test]
fn f_12_numbers_in_either_format() {
    let configured = [wide()];
    let mut offer = offer_ike(&configured, DAY);
    for attribute in &mut first(&mut offer).attributes {
        let number = u32::try_from(attribute.value.to_number().unwrap()).unwrap();
        attribute.value = AttributeValue::Variable(number.to_be_bytes().to_vec());
    }
    let offer = sent(&offer);
    let chosen = select_ike(&configured, &offer).unwrap();
    assert_eq!(chosen.answer.proposals[0].transforms, &offer.proposals[0].transforms[..1]);
    assert_eq!(chosen.lifetime, DAY);
}

/// Proposals of one number go together, which nothing does with an ISAKMP SA.
#[test]
fn proposals_that_go_together_are_not_chosen() {
    let configured = [wide()];
    let mut offer = offer_ike(&configured, DAY);
    offer.proposals.push(Proposal { protocol: ProtocolId::IPCOMP, ..offer.proposals[0].clone() });
    assert_eq!(select_ike(&configured, &offer), None);
    offer.proposals[1].number = 2;
    assert!(select_ike(&configured, &offer).is_some());
}

/// An SPI, another protocol and another transform than IKE in phase 1.
#[test]
fn what_is_no_proposal_of_ike() {
    let configured = [wide()];
    let good = offer_ike(&configured, DAY);
    let mut with_spi = good.clone();
    with_spi.proposals[0].spi = vec![7; 8];
    assert_eq!(select_ike(&configured, &with_spi).unwrap().answer.proposals[0].spi, [0_u8; 0]);
    let mut esp = good.clone();
    esp.proposals[0].protocol = ProtocolId::ESP;
    assert_eq!(select_ike(&configured, &esp), None);
    let mut id = good;
    id.proposals[0].transforms.truncate(1);
    first(&mut id).id = 2;
    assert_eq!(select_ike(&configured, &id), None);
}

#[test]
fn answers_are_checked() {
    let configured = [wide()];
    let offer = offer_ike(&configured, DAY);
    let answer = select_ike(&configured, &offer).unwrap().answer;
    let chosen = check_ike_answer(&configured, &sent(&answer)).unwrap();
    assert_eq!(chosen.suite.to_string(), "aes256-sha256-modp2048");
    assert!(accepts_ike(&configured, chosen.suite));
    let other = IkeSuite { cipher: Cipher::Null, ..chosen.suite };
    assert!(!accepts_ike(&configured, other));
    assert!(!accepts_ike(&configured, IkeSuite { prf: Prf::AesXcbc, ..chosen.suite }));
    assert!(!accepts_ike(&[ike(&[Cipher::Aes128Cbc], &[Hash::Sha1], &[])], chosen.suite));

    assert_eq!(check_ike_answer(&configured, &offer), Err(AnswerError::NotOneOfEach));
    let none = SaPayload { proposals: Vec::new() };
    assert_eq!(check_ike_answer(&configured, &none), Err(AnswerError::ProposalCount(0)));
    let mut two = answer.clone();
    two.proposals.push(answer.proposals[0].clone());
    assert_eq!(check_ike_answer(&configured, &two), Err(AnswerError::ProposalCount(2)));
    let mut renumbered = answer;
    renumbered.proposals[0].number = 9;
    first(&mut renumbered).number = 77;
    assert!(check_ike_answer(&configured, &renumbered).is_ok(), "some number anew");
}
