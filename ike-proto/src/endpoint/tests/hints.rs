//! Hints without proof, and message ids outside the window (F-23, RFC 7296 §2.3, §2.21.4).

use super::{assert_connected, connected, s};
use crate::testing::{Datagram, Insider, Pair, Side};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::header::Flags;

fn answered(pair: &Pair, side: Side) -> usize {
    pair.transcript
        .iter()
        .filter(|line| line.starts_with(&format!("{side:?} INFORMATIONAL response")))
        .count()
}

/// A request of an IKE SA that is not there is answered with INVALID_IKE_SPI, at a bounded rate; a response never.
#[test]
fn an_unknown_ike_sa_is_hinted_at() {
    let mut pair = connected();
    pair.command(Side::A, crate::endpoint::Command::RekeyChild(crate::testing::CONNECTION));
    let mut request = pair.sent.last().unwrap().clone();
    pair.run(s(20));
    request.payload[8] ^= 0xff;
    let before = pair.sent.len();
    for _ in 0..100 {
        pair.inject(request.clone());
    }
    pair.run(std::time::Duration::from_millis(1));
    let hints = &pair.sent[before..];
    assert_eq!(hints.len(), 10);
    for Datagram { payload, .. } in hints {
        assert_eq!(payload[..16], request.payload[..16], "the same SPIs");
        assert_eq!((payload[18], payload[19]), (36, 0x20));
        assert_eq!(payload[34..36], NotifyType::INVALID_IKE_SPI.0.to_be_bytes());
    }
    request.payload[19] |= 0x20;
    pair.inject(request);
    pair.run(s(2));
    assert_eq!(pair.sent.len(), before + 10);
    assert_connected(&mut pair);
}

/// INVALID_IKE_SPI makes us ask the peer, which is there: nothing changes, and not more often than once in a while.
#[test]
fn a_forged_hint_costs_one_probe() {
    let mut pair = connected();
    let sa = pair.a.endpoint.ike_sas(crate::testing::CONNECTION, pair.now).next().unwrap();
    let mut forged = [sa.name.initiator.0, sa.name.responder.0].concat();
    forged.extend_from_slice(&[41, 0x20, 37, 0x20, 0, 0, 0, 9, 0, 0, 0, 36, 0, 0, 0, 8, 0, 0, 0, 4]);
    let (before, from) = (answered(&pair, Side::B), "192.0.2.2:500".parse().unwrap());
    for _ in 0..20 {
        pair.inject(Datagram { from, to: "192.0.2.1:500".parse().unwrap(), payload: forged.clone() });
        pair.run(std::time::Duration::from_millis(100));
    }
    assert_eq!(answered(&pair, Side::B) - before, 1, "{:#?}", pair.transcript);
    assert_connected(&mut pair);
}

/// F-23: what runs ahead of the window gets no answer but a request that says so; what is behind gets nothing.
#[test]
fn ids_outside_the_window() {
    let mut insider = Insider::established(|_, _| {});
    let request = |insider: &mut Insider, id| {
        let before = insider.pair.sent.len();
        let octets = insider.seal(ExchangeType::INFORMATIONAL, Flags::INITIATOR, id, &[]);
        insider.exchange(&octets);
        insider.pair.sent[before..].iter().map(|datagram| datagram.payload[19]).collect::<Vec<_>>()
    };
    assert_eq!(request(&mut insider, 0), [] as [u8; 0]);
    assert_eq!(request(&mut insider, 4), [0x00], "a request of our own");
    assert!(insider.pair.transcript.last().unwrap().contains("N(INVALID_MESSAGE_ID)"));
    assert_eq!(request(&mut insider, 5), [] as [u8; 0]);
    assert_eq!(request(&mut insider, u32::MAX), [] as [u8; 0]);
    for id in 2..20 {
        assert_eq!(request(&mut insider, id), [0x20], "{id}");
        assert_eq!(request(&mut insider, id), [0x20], "the same again");
        if id > 2 {
            assert_eq!(request(&mut insider, id - 1), [] as [u8; 0]);
        }
    }
}

/// F-23: the answer to a repeated request is the stored one.
#[test]
fn a_repeated_request_gets_the_very_same_octets() {
    let mut insider = Insider::established(|_, _| {});
    let octets = insider.seal(ExchangeType::INFORMATIONAL, Flags::INITIATOR, 2, &[]);
    let first = insider.exchange(&octets).unwrap();
    assert_eq!(insider.exchange(&octets).unwrap(), first, "the very same octets");
    assert_eq!(insider.pair.b.endpoint.drops()["repeated"], 1);
}
