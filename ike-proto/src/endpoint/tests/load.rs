//! Bounds.

use core::net::SocketAddr;
use core::time::Duration;

use super::s;
use crate::config::Limits;
use crate::endpoint::{Command, Input};
use crate::testing::{CONNECTION, Datagram, Fate, Pair, Side};

/// The first message of a fresh initiator.
fn first_message() -> Vec<u8> {
    let mut pair = Pair::new();
    pair.set_filter(|_, _| Fate::Lose);
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.sent[0].payload.clone()
}

fn flood(pair: &mut Pair, count: u32, from: impl Fn(u32) -> SocketAddr) {
    let message = first_message();
    for number in 0..count {
        let mut message = message.clone();
        message[..4].copy_from_slice(&number.to_be_bytes());
        let local = SocketAddr::new(pair.b.address, 500);
        pair.input(Side::B, Input::Datagram { local, remote: from(number), payload: &message });
    }
}

fn any_peer(limits: Limits) -> Pair {
    Pair::with_limits(limits, |side, config| {
        if side == Side::B {
            config.remote = None;
        }
    })
}

#[test]
fn half_open_ike_sas_of_one_address_are_bounded() {
    let mut pair = any_peer(Limits { cookie_threshold_per_address: 1_000, ..Limits::default() });
    flood(&mut pair, 50, |_| "203.0.113.9:500".parse().unwrap());
    assert_eq!(pair.b.endpoint.half_open_count(), 5);
    assert_eq!(pair.b.endpoint.drops()["too-many-half-open"], 45);
    pair.run(s(40));
    assert_eq!(pair.b.endpoint.half_open_count(), 0);
    assert_eq!(pair.b.endpoint.ike_sa_count(), 0);
}

/// RFC 7296 §2.6: at load nothing is held for those who do not receive what is sent to them.
#[test]
fn a_flood_from_many_addresses_is_answered_with_cookies() {
    let mut pair = any_peer(Limits::default());
    flood(&mut pair, 500, |number| {
        let [_, _, high, low] = number.to_be_bytes();
        SocketAddr::new(core::net::IpAddr::from([198, 18, high, low]), 500)
    });
    assert_eq!(pair.b.endpoint.half_open_count(), 30);
    assert_eq!(pair.b.endpoint.drops()["cookie-needed"], 470);
    // An honest peer still gets in.
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1));
}

/// A cookie is good for one address, nonce and SPI.
#[test]
fn a_cookie_of_another_address_is_no_good() {
    let mut pair = any_peer(Limits { cookie_threshold: 0, ..Limits::default() });
    pair.command(Side::A, Command::Initiate(CONNECTION));
    pair.run(Duration::from_millis(25));
    let with_cookie = pair.sent[2].clone();
    let from = "203.0.113.9:500".parse().unwrap();
    pair.inject(Datagram { from, ..with_cookie });
    pair.run(Duration::from_millis(1));
    assert_eq!(pair.b.endpoint.half_open_count(), 0);
}

#[test]
fn ike_sas_are_bounded() {
    let mut pair = any_peer(Limits { ike_sas: 3, cookie_threshold: 1_000, ..Limits::default() });
    flood(&mut pair, 10, |number| SocketAddr::new([198, 18, 0, number.to_be_bytes()[3]].into(), 500));
    assert_eq!(pair.b.endpoint.ike_sa_count(), 3);
    assert_eq!(pair.b.endpoint.drops()["too-many-ike-sas"], 7);
}

/// Unprotected refusals are sent at a bounded rate.
#[test]
fn refusals_are_bounded() {
    let mut pair = Pair::new();
    let before = pair.sent.len();
    flood(&mut pair, 100, |_| "203.0.113.9:500".parse().unwrap());
    assert_eq!(pair.sent.len() - before, 10);
}

/// The numbers that most daemons have, and a peer expects.
#[test]
fn the_defaults_are_those_that_peers_expect() {
    let limits = Limits::default();
    assert_eq!((limits.cookie_threshold, limits.cookie_threshold_per_address), (30, 3));
    assert_eq!((limits.half_open_per_address, limits.half_open_lifetime), (5, s(30)));
    assert_eq!(crate::config::NatConfig::default().keepalive, s(20));
    let retransmit = crate::config::RetransmitConfig::default();
    let waits: Vec<_> = (0..7).map_while(|sent| retransmit.wait_after(sent)).collect();
    assert_eq!(waits.len(), 6, "sent once and repeated five times");
    for (sent, wait) in (0..).zip(&waits) {
        let expected = (4.0 * 1.8_f64.powi(sent)).min(60.0);
        assert!((wait.as_secs_f64() - expected).abs() < 0.001, "{sent} {wait:?}");
    }
}

/// from the third half-open IKE SA of one address on, a cookie must come first.
#[test]
fn one_address_needs_a_cookie_sooner() {
    let mut pair = any_peer(Limits::default());
    flood(&mut pair, 50, |_| "203.0.113.9:500".parse().unwrap());
    assert_eq!(pair.b.endpoint.half_open_count(), 3);
    assert_eq!(pair.b.endpoint.drops()["cookie-needed"], 47);
    pair.connect();
    assert_eq!(pair.counts(Side::A), (1, 1));
}

/// F-23: a request is sent again after 4 s × 1.8ⁿ, five times, always the same octets, and then given up.
#[test]
fn an_unanswered_request_is_repeated_as_configured() {
    let mut pair = super::connected();
    let before = pair.sent.len();
    pair.set_filter(|_, _| Fate::Lose);
    pair.command(Side::A, Command::RekeyIke(CONNECTION));
    let start = pair.now;
    let mut times = vec![0];
    while pair.counts(Side::A).0 == 1 {
        let count = pair.sent.iter().filter(|datagram| datagram.from.ip() == pair.a.address).count();
        pair.run(Duration::from_millis(100));
        let now = pair.sent.iter().filter(|datagram| datagram.from.ip() == pair.a.address).count();
        if now > count {
            times.push(pair.now.saturating_duration_since(start).as_millis() / 100);
        }
    }
    assert_eq!(times, [0, 40, 112, 242, 475, 895]);
    let request = &pair.sent[before].payload;
    let ours = pair.sent[before..].iter().filter(|datagram| datagram.from.ip() == pair.a.address);
    assert!(ours.into_iter().all(|datagram| datagram.payload == *request));
}
