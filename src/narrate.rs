//! Protocol events in words that an operator understands (CONN-7).

use ike_proto::diagnose::{CloseReason, Event, Explanation, MessageTrace, Role};

mod facts;

use crate::log::{Line, Severity};

/// What a log says of an event. `None` for what belongs in none.
pub(crate) fn narrate(event: &Event) -> Option<Line> {
    let (severity, text) = sentence(event)?;
    Some(facts::facts(Line::new(severity, facts::name(event), text), event))
}

/// The sentence for an event, and how much it matters.
fn sentence(event: &Event) -> Option<(Severity, String)> {
    Some(match event {
        Event::Connecting { local, remote, .. } => {
            (Severity::Info, format!("phase 1: connecting from {local} to {remote}"))
        }
        Event::IkeEstablished { sa, .. } => (
            Severity::Info,
            format!(
                "phase 1: IKE SA {} established with {} ({}), {}; {}; rekeyed in {} s",
                sa.name,
                sa.remote,
                sa.remote_id,
                started_by(sa.role),
                sa.suite,
                sa.rekey_in.as_secs()
            ),
        ),
        Event::IkeRekeyed { old, sa, .. } => (
            Severity::Info,
            format!(
                "phase 1: IKE SA {} takes the place of {old}; {}; {}",
                sa.name,
                started_by(sa.role),
                sa.suite
            ),
        ),
        Event::IkeClosed { name, reason, .. } => {
            (close_severity(reason), format!("phase 1: IKE SA {name} closed: {}", close(reason)))
        }
        Event::ChildEstablished { child, .. } => (
            Severity::Info,
            format!(
                "phase 2: {} SA established, SPI {} in, {} out; {}{}; {}; rekeyed in {} s",
                child.protocol,
                child.inbound,
                child.outbound,
                child.suite,
                if child.encapsulated { ", in UDP" } else { "" },
                child.selectors,
                child.rekey_in.as_secs()
            ),
        ),
        Event::ChildRekeyed { old, child, .. } => (
            Severity::Info,
            format!(
                "phase 2: {} SA with SPI {} in, {} out takes the place of {old}; {}{}",
                child.protocol,
                child.inbound,
                child.outbound,
                child.suite,
                child.pfs.map_or_else(|| ", no PFS".to_string(), |group| format!(", PFS {group}")),
            ),
        ),
        Event::ChildSends { inbound, .. } => {
            (Severity::Debug, format!("phase 2: the SA with inbound SPI {inbound} sends from now on"))
        }
        Event::ChildClosed { inbound, reason, .. } => (
            close_severity(reason),
            format!("phase 2: SA with inbound SPI {inbound} closed: {}", close(reason)),
        ),
        Event::Failed { remote, phase, reason, .. } => {
            (Severity::Error, Explanation::new(*phase, remote.ip(), reason).to_string())
        }
        Event::Message(trace) => (Severity::Debug, message(trace)),
        Event::Retransmit { remote, attempt, exchange, .. } => (
            Severity::Info,
            format!("no answer from {remote} yet: {exchange} sent again, repetition {attempt}"),
        ),
        Event::NatDetected { local, remote, .. } => match (local, remote) {
            (false, false) => return None,
            (true, false) => (Severity::Info, "this gateway is behind a NAT: moving to UDP 4500".to_string()),
            (false, true) => (Severity::Info, "the peer is behind a NAT: moving to UDP 4500".to_string()),
            (true, true) => (Severity::Info, "both ends are behind a NAT: moving to UDP 4500".to_string()),
        },
        Event::PeerMoved { from, to, .. } => {
            (Severity::Info, format!("the peer moved from {from} to {to}, and the tunnel follows"))
        }
        Event::Dropped { remote, reason } => {
            (Severity::Warning, format!("dropped a datagram from {}: {reason}", remote.ip()))
        }
    })
}

fn started_by(role: Role) -> &'static str {
    match role {
        Role::Initiator => "started by us",
        Role::Responder => "started by the peer",
    }
}

/// Why an SA is gone, as the end of a sentence.
pub(crate) fn close(reason: &CloseReason) -> String {
    match reason {
        CloseReason::Local => "deleted by us".to_string(),
        CloseReason::PeerDeleted => "deleted by the peer".to_string(),
        CloseReason::Replaced => "another has taken its place".to_string(),
        CloseReason::OtherConnection => {
            "it serves another tunnel between the same identities, as the peer's subnets say".to_string()
        }
        CloseReason::PeerDead => "the peer no longer answers".to_string(),
        CloseReason::InitialContact => "the peer has started anew and does not know of it".to_string(),
        CloseReason::Expired => "its lifetime has ended".to_string(),
        CloseReason::Failed(reason) => Explanation::why(reason),
    }
}

fn close_severity(reason: &CloseReason) -> Severity {
    match reason {
        CloseReason::Local
        | CloseReason::Replaced
        | CloseReason::OtherConnection
        | CloseReason::PeerDeleted => Severity::Info,
        CloseReason::PeerDead | CloseReason::InitialContact | CloseReason::Expired => Severity::Warning,
        CloseReason::Failed(_) => Severity::Error,
    }
}

/// One message, as `sent IKE_SA_INIT request 0 to 192.0.2.1:500: SA KE Ni (228 octets)`.
pub fn message(trace: &MessageTrace) -> String {
    let (verb, towards) = if trace.sent { ("sent", "to") } else { ("received", "from") };
    format!(
        "{verb} {} {} {} {towards} {}: {} ({} octets)",
        trace.exchange,
        if trace.response { "response" } else { "request" },
        trace.message_id,
        trace.remote,
        trace.payloads.join(" "),
        trace.len
    )
}
