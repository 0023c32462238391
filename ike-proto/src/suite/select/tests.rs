use alloc::vec::Vec;

use esp_core::suite::{Cipher, Integrity};

use super::*;
use crate::suite::Prf;
use crate::suite::v2_codec::{answer_child, answer_ike, offer_child, offer_ike};
use crate::wire::codes::{AttributeType, EncrId, IntegId};
use crate::wire::{Attribute, AttributeValue};

const SPI: Spi = match Spi::new(0x1234_5678) {
    Some(spi) => spi,
    None => Spi::MIN,
};

fn ike(ciphers: &[Cipher], groups: &[DhGroup]) -> IkeProposal {
    IkeProposal {
        ciphers: ciphers.to_vec(),
        integrities: Vec::from([Integrity::HmacSha1_96, Integrity::HmacSha256_128]),
        prfs: Vec::from([Prf::HmacSha1, Prf::HmacSha256]),
        groups: groups.to_vec(),
    }
}

fn usual_ike() -> IkeProposal {
    ike(&[Cipher::Aes128Cbc, Cipher::Aes256Cbc], &[DhGroup::Modp1024, DhGroup::Modp2048])
}

fn esp(ciphers: &[Cipher], groups: &[DhGroup]) -> ChildProposal {
    ChildProposal {
        protocol: IpsecProtocol::Esp,
        ciphers: ciphers.to_vec(),
        integrities: Vec::from([Integrity::HmacSha1_96]),
        groups: groups.to_vec(),
        esn: Vec::from([false]),
    }
}

/// An offer of AES-128 for ESP, changed.
fn esp_offer(change: impl FnOnce(&mut Proposal)) -> SaPayload {
    let mut offer = offer_child(&[esp(&[Cipher::Aes128Cbc], &[])], SPI, ChildExchange::Create);
    change(&mut offer.proposals[0]);
    offer
}

#[test]
fn our_preference_decides() {
    let theirs = [
        ike(&[Cipher::TripleDesCbc], &[DhGroup::Modp768]),
        ike(&[Cipher::Aes256Cbc, Cipher::Aes128Cbc], &[DhGroup::Modp2048, DhGroup::Modp1024]),
    ];
    let chosen = select_ike(&[usual_ike()], &offer_ike(&theirs, None)).unwrap();
    let suite = IkeSuite {
        cipher: Cipher::Aes128Cbc,
        integrity: Some(Integrity::HmacSha1_96),
        prf: Prf::HmacSha1,
        dh: DhGroup::Modp1024,
    };
    assert_eq!(chosen, ChosenIke { suite, number: 2, spi: None });
    assert_eq!(
        select_ike(&[ike(&[Cipher::Aes192Cbc], &[DhGroup::Modp1024])], &offer_ike(&theirs, None)),
        None
    );
}

#[test]
fn answers_pass_the_check_of_who_offered() {
    let offered = [ike(&[Cipher::TripleDesCbc], &[DhGroup::Modp768]), usual_ike()];
    let spi = Some(IkeSpi([9; 8]));
    let chosen = select_ike(&[usual_ike()], &offer_ike(&offered, spi)).unwrap();
    assert_eq!((chosen.number, chosen.spi), (2, spi));
    let answer = answer_ike(chosen.suite, chosen.number, Some(IkeSpi([8; 8])));
    let checked = check_ike_answer(&offered, &answer).unwrap();
    assert_eq!((checked.suite, checked.spi), (chosen.suite, Some(IkeSpi([8; 8]))));

    for (groups, exchange) in [
        (&[][..], ChildExchange::Auth),
        (&[], ChildExchange::Create),
        (&[DhGroup::Modp2048], ChildExchange::Auth),
        (&[DhGroup::Modp2048], ChildExchange::Create),
    ] {
        let offered = [esp(&[Cipher::Aes256Cbc, Cipher::Aes128Cbc], groups)];
        let chosen = select_child(&offered, &offer_child(&offered, SPI, exchange), exchange).unwrap();
        assert_eq!(chosen.group.is_some(), exchange == ChildExchange::Create && !groups.is_empty());
        let answer = answer_child(chosen.protocol, chosen.suite, chosen.group, chosen.number, Spi::MIN);
        let checked = check_child_answer(&offered, &answer, exchange).unwrap();
        assert_eq!(checked, ChosenChild { spi: Spi::MIN, ..chosen });
    }
}

/// a proposal without a DH group, a pseudo-random function, a cipher or an integrity algorithm.
#[test]
fn x_6_incomplete_proposals_are_not_chosen() {
    let kinds = [TransformType::ENCR, TransformType::PRF, TransformType::INTEG, TransformType::DH];
    for kind in kinds {
        let mut offer = offer_ike(&[usual_ike()], None);
        offer.proposals[0].transforms.retain(|transform| transform.kind != kind);
        assert_eq!(select_ike(&[usual_ike()], &offer), None, "without {kind}");
    }
    let mut offer = offer_ike(&[usual_ike()], None);
    offer.proposals[0].transforms.clear();
    assert_eq!(select_ike(&[usual_ike()], &offer), None, "without transforms");
    assert_eq!(select_ike(&[usual_ike()], &SaPayload::default()), None, "without proposals");
    for kind in [TransformType::ENCR, TransformType::INTEG, TransformType::ESN] {
        let offer = esp_offer(|proposal| proposal.transforms.retain(|transform| transform.kind != kind));
        assert_eq!(select_child(&[esp(&[Cipher::Aes128Cbc], &[])], &offer, ChildExchange::Create), None);
    }
}

/// an AEAD with an integrity algorithm, "none" for it, and a type of transform that is not known.
#[test]
fn x_6_unusable_combinations_are_not_chosen() {
    let ours = [esp(&[Cipher::Aes128Cbc], &[])];
    let select = |change: fn(&mut Proposal)| select_child(&ours, &esp_offer(change), ChildExchange::Create);
    assert!(select(|_| ()).is_some());
    assert_eq!(select(|p| p.transforms[0].id = EncrId::AES_GCM_16.0), None);
    assert_eq!(select(|p| p.transforms[1].id = IntegId::NONE.0), None);
    assert_eq!(select(|p| p.transforms.push(Transform::new(TransformType(6), 1))), None);
    assert_eq!(select(|p| p.transforms.push(Transform::new(TransformType::PRF, 2))), None);
    assert_eq!(select(|p| p.protocol = ProtocolId::AH), None);
    assert_eq!(select(|p| p.protocol = ProtocolId::IKE), None);
}

/// null keys, AES-GMAC as a cipher, key lengths that no cipher has.
#[test]
fn x_7_what_cannot_be_used_is_not_chosen() {
    let ours = [esp(&[Cipher::Aes128Cbc, Cipher::TripleDesCbc], &[])];
    let select = |transform: Transform| {
        let offer = esp_offer(|proposal| proposal.transforms[0] = transform);
        select_child(&ours, &offer, ChildExchange::Create)
    };
    let aes = |bits| Transform::with_key_length(TransformType::ENCR, EncrId::AES_CBC.0, bits);
    assert!(select(aes(128)).is_some());
    for bits in [0, 1, 16, 127, 129, 256, u16::MAX] {
        assert_eq!(select(aes(bits)), None, "{bits} bits");
    }
    assert_eq!(select(Transform::new(TransformType::ENCR, EncrId::AES_CBC.0)), None, "no key length");
    assert_eq!(select(Transform::new(TransformType::ENCR, EncrId::AES_GMAC.0)), None);
    assert_eq!(select(Transform::new(TransformType::ENCR, EncrId::NULL.0)), None, "not configured");
    assert_eq!(select(Transform::with_key_length(TransformType::ENCR, EncrId::TRIPLE_DES.0, 192)), None);
    let mut twice = aes(128);
    twice.attributes.extend(aes(256).attributes);
    assert_eq!(select(twice), None, "two key lengths");
    let value = AttributeValue::Variable(Vec::from([0, 128]));
    let variable = Attribute { kind: AttributeType::KEY_LENGTH.0, value };
    assert_eq!(select(Transform { attributes: Vec::from([variable]), ..aes(0) }), None, "a long key length");

    let null = [ike(&[Cipher::Null], &[DhGroup::Modp1024])];
    assert_eq!(select_ike(&null, &offer_ike(&null, None)), None, "an IKE SA always encrypts");
}

/// a group is chosen only where both want one, and "none" only where we want none.
#[test]
fn x_4_groups_of_child_sas() {
    let select = |ours: &[DhGroup], theirs: &[DhGroup], none: bool| {
        let mut offer = offer_child(&[esp(&[Cipher::Aes128Cbc], theirs)], SPI, ChildExchange::Create);
        if none {
            offer.proposals[0].transforms.push(Transform::new(TransformType::DH, 0));
        }
        select_child(&[esp(&[Cipher::Aes128Cbc], ours)], &offer, ChildExchange::Create)
            .map(|chosen| chosen.group)
    };
    let (a, b) = (DhGroup::Modp1024, DhGroup::Modp2048);
    assert_eq!(select(&[], &[], false), Some(None));
    assert_eq!(select(&[], &[a], true), Some(None));
    assert_eq!(select(&[], &[a], false), None);
    assert_eq!(select(&[a], &[], false), None);
    assert_eq!(select(&[a], &[], true), None);
    assert_eq!(select(&[a], &[b], false), None);
    assert_eq!(select(&[a, b], &[b, a], true), Some(Some(a)));
}

/// an answer must choose exactly one of what was offered.
#[test]
fn x_6_answers_outside_the_offer_are_refused() {
    let offered = [usual_ike()];
    let suite = select_ike(&offered, &offer_ike(&offered, None)).unwrap().suite;
    let check = |change: &dyn Fn(&mut SaPayload)| {
        let mut answer = answer_ike(suite, 1, None);
        change(&mut answer);
        check_ike_answer(&offered, &answer).map(|chosen| chosen.suite)
    };
    assert_eq!(check(&|_| ()), Ok(suite));
    assert_eq!(check(&|answer| answer.proposals.clear()), Err(AnswerError::ProposalCount(0)));
    assert_eq!(
        check(&|answer| answer.proposals.push(answer.proposals[0].clone())),
        Err(AnswerError::ProposalCount(2))
    );
    for number in [0, 2, 255] {
        assert_eq!(
            check(&|answer| answer.proposals[0].number = number),
            Err(AnswerError::UnknownNumber(number))
        );
    }
    for place in 0..4 {
        let missing = check(&|answer| drop(answer.proposals[0].transforms.remove(place)));
        assert_eq!(missing, Err(AnswerError::NotOneOfEach));
        let doubled = check(&|answer| {
            let twin = answer.proposals[0].transforms[place].clone();
            answer.proposals[0].transforms.push(twin);
        });
        assert_eq!(doubled, Err(AnswerError::NotOneOfEach));
        let other = check(&|answer| answer.proposals[0].transforms[place].id = 99);
        assert_eq!(other, Err(AnswerError::NotOffered(1)));
    }
    assert_eq!(
        check(&|answer| answer.proposals[0].protocol = ProtocolId::ESP),
        Err(AnswerError::NotOffered(1))
    );
    assert_eq!(check(&|answer| answer.proposals[0].spi = Vec::from([0; 8])), Err(AnswerError::Spi));
}

/// a peer's reserved SPI is not used.
#[test]
fn x_27_reserved_spis_are_not_chosen() {
    let ours = [esp(&[Cipher::Aes128Cbc], &[])];
    for spi in [[0, 0, 0, 0], [0, 0, 0, 255]] {
        let offer = esp_offer(|proposal| proposal.spi = spi.to_vec());
        assert_eq!(select_child(&ours, &offer, ChildExchange::Auth), None);
        assert_eq!(check_child_answer(&ours, &offer, ChildExchange::Auth), Err(AnswerError::Spi));
    }
}

/// a cipher that authenticates stands alone or beside "none", in an offer and in an answer; beside an integrity
/// algorithm it is refused.
#[test]
fn x_6_an_aead_stands_without_integrity() {
    let ours = [ChildProposal { integrities: Vec::new(), ..esp(&[Cipher::Aes256Gcm16], &[]) }];
    let mut message = offer_child(&ours, SPI, ChildExchange::Create);
    let expected = SaSuite::esp(Cipher::Aes256Gcm16, None, false).unwrap();
    let select =
        |payload: &SaPayload| select_child(&ours, payload, ChildExchange::Create).map(|chosen| chosen.suite);
    let check = |payload: &SaPayload| {
        check_child_answer(&ours, payload, ChildExchange::Create).map(|chosen| chosen.suite)
    };
    assert_eq!((select(&message), check(&message)), (Some(expected), Ok(expected)));

    message.proposals[0].transforms.push(Transform::new(TransformType::INTEG, 0));
    assert_eq!((select(&message), check(&message)), (Some(expected), Ok(expected)));

    let place = message.proposals[0].transforms.last_mut().unwrap();
    *place = Transform::new(TransformType::INTEG, 2);
    assert_eq!((select(&message), check(&message)), (None, Err(AnswerError::NotOffered(1))));
}

/// what IKE messages cannot be protected with is not chosen for an IKE SA, whatever is configured.
#[test]
fn x_7_only_what_ike_can_use_is_chosen() {
    for (cipher, integrity) in
        [(Cipher::Aes128Gmac, Integrity::HmacSha1_96), (Cipher::Aes128Cbc, Integrity::Aes128Gmac)]
    {
        let mut proposal = usual_ike();
        (proposal.ciphers, proposal.integrities) = (Vec::from([cipher]), Vec::from([integrity]));
        let offer = offer_ike(core::slice::from_ref(&proposal), None);
        assert_eq!(select_ike(&[proposal], &offer), None);
    }
}

fn mixed() -> IkeProposal {
    ike(&[Cipher::Aes256Gcm16, Cipher::Aes128Cbc, Cipher::ChaCha20Poly1305], &[DhGroup::Modp1024])
}

/// RFC 7296 §3.3, RFC 5282 §8: ciphers that authenticate and others go into proposals of their own, and each answer is
/// checked against its own.
#[test]
fn mixed_proposals_are_offered_as_two() {
    let offer = offer_ike(&[usual_ike(), mixed()], None);
    let of = |place: usize, kind| offer.proposals[place].of_type(kind).count();
    assert_eq!(offer.proposals.iter().map(|p| p.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!([0, 1, 2].map(|place| of(place, TransformType::ENCR)), [2, 2, 1]);
    assert_eq!([0, 1, 2].map(|place| of(place, TransformType::INTEG)), [2, 0, 2]);
    for (cipher, number) in [(Cipher::Aes256Gcm16, 2), (Cipher::ChaCha20Poly1305, 2), (Cipher::Aes128Cbc, 1)]
    {
        let ours = [ike(&[cipher], &[DhGroup::Modp1024])];
        let chosen = select_ike(&ours, &offer).unwrap();
        assert_eq!((chosen.suite.cipher, chosen.number), (cipher, number));
        assert_eq!(chosen.suite.integrity.is_none(), cipher.is_aead());
        let answer = answer_ike(chosen.suite, chosen.number, None);
        assert_eq!(check_ike_answer(&[usual_ike(), mixed()], &answer).unwrap().suite, chosen.suite);
        let wrong = answer_ike(chosen.suite, if number == 2 { 3 } else { 2 }, None);
        assert!(check_ike_answer(&[usual_ike(), mixed()], &wrong).is_err());
    }

    let child = ChildProposal {
        integrities: Vec::from([Integrity::HmacSha1_96]),
        ..esp(&[Cipher::Aes128Cbc, Cipher::Aes128Gcm16], &[])
    };
    let offer = offer_child(core::slice::from_ref(&child), SPI, ChildExchange::Create);
    assert_eq!(offer.proposals.len(), 2);
    let ours = [ChildProposal { integrities: Vec::new(), ..esp(&[Cipher::Aes128Gcm16], &[]) }];
    let chosen = select_child(&ours, &offer, ChildExchange::Create).unwrap();
    assert_eq!(chosen.number, 2);
    let answer = answer_child(chosen.protocol, chosen.suite, chosen.group, chosen.number, SPI);
    assert_eq!(check_child_answer(&[child], &answer, ChildExchange::Create), Ok(chosen));
}

/// in an offer for an IKE SA a cipher that authenticates is not taken beside an integrity algorithm; where the peer
/// puts all into one proposal, a cipher that needs one is taken instead.
#[test]
fn x_6_ike_aead_stands_without_integrity() {
    let mut offer = offer_ike(&[ike(&[Cipher::Aes256Gcm16], &[DhGroup::Modp1024])], None);
    assert_eq!(select_ike(&[mixed()], &offer).unwrap().suite.cipher, Cipher::Aes256Gcm16);
    offer.proposals[0].transforms.push(Transform::new(TransformType::INTEG, IntegId::NONE.0));
    assert_eq!(select_ike(&[mixed()], &offer).unwrap().suite.integrity, None);
    offer.proposals[0].transforms.push(Transform::new(TransformType::INTEG, 2));
    assert_eq!(select_ike(&[mixed()], &offer), None);
    offer.proposals[0].transforms.push(Transform::with_key_length(TransformType::ENCR, 12, 128));
    let suite = select_ike(&[mixed()], &offer).unwrap().suite;
    assert_eq!((suite.cipher, suite.integrity), (Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96)));
}

/// Every cipher, integrity algorithm, function and group of ours has a number of its own and comes back from it.
#[test]
fn every_transform_comes_back() {
    for cipher in Cipher::ALL.iter().copied() {
        let offer = offer_child(&[esp(&[cipher], &[])], SPI, ChildExchange::Auth);
        let found = v2_codec::cipher_from_wire(&offer.proposals[0].transforms[0]);
        assert_eq!(found, Some(cipher));
    }
    for integrity in Integrity::ALL.iter().copied() {
        let ah = ChildProposal {
            protocol: IpsecProtocol::Ah,
            ciphers: Vec::new(),
            integrities: Vec::from([integrity]),
            ..esp(&[], &[])
        };
        let offer = offer_child(&[ah], SPI, ChildExchange::Auth);
        assert_eq!(v2_codec::integrity_from_wire(&offer.proposals[0].transforms[0]), Some(integrity));
    }
    let all = IkeProposal { prfs: Prf::ALL.to_vec(), groups: DhGroup::ALL.to_vec(), ..usual_ike() };
    let offer = offer_ike(&[all], None);
    let of = |kind| offer.proposals[0].of_type(kind).cloned().collect::<Vec<_>>();
    let prfs: Vec<_> = of(TransformType::PRF).iter().filter_map(v2_codec::prf_from_wire).collect();
    assert_eq!(prfs, Prf::ALL);
    let groups: Vec<_> = of(TransformType::DH).iter().filter_map(|t| v2_codec::group_from_wire(t)?).collect();
    assert_eq!(groups, DhGroup::ALL);
}
