//! Traffic selectors: several at once, and narrowing either way (F-28).

use esp_core::sa::Direction;
use esp_core::selector::{Selectors, TrafficSelector};

use super::{assert_connected, assert_settled, command, s};
use crate::diagnose::FailureReason;
use crate::endpoint::Command;
use crate::suite::v2_codec::ChildExchange;
use crate::testing::{INSIDER_SPI, Insider, Pair, Raw, Side, cidr};
use crate::wire::codes::{ExchangeType, NotifyType, PayloadType, ProtocolId};
use crate::wire::v2::{NotifyPayload, Payload, TsPayload};

fn list(networks: &[&str]) -> Vec<TrafficSelector> {
    networks.iter().map(|text| cidr(text).into()).collect()
}

/// A pair whose sides have these networks, A's first: what A wants, then what B wants, each as (of A, of B).
fn pair(a: (&[&str], &[&str]), b: (&[&str], &[&str])) -> Pair {
    Pair::with(|side, config| {
        let (of_a, of_b) = if side == Side::A { a } else { b };
        let (of_a, of_b) = (list(of_a), list(of_b));
        config.child.selectors = match side {
            Side::A => Selectors { local: of_a, remote: of_b },
            Side::B => Selectors { local: of_b, remote: of_a },
        };
    })
}

fn assert_agreed(pair: &Pair, of_a: &[&str], of_b: &[&str]) {
    let (of_a, of_b) = (list(of_a), list(of_b));
    for direction in [Direction::Inbound, Direction::Outbound] {
        let a = &pair.a.datapath.sas(direction)[0].selectors;
        let b = &pair.b.datapath.sas(direction)[0].selectors;
        assert_eq!((&a.local, &a.remote), (&of_a, &of_b), "{a}");
        assert_eq!((&b.local, &b.remote), (&of_b, &of_a), "{b}");
    }
}

/// F-28: whoever is narrower decides, whichever end initiates and rekeys, and a rekey keeps what was agreed on.
#[test]
fn the_narrower_end_decides() {
    let (wide, narrow) = (["10.1.0.0/16"], ["10.1.7.0/24", "10.1.9.0/24"]);
    let b = ["10.2.0.0/16"];
    for (ours, theirs) in [(&wide[..], &narrow[..]), (&narrow[..], &wide[..])] {
        for initiator in [Side::A, Side::B] {
            let mut pair = pair((ours, &b), (theirs, &b));
            command(&mut pair, initiator, Command::Initiate);
            pair.run(s(10));
            assert_connected(&mut pair);
            assert_agreed(&pair, &narrow, &b);
            for by in [Side::A, Side::B] {
                command(&mut pair, by, Command::RekeyChild);
                pair.run(s(30));
                assert_settled(&mut pair);
                assert_agreed(&pair, &narrow, &b);
            }
        }
    }
}

/// Several networks of both ends in one Child SA, of both families, and only those that both have.
#[test]
fn several_selectors_in_one_child_sa() {
    let (a, b) = (["10.1.0.0/24", "2001:db8:1::/64", "10.3.0.0/24"], ["10.2.0.0/24", "2001:db8:2::/64"]);
    let mut pair = pair((&a, &b), (&["10.3.0.0/24", "2001:db8:1::/64", "10.5.0.0/24"], &b));
    pair.connect();
    assert_connected(&mut pair);
    assert_agreed(&pair, &["2001:db8:1::/64", "10.3.0.0/24"], &b);
}

/// F-28: with nothing in common the IKE SA stands, and both ends can say which networks do not meet.
#[test]
fn nothing_in_common_is_told() {
    let mut pair = pair((&["10.1.0.0/24"], &["10.2.0.0/24"]), (&["10.9.0.0/24"], &["10.2.0.0/24"]));
    pair.connect();
    for side in [Side::A, Side::B] {
        assert_eq!(pair.counts(side), (1, 0));
        let told = pair.failures(side);
        let by_peer = side == Side::A;
        assert!(
            matches!(told.as_slice(), [FailureReason::Selectors { by_peer: other, .. }] if *other == by_peer),
            "{told:?}"
        );
    }
}

/// RFC 7296 §2.9.2: a rekey that would carry less than what is in use is refused, and what is in use stays.
#[test]
fn a_rekey_does_not_narrow() {
    let mut insider = Insider::established(|_, _| {});
    let spi = (INSIDER_SPI + 1).to_be_bytes();
    let mut payloads = insider.child_payloads(ChildExchange::Create);
    let kind = NotifyType::REKEY_SA;
    let rekey = NotifyPayload { protocol: ProtocolId::ESP, spi: &spi, kind, data: &[] };
    payloads.insert(0, Raw::of(&Payload::Notify(rekey)));
    let narrow = Raw::of(&Payload::TsI(TsPayload::new(list(&["10.1.7.0/24"]))));
    let whole = payloads.clone();
    for raw in payloads.iter_mut().filter(|raw| raw.kind == PayloadType::TS_I) {
        *raw = narrow.clone();
    }
    let reply = insider.send(ExchangeType::CREATE_CHILD_SA, &payloads).unwrap();
    assert_eq!(reply.notifies, [NotifyType::TS_UNACCEPTABLE]);
    assert_eq!(insider.pair.counts(Side::B), (1, 1));
    let reply = insider.send(ExchangeType::CREATE_CHILD_SA, &whole).unwrap();
    assert!(reply.kinds.contains(&PayloadType::SA), "{reply:?}");
}
