use core::time::Duration;

use super::{MODES, assert_connected, assert_settled, command, connected, main_with, s};
use crate::config::ExchangeMode;
use crate::diagnose::Event;
use crate::endpoint::Command;
use crate::testing::{CONNECTION, Fate, Pair, Side};

fn rekeyed(pair: &Pair, side: Side) -> usize {
    pair.peer(side).events.iter().filter(|event| matches!(event, Event::ChildRekeyed { .. })).count()
}

/// Lets time pass in small steps, with a packet both ways at each: none may be lost (make before break).
fn run_with_traffic(pair: &mut Pair, span: Duration) {
    let end = pair.now + span;
    while pair.now < end {
        pair.run(Duration::from_millis(3));
        assert!(pair.carries(), "a packet was lost at {} {:#?}", pair.now, pair.transcript);
    }
}

/// CONN-4: quick mode anew, by either end, without losing a packet.
#[test]
fn ipsec_sas_are_rekeyed_by_either_side() {
    for side in [Side::A, Side::B] {
        let mut pair = connected(ExchangeMode::Main);
        command(&mut pair, side, Command::RekeyChild);
        run_with_traffic(&mut pair, s(2));
        pair.run(s(90));
        assert_settled(&mut pair);
        assert_eq!((rekeyed(&pair, Side::A), rekeyed(&pair, Side::B)), (1, 1), "{:#?}", pair.transcript);
    }
}

/// F-17: phase 1 anew, by either end; the IPsec SAs go over to the new ISAKMP SA, and it rekeys and deletes them.
#[test]
fn an_isakmp_sa_is_replaced_by_either_side() {
    for side in [Side::A, Side::B] {
        let mut pair = connected(ExchangeMode::Main);
        let spi = pair.a.datapath.outbound().unwrap().spi;
        for by in [side, side.other(), side] {
            command(&mut pair, by, Command::RekeyIke);
            run_with_traffic(&mut pair, s(1));
            pair.run(s(60));
            assert_settled(&mut pair);
        }
        assert_eq!(pair.a.datapath.outbound().unwrap().spi, spi, "{:#?}", pair.transcript);
        command(&mut pair, side, Command::RekeyChild);
        pair.run(s(90));
        assert_settled(&mut pair);
        assert_ne!(pair.a.datapath.outbound().unwrap().spi, spi);
    }
}

/// F-17: an ISAKMP SA that the peer has made beside another one, and then says nothing with, as some peers do, takes the IPsec
/// SAs too: we ask whether the peer has it.
#[test]
fn a_silent_isakmp_sa_takes_the_place_of_another() {
    for mode in MODES {
        let mut pair = connected(mode);
        let phase1 = if mode == ExchangeMode::Main { 3 } else { 2 };
        let a = pair.a.address;
        let mut of_a = 0;
        // What A says by itself, after its last message of phase 1.
        pair.set_filter(move |_, datagram| {
            of_a += usize::from(datagram.from.ip() == a);
            let is_next = datagram.from.ip() == a && of_a == phase1 + 1;
            if is_next { Fate::Lose } else { Fate::Deliver }
        });
        command(&mut pair, Side::A, Command::RekeyIke);
        pair.run(s(1));
        let newest = pair.b.endpoint.ike_sas(CONNECTION, pair.now).last().unwrap().name;
        let sent = pair.sent.len();
        command(&mut pair, Side::B, Command::RekeyChild);
        let octets = &pair.sent[sent].payload;
        let header = if octets.starts_with(&[0; 4]) { &octets[4..] } else { octets };
        assert_eq!(header[..8], newest.initiator.0, "{mode:?} {:#?}", pair.transcript);
        pair.run(s(90));
        assert_settled(&mut pair);
    }
}

/// F-12, CONN-4: SAs are replaced before their lifetime ends, over many lifetimes and without losing a packet.
#[test]
fn lifetimes_are_kept() {
    let mut pair = main_with(|_, config| {
        config.child.lifetime = s(400);
        config.ike_lifetime = s(1_500);
    });
    pair.connect();
    for _ in 0..6_000 {
        pair.run(s(1));
        assert!(pair.carries(), "{} {:#?}", pair.now, pair.transcript);
    }
    assert!(rekeyed(&pair, Side::A) >= 12);
    pair.run(s(1));
    let children = pair.counts(Side::A).1;
    assert!((1..=2).contains(&children), "{children}");
    assert_eq!(pair.failures(Side::A), []);
    assert_eq!(pair.failures(Side::B), []);
}

/// F-12: the two ends may have other lifetimes; the shorter one is kept to, whoever begins.
#[test]
fn the_shorter_lifetime_is_used() {
    for (a, b) in [(s(400), s(3_600)), (s(3_600), s(400))] {
        let mut pair = main_with(|side, config| {
            config.child.lifetime = if side == Side::A { a } else { b };
            config.ike_lifetime = config.child.lifetime * 2;
        });
        pair.connect();
        assert_connected(&mut pair);
        let now = pair.now;
        for side in [Side::A, Side::B] {
            let endpoint = &pair.peer(side).endpoint;
            let child = endpoint.child_sas(crate::testing::CONNECTION, now).next().unwrap();
            assert!(child.rekey_in < s(400), "{side:?} {:?}", child.rekey_in);
            let ike = endpoint.ike_sas(crate::testing::CONNECTION, now).next().unwrap();
            assert!(ike.rekey_in < s(800), "{side:?} {:?}", ike.rekey_in);
        }
    }
}

/// CONN-4: a peer may receive with a new SA only once it has our third message, and a packet can overtake that. So the old
/// SA sends a moment longer, or until the peer sends with the new one.
#[test]
fn the_old_one_sends_until_the_peer_has_the_third_message() {
    let spi = |pair: &Pair| pair.a.datapath.outbound().unwrap().spi;
    for peer_sends in [false, true] {
        let mut pair = connected(ExchangeMode::Main);
        let old = spi(&pair);
        command(&mut pair, Side::A, Command::RekeyChild);
        pair.run(Duration::from_millis(300));
        assert_eq!(rekeyed(&pair, Side::A), 1, "{:#?}", pair.transcript);
        assert_eq!(spi(&pair), old);
        assert!(pair.packet(Side::A));
        assert_eq!(spi(&pair), old);
        if peer_sends {
            assert!(pair.packet(Side::B));
        } else {
            pair.run(s(1));
        }
        assert_ne!(spi(&pair), old);
        assert!(pair.carries());
    }
}
