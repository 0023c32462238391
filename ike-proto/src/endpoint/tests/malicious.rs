//! What a peer can send that knows the keys and follows no rule (X). None of it may end in a panic, in an SA that was
//! not agreed on, or in an endpoint that does not serve an honest peer afterwards.

use core::time::Duration;

use crate::crypto::dh::DhPrivate;
use crate::diagnose::FailureReason;
use crate::suite::DhGroup;
use crate::suite::v2_codec::ChildExchange;
use crate::testing::{INSIDER_SPI, Insider, Raw, Reply, SeededRng, Side};
use crate::wire::codes::{AuthMethod, ExchangeType, NotifyType, PayloadType};
use crate::wire::header::Flags;
use crate::wire::v2::{AuthPayload, DeletePayload, NotifyPayload, Payload};

const AUTH: ExchangeType = ExchangeType::IKE_AUTH;
const CREATE: ExchangeType = ExchangeType::CREATE_CHILD_SA;
const INFORMATIONAL: ExchangeType = ExchangeType::INFORMATIONAL;

/// One IKE SA and one Child SA, as before.
fn assert_unchanged(insider: &Insider) {
    assert_eq!(insider.pair.counts(Side::B), (1, 1), "{:#?}", insider.pair.transcript);
    assert_eq!(insider.pair.b.endpoint.registry.counts(), [1, 1, 2, 1]);
}

/// Nothing was made, and nothing is kept beyond the bounds of half-open IKE SAs.
fn assert_nothing(mut insider: Insider) {
    assert_eq!(insider.pair.counts(Side::B), (0, 0), "{:#?}", insider.pair.transcript);
    insider.pair.run(Duration::from_secs(60));
    assert_eq!(insider.pair.b.endpoint.registry.counts(), [0; 4]);
    insider.assert_still_serves();
}

/// A list without its `place`th payload, with it twice, and with it under another number.
fn without_each(payloads: &[Raw]) -> Vec<Vec<Raw>> {
    let mut lists = Vec::new();
    for place in 0..payloads.len() {
        let mut list = payloads.to_vec();
        let one = list.remove(place);
        lists.push(list.clone());
        // under the number that IKEv1 has for it.
        for kind in [PayloadType::V1_SA, PayloadType::V1_KE, PayloadType::V1_NONCE, PayloadType(200)] {
            let mut renamed = list.clone();
            renamed.insert(place, Raw::new(kind, &one.body));
            lists.push(renamed);
        }
        let mut doubled = payloads.to_vec();
        doubled.insert(place, one);
        lists.push(doubled);
    }
    lists
}

fn plain() -> Insider {
    Insider::established(|_, _| {})
}

/// each payload of IKE_SA_INIT missing, doubled or renumbered leaves nothing behind.
#[test]
fn x_2_ike_sa_init_needs_each_payload_once() {
    let mut insider = Insider::new(|_, _| {});
    let payloads = insider.init_payloads();
    for list in without_each(&payloads) {
        let reply = insider.init(&list);
        assert!(reply.is_none_or(|reply| reply.kinds == [PayloadType::NOTIFY]), "{list:?}");
        assert_eq!(insider.pair.b.endpoint.half_open_count(), 0);
    }
    assert_nothing(insider);
}

/// the same of IKE_AUTH. Without identity or proof there is no IKE SA; without the rest no Child SA.
#[test]
fn x_2_ike_auth_needs_each_payload_once() {
    let count = Insider::begun(|_, _| {}).auth_payloads();
    for number in 0..without_each(&count).len() {
        let mut insider = Insider::begun(|_, _| {});
        let list = without_each(&insider.auth_payloads()).swap_remove(number);
        let reply = insider.send(AUTH, &list).unwrap();
        let (ike, children) = insider.pair.counts(Side::B);
        assert_eq!(children, 0, "{list:?}");
        assert!(reply.notifies.iter().any(|kind| kind.is_error()), "{reply:?}");
        let proven = list.iter().filter(|raw| raw.kind == PayloadType::AUTH).count() == 1;
        assert!(ike == 0 || proven, "{list:?}");
        insider.assert_still_serves();
    }
}

/// the same of CREATE_CHILD_SA for a Child SA and for an IKE SA. What is no request is refused, or ends the
/// IKE SA where it is malformed (RFC 7296 §2.21.3).
#[test]
fn x_2_create_child_sa_needs_each_payload_once() {
    let of = |insider: &Insider, ike: bool| {
        let create = insider.child_payloads(ChildExchange::Create);
        without_each(&if ike { insider.rekey_payloads() } else { create })
    };
    let counts = [false, true].map(|ike| (ike, of(&plain(), ike).len()));
    for (ike, count) in counts {
        for number in 0..count {
            let mut insider = plain();
            let list = of(&insider, ike).swap_remove(number);
            let reply = insider.send(CREATE, &list).unwrap();
            assert!(reply.notifies.iter().any(|kind| kind.is_error()), "{list:?} {reply:?}");
            if insider.pair.counts(Side::B).0 == 1 {
                assert_unchanged(&insider);
            } else {
                assert_nothing(insider);
            }
        }
    }
}

/// The primes of groups 1 and 2 (RFC 2409 §6).
const P_768: [u8; 96] = hex_literal::hex!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF"
);
const P_1024: [u8; 128] = hex_literal::hex!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
);

/// The values of a key exchange that must be refused: groups that are no groups or were not offered, and values of a
/// wrong length or outside 2 to p-2.
fn bad_key_exchanges(group: DhGroup) -> Vec<Raw> {
    let len = group.public_len();
    let ke = |group: u16, data: &[u8]| {
        Raw::new(PayloadType::KE, &[&group.to_be_bytes()[..], &[0, 0], data].concat())
    };
    let good = DhPrivate::generate(group, &mut SeededRng::new(3)).public().to_vec();
    let number = group.number();
    let mut list = vec![ke(0, &good), ke(1_025, &good), ke(65_535, &good), ke(99, &good), ke(14, &[2; 256])];
    for cut in [0, 1, len - 1] {
        list.push(ke(number, &good[..cut]));
    }
    list.push(ke(number, &[&[0][..], &good].concat()));
    let small = |value: u8| {
        let mut octets = vec![0; len];
        octets[len - 1] = value;
        octets
    };
    let p = if group == DhGroup::Modp768 { P_768.to_vec() } else { P_1024.to_vec() };
    let mut below = p.clone();
    below[len - 1] -= 1;
    let mut above = p.clone();
    let carry = above.iter().rposition(|octet| *octet != 0xff).unwrap();
    above[carry] += 1;
    above[carry + 1..].fill(0);
    list.extend([small(0), small(1), below, p, above, vec![0xff; len]].iter().map(|value| ke(number, value)));
    list.push(Raw::new(PayloadType::KE, &[]));
    list.push(Raw::new(PayloadType::KE, &[0, 2, 0]));
    list
}

fn with_ke(payloads: &[Raw], ke: &Raw) -> Vec<Raw> {
    let mut list: Vec<Raw> = payloads.iter().filter(|raw| raw.kind != PayloadType::KE).cloned().collect();
    list.push(ke.clone());
    list
}

/// in IKE_SA_INIT.
#[test]
fn x_4_x_5_bad_key_exchanges_in_ike_sa_init() {
    let mut insider = Insider::new(|_, _| {});
    let payloads = insider.init_payloads();
    for ke in bad_key_exchanges(DhGroup::Modp1024) {
        let reply = insider.init(&with_ke(&payloads, &ke));
        assert!(reply.is_none_or(|reply| reply.kinds == [PayloadType::NOTIFY]), "{ke:?}");
        assert_eq!(insider.pair.b.endpoint.half_open_count(), 0, "{ke:?}");
    }
    assert_nothing(insider);
}

/// of group 24 a value outside the subgroup of prime order would give away bits of a secret.
#[test]
fn x_5_values_outside_the_subgroup_are_refused() {
    let mut insider =
        Insider::new(|_, config| config.ike_proposals[0].groups = vec![DhGroup::Modp2048Sub256]);
    let payloads = insider.init_payloads();
    for value in [2_u8, 3, 5, 7] {
        let mut octets = vec![0; 256];
        octets[255] = value;
        let ke = Raw::new(PayloadType::KE, &[&[0, 24, 0, 0][..], &octets].concat());
        let reply = insider.init(&with_ke(&payloads, &ke));
        assert!(reply.is_none_or(|reply| reply.kinds == [PayloadType::NOTIFY]), "{value}");
    }
    assert_nothing(insider);
}

/// in CREATE_CHILD_SA, for a Child SA with a key exchange of its own and for an IKE SA.
#[test]
fn x_4_x_5_bad_key_exchanges_in_create_child_sa() {
    for ike in [false, true] {
        for ke in bad_key_exchanges(DhGroup::Modp768) {
            let mut insider = Insider::established(|_, config| {
                config.ike_proposals[0].groups = vec![DhGroup::Modp768];
                config.child.proposals[0].groups = vec![DhGroup::Modp768];
            });
            let create = insider.child_payloads(ChildExchange::Create);
            let payloads = if ike { insider.rekey_payloads() } else { create };
            let reply = insider.send(CREATE, &with_ke(&payloads, &ke)).unwrap();
            assert!(reply.notifies.iter().any(|kind| kind.is_error()), "{ke:?} {reply:?}");
            if insider.pair.counts(Side::B).0 == 1 {
                assert_unchanged(&insider);
            }
        }
    }
}

/// A proposal of transforms (type, id, key length), with a head of one's own.
fn proposal(protocol: u8, spi: &[u8], transforms: &[(u8, u16, Option<u16>)]) -> Vec<u8> {
    let mut octets = Vec::new();
    for (place, (kind, id, bits)) in transforms.iter().enumerate() {
        let more = if place + 1 == transforms.len() { 0 } else { 3 };
        let len = if bits.is_some() { 12 } else { 8 };
        octets.extend_from_slice(&[more, 0, 0, len, *kind, 0]);
        octets.extend_from_slice(&id.to_be_bytes());
        if let Some(bits) = bits {
            octets.extend_from_slice(&[0x80, 14]);
            octets.extend_from_slice(&bits.to_be_bytes());
        }
    }
    let len = u16::try_from(8 + spi.len() + octets.len()).unwrap().to_be_bytes();
    let head = [0, 0, len[0], len[1], 1, protocol, u8::try_from(spi.len()).unwrap()];
    [&head[..], &[u8::try_from(transforms.len()).unwrap()], spi, &octets].concat()
}

const AES: (u8, u16, Option<u16>) = (1, 12, Some(128));
const PRF: (u8, u16, Option<u16>) = (2, 2, None);
const SHA1: (u8, u16, Option<u16>) = (3, 2, None);
const DH: (u8, u16, Option<u16>) = (4, 2, None);
const GCM: (u8, u16, Option<u16>) = (1, 20, Some(128));

/// proposals that lack what is needed, have what must not be there, or name what cannot be used.
#[test]
fn x_6_proposals_that_cannot_be_used_are_refused() {
    let whole = [AES, PRF, SHA1, DH];
    let mut bad: Vec<Vec<(u8, u16, Option<u16>)>> = (0..4)
        .map(|missing| (0..4).filter(|place| *place != missing).map(|place| whole[place]).collect())
        .collect();
    bad.push(vec![GCM, PRF, SHA1, DH]);
    bad.push(vec![AES, PRF, SHA1, (4, 0, None)]);
    bad.push(vec![AES, PRF, (3, 0, None), DH]);
    // null, GMAC, no key length, lengths that no AES has.
    for encryption in [(1, 11, None), (1, 21, Some(128)), (1, 12, None), (1, 12, Some(0)), (1, 12, Some(1))] {
        bad.push(vec![encryption, PRF, SHA1, DH]);
    }
    bad.push(Vec::new());
    let mut insider = Insider::new(|_, _| {});
    let payloads = insider.init_payloads();
    for transforms in bad {
        let mut list = payloads.clone();
        list[0] = Raw::new(PayloadType::SA, &proposal(1, &[], &transforms));
        let reply = insider.init(&list);
        assert!(reply.is_none_or(|reply| reply.kinds == [PayloadType::NOTIFY]), "{transforms:?}");
        assert_eq!(insider.pair.b.endpoint.half_open_count(), 0, "{transforms:?}");
    }
    let mut list = payloads;
    list[0] = Raw::new(PayloadType::SA, &[]);
    assert!(insider.init(&list).is_none_or(|reply| reply.kinds == [PayloadType::NOTIFY]));
    assert_nothing(insider);
}

/// the same for a Child SA, with SPIs that are reserved, short or missing.
#[test]
fn x_6_child_proposals_that_cannot_be_used_are_refused() {
    let spi = INSIDER_SPI.to_be_bytes();
    let esn = (5, 0, None);
    let bad = [
        proposal(3, &spi, &[SHA1, esn]),
        proposal(3, &spi, &[AES, esn]),
        proposal(3, &spi, &[AES, SHA1]),
        proposal(3, &spi, &[GCM, SHA1, esn]),
        proposal(3, &spi, &[(1, 12, Some(0)), SHA1, esn]),
        proposal(3, &spi, &[]),
        proposal(2, &spi, &[AES, SHA1, esn]),
        proposal(1, &spi, &[AES, SHA1, esn]),
        proposal(3, &[0, 0, 0, 0], &[AES, SHA1, esn]),
        proposal(3, &[0, 0, 0, 255], &[AES, SHA1, esn]),
        proposal(3, &spi[..3], &[AES, SHA1, esn]),
        proposal(3, &[], &[AES, SHA1, esn]),
    ];
    for body in bad {
        let mut insider = plain();
        let mut list = insider.child_payloads(ChildExchange::Create);
        list[0] = Raw::new(PayloadType::SA, &body);
        let reply = insider.send(CREATE, &list).unwrap();
        assert!(reply.notifies.iter().any(|kind| kind.is_error()), "{body:?} {reply:?}");
        if insider.pair.counts(Side::B).0 == 1 {
            assert_unchanged(&insider);
        }
    }
}

/// who has done IKE_SA_INIT and proven nothing cannot have anything done.
#[test]
fn x_8_informational_before_authentication_changes_nothing() {
    let mut insider = Insider::begun(|_, _| {});
    let delete = Raw::of(&Payload::Delete(DeletePayload::IkeSa));
    let initial = Raw::of(&Payload::Notify(NotifyPayload::new(NotifyType::INITIAL_CONTACT, &[])));
    for id in [0, 1, 2] {
        for payloads in [vec![], vec![delete.clone()], vec![initial.clone()]] {
            let octets = insider.seal(INFORMATIONAL, Flags::INITIATOR, id, &payloads);
            assert!(insider.send_octets(&octets).is_none());
        }
    }
    assert_eq!(insider.pair.b.endpoint.half_open_count(), 1);
    let payloads = insider.auth_payloads();
    insider.send(AUTH, &payloads).unwrap();
    assert_unchanged(&insider);
}

/// nor can it make SAs.
#[test]
fn x_19_create_child_sa_before_authentication_makes_nothing() {
    let mut insider = Insider::begun(|_, _| {});
    for id in [0, 1, 2] {
        for payloads in [insider.child_payloads(ChildExchange::Create), insider.rekey_payloads()] {
            let octets = insider.seal(CREATE, Flags::INITIATOR, id, &payloads);
            assert!(insider.send_octets(&octets).is_none());
        }
    }
    assert_nothing(insider);
}

/// the Delete of the IKE SA with more after it, and again.
#[test]
fn x_10_more_after_the_delete_of_the_ike_sa() {
    let ours = |insider: &Insider| insider.pair.b.datapath.outbound().unwrap().spi.get();
    let mut insider = plain();
    let spis = vec![ours(&insider), ours(&insider), 0, 1];
    let child = Payload::Delete(DeletePayload::Child { protocol: esp_core::sa::IpsecProtocol::Esp, spis });
    let ike = Payload::Delete(DeletePayload::IkeSa);
    let contact = Payload::Notify(NotifyPayload::new(NotifyType::INITIAL_CONTACT, &[]));
    let payloads = [&ike, &child, &ike, &contact, &child].map(Raw::of);
    let octets = insider.seal(INFORMATIONAL, Flags::INITIATOR, 2, &payloads);
    let first = insider.send_octets(&octets).unwrap();
    assert_eq!(insider.pair.counts(Side::B), (0, 0));
    assert_eq!(insider.send_octets(&octets).unwrap().octets, first.octets);
    let again = insider.seal(INFORMATIONAL, Flags::INITIATOR, 3, &payloads);
    assert!(insider.send_octets(&again).is_none());
    assert_nothing(insider);
}

/// a Child SA deleted twice in one message, and SPIs that are nobody's.
#[test]
fn x_10_a_child_sa_is_deleted_once() {
    let mut insider = plain();
    let spi = insider.pair.b.datapath.outbound().unwrap().spi.get();
    let protocol = esp_core::sa::IpsecProtocol::Esp;
    let spis = vec![0, spi, spi, 255, u32::MAX];
    let payloads = [Payload::Delete(DeletePayload::Child { protocol, spis })].map(|p| Raw::of(&p));
    let reply = insider.send(INFORMATIONAL, &payloads).unwrap();
    assert_eq!(reply.kinds, [PayloadType::DELETE]);
    assert_eq!(insider.pair.counts(Side::B), (1, 0));
    let other = DeletePayload::Child { protocol: esp_core::sa::IpsecProtocol::Ah, spis: vec![spi] };
    let reply = insider.send(INFORMATIONAL, &[Raw::of(&Payload::Delete(other))]).unwrap();
    assert!(reply.kinds.is_empty());
    insider.assert_still_serves();
}

/// REKEY_SA with another protocol, another SPI size, or an SPI that is nobody's.
#[test]
fn x_12_rekey_sa_that_names_no_child_sa() {
    let notify = |protocol: u8, spi: &[u8]| {
        let kind = NotifyType::REKEY_SA.0.to_be_bytes();
        let head = [protocol, u8::try_from(spi.len()).unwrap(), kind[0], kind[1]];
        Raw::new(PayloadType::NOTIFY, &[&head[..], spi].concat())
    };
    let spi = INSIDER_SPI.to_be_bytes();
    for protocol in [0, 1, 4, 255] {
        for size in [0, 1, 3, 4] {
            let mut insider = plain();
            let mut list = insider.child_payloads(ChildExchange::Create);
            list.insert(0, notify(protocol, &spi[..size]));
            let reply = insider.send(CREATE, &list).unwrap();
            assert!(reply.has(NotifyType::INVALID_SYNTAX), "{reply:?}");
            assert_nothing(insider);
        }
    }
    for (protocol, spi) in [(3, [0xaa; 4]), (3, [0; 4]), (2, (INSIDER_SPI + 1).to_be_bytes())] {
        let mut insider = plain();
        let mut list = insider.child_payloads(ChildExchange::Create);
        list.insert(0, notify(protocol, &spi));
        let reply = insider.send(CREATE, &list).unwrap();
        assert!(reply.has(NotifyType::CHILD_SA_NOT_FOUND), "{reply:?}");
        assert_unchanged(&insider);
    }
}

/// traffic selectors that are none.
fn bad_selectors() -> Vec<Vec<u8>> {
    let v4 = |first: [u8; 4], last: [u8; 4]| [&[7, 0, 0, 16, 0, 0, 255, 255][..], &first, &last].concat();
    let good = v4([10, 1, 0, 0], [10, 1, 255, 255]);
    let list = |count: u8, selectors: &[u8]| [&[count, 0, 0, 0][..], selectors].concat();
    let with = |place: usize, octet: u8| {
        let mut changed = good.clone();
        changed[place] = octet;
        list(1, &changed)
    };
    vec![
        vec![],
        vec![1, 0, 0],
        list(0, &[]),
        list(0, &good),
        list(2, &good),
        list(255, &good),
        list(1, &good[..7]),
        list(1, &[&good[..], &[0]].concat()),
        with(3, 7),
        with(3, 0),
        with(3, 15),
        with(3, 17),
        with(3, 255),
        with(0, 8),
        list(1, &v4([10, 1, 255, 255], [10, 1, 0, 0])),
        list(1, &[7, 0, 0, 16, 255, 255, 0, 1, 10, 1, 0, 0, 10, 1, 255, 255]),
    ]
}

/// in IKE_AUTH and in CREATE_CHILD_SA.
#[test]
fn x_13_traffic_selectors_that_are_none() {
    for body in bad_selectors() {
        for kind in [PayloadType::TS_I, PayloadType::TS_R] {
            let replaced = |list: Vec<Raw>| -> Vec<Raw> {
                let change = |raw: Raw| if raw.kind == kind { Raw::new(kind, &body) } else { raw };
                list.into_iter().map(change).collect()
            };
            let mut insider = Insider::begun(|_, _| {});
            let list = replaced(insider.auth_payloads());
            let reply = insider.send(AUTH, &list).unwrap();
            assert!(reply.has(NotifyType::INVALID_SYNTAX), "{body:?} {reply:?}");
            assert_eq!(insider.pair.counts(Side::B), (0, 0));
            let mut insider = plain();
            let list = replaced(insider.child_payloads(ChildExchange::Create));
            let reply = insider.send(CREATE, &list).unwrap();
            assert!(reply.has(NotifyType::INVALID_SYNTAX), "{body:?} {reply:?}");
            assert_eq!(insider.pair.counts(Side::B), (0, 0));
        }
    }
}

/// a proof that is empty, zero, cut, longer, or of another method is no proof, and is told as such.
#[test]
fn x_20_a_proof_that_is_none() {
    let good = Insider::begun(|_, _| {}).auth_payloads()[1].body[4..].to_vec();
    let proofs = [
        vec![],
        vec![0; good.len()],
        good[..good.len() - 1].to_vec(),
        good[..1].to_vec(),
        [&good[..], &[0]].concat(),
    ];
    let of = |method: AuthMethod, data: &[u8]| Raw::of(&Payload::Auth(AuthPayload { method, data }));
    let mut bad: Vec<Raw> = proofs.iter().map(|data| of(AuthMethod::SHARED_KEY, data)).collect();
    bad.extend([0, 1, 3, 9, 13, 14, 255].map(|method| of(AuthMethod(method), &good)));
    for auth in bad {
        let mut insider = Insider::begun(|_, _| {});
        let mut list = insider.auth_payloads();
        list[1] = auth.clone();
        let reply = insider.send(AUTH, &list).unwrap();
        assert_eq!(reply.notifies, [NotifyType::AUTHENTICATION_FAILED], "{auth:?}");
        let told = insider.pair.failures(Side::B);
        assert!(matches!(told.as_slice(), [FailureReason::Key { .. }]), "{told:?}");
        assert_nothing(insider);
    }
}

/// lengths of proposals, transforms and attributes that reach beyond the payload, and answers that hold only
/// what was put there.
#[test]
fn x_22_lengths_beyond_the_payload() {
    let good = proposal(1, &[], &[AES, PRF, SHA1, DH]);
    let mut insider = Insider::new(|_, _| {});
    let payloads = insider.init_payloads();
    // The length of the proposal, its SPI size, its count; the length of the first transform, of its attribute.
    for place in [2, 3, 6, 7, 10, 11, 16, 17] {
        for octet in [0, 1, 4, 7, 13, 0x7f, 0xff] {
            if good[place] == octet {
                continue;
            }
            let mut body = good.clone();
            body[place] = octet;
            let mut list = payloads.clone();
            list[0] = Raw::new(PayloadType::SA, &body);
            let reply = insider.init(&list);
            // A header and a notification: nothing more, nothing left over in a buffer.
            let small = |reply: Reply| reply.kinds == [PayloadType::NOTIFY] && reply.octets.len() <= 40;
            assert!(reply.is_none_or(small), "{place} {octet}");
        }
    }
    for cut in 0..good.len() {
        let mut list = payloads.clone();
        list[0] = Raw::new(PayloadType::SA, &good[..cut]);
        assert!(insider.init(&list).is_none_or(|reply| reply.octets.len() <= 40));
    }
    assert_nothing(insider);
}

/// our own protected messages come back, with the flags of the other end too.
#[test]
fn x_24_reflected_messages_change_nothing() {
    let mut insider = plain();
    let reply = insider.send(INFORMATIONAL, &[]).unwrap();
    let mut turned = reply.octets.clone();
    for flags in [0x20, 0x00, 0x08, 0x28] {
        turned[19] = flags;
        // At most a hint that there is no IKE SA with these SPIs.
        assert!(insider.exchange(&turned).is_none_or(|octets| octets.len() == 36), "{flags:#x}");
    }
    assert_unchanged(&insider);
}

/// to an address that may be forged goes no more than came from there, and nothing unasked.
#[test]
fn x_24_nothing_is_amplified() {
    let mut insider = Insider::new(|_, _| {});
    let payloads = insider.init_payloads();
    insider.init(&payloads).unwrap();
    let before = insider.pair.sent.len();
    insider.pair.run(Duration::from_secs(60));
    assert_eq!(insider.pair.sent.len(), before, "a responder repeats nothing by itself");
    let payloads = Insider::new(|_, _| {}).init_payloads();
    let mut insider = Insider::new(|_, _| {});
    let asked = 28 + payloads.iter().map(|raw| raw.body.len() + 4).sum::<usize>();
    let reply = insider.init(&payloads).unwrap();
    assert!(reply.octets.len() <= asked + 100, "{} for {asked}", reply.octets.len());
}

/// a flood of requests on one IKE SA, each for a Child SA, ends at the bound.
#[test]
fn x_26_child_sas_are_bounded() {
    let limits = crate::config::Limits { child_sas: 5, ..Default::default() };
    let mut insider = plain();
    insider.pair.b.endpoint.limits = limits;
    let mut refused = 0;
    for _ in 0..20 {
        let list = insider.child_payloads(ChildExchange::Create);
        let reply = insider.send(CREATE, &list).unwrap();
        refused += usize::from(reply.has(NotifyType::NO_ADDITIONAL_SAS));
    }
    assert_eq!((insider.pair.counts(Side::B), refused), ((1, 5), 16));
}
