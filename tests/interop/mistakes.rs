//! What an operator can configure differently on the peer, and what our log must say of it.

use crate::plan::TunnelPlan;
use crate::suite::{self, Exchange};

/// In which role our gateway meets the mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// It begins, and has never heard of the peer.
    Initiating,
    /// The peer begins.
    Answering,
    /// It begins, and the peer has begun before.
    Remembering,
}

/// One mistake.
#[derive(Debug, Clone)]
pub(crate) struct Mistake {
    pub(crate) name: &'static str,
    /// What the peer has differently.
    pub(crate) change: fn(&mut TunnelPlan),
    /// The words that the log must have.
    pub(crate) expected: fn(Exchange, When) -> &'static [&'static str],
    /// Whether the tunnel comes up and fails when its Child SA is replaced.
    pub(crate) shows_at_rekey: bool,
}

/// The mistakes that can be made with an exchange.
pub(crate) fn of(exchange: Exchange) -> Vec<Mistake> {
    let mut all = vec![
        mistake("encryption", |plan| plan.suite.ike.encryption = suite::AES_256, encryption),
        mistake("authentication", |plan| plan.suite.ike.authentication = suite::MD5, authentication),
        mistake("group", |plan| plan.suite.ike.group = suite::MODP_1536, group),
        mistake("their id", |plan| plan.local_id = "other.interop.example".into(), their_id),
        mistake("our id", |plan| plan.remote_id = "other.interop.example".into(), our_id),
        mistake("key", |plan| plan.psk = "Another_key-2026".into(), key),
        mistake("their subnet", |plan| plan.local_subnets = vec!["10.9.0.0/24".into()], their_subnet),
        mistake("our subnet", |plan| plan.remote_subnets = vec!["10.9.0.0/24".into()], our_subnet),
        mistake("protocol", |plan| plan.suite.esp.protocol = suite::Protocol::Ah, protocol),
        mistake("ESP encryption", |plan| plan.suite.esp.encryption = suite::AES_256, encryption),
        mistake("ESP authentication", |plan| plan.suite.esp.authentication = suite::MD5, authentication),
        mistake("another PFS", |plan| plan.suite.esp.pfs = Some(suite::MODP_1536), another_pfs),
        mistake("no PFS", |plan| plan.suite.esp.pfs = None, no_pfs),
    ];
    let (other_version, other_mode) = match exchange {
        Exchange::V2 => {
            for mistake in all.iter_mut().filter(|mistake| mistake.name.ends_with("PFS")) {
                mistake.shows_at_rekey = true;
            }
            (v1 as fn(&mut TunnelPlan), None)
        }
        Exchange::V1Main => (v2 as fn(&mut TunnelPlan), Some(aggressive as fn(&mut TunnelPlan))),
        Exchange::V1Aggressive => (v2 as fn(&mut TunnelPlan), Some(v1 as fn(&mut TunnelPlan))),
    };
    all.push(mistake("version", other_version, version));
    all.extend(other_mode.map(|change| mistake("mode", change, mode)));
    all
}

fn mistake(
    name: &'static str,
    change: fn(&mut TunnelPlan),
    expected: fn(Exchange, When) -> &'static [&'static str],
) -> Mistake {
    Mistake { name, change, expected, shows_at_rekey: false }
}

fn v1(plan: &mut TunnelPlan) {
    plan.suite.exchange = Exchange::V1Main;
}

fn v2(plan: &mut TunnelPlan) {
    plan.suite.exchange = Exchange::V2;
}

fn aggressive(plan: &mut TunnelPlan) {
    plan.suite.exchange = Exchange::V1Aggressive;
}

/// A refusal that names nothing, of a peer that has never said what it has.
const BARE: &[&str] = &[
    "the peer accepts none of what this tunnel offers, aes128-sha1-modp1024, and does not say what it accepts",
];
const REFUSED: &[&str] = &["the peer refused our identity", "or our proof of it; it does not say which"];
const GROUP: &[&str] = &["Only the Diffie-Hellman group differs."];
const ANOTHER_PEER: &[&str] = &[
    "the identity differs: the peer sent other.interop.example, this tunnel expects right4.interop.example",
];
const ANOTHER_KEY: &[&str] = &["does not fit the pre-shared key of this tunnel"];

fn encryption(_: Exchange, when: When) -> &'static [&'static str] {
    if when == When::Initiating { BARE } else { &["Only the encryption differs."] }
}

fn authentication(_: Exchange, when: When) -> &'static [&'static str] {
    if when == When::Initiating { BARE } else { &["Only the authentication differs."] }
}

fn group(_: Exchange, when: When) -> &'static [&'static str] {
    if when == When::Initiating { BARE } else { GROUP }
}

/// In IKEv1 the responder of a wrong name answers under it, and in IKEv2 it refuses to be asked for another.
fn their_id(exchange: Exchange, when: When) -> &'static [&'static str] {
    if (exchange, when) == (Exchange::V2, When::Initiating) { REFUSED } else { ANOTHER_PEER }
}

/// In IKEv2 the initiator says whom it wants. In main mode strongSwan deletes what stands once it knows who we are.
fn our_id(exchange: Exchange, when: When) -> &'static [&'static str] {
    match (exchange, when) {
        (Exchange::V2, When::Answering | When::Remembering) => {
            &["our identity differs: the peer wants other.interop.example", "own id is left5.interop.example"]
        }
        (Exchange::V1Main, When::Answering) => &["phase 1: IKE SA", "closed: deleted by the peer"],
        _ => REFUSED,
    }
}

fn key(exchange: Exchange, when: When) -> &'static [&'static str] {
    if (exchange, when) == (Exchange::V2, When::Initiating) { REFUSED } else { ANOTHER_KEY }
}

fn their_subnet(_: Exchange, when: When) -> &'static [&'static str] {
    match when {
        When::Initiating => &["the peer accepts none of the subnets that this tunnel offers"],
        _ => &[
            "10.1.7.0/24 === 10.9.0.0/24, this tunnel has 10.1.7.0/24 === 10.2.7.0/24 (ours === the peer's). \
             Our remote subnets 10.2.7.0/24 have nothing in common with the peer's 10.9.0.0/24. Set",
        ],
    }
}

fn our_subnet(_: Exchange, when: When) -> &'static [&'static str] {
    match when {
        When::Initiating => &["the peer accepts none of the subnets that this tunnel offers"],
        _ => &[
            "10.9.0.0/24 === 10.2.8.0/24, this tunnel has 10.1.8.0/24 === 10.2.8.0/24 (ours === the peer's). \
             Our local subnets 10.1.8.0/24 have nothing in common with the peer's 10.9.0.0/24. Set",
        ],
    }
}

fn protocol(_: Exchange, when: When) -> &'static [&'static str] {
    if when == When::Initiating { BARE } else { &["Only the protocol differs."] }
}

fn another_pfs(exchange: Exchange, when: When) -> &'static [&'static str] {
    match (exchange, when) {
        (Exchange::V2, When::Initiating) => ALL_BUT_THE_GROUP,
        (_, When::Initiating) => BARE,
        _ => GROUP,
    }
}

fn no_pfs(exchange: Exchange, when: When) -> &'static [&'static str] {
    match (exchange, when) {
        (Exchange::V2, When::Initiating | When::Remembering) => ALL_BUT_THE_GROUP,
        (_, When::Initiating) => BARE,
        _ => GROUP,
    }
}

/// IKE_AUTH has accepted the rest before.
const ALL_BUT_THE_GROUP: &[&str] = &[
    "the peer accepts all of what this tunnel offers, aes128-sha1-modp1024, but for the Diffie-Hellman group",
];

fn version(exchange: Exchange, when: When) -> &'static [&'static str] {
    match (exchange, when) {
        (_, When::Initiating) => BARE,
        (Exchange::V2, _) => &["the peer speaks IKE version 1, this tunnel version 2"],
        _ => &["the peer speaks IKE version 2, this tunnel version 1"],
    }
}

/// strongSwan answers the other mode as if the identity were wrong.
fn mode(exchange: Exchange, when: When) -> &'static [&'static str] {
    match (exchange, when) {
        (_, When::Initiating) => REFUSED,
        (Exchange::V1Main, _) => &["the peer begins in aggressive mode, this tunnel has main mode"],
        _ => &["the peer begins in main mode, this tunnel has aggressive mode"],
    }
}
