//! What a protocol event says, as values for programs (CONN-7). The sentence has the same for people.

use ike_proto::diagnose::{ChildSaInfo, Event, Explanation, IkeSaInfo, Phase, Role};

use crate::log::Line;

/// Adds what an event says. A message has no fields: who wants them takes the event itself.
pub(crate) fn facts(line: Line, event: &Event) -> Line {
    match event {
        Event::Connecting { local, remote, .. } => line.with("local", local).with("remote", remote),
        Event::IkeEstablished { sa, .. } => ike_sa(line, sa),
        Event::IkeRekeyed { old, sa, .. } => ike_sa(line, sa).with("replaces", old),
        Event::IkeClosed { name, reason, .. } => {
            line.with("ike_sa", name).with("reason", super::close(reason))
        }
        Event::ChildEstablished { child, .. } => child_sa(line, child),
        Event::ChildRekeyed { old, child, .. } => child_sa(line, child).with("replaces", old),
        Event::ChildSends { inbound, .. } => line.with("spi_in", inbound),
        Event::ChildClosed { inbound, reason, .. } => {
            line.with("spi_in", inbound).with("reason", super::close(reason))
        }
        Event::Failed { remote, role, phase, reason, .. } => line
            .with("remote", remote)
            .with("role", role_name(*role))
            .with("phase", phase_number(*phase))
            .with("reason", Explanation::why(reason)),
        Event::Message(_) => line,
        Event::Retransmit { remote, attempt, exchange, .. } => {
            line.with("remote", remote).with("exchange", exchange).with("repetition", attempt)
        }
        Event::NatDetected { local, remote, .. } => line.with("nat_here", local).with("nat_there", remote),
        Event::PeerMoved { from, to, .. } => line.with("from", from).with("to", to),
        Event::Dropped { remote, reason } => line.with("remote", remote.ip()).with("reason", reason),
    }
}

/// The name of an event, which stays when its sentence changes.
pub(crate) const fn name(event: &Event) -> &'static str {
    match event {
        Event::Connecting { .. } => "connecting",
        Event::IkeEstablished { .. } => "ike-established",
        Event::IkeRekeyed { .. } => "ike-rekeyed",
        Event::IkeClosed { .. } => "ike-closed",
        Event::ChildEstablished { .. } => "child-established",
        Event::ChildRekeyed { .. } => "child-rekeyed",
        Event::ChildSends { .. } => "child-sends",
        Event::ChildClosed { .. } => "child-closed",
        Event::Failed { .. } => "failed",
        Event::Message(_) => "message",
        Event::Retransmit { .. } => "retransmit",
        Event::NatDetected { .. } => "nat-detected",
        Event::PeerMoved { .. } => "peer-moved",
        Event::Dropped { .. } => "dropped",
    }
}

fn ike_sa(line: Line, sa: &IkeSaInfo) -> Line {
    line.with("ike_sa", sa.name)
        .with("local", sa.local)
        .with("remote", sa.remote)
        .with("local_id", &sa.local_id)
        .with("remote_id", &sa.remote_id)
        .with("role", role_name(sa.role))
        .with("suite", sa.suite)
        .with("rekey_in_seconds", sa.rekey_in.as_secs())
}

fn child_sa(line: Line, child: &ChildSaInfo) -> Line {
    let pfs = child.pfs.map_or_else(|| "none".to_owned(), |group| group.to_string());
    line.with("protocol", child.protocol)
        .with("spi_in", child.inbound)
        .with("spi_out", child.outbound)
        .with("suite", child.suite)
        .with("pfs", pfs)
        .with("in_udp", child.encapsulated)
        .with("selectors", &child.selectors)
        .with("rekey_in_seconds", child.rekey_in.as_secs())
}

const fn phase_number(phase: Phase) -> u8 {
    match phase {
        Phase::One => 1,
        Phase::Two => 2,
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Initiator => "initiator",
        Role::Responder => "responder",
    }
}
