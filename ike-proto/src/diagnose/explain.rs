//! Failures in an operator's words: what happened, why, and what to change (DIAG-1 to DIAG-3).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use esp_core::selector::{Selectors, TrafficSelector};

use super::{FailureReason, NatBlock, Phase, PpkFailure};
use crate::config::{ExchangeMode, Identity};
use crate::suite::difference::{Difference, Field, FieldDifference, Offer};
use crate::wire::codes::DhId;

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
                tried.iter().map(|(local, remote)| format!(" from {local} to {remote}")).collect();
            let times = match transmissions {
                1 => "once".to_string(),
                times => format!("{times} times"),
            };
            let why = format!("no answer to {exchange}, which was sent {times}{}.", ways.join(" and"));
            (why, no_answer_fix(*hint).to_string())
        }
        FailureReason::IkeProposal { difference, by_peer } => proposal(difference, *by_peer, Phase::One),
        FailureReason::ChildProposal { difference, by_peer } => proposal(difference, *by_peer, Phase::Two),
        FailureReason::Group { wanted, offered } => group(*wanted, offered),
        FailureReason::Selectors { ours, theirs, by_peer } => selectors(ours, theirs, *by_peer),
        FailureReason::Identity { received, expected } => {
            let (received, expected) = identities(received, expected);
            (
                format!("the identity differs: the peer sent {received}, this tunnel expects {expected}."),
                format!("Set the remote id to {received} here, or the peer's id to {expected} on the peer."),
            )
        }
        FailureReason::LocalIdentity { wanted, ours } => {
            let (wanted, ours) = identities(wanted, ours);
            (
                format!("our identity differs: the peer wants {wanted}, this tunnel's own id is {ours}."),
                format!(
                    "Set the local id to {wanted} here, or the id that the peer expects of us to {ours} on the peer."
                ),
            )
        }
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
            (format!("the peer answered {}.", name.escape_debug()), notify_fix(name).to_string())
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

fn group(wanted: u16, offered: &[u16]) -> (String, String) {
    let name = |number: &u16| format!("{} (group {number})", DhId(*number));
    let (wanted, offered) = (name(&wanted), offered.iter().map(name).collect::<Vec<_>>());
    let why = format!(
        "the peer wants the Diffie-Hellman group {wanted}, this tunnel has {}.",
        if offered.is_empty() { "none".to_string() } else { join_and(&offered) }
    );
    (why, format!("Set {wanted} here, or {} on the peer.", offered.join(" or ")))
}

/// Both as text, with their kind where that is all that differs: an address that is sent as a name is another identity.
fn identities(a: &Identity, b: &Identity) -> (String, String) {
    let (a_text, b_text) = (a.to_string(), b.to_string());
    if a_text != b_text {
        return (a_text, b_text);
    }
    let kind = |identity: &Identity| match identity {
        Identity::Ip(_) => "an IP address",
        Identity::Fqdn(_) => "a name (FQDN)",
        Identity::Email(_) => "an e-mail address",
        Identity::KeyId(_) => "a key id",
    };
    (format!("{a_text} as {}", kind(a)), format!("{b_text} as {}", kind(b)))
}

/// What to do about an error that stands for itself.
fn notify_fix(name: &str) -> &'static str {
    match name {
        "TEMPORARY_FAILURE" => {
            "Nothing is to be changed if it happens once: the peer was at work on the same SA. If it repeats, the peer's log \
             says what it waits for."
        }
        "NO_ADDITIONAL_SAS" => {
            "On the peer: allow more Child SAs for this tunnel. Here: have one Child SA carry all subnets."
        }
        "SINGLE_PAIR_REQUIRED" => {
            "Here: have one Child SA for each pair of subnets. On the peer: allow several subnets in one Child SA."
        }
        "FAILED_CP_REQUIRED" | "INTERNAL_ADDRESS_FAILURE" => {
            "On the peer: set the tunnel up between two networks, and not for a client that is given an address. Here \
             nothing is to be changed."
        }
        _ => "The peer's log says why.",
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
        None => {
            "What went before was answered: see that the peer is still up, and that the path between the two loses no \
             packets, large ones above all. The peer's log says whether it has answered."
        }
    }
}

fn proposal(difference: &Difference, by_peer: bool, phase: Phase) -> (String, String) {
    let with_protocol = difference.fields.iter().any(|difference| difference.field == Field::Protocol);
    let ours = offers(&difference.ours, with_protocol);
    if let ([only], []) = (settings(&difference.fields).as_slice(), difference.theirs.as_slice()) {
        let (field, value) = (field_name(only.field), only.ours.join(" or "));
        let why = format!(
            "the peer accepts all of what this tunnel offers, {ours}, but for the {field}: {value} here."
        );
        let set = if phase == Phase::Two { "PFS group" } else { field };
        return (why, format!("Set the {set} of the peer here, or {value} on the peer."));
    }
    if difference.theirs.is_empty() {
        let why = format!(
            "the peer accepts none of what this tunnel offers, {ours}, and does not say what it accepts."
        );
        let fix = "Compare encryption, authentication and group with the peer's configuration. If the peer \
                   initiates once, its offer shows what it has.";
        return (why, fix.to_string());
    }
    let theirs = offers(&difference.theirs, with_protocol);
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
        return (
            why,
            format!(
                "Set the authentication method {} on the peer: nothing else is spoken here.",
                ours.join(" or ")
            ),
        );
    }
    let theirs: Vec<String> = fields.iter().map(|field| setting(field, &field.theirs, phase)).collect();
    let ours: Vec<String> = fields.iter().map(|field| setting(field, &field.ours, phase)).collect();
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

/// All of them, with ESP or AH where it matters.
fn offers(offers: &[Offer], with_protocol: bool) -> String {
    let text = |offer: &Offer| {
        if with_protocol { format!("{} {offer}", offer.protocol) } else { offer.to_string() }
    };
    let names: Vec<String> = offers.iter().map(text).collect();
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

/// What to set. The group of phase 2 is called what it is called in the product.
fn setting(field: &FieldDifference, values: &[String], phase: Phase) -> String {
    match (field.field, values) {
        (Field::DhGroup, [none]) if none == "none" => "no PFS group".to_string(),
        (Field::DhGroup, values) if phase == Phase::Two && !values.is_empty() => {
            format!("PFS group {}", values.join(" or "))
        }
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
        let fix = "Compare the subnets: our local ones are the peer's remote ones, and the reverse. If the peer initiates \
                   once, its offer shows what it has.";
        return (why, fix.to_string());
    }
    let who = if by_peer { "when it last initiated the peer had" } else { "the peer has" };
    let mut why =
        format!("the subnets differ: {who} {theirs}, this tunnel has {ours} (ours === the peer's).");
    for (name, a, b) in [("local", &theirs.local, &ours.local), ("remote", &theirs.remote, &ours.remote)] {
        if !a.iter().any(|a| b.iter().any(|b| a.intersection(b).is_some())) {
            why.push_str(&format!(
                " Our {name} subnets {} have nothing in common with the peer's {}.",
                list(b),
                list(a)
            ));
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
