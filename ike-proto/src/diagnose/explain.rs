//! Failures in an operator's words: what happened, why, and what to change (DIAG-1 to DIAG-3).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use esp_core::selector::{Selectors, TrafficSelector};

use super::{FailureReason, NatBlock, Phase, PpkFailure};
use crate::config::ExchangeMode;
use crate::suite::difference::{Difference, Field, FieldDifference, Offer};

/// A failure, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub what: String,
    /// Why, with what each side said.
    pub why: String,
    /// What to change.
    pub fix: String,
}

impl fmt::Display for Explanation {
    /// The three as one paragraph.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.what, self.why, self.fix)
    }
}

impl Explanation {
    /// Explains why a phase with a peer failed.
    pub fn new(phase: Phase, peer: IpAddr, reason: &FailureReason) -> Self {
        let number = match phase {
            Phase::One => 1,
            Phase::Two => 2,
        };
        let what = format!("Phase {number} with {peer}");
        let (why, fix) = explain(reason);
        Self { what, why, fix }
    }

    /// The reason alone, as a sentence that begins in lower case.
    pub fn why(reason: &FailureReason) -> String {
        explain(reason).0
    }
}

fn explain(reason: &FailureReason) -> (String, String) {
    match reason {
        FailureReason::NoAnswer { tried, transmissions, exchange, hint } => {
            let ways: Vec<String> =
                tried.iter().map(|(local, remote)| format!("{local} to {remote}")).collect();
            let why = format!(
                "no answer to {exchange}, which was sent {transmissions} times from {}.",
                ways.join(" and ")
            );
            (why, no_answer_fix(*hint).to_string())
        }
        FailureReason::IkeProposal { difference, by_peer }
        | FailureReason::ChildProposal { difference, by_peer } => proposal(difference, *by_peer),
        FailureReason::Group { wanted, offered } => {
            let offered: Vec<String> = offered.iter().map(ToString::to_string).collect();
            let why = format!(
                "the peer wants Diffie-Hellman group {wanted}, this tunnel has group {}.",
                offered.join(" and ")
            );
            (why, format!("Set group {wanted} here, or one of ours on the peer."))
        }
        FailureReason::Selectors { ours, theirs, by_peer } => selectors(ours, theirs, *by_peer),
        FailureReason::Identity { received, expected } => (
            format!("the identity differs: the peer sent {received}, this tunnel expects {expected}."),
            format!("Set the remote id to {received} here, or the peer's id to {expected} on the peer."),
        ),
        FailureReason::LocalIdentity { wanted, ours } => (
            format!("our identity differs: the peer wants {wanted}, this tunnel's own id is {ours}."),
            format!(
                "Set the local id to {wanted} here, or the id that the peer expects of us to {ours} on the peer."
            ),
        ),
        FailureReason::Key { remote_id } => (
            format!("the proof of {remote_id} does not fit the pre-shared key of this tunnel."),
            "Set the same pre-shared key on both sides; look for a space or a line break at its end."
                .to_string(),
        ),
        FailureReason::RefusedByPeer { local_id } => (
            format!("the peer refused our identity {local_id} or our proof of it; it does not say which."),
            format!(
                "Compare the pre-shared key on both sides, and see that the peer expects the id {local_id} from us. \
                 The peer's log names which of the two it is."
            ),
        ),
        FailureReason::Ppk(failure) => ppk(failure),
        FailureReason::Version { peer } => (
            format!("the peer speaks IKE version {peer}, this tunnel version {}.", other_version(*peer)),
            format!("Set IKE version {peer} here, or version {} on the peer.", other_version(*peer)),
        ),
        FailureReason::ExchangeMode { ours } => {
            let (ours, theirs) = match ours {
                ExchangeMode::Main => ("main", "aggressive"),
                ExchangeMode::Aggressive => ("aggressive", "main"),
            };
            (
                format!(
                    "the exchange mode differs: the peer begins in {theirs} mode, this tunnel has {ours} mode."
                ),
                format!("Set {theirs} mode here, or {ours} mode on the peer."),
            )
        }
        FailureReason::Mode => (
            "one side wants tunnel mode and the other transport mode.".to_string(),
            "Set the same mode on both sides.".to_string(),
        ),
        FailureReason::Notify { name } => {
            (format!("the peer answered {}.", name.escape_debug()), "The peer's log says why.".to_string())
        }
        FailureReason::Protocol { what } => (
            format!("the peer broke the protocol: {what}."),
            "Look for an update of the peer's software, and send its maker a trace of the exchange."
                .to_string(),
        ),
        FailureReason::Backend { reason } => (
            format!("the datapath refused the SA: {}.", reason.escape_debug()),
            "See that the system supports the algorithms of this tunnel.".to_string(),
        ),
        FailureReason::Limit { what, limit } => (
            format!("{limit} {what} stand, and no more are allowed."),
            "Raise the limit, or remove tunnels.".to_string(),
        ),
        FailureReason::Cancelled => {
            ("it was cancelled here.".to_string(), "Nothing is to be changed.".to_string())
        }
    }
}

/// Of the two versions that are spoken, the one that `version` is not.
const fn other_version(version: u8) -> u8 {
    if version == 1 { 2 } else { 1 }
}

fn ppk(failure: &PpkFailure) -> (String, String) {
    let name = |id: &[u8]| id.escape_ascii().to_string();
    match failure {
        PpkFailure::NotUsedByPeer => (
            "this tunnel must use a post-quantum pre-shared key, and the peer does not use one.".to_string(),
            "Set the key on the peer, or make it optional here.".to_string(),
        ),
        PpkFailure::UnknownId { received } => (
            format!(
                "the peer names the post-quantum pre-shared key \"{}\", which this tunnel does not have.",
                name(received)
            ),
            "Set the same name and key on both sides, or make the key optional on both.".to_string(),
        ),
        PpkFailure::Differs { id } => (
            format!(
                "the pre-shared key is the same, the post-quantum pre-shared key \"{}\" is another.",
                name(id)
            ),
            "Set the same post-quantum pre-shared key on both sides.".to_string(),
        ),
        PpkFailure::EitherKey { id } => (
            format!(
                "the pre-shared key or the post-quantum pre-shared key \"{}\" is another; nothing tells which.",
                name(id)
            ),
            "Set both keys alike on both sides; look for a space or a line break at their ends.".to_string(),
        ),
        PpkFailure::RefusedByPeer { id } => (
            format!(
                "the peer refused our identity, or our proof with the pre-shared key and the post-quantum pre-shared \
                 key \"{}\"; it does not say which.",
                name(id)
            ),
            "Compare both keys and our id on both sides. The peer's log names which of them it is."
                .to_string(),
        ),
    }
}

const fn no_answer_fix(hint: Option<NatBlock>) -> &'static str {
    match hint {
        Some(NatBlock::Port4500) => {
            "UDP port 500 passed and UDP port 4500 did not: open UDP 4500 in both directions on every firewall \
             between the two."
        }
        Some(NatBlock::Port500) => {
            "See that the peer's address is right and the peer is up, and open UDP 500 and 4500 in both directions \
             on every firewall between the two. A peer behind NAT must initiate itself."
        }
        Some(NatBlock::Port4500OrKey) => {
            "UDP port 500 passed, and the first encrypted message, on UDP port 4500, was not answered: a firewall blocks \
             that port, or the pre-shared key differs and the peer could not read it. Open UDP 4500 in both directions on \
             every firewall between the two, and set the same pre-shared key on both sides."
        }
        Some(NatBlock::Key) => {
            "What went before was answered in clear, this was the first encrypted message: most likely the pre-shared \
             key differs, and the peer could not read it. Set the same pre-shared key on both sides."
        }
        None => "See that the peer is up and that nothing on the path blocks UDP 500 and 4500.",
    }
}

fn proposal(difference: &Difference, by_peer: bool) -> (String, String) {
    let ours = offers(&difference.ours);
    if let ([only], []) = (settings(&difference.fields).as_slice(), difference.theirs.as_slice()) {
        let (field, ours) = (field_name(only.field), setting(only, &only.ours));
        let why = format!(
            "the peer accepts all of what this tunnel offers, {ours_all}, but for the {field}: {ours} here.",
            ours_all = offers(&difference.ours),
        );
        return (why, format!("Set the {field} of the peer here, or {ours} on the peer."));
    }
    if difference.theirs.is_empty() {
        let why = format!(
            "the peer accepts none of what this tunnel offers, {ours}, and does not say what it accepts."
        );
        let fix = "Compare encryption, authentication and group with the peer's configuration. If the peer \
                   initiates once, its offer shows what it has.";
        return (why, fix.to_string());
    }
    let theirs = offers(&difference.theirs);
    let last = if by_peer { " when it last initiated" } else { "" };
    let mut why = format!("the peer offered {theirs}{last}, this tunnel accepts {ours}.");
    let fields = settings(&difference.fields);
    match fields.as_slice() {
        [] => {
            why.push_str(" Each algorithm is known to both sides, but not in one proposal.");
            return (why, "Put the algorithms into one proposal on both sides.".to_string());
        }
        [only] => why.push_str(&format!(" Only the {} differs.", field_name(only.field))),
        _ => {
            let names: Vec<&str> = fields.iter().map(|difference| field_name(difference.field)).collect();
            why.push_str(&format!(" The {} differ.", join_and(&names)));
        }
    }
    if let [FieldDifference { field: Field::Method, ours, .. }] = fields.as_slice() {
        return (why, format!("Set {} on the peer: nothing else is spoken here.", ours.join(" or ")));
    }
    let theirs: Vec<String> = fields.iter().map(|field| setting(field, &field.theirs)).collect();
    let ours: Vec<String> = fields.iter().map(|field| setting(field, &field.ours)).collect();
    (why, format!("Set {} here, or {} on the peer.", join_and(&theirs), join_and(&ours)))
}

/// The fields that an operator sets: a pseudo-random function that follows from the integrity algorithm at both ends is
/// none.
fn settings(fields: &[FieldDifference]) -> Vec<&FieldDifference> {
    let integrity = fields.iter().find(|difference| difference.field == Field::Integrity);
    let follows = |prf: &FieldDifference| {
        let from = |prf: &[String], names: &[String]| {
            prf.len() == names.len()
                && prf.iter().zip(names).all(|(prf, name)| prf.strip_prefix("prf") == Some(name.as_str()))
        };
        integrity.is_some_and(|i| from(&prf.theirs, &i.theirs) && from(&prf.ours, &i.ours))
    };
    fields.iter().filter(|difference| difference.field != Field::Prf || !follows(difference)).collect()
}

fn offers(offers: &[Offer]) -> String {
    let names: Vec<String> = offers.iter().map(ToString::to_string).collect();
    if names.is_empty() { "nothing".to_string() } else { names.join(" or ") }
}

/// The field in the words of the product: integrity is "authentication" there.
const fn field_name(field: Field) -> &'static str {
    match field {
        Field::Protocol => "protocol",
        Field::Encryption => "encryption",
        Field::Integrity => "authentication",
        Field::Prf => "pseudo-random function",
        Field::Method => "authentication method",
        Field::DhGroup => "Diffie-Hellman group",
        Field::Esn => "use of extended sequence numbers",
    }
}

fn setting(field: &FieldDifference, values: &[String]) -> String {
    match (field.field, values) {
        (Field::DhGroup, [none]) if none == "none" => "no PFS group".to_string(),
        (_, []) => format!("no {}", field_name(field.field)),
        (_, values) => values.join(" or "),
    }
}

fn join_and<T: AsRef<str>>(names: &[T]) -> String {
    let mut text = String::new();
    for (place, name) in names.iter().enumerate() {
        let last = place.saturating_add(1) == names.len();
        text.push_str(match (place, last) {
            (0, _) => "",
            (_, true) => " and ",
            (_, false) => ", ",
        });
        text.push_str(name.as_ref());
    }
    text
}

fn selectors(ours: &Selectors, theirs: &Selectors, by_peer: bool) -> (String, String) {
    if theirs.local.is_empty() && theirs.remote.is_empty() {
        let why = format!(
            "the peer accepts none of the subnets that this tunnel offers, {ours} (ours === the peer's)."
        );
        let fix = "Compare the subnets: our local ones are the peer's remote ones, and the reverse.";
        return (why, fix.to_string());
    }
    let who = if by_peer { "when it last initiated the peer had" } else { "the peer has" };
    let mut why =
        format!("the subnets differ: {who} {theirs}, this tunnel has {ours} (ours === the peer's).");
    for (name, a, b) in [("local", &theirs.local, &ours.local), ("remote", &theirs.remote, &ours.remote)] {
        if !a.iter().any(|a| b.iter().any(|b| a.intersection(b).is_some())) {
            why.push_str(&format!(" Our {name} subnets {} and {} have nothing in common.", list(b), list(a)));
        }
    }
    (why, format!("Set the subnets {theirs} here, or the reverse of {ours} on the peer."))
}

fn list(selectors: &[TrafficSelector]) -> String {
    let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests;
