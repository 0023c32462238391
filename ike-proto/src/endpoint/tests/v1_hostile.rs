//! IKEv1: what an attacker on the path can send, and what an authenticated peer can (X).

use core::net::SocketAddr;
use core::time::Duration;

use esp_core::sa::{Direction, IpsecProtocol};
use esp_core::suite::{Cipher, Integrity};

use super::s;
use crate::config::{ConnectionConfig, ExchangeMode, Version};
use crate::diagnose::FailureReason;
use crate::endpoint::{Command, Input};
use crate::sa::Session;
use crate::suite::DhGroup;
use crate::testing::{CONNECTION, Datagram, Fate, Pair, Side, ike_proposal};
use crate::v1;
use crate::wire::codes::{ExchangeType, IdType, PayloadType};
use crate::wire::header::{Flags, Header, IkeSpi};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    DeletePayload, FragmentPayload, IdPayload, MessageBuilder, NoncePayload, NotifyPayload, Payload,
};

const MODES: [ExchangeMode; 2] = [ExchangeMode::Main, ExchangeMode::Aggressive];

pub(super) fn pair_with(mode: ExchangeMode, change: impl Fn(Side, &mut ConnectionConfig)) -> Pair {
    Pair::with(|side, config| {
        config.version = Version::V1(mode);
        change(side, config);
    })
}

fn connected(mode: ExchangeMode) -> Pair {
    let mut pair = pair_with(mode, |_, _| {});
    pair.connect();
    assert_connected(&mut pair);
    pair
}

pub(super) fn assert_connected(pair: &mut Pair) {
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (1, 1), "{side:?} {:#?}", pair.transcript);
    }
    assert!(pair.carries(), "{:#?}", pair.transcript);
}

/// The cookies of the ISAKMP SA that stands.
fn cookies(pair: &Pair) -> (IkeSpi, IkeSpi) {
    let name = pair.a.endpoint.ike_sas(CONNECTION, pair.now).next().expect("an ISAKMP SA").name;
    (name.initiator, name.responder)
}

/// Has A, which is authenticated, send any payloads with a right hash. Returns the datagram.
pub(super) fn forge(pair: &mut Pair, exchange: ExchangeType, id: u32, payloads: &[Payload<'_>]) -> Datagram {
    let now = pair.now;
    let mut draft = v1::Draft::new();
    payloads.iter().for_each(|payload| draft.push(payload));
    let endpoint = &mut pair.a.endpoint;
    let of_sa = *endpoint.sas.keys().next().expect("an ISAKMP SA");
    endpoint.with_sa(now, of_sa, |mut sa, fx| {
        let Session::V1(v1::Session::Established(state)) = &sa.session else { panic!("{:?}", sa.session) };
        let mut iv = state.isakmp.exchange_iv(id);
        let octets = state.isakmp.seal_hashed(&sa.core, fx, &mut iv, exchange, id, None, &draft).unwrap();
        sa.core.send(fx, &octets);
        Some(sa)
    });
    pair.input(Side::A, Input::Timeout);
    pair.sent.last().expect("a datagram").clone()
}

/// a Delete of the ISAKMP SA with more payloads behind it, another Delete of it among them, and all of it twice:
/// everything is done once, and there is nothing left to do it to again.
#[test]
fn x_10_a_delete_followed_by_more_payloads() {
    for mode in MODES {
        let mut pair = connected(mode);
        let names = cookies(&pair);
        let spi = pair.a.datapath.sas(Direction::Inbound)[0].spi.get();
        let delete = Payload::Delete(DeletePayload::Isakmp(vec![names, names]));
        let child =
            Payload::Delete(DeletePayload::Child { protocol: IpsecProtocol::Esp, spis: vec![spi, spi, 0] });
        let notify = Payload::Notify(NotifyPayload::new(NotifyType::INITIAL_CONTACT, &[]));
        let payloads = [delete.clone(), child.clone(), delete, notify, child];
        pair.set_filter(|_, datagram| {
            // Nothing of B's comes back: what B does is judged, not what A makes of it.
            if datagram.from.ip().to_string().ends_with(".2") { Fate::Lose } else { Fate::Deliver }
        });
        let datagram = forge(&mut pair, ExchangeType::V1_INFORMATIONAL, 77, &payloads);
        pair.run(Duration::from_millis(50));
        assert_eq!(pair.closed(Side::B).len(), 1, "{mode:?} {:#?}", pair.transcript);
        for _ in 0..2 {
            pair.inject(datagram.clone());
            pair.run(Duration::from_millis(50));
        }
        assert_eq!(pair.closed(Side::B).len(), 1, "{mode:?}");
    }
}

/// quick mode's identities as a name, of an unknown type, short, and with a mask with holes: refused, told, and nothing
/// is installed.
#[test]
fn x_11_identities_that_are_no_subnets() {
    let bad: [(IdType, &[u8]); 6] = [
        (IdType::FQDN, b"10.1.0.0"),
        (IdType(99), &[10, 1, 0, 0]),
        (IdType::IPV4_ADDR, &[10, 1, 0]),
        (IdType::IPV4_ADDR_SUBNET, &[10, 1, 0, 0, 255, 255, 0]),
        (IdType::IPV4_ADDR_SUBNET, &[10, 1, 0, 0, 255, 0, 255, 0]),
        (IdType::IPV4_ADDR_RANGE, &[10, 1, 0, 9, 10, 1, 0, 1]),
    ];
    let mut pair = connected(ExchangeMode::Main);
    let offer = v1_offer(&pair);
    let good = IdPayload::new(IdType::IPV4_ADDR_SUBNET, &[10, 2, 0, 0, 255, 255, 0, 0]);
    for (number, (kind, data)) in (1..).zip(bad) {
        let wrong = IdPayload::new(kind, data);
        for ids in [[wrong, good], [good, wrong]] {
            let nonce = [7; 32];
            let mut payloads =
                vec![Payload::Sa(offer.clone()), Payload::Nonce(NoncePayload { data: &nonce })];
            payloads.extend(ids.map(Payload::Id));
            let before = pair.failures(Side::B).len();
            let id = number * 2 + u32::from(ids[0] == good);
            forge(&mut pair, ExchangeType::QUICK_MODE, id, &payloads);
            pair.run(s(1));
            assert_eq!(pair.failures(Side::B).len(), before + 1, "{kind} {data:?} {:#?}", pair.transcript);
            assert_eq!(pair.b.datapath.sas(Direction::Inbound).len(), 1);
        }
    }
    assert_connected(&mut pair);
}

/// What A offers in quick mode.
fn v1_offer(pair: &Pair) -> crate::wire::v1::SaPayload {
    use crate::suite::v1_codec::{ChildTerms, offer_child};
    use crate::wire::v1::codes::EncapsulationMode;
    let terms = ChildTerms { mode: EncapsulationMode::TUNNEL, seconds: 3_600, kilobytes: None };
    let config = &pair.a.endpoint.connections[&CONNECTION];
    let proposals: Vec<_> = config
        .child
        .proposals
        .iter()
        .map(|proposal| crate::suite::ChildProposal { groups: Vec::new(), ..proposal.clone() })
        .collect();
    offer_child(&proposals, esp_core::sa::Spi::new(4_096).unwrap(), &terms)
}

/// a first message of aggressive mode with an unacceptable proposal leaves nothing, and a second message with any cookie
/// of ours finds nothing.
#[test]
fn x_14_a_second_message_after_a_refused_first_one() {
    let mut pair = pair_with(ExchangeMode::Aggressive, |side, config| {
        if side == Side::B {
            config.ike_proposals =
                vec![ike_proposal(Cipher::Aes256Cbc, Integrity::HmacSha1_96, DhGroup::Modp1024)];
        }
    });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(Duration::from_millis(30));
    let first = pair.sent[0].clone();
    let refusal = pair.sent.iter().find(|datagram| datagram.from == first.to).expect("an answer");
    let responder = refusal.payload[8..16].to_vec();
    assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
    for cookie in [responder, vec![9; 8]] {
        for (exchange, next, flags) in [(4, 8, 0), (4, 8, 1), (4, 1, 0), (32, 8, 1), (5, 8, 1)] {
            let mut second = first.clone();
            second.payload[8..16].copy_from_slice(&cookie);
            (second.payload[16], second.payload[18], second.payload[19]) = (next, exchange, flags);
            pair.inject(second);
            pair.run(Duration::from_millis(30));
            assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
        }
    }
    assert!(matches!(pair.failures(Side::B)[0], FailureReason::IkeProposal { by_peer: false, .. }));
}

/// the connection with the key is gone at the moment that the key is needed, and whatever is repeated afterwards.
#[test]
fn x_16_the_key_is_gone_when_it_is_needed() {
    for mode in MODES {
        for arrived in 1..6 {
            let mut pair = pair_with(mode, |_, _| {});
            pair.set_filter(move |number, _| if number < arrived { Fate::Deliver } else { Fate::Lose });
            pair.command(Side::A, Command::Initiate(CONNECTION));
            pair.run(Duration::from_millis(100));
            pair.command(Side::B, Command::Remove(CONNECTION));
            pair.set_filter(|_, _| Fate::Deliver);
            for datagram in pair.sent.clone() {
                pair.inject(datagram);
                pair.run(Duration::from_millis(30));
            }
            pair.run(s(60));
            assert_eq!(pair.counts(Side::B), (0, 0), "{mode:?} after {arrived}");
            assert!(pair.b.datapath.sas(Direction::Inbound).is_empty());
            assert!(pair.b.datapath.sas(Direction::Outbound).is_empty());
        }
    }
}

/// whoever sends a first message from a forged address has its owner sent no more than a few copies of the answer, and
/// a flood of them no more than the half-open SAs of one address allow.
#[test]
fn x_24_amplification_is_capped() {
    for mode in MODES {
        let mut pair = pair_with(mode, |_, _| {});
        pair.set_filter(|_, _| Fate::Lose);
        pair.command(Side::A, Command::Initiate(CONNECTION));
        let first = pair.sent[0].clone();
        for number in 0..100_u8 {
            let mut payload = first.payload.clone();
            payload[0] = number;
            payload[1] ^= 0x55;
            let (local, remote) = (first.to, first.from);
            pair.input(Side::B, Input::Datagram { local, remote, payload: &payload });
        }
        pair.run(s(120));
        let (from, limits) = (first.to, crate::config::Limits::default());
        let answers: usize = pair
            .sent
            .iter()
            .filter(|datagram| datagram.from == from)
            .map(|datagram| datagram.payload.len())
            .sum();
        // Five half-open SAs, each with its answer and at most two repetitions.
        let most = limits.half_open_per_address * 3 * 1_000;
        assert!(answers <= most, "{mode:?} {answers}");
        assert_eq!(pair.b.endpoint.drops()["too-many-half-open"], 95, "{mode:?}");
        assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
    }
}

/// A pair whose quick mode offers more than fits into one datagram.
fn with_long_offers() -> Pair {
    pair_with(ExchangeMode::Main, |_, config| {
        let proposal = &mut config.child.proposals[0];
        proposal.ciphers = vec![
            Cipher::Aes256Ctr,
            Cipher::Aes192Ctr,
            Cipher::Aes128Ctr,
            Cipher::Aes256Cbc,
            Cipher::Aes192Cbc,
            Cipher::Aes128Cbc,
            Cipher::TripleDesCbc,
        ];
        proposal.integrities = Integrity::ALL
            .iter()
            .copied()
            .filter(|integrity| !integrity.is_ah_only() && *integrity != Integrity::AesCmac96)
            .collect();
    })
}

fn is_fragment(datagram: &Datagram) -> bool {
    datagram.payload.get(16) == Some(&PayloadType::V1_FRAGMENT.0)
}

/// long messages go in fragments between peers that take them, and come together whichever of them is lost, comes
/// twice or late.
#[test]
fn x_18_long_messages_go_in_fragments() {
    let mut pair = with_long_offers();
    pair.connect();
    assert_connected(&mut pair);
    let fragments: Vec<usize> =
        (0..pair.sent.len()).filter(|number| is_fragment(&pair.sent[*number])).collect();
    assert!(fragments.len() >= 2, "{:#?}", pair.transcript);
    assert!(pair.sent.iter().all(|datagram| datagram.payload.len() <= 1_228));
    for victim in fragments {
        for fate in [Fate::Lose, Fate::Duplicate, Fate::Delay(Duration::from_millis(300))] {
            let mut pair = with_long_offers();
            pair.set_filter(move |number, _| if number == victim { fate } else { Fate::Deliver });
            pair.connect();
            assert_connected(&mut pair);
        }
    }
}

/// fragments that never end, contradict each other or make up no message, to an ISAKMP SA that stands.
#[test]
fn x_18_forged_fragments_change_nothing() {
    let mut pair = connected(ExchangeMode::Main);
    let (initiator, responder) = cookies(&pair);
    let (from, to) = (SocketAddr::new(pair.a.address, 500), SocketAddr::new(pair.b.address, 500));
    let exchange = ExchangeType::IDENTITY_PROTECTION;
    let header = Header::v1(initiator, responder, exchange, Flags::default(), 0);
    let data = [7; 1_000];
    for round in 0..3_u16 {
        for number in 1..=u8::MAX {
            let last = round == 1 && number % 3 == 0;
            let fragment = FragmentPayload { id: round, number, last, data: &data };
            let payload = MessageBuilder::new().push(&Payload::Fragment(fragment)).encode(&header).unwrap();
            pair.inject(Datagram { from, to, payload });
        }
        pair.run(s(1));
    }
    assert!(pair.b.endpoint.drops()["unusable"] > 300);
    assert_connected(&mut pair);
    assert_eq!(pair.closed(Side::B), []);
}
