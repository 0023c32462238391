use core::net::SocketAddr;
use core::time::Duration;

use esp_core::command::SaEvent;
use esp_core::sa::{IpsecProtocol, SaKey, Spi};

use super::{MODES, assert_connected, assert_gone, assert_settled, command, connected, pair_with, s};
use crate::config::ExchangeMode;
use crate::diagnose::{CloseReason, Event};
use crate::endpoint::{Command, Input};
use crate::testing::{Datagram, Fate, Pair, Side};

fn sent_by(pair: &Pair, side: Side, what: &str) -> usize {
    let start = format!("{side:?} ");
    pair.transcript.iter().filter(|line| line.starts_with(&start) && line.contains(what)).count()
}

/// F-16: a silent peer is asked and answers; while packets come, nobody asks.
#[test]
fn a_silent_peer_is_probed_and_a_busy_one_is_not() {
    let mut pair = connected(ExchangeMode::Main);
    pair.run(s(60));
    assert!(sent_by(&pair, Side::A, "N(R-U-THERE)") + sent_by(&pair, Side::B, "N(R-U-THERE)") >= 4);
    assert_eq!(sent_by(&pair, Side::A, "N(R-U-THERE)"), sent_by(&pair, Side::B, "N(R-U-THERE-ACK)"));
    assert_settled(&mut pair);
    let mut pair = connected(ExchangeMode::Main);
    let before = pair.transcript.len();
    for _ in 0..60 {
        pair.run(s(1));
        assert!(pair.carries());
    }
    assert_eq!(pair.transcript.len(), before, "{:#?}", pair.transcript);
}

/// CONN-5: asked after 8 s of silence, dead after 13 s.
#[test]
fn a_dead_peer_is_found() {
    for mode in MODES {
        let mut pair = connected(mode);
        pair.run(s(1));
        let now = pair.now;
        pair.set_filter(|_, _| Fate::Lose);
        pair.run(s(7));
        assert_eq!(pair.counts(Side::A), (1, 1));
        pair.run(s(15));
        assert_gone(&pair);
        assert_eq!(pair.closed(Side::A), [CloseReason::PeerDead]);
        assert!(pair.now > now);
    }
}

/// One lost question or answer is no death.
#[test]
fn a_lost_probe_is_repeated() {
    let mut pair = connected(ExchangeMode::Main);
    let base = pair.sent.len();
    pair.set_filter(move |number, _| if number < base + 2 { Fate::Lose } else { Fate::Deliver });
    pair.run(s(60));
    assert_settled(&mut pair);
    assert_eq!(pair.closed(Side::A), []);
}

/// F-17, TUN-7: the end of everything is told, IPsec SAs before the ISAKMP SA.
#[test]
fn the_end_is_told() {
    for mode in MODES {
        for side in [Side::A, Side::B] {
            let mut pair = connected(mode);
            command(&mut pair, side, Command::Terminate);
            pair.run(s(10));
            assert_gone(&pair);
            assert_eq!(pair.closed(side), [CloseReason::Local]);
            assert_eq!(pair.closed(side.other()), [CloseReason::PeerDeleted]);
        }
    }
}

/// F-27's like in IKEv1: a peer that comes back without its state says so, and what it had is forgotten.
#[test]
fn initial_contact_ends_what_was_before() {
    for mode in MODES {
        let mut pair = connected(mode);
        command(&mut pair, Side::A, Command::Forget);
        pair.connect();
        pair.run(s(20));
        assert_settled(&mut pair);
        assert_eq!(pair.closed(Side::B), [CloseReason::InitialContact]);
    }
}

/// F-17: without an ISAKMP SA the IPsec SAs carry on, another ISAKMP SA is made at once, takes them over, and replaces them
/// before any packet is lost: whoever has deleted the ISAKMP SA may have deleted them too.
#[test]
fn ipsec_sas_outlive_their_isakmp_sa() {
    let mut pair = pair_with(ExchangeMode::Main, |_, config| {
        config.liveness.delay = Duration::ZERO;
        config.ike_lifetime = s(100);
    });
    pair.connect();
    let spi = pair.a.datapath.outbound().unwrap().spi;
    // No new phase 1 comes through before the old one is over.
    pair.set_filter(|_, datagram| if datagram.payload[18] == 2 { Fate::Lose } else { Fate::Deliver });
    for _ in 0..110 {
        pair.run(s(1));
        assert!(pair.carries(), "{:#?}", pair.transcript);
    }
    assert_eq!(pair.counts(Side::A), (0, 1), "{:#?}", pair.transcript);
    pair.set_filter(|_, _| Fate::Deliver);
    for _ in 0..70 {
        pair.run(s(1));
        assert!(pair.carries(), "{:#?}", pair.transcript);
    }
    assert_eq!((pair.counts(Side::A).1, pair.counts(Side::B).1), (1, 1), "{:#?}", pair.transcript);
    assert_eq!((pair.counts(Side::A).0, pair.counts(Side::B).0), (1, 1), "{:#?}", pair.transcript);
    assert_ne!(pair.a.datapath.outbound().unwrap().spi, spi);
}

/// F-17: a Delete is not answered. Where those of the IPsec SAs were lost and that of the ISAKMP SA was not, the end that has
/// nothing any more says so when the other one comes back.
#[test]
fn lost_deletes_of_ipsec_sas_are_made_good() {
    for mode in MODES {
        let mut pair = connected(mode);
        let base = pair.sent.len();
        pair.set_filter(move |number, _| if number < base + 2 { Fate::Lose } else { Fate::Deliver });
        command(&mut pair, Side::A, Command::Terminate);
        pair.run(s(20));
        assert_settled(&mut pair);
        // When it began for the first time, and when it answered.
        assert_eq!(sent_by(&pair, Side::A, "N(INITIAL-CONTACT)"), 2, "{:#?}", pair.transcript);
    }
}

/// An end that was told to end everything begins nothing by itself, also where its peer has left it IPsec SAs without an
/// ISAKMP SA, until it is told to initiate.
#[test]
fn a_terminated_end_begins_no_ipsec_sa() {
    for mode in MODES {
        let mut pair = connected(mode);
        command(&mut pair, Side::B, Command::Terminate);
        pair.run(s(5));
        pair.connect();
        assert_connected(&mut pair);
        let base = pair.sent.len();
        pair.set_filter(move |number, _| if number < base + 2 { Fate::Lose } else { Fate::Deliver });
        command(&mut pair, Side::A, Command::Terminate);
        pair.run(s(20));
        assert_gone(&pair);
        command(&mut pair, Side::B, Command::Initiate);
        pair.run(s(20));
        assert_settled(&mut pair);
    }
}

/// RFC 2408 §3.14, INVALID-SPI: who gets packets of an IPsec SA that it does not have says so, and the peer, which has not
/// heard the Delete, ends it. Not one that the peer may be about to install.
#[test]
fn packets_of_a_deleted_ipsec_sa_bring_about_its_end() {
    for mode in MODES {
        for (age, ends) in [(2, false), (60, true)] {
            let mut pair = connected(mode);
            pair.run(s(age));
            let spi = pair.a.datapath.outbound().unwrap().spi;
            // B has lost it, which it can be told only.
            let key = SaKey { protocol: IpsecProtocol::Esp, destination: pair.b.address, spi };
            let source = SocketAddr::new(pair.a.address, 4_500);
            pair.input(Side::B, Input::Sa(SaEvent::UnknownSpi { key, source }));
            pair.run(s(1));
            assert_eq!(pair.counts(Side::A), (1, if ends { 0 } else { 1 }), "{:#?}", pair.transcript);
        }
    }
}

/// The same from an address of nobody's, or with an SPI of nobody's, changes nothing.
#[test]
fn packets_of_nobody_change_nothing() {
    let mut pair = connected(ExchangeMode::Main);
    pair.run(s(60));
    let spi = pair.a.datapath.outbound().unwrap().spi;
    for (spi, source) in [(spi, "203.0.113.1"), (Spi::new(0x1234_5678).unwrap(), "192.0.2.1")] {
        let key = SaKey { protocol: IpsecProtocol::Esp, destination: pair.b.address, spi };
        let source = SocketAddr::new(source.parse().unwrap(), 4_500);
        pair.input(Side::B, Input::Sa(SaEvent::UnknownSpi { key, source }));
        pair.run(s(5));
    }
    assert_settled(&mut pair);
    assert_eq!((pair.closed(Side::A), pair.closed(Side::B)), (vec![], vec![]));
}

/// nothing in clear, forged, cut or repeated changes anything that stands.
#[test]
fn forged_messages_change_nothing() {
    for mode in MODES {
        let mut pair = connected(mode);
        let sent = pair.sent.clone();
        for (number, datagram) in sent.iter().enumerate() {
            let mut forged = Vec::new();
            for place in [17, 19, 30, datagram.payload.len() - 1] {
                let mut payload = datagram.payload.clone();
                payload[place] ^= 0x55;
                forged.push(payload);
            }
            forged.push(datagram.payload[..datagram.payload.len() - 16].to_vec());
            forged.push(datagram.payload.clone());
            for payload in forged {
                let back = Datagram { from: datagram.to, to: datagram.from, payload: payload.clone() };
                pair.inject(Datagram { payload, ..datagram.clone() });
                // And reflected.
                pair.inject(back);
            }
            pair.run(Duration::from_millis(50));
            for side in [Side::A, Side::B] {
                assert_eq!(pair.counts(side), (1, 1), "after message {number}");
            }
        }
        pair.run(s(100));
        assert_settled(&mut pair);
        assert_eq!(pair.closed(Side::A), []);
        assert_eq!(pair.closed(Side::B), []);
    }
}

/// The peer deletes one IPsec SA only.
#[test]
fn a_single_ipsec_sa_can_be_deleted() {
    let mut pair = connected(ExchangeMode::Main);
    let key = pair.b.datapath.sas(esp_core::sa::Direction::Inbound)[0].key();
    let limit = esp_core::command::Limit::Bytes;
    let event = esp_core::command::SaEvent::HardLimit { key, limit };
    pair.input(Side::B, crate::endpoint::Input::Sa(event));
    pair.run(s(10));
    assert_eq!((pair.counts(Side::A), pair.counts(Side::B)), ((1, 0), (1, 0)), "{:#?}", pair.transcript);
    command(&mut pair, Side::A, Command::Initiate);
    pair.run(s(10));
    assert_connected(&mut pair);
    let begun = |event: &&Event| matches!(event, Event::Connecting { .. });
    assert_eq!(pair.a.events.iter().filter(begun).count(), 1);
}
