//! What a peer can answer that knows the keys and follows no rule (X): to a request for a Child SA in the place of
//! another, and for an IKE SA in the place of this one.

use core::time::Duration;

use crate::config::ConnectionConfig;
use crate::endpoint::Command;
use crate::suite::DhGroup;
use crate::suite::v2_codec::{self, ChildExchange};
use crate::testing::{CONNECTION, INSIDER_SPI, Insider, Raw, Side, cidr};
use crate::wire::IkeSpi;
use crate::wire::codes::{ExchangeType, NotifyType, PayloadType, ProtocolId};
use crate::wire::v2::{NotifyPayload, Payload, TsPayload};

const CREATE: ExchangeType = ExchangeType::CREATE_CHILD_SA;

/// Group 1 for all key exchanges, with one of its own for each Child SA.
fn with_pfs(_: Side, config: &mut ConnectionConfig) {
    config.ike_proposals[0].groups = vec![DhGroup::Modp768];
    config.child.proposals[0].groups = vec![DhGroup::Modp768];
}

/// An insider to whom side B has sent the request that `command` wants.
fn asked(command: fn(crate::endpoint::ConnectionId) -> Command) -> Insider {
    let mut insider = Insider::established(with_pfs);
    insider.pair.command(Side::B, command(CONNECTION));
    insider
}

/// The right answer for a Child SA: what was asked for, seen from the other end.
fn child_answer(insider: &Insider) -> Vec<Raw> {
    let config = &insider.config;
    let ke = insider.rekey_payloads().pop().unwrap();
    let mut payloads = insider.child_payloads(ChildExchange::Create);
    payloads.insert(2, ke);
    let ts = |list: &[esp_core::selector::TrafficSelector]| TsPayload::new(list.to_vec());
    payloads[3] = Raw::of(&Payload::TsI(ts(&config.child.selectors.remote)));
    payloads[4] = Raw::of(&Payload::TsR(ts(&config.child.selectors.local)));
    payloads
}

fn replaced(list: &[Raw], raw: &Raw) -> Vec<Raw> {
    list.iter().map(|other| if other.kind == raw.kind { raw.clone() } else { other.clone() }).collect()
}

/// Changes to an answer: each payload missing, doubled, empty, and of these kinds.
fn changes(good: &[Raw], bad: &[Raw]) -> Vec<Vec<Raw>> {
    let mut lists = vec![vec![]];
    for place in 0..good.len() {
        let mut list = good.to_vec();
        let one = list.remove(place);
        lists.push(list);
        lists.push([good, core::slice::from_ref(&one)].concat());
        lists.push(replaced(good, &Raw::new(one.kind, &[])));
        lists.push(replaced(good, &Raw::new(one.kind, &[0xff; 12])));
    }
    lists.extend(bad.iter().map(|raw| replaced(good, raw)));
    for kind in [NotifyType::NO_ADDITIONAL_SAS, NotifyType::CHILD_SA_NOT_FOUND, NotifyType::TEMPORARY_FAILURE]
    {
        lists.push(vec![Raw::of(&Payload::Notify(NotifyPayload::new(kind, &[])))]);
    }
    for group in [&[0, 1][..], &[0, 2], &[0, 14], &[4, 1], &[0], &[]] {
        let asks = NotifyPayload::new(NotifyType::INVALID_KE_PAYLOAD, group);
        lists.push(vec![Raw::of(&Payload::Notify(asks))]);
    }
    lists
}

/// Whatever it was, no more than one Child SA stands in the place of the old one, and in the end nothing is left.
fn assert_bounded(mut insider: Insider, what: &[Raw]) {
    let (ike, children) = insider.pair.counts(Side::B);
    assert!(ike <= 1 && children <= 2, "{what:?}");
    insider.pair.run(Duration::from_secs(400));
    assert_eq!(insider.pair.counts(Side::B), (0, 0), "{what:?}");
    assert_eq!(insider.pair.b.endpoint.registry.counts(), [0; 4], "{what:?}");
    insider.assert_still_serves();
}

fn key_exchanges() -> Vec<Raw> {
    let of = |group: u8, value: u8, len: usize| {
        let mut octets = vec![0; len];
        octets[len - 1] = value;
        Raw::new(PayloadType::KE, &[&[0, group, 0, 0][..], &octets].concat())
    };
    vec![of(1, 0, 96), of(1, 1, 96), of(1, 9, 95), of(1, 9, 97), of(2, 9, 96), of(0, 9, 96)]
}

/// The right answer is taken; so the changes below are what is refused.
#[test]
fn a_right_answer_makes_the_child_sa() {
    let mut insider = asked(Command::RekeyChild);
    let answer = child_answer(&insider);
    insider.answer(CREATE, 0, &answer);
    assert_eq!(insider.pair.counts(Side::B), (1, 2), "the new one, and the old one that is being deleted");
    assert!(insider.pair.failures(Side::B).is_empty());
}

/// answers to a request for a Child SA.
#[test]
fn answers_that_are_none_for_a_child_sa() {
    let good = child_answer(&asked(Command::RekeyChild));
    let insider = Insider::new(with_pfs);
    let mut other = insider.config.child.proposals.clone();
    other[0].groups = vec![DhGroup::Modp1024];
    let spi = esp_core::sa::Spi::new(INSIDER_SPI).unwrap();
    let offer = |list: &[_]| Raw::of(&Payload::Sa(v2_codec::offer_child(list, spi, ChildExchange::Create)));
    let mut bad = vec![offer(&other), offer(&[other[0].clone(), other[0].clone()])];
    // A reserved SPI, another protocol, a number that was not offered.
    for (place, octet) in [(8, 0), (5, 2), (5, 1), (4, 9), (7, 0)] {
        let mut body = good[0].body.clone();
        body[place] = octet;
        if place == 8 {
            body[8..12].fill(0);
        }
        bad.push(Raw::new(PayloadType::SA, &body));
    }
    bad.extend(key_exchanges());
    // More than was offered.
    for list in [vec![cidr("0.0.0.0/0").into()], vec![cidr("2001:db8::/32").into()]] {
        bad.push(Raw::of(&Payload::TsI(TsPayload::new(list.clone()))));
        bad.push(Raw::of(&Payload::TsR(TsPayload::new(list))));
    }
    for answer in changes(&good, &bad) {
        let mut insider = asked(Command::RekeyChild);
        insider.answer(CREATE, 0, &answer);
        assert!(
            insider.pair.b.datapath.sas(esp_core::sa::Direction::Outbound).len() <= 1,
            "nothing new is sent with: {answer:?}"
        );
        assert_bounded(insider, &answer);
    }
}

/// answers to a request for an IKE SA.
#[test]
fn answers_that_are_none_for_an_ike_sa() {
    let good = asked(Command::RekeyIke).rekey_payloads();
    let mut insider = asked(Command::RekeyIke);
    let before = insider.pair.b.endpoint.ike_sas(CONNECTION, insider.pair.now).next().unwrap().name;
    insider.answer(CREATE, 0, &good);
    let after = insider.pair.b.endpoint.ike_sas(CONNECTION, insider.pair.now).next().unwrap().name;
    assert_ne!(before, after, "the right answer is taken");
    let mut other = insider.config.ike_proposals.clone();
    other[0].groups = vec![DhGroup::Modp1024];
    let offer = |spi| Raw::of(&Payload::Sa(v2_codec::offer_ike(&other, spi)));
    let mut bad = vec![offer(Some(IkeSpi(*b"insider3"))), offer(None)];
    for (place, octet) in [(4, 9), (5, 3), (6, 4), (7, 0)] {
        let mut body = good[0].body.clone();
        body[place] = octet;
        bad.push(Raw::new(PayloadType::SA, &body));
    }
    bad.extend(key_exchanges());
    for answer in changes(&good, &bad) {
        // One more nonce, or an answer with an SA twice, is malformed and ends the IKE SA; nothing replaces it.
        let mut insider = asked(Command::RekeyIke);
        insider.answer(CREATE, 0, &answer);
        let names: Vec<_> = insider.pair.b.endpoint.ike_sas(CONNECTION, insider.pair.now).collect();
        assert!(names.iter().all(|sa| sa.name == before), "{answer:?}");
        assert_bounded(insider, &answer);
    }
}

/// REKEY_SA in an answer means nothing.
#[test]
fn rekey_sa_in_an_answer_means_nothing() {
    let mut insider = asked(Command::RekeyChild);
    let mut answer = child_answer(&insider);
    let spi = [9; 4];
    let kind = NotifyType::REKEY_SA;
    answer.push(Raw::of(&Payload::Notify(NotifyPayload {
        protocol: ProtocolId::ESP,
        spi: &spi,
        kind,
        data: &[],
    })));
    insider.answer(CREATE, 0, &answer);
    assert_eq!(insider.pair.counts(Side::B), (1, 2));
}
