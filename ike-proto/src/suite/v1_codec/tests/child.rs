use esp_core::suite::SaSuite;

use super::*;
use crate::suite::select::AnswerError;

const TERMS: ChildTerms = ChildTerms { mode: EncapsulationMode::TUNNEL, seconds: 86_400, kilobytes: None };

fn spi() -> Spi {
    Spi::new(0x1122_3344).unwrap()
}

fn simple() -> ChildProposal {
    esp(&[Cipher::Aes128Cbc], &[Integrity::HmacSha1_96], &[DhGroup::Modp1024])
}

/// The octets that other implementations know: aes128-sha1-modp1024 in tunnel mode and a day.
#[test]
fn an_offer_as_octets() {
    let offer = offer_child(&[simple()], spi(), &TERMS);
    let expected = hex_literal::hex!(
        "00000001 00000001"
        "00000030 01030401 11223344"
        "00000024 010c0000"
        "80030002 80060080 80050002 80040001 80010001 00020004 00015180"
    );
    assert_eq!(offer.body().unwrap(), expected);
}

/// Every combination is offered and understood, with and without a group, and with extended sequence numbers.
#[test]
fn every_combination_is_offered() {
    let proposal = ChildProposal {
        esn: vec![true, false],
        ..esp(
            &[Cipher::Aes256Cbc, Cipher::Aes192Cbc, Cipher::Aes128Cbc, Cipher::TripleDesCbc, Cipher::Null],
            &[Integrity::HmacSha256_128, Integrity::HmacSha1_96, Integrity::HmacMd5_96],
            &[DhGroup::Modp2048],
        )
    };
    for groups in [vec![DhGroup::Modp2048], vec![]] {
        let configured = [ChildProposal { groups, ..proposal.clone() }];
        let offer = sent(&offer_child(&configured, spi(), &TERMS));
        let theirs = &offer.proposals[0];
        assert_eq!(theirs.transforms.len(), 5 * 3 * 2);
        let mut suites = Vec::new();
        for transform in &theirs.transforms {
            let one = Proposal { transforms: vec![transform.clone()], ..theirs.clone() };
            let chosen = select_child(&configured, &SaPayload { proposals: vec![one] }, &TERMS).unwrap();
            assert_eq!((chosen.group, chosen.spi), (configured[0].groups.first().copied(), spi()));
            assert_eq!((chosen.seconds, chosen.kilobytes), (86_400, None));
            suites.push(chosen.suite.to_string());
        }
        assert_eq!(&suites[..3], ["aes256-sha256-esn", "aes256-sha256", "aes256-sha1-esn"]);
        suites.sort();
        suites.dedup();
        assert_eq!(suites.len(), 30);
    }
}

/// Every cipher and integrity algorithm that has a number comes back from it; ChaCha20-Poly1305 and AES-CMAC have none.
#[test]
fn algorithms_of_esp_come_back() {
    for cipher in Cipher::ALL {
        for integrity in Integrity::ALL.iter().filter(|integrity| !integrity.is_ah_only()) {
            let integrities = if cipher.is_aead() { vec![] } else { vec![*integrity] };
            let configured = [esp(&[*cipher], &integrities, &[])];
            let offer = offer_child(&configured, spi(), &TERMS);
            let has_number = *cipher != Cipher::ChaCha20Poly1305
                && (cipher.is_aead() || *integrity != Integrity::AesCmac96);
            assert_eq!(offer.proposals.len(), usize::from(has_number), "{cipher} {integrity}");
            if has_number {
                let chosen = select_child(&configured, &sent(&offer), &TERMS).unwrap();
                let expected = SaSuite::esp(*cipher, integrities.first().copied(), false).unwrap();
                assert_eq!(chosen.suite, expected);
            }
        }
    }
}

/// a cipher that authenticates by itself has no authentication attribute, in an offer and in an answer.
#[test]
fn x_6_an_aead_stands_without_integrity() {
    let configured = [ChildProposal {
        integrities: vec![Integrity::HmacSha1_96],
        ..esp(&[Cipher::Aes256Gcm16, Cipher::Aes128Cbc], &[], &[])
    }];
    let mut offer = offer_child(&configured, spi(), &TERMS);
    let chosen = select_child(&configured, &offer, &TERMS).unwrap();
    assert_eq!(chosen.suite.to_string(), "aes256gcm16");
    first(&mut offer).attributes.push(Attribute::basic(DoiAttribute::AUTH_ALGORITHM.0, 2));
    let chosen = select_child(&configured, &offer, &TERMS).unwrap();
    assert_eq!(chosen.suite.to_string(), "aes128-sha1");
    offer.proposals[0].transforms.truncate(1);
    assert!(check_child_answer(&configured, &offer, &TERMS).is_err());
}

/// F-18: of AH the transform and the authentication attribute agree, or the transform is not chosen.
#[test]
fn f_18_ah_agrees_with_itself() {
    let configured = [ChildProposal {
        protocol: IpsecProtocol::Ah,
        integrities: Integrity::ALL.to_vec(),
        ..esp(&[], &[], &[])
    }];
    let offer = offer_child(&configured, spi(), &TERMS);
    let ids: Vec<_> = offer.proposals[0].transforms.iter().map(|transform| transform.id).collect();
    assert_eq!((offer.proposals[0].protocol, ids), (ProtocolId::AH, vec![2, 3, 5, 6, 7, 9, 11, 12, 13]));
    for transform in &offer.proposals[0].transforms {
        let one = Proposal { transforms: vec![transform.clone()], ..offer.proposals[0].clone() };
        let chosen = select_child(&configured, &SaPayload { proposals: vec![one] }, &TERMS).unwrap();
        assert_eq!(chosen.suite.protocol(), IpsecProtocol::Ah);
    }
    for id in 0..=u8::MAX {
        for auth in 0..20 {
            let mut offer = offer.clone();
            offer.proposals[0].transforms.truncate(1);
            first(&mut offer).id = id;
            set(&mut offer, DoiAttribute::AUTH_ALGORITHM.0, auth);
            let chosen = select_child(&configured, &offer, &TERMS);
            let same = id == u8::try_from(auth).unwrap() && matches!(id, 5..=7 | 9 | 11..=13);
            let right = same || matches!((id, auth), (2, 1) | (3, 2));
            assert_eq!(chosen.is_some(), right, "transform {id} with attribute {auth}");
        }
    }
}

/// what protects nothing or cannot be used is never chosen.
#[test]
fn x_7_only_what_can_be_used_is_chosen() {
    let configured = [esp(
        &[Cipher::Aes128Cbc, Cipher::Aes256Cbc, Cipher::TripleDesCbc, Cipher::Null],
        &[Integrity::HmacSha1_96],
        &[],
    )];
    let offer = offer_child(&configured, spi(), &TERMS);
    let with = |change: &dyn Fn(&mut SaPayload)| {
        let mut offer = offer.clone();
        offer.proposals[0].transforms.truncate(1);
        change(&mut offer);
        select_child(&configured, &offer, &TERMS).map(|chosen| chosen.suite.to_string())
    };
    assert_eq!(with(&|_| {}).as_deref(), Some("aes128-sha1"));
    for bits in [0, 1, 64, 129, 192, 512] {
        assert_eq!(with(&|offer| set(offer, DoiAttribute::KEY_LENGTH.0, bits)), None, "{bits}");
    }
    let no_auth = with(&|offer| {
        first(offer).attributes.retain(|attribute| attribute.kind != DoiAttribute::AUTH_ALGORITHM.0);
    });
    assert_eq!(no_auth, None, "encryption alone");
    for id in [EspTransform::DES, EspTransform::TRIPLE_DES, EspTransform::NULL, EspTransform(0)] {
        assert_eq!(with(&|offer| first(offer).id = id.0), None, "{id} with a key length");
    }
    for auth in [0, 3, 4, 8, 10, 99] {
        assert_eq!(with(&|offer| set(offer, DoiAttribute::AUTH_ALGORITHM.0, auth)), None, "{auth}");
    }
    let esn = |value| {
        with(&|offer| {
            first(offer).attributes.push(Attribute::basic(DoiAttribute::EXTENDED_SEQUENCE_NUMBER.0, value));
        })
    };
    assert_eq!((esn(1), esn(0), esn(2)), (None, None, None));
    let unknown = with(&|offer| first(offer).attributes.push(Attribute::basic(7, 3)));
    assert_eq!(unknown, None);
}

/// A key length that is left out is 128 bits for AES in CBC mode.
#[test]
fn aes_without_a_key_length() {
    let configured = [simple()];
    let mut offer = offer_child(&configured, spi(), &TERMS);
    first(&mut offer).attributes.retain(|attribute| attribute.kind != DoiAttribute::KEY_LENGTH.0);
    let chosen = select_child(&configured, &offer, &TERMS).unwrap();
    assert_eq!(chosen.suite.to_string(), "aes128-sha1");
}

/// F-15: the four numbers of the modes in UDP; the number is the peer's, the meaning ours.
#[test]
fn f_15_encapsulation_modes() {
    let configured = [simple()];
    let modes = [
        (EncapsulationMode::TUNNEL, 0),
        (EncapsulationMode::TRANSPORT, 1),
        (EncapsulationMode::UDP_TUNNEL, 2),
        (EncapsulationMode::UDP_TUNNEL_DRAFT, 2),
        (EncapsulationMode::UDP_TRANSPORT, 3),
        (EncapsulationMode::UDP_TRANSPORT_DRAFT, 3),
        (EncapsulationMode(5), 4),
    ];
    for (theirs, meaning) in modes {
        let mut offer = offer_child(&configured, spi(), &ChildTerms { mode: theirs, ..TERMS });
        for (ours, wanted) in modes {
            let terms = ChildTerms { mode: ours, ..TERMS };
            let chosen = select_child(&configured, &offer, &terms);
            assert_eq!(chosen.is_some(), meaning == wanted && meaning < 4, "{theirs} for {ours}");
            if let Some(chosen) = chosen {
                assert_eq!(answer_child(&chosen, spi()), offer, "the answer has the peer's number");
            }
        }
        first(&mut offer).attributes.retain(|attribute| attribute.kind != DoiAttribute::ENCAPSULATION_MODE.0);
        assert!(
            select_child(&configured, &offer, &TERMS).is_some(),
            "what is not said is what was agreed on"
        );
    }
}

/// F-11: the group attribute is in every transform of every proposal where there is a KE payload, and only there.
#[test]
fn f_11_groups_and_key_exchange() {
    let (group_2, none) = (simple(), ChildProposal { groups: Vec::new(), ..simple() });
    let group_5 = ChildProposal { groups: vec![DhGroup::Modp1536], ..simple() };
    let of = |proposals: &[&ChildProposal], ke| {
        let proposals: Vec<_> = proposals.iter().map(|proposal| (*proposal).clone()).collect();
        offered_group(&offer_child(&proposals, spi(), &TERMS), ke)
    };
    assert_eq!(of(&[&group_2], true), Ok(Some(DhId::MODP_1024)));
    assert_eq!(of(&[&group_2, &group_2], true), Ok(Some(DhId::MODP_1024)));
    assert_eq!(of(&[&none, &none], false), Ok(None));
    assert_eq!(of(&[&group_2], false), Err(GroupError::WithoutKe(DhId::MODP_1024)));
    assert_eq!(of(&[&none], true), Err(GroupError::WithoutGroup));
    for ke in [true, false] {
        assert_eq!(of(&[&group_2, &none], ke), Err(GroupError::Different));
        assert_eq!(of(&[&none, &group_2], ke), Err(GroupError::Different));
        assert_eq!(of(&[&group_2, &group_5], ke), Err(GroupError::Different));
    }
}

/// A group where we have none, none where we have one, and another one.
#[test]
fn pfs_must_agree() {
    let none = ChildProposal { groups: Vec::new(), ..simple() };
    let other = ChildProposal { groups: vec![DhGroup::Modp2048], ..simple() };
    for (ours, theirs) in [(&none, simple()), (&simple(), none.clone()), (&other, simple())] {
        let offer = offer_child(&[theirs], spi(), &TERMS);
        assert_eq!(select_child(std::slice::from_ref(ours), &offer, &TERMS), None);
    }
}

/// F-12: lifetimes are the peer's, in seconds and kilobytes, and 28800 s where it says none.
#[test]
fn f_12_lifetimes() {
    let configured = [simple()];
    let terms = ChildTerms { seconds: 3_600, kilobytes: Some(4_608_000), ..TERMS };
    let mut offer = sent(&offer_child(&configured, spi(), &terms));
    let chosen = select_child(&configured, &offer, &TERMS).unwrap();
    assert_eq!((chosen.seconds, chosen.kilobytes), (3_600, Some(4_608_000)));
    first(&mut offer).attributes.retain(|attribute| attribute.kind > DoiAttribute::LIFE_DURATION.0);
    let chosen = select_child(&configured, &offer, &TERMS).unwrap();
    assert_eq!((chosen.seconds, chosen.kilobytes), (28_800, None));
}

/// reserved SPIs are not chosen, and an answer with one is none.
#[test]
fn x_27_reserved_spis() {
    let configured = [simple()];
    for (octets, good) in [([0, 0, 0, 0], false), ([0, 0, 0, 255], false), ([0, 0, 1, 0], true)] {
        let mut offer = offer_child(&configured, spi(), &TERMS);
        offer.proposals[0].spi = octets.to_vec();
        assert_eq!(select_child(&configured, &offer, &TERMS).is_some(), good);
        let answer = check_child_answer(&configured, &offer, &TERMS);
        assert_eq!(answer.is_ok(), good);
        assert!(good || answer == Err(AnswerError::Spi));
    }
}

#[test]
fn answers_are_checked() {
    let configured = [
        esp(&[Cipher::Aes256Cbc, Cipher::Aes128Cbc], &[Integrity::HmacSha1_96], &[DhGroup::Modp1024]),
        esp(&[Cipher::TripleDesCbc], &[Integrity::HmacMd5_96], &[DhGroup::Modp1024]),
    ];
    let offer = sent(&offer_child(&configured, spi(), &TERMS));
    assert_eq!(offer.proposals.iter().map(|proposal| proposal.number).collect::<Vec<_>>(), [1, 2]);
    let chosen = select_child(&configured[1..], &offer, &TERMS).unwrap();
    let own = Spi::new(0xaabb_ccdd).unwrap();
    let answer = answer_child(&chosen, own);
    assert_eq!(
        (answer.proposals[0].number, &answer.proposals[0].spi[..]),
        (2, &[0xaa, 0xbb, 0xcc, 0xdd][..])
    );
    let checked = check_child_answer(&configured, &sent(&answer), &TERMS).unwrap();
    assert_eq!((checked.suite, checked.spi), (chosen.suite, own));

    assert_eq!(check_child_answer(&configured, &offer, &TERMS), Err(AnswerError::ProposalCount(2)));
    let not_offered = check_child_answer(&configured[..1], &answer, &TERMS);
    assert_eq!(not_offered, Err(AnswerError::NotOffered(2)));
    let mut all = answer;
    let again = all.proposals[0].transforms[0].clone();
    all.proposals[0].transforms.push(again);
    assert_eq!(check_child_answer(&configured, &all, &TERMS), Err(AnswerError::NotOneOfEach));
}

/// ESP and AH together, or ESP with compression, are proposals of one number: not chosen.
#[test]
fn proposals_that_go_together_are_not_chosen() {
    let configured = [simple()];
    let mut offer = offer_child(&configured, spi(), &TERMS);
    let ipcomp = Proposal {
        protocol: ProtocolId::IPCOMP,
        spi: vec![1, 2],
        transforms: vec![Transform { number: 1, id: 2, attributes: Vec::new() }],
        ..offer.proposals[0].clone()
    };
    offer.proposals.push(ipcomp.clone());
    assert_eq!(select_child(&configured, &sent(&offer), &TERMS), None);
    offer.proposals.push(Proposal { number: 2, ..offer.proposals[0].clone() });
    let chosen = select_child(&configured, &sent(&offer), &TERMS).unwrap();
    assert_eq!(answer_child(&chosen, spi()).proposals[0].number, 2);
}

/// Attributes of more than two octets are read as numbers, and too long ones are none.
#[test]
fn f_12_numbers_of_any_length() {
    let number = |octets: &[u8]| AttributeValue::Variable(octets.to_vec()).to_number();
    assert_eq!((number(&[]), number(&[7]), number(&[0, 1, 0])), (None, Some(7), Some(256)));
    assert_eq!(number(&[0xff; 8]), Some(u64::MAX));
    assert_eq!(number(&[&[0; 20][..], &[9]].concat()), Some(9));
    assert_eq!(number(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    assert_eq!(AuthAlgorithm(2), AuthAlgorithm::HMAC_SHA1);
}
