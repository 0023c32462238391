//! Connected tunnels over which traffic goes one way only (DIAG-5).

use std::fmt;
use std::time::Duration;

use esp_core::drop_reason::DropReason;
use esp_core::time::Instant;
use ike_proto::diagnose::Explanation;
use ipsec_policy::{IpsecProtocol, VpnTunnel};

use crate::monitor::series::Point;

/// Fewer packets than this one way say nothing: a single question may go unanswered.
const LEAST_PACKETS: u64 = 3;

/// Which way of a tunnel is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilentWay {
    /// We send and nothing comes back.
    In,
    /// The peer sends and nothing goes back.
    Out,
}

impl fmt::Display for SilentWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::In => "nothing received",
            Self::Out => "nothing sent",
        })
    }
}

/// A connected tunnel over which traffic goes one way only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneWay {
    /// Which way is silent.
    pub silent: SilentWay,
    /// Since when.
    pub since: Instant,
    /// How many packets went the other way until it was told.
    pub packets: u64,
    /// Whether nothing has gone this way since the tunnel was connected: then the path is suspected before the hosts.
    pub since_connected: bool,
    /// Packets of this tunnel that were dropped meanwhile, by reason.
    pub drops: Vec<(DropReason, u64)>,
    /// Packets that belong to no tunnel, and may have been meant for this one, that were dropped meanwhile, by reason.
    pub stray: Vec<(DropReason, u64)>,
    /// The same as sentences, with what to check.
    pub explanation: Explanation,
}

/// What is known while a tunnel is watched for it.
#[derive(Debug, Default)]
pub(crate) struct OneWayWatch {
    suspicion: Option<Suspicion>,
    /// Whether the suspicion was told.
    told: bool,
    /// Whether packets have come in, and have gone out, since the tunnel was connected.
    passed: [bool; 2],
}

#[derive(Debug)]
struct Suspicion {
    silent: SilentWay,
    since: Instant,
    packets: u64,
    drops: Vec<(DropReason, u64)>,
    stray: Vec<(DropReason, u64)>,
}

/// What a step of time says.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Nothing new.
    Same,
    /// One way has been silent for long enough.
    Silent(OneWay),
    /// Both ways carry traffic again, or the tunnel is not connected any more.
    Over,
}

impl OneWayWatch {
    /// A step of time has ended in which these packets were dropped, of the tunnel's own and of nobody's.
    pub(crate) fn step(
        &mut self,
        point: &Point,
        drops: &[(DropReason, u64)],
        stray: &[(DropReason, u64)],
        after: Duration,
    ) -> Verdict {
        let traffic = &point.traffic;
        let passed = [traffic.packets_in > 0, traffic.packets_out > 0];
        if point.health() == 0 {
            // What has passed in this step may be of the connection that stands at its end.
            self.passed = passed;
            return self.over();
        }
        self.passed = [self.passed[0] || passed[0], self.passed[1] || passed[1]];
        let silent = match (traffic.packets_in, traffic.packets_out) {
            (0, 0) => None,
            (0, _) => Some(SilentWay::In),
            (_, 0) => Some(SilentWay::Out),
            _ => return self.over(),
        };
        let was_told = self.told;
        if let Some(silent) = silent
            && self.suspicion.as_ref().is_none_or(|suspicion| suspicion.silent != silent)
        {
            let (since, packets) = (point.from, 0);
            self.suspicion = Some(Suspicion { silent, since, packets, drops: vec![], stray: vec![] });
            self.told = false;
        }
        let Some(suspicion) = &mut self.suspicion else { return Verdict::Same };
        suspicion.packets = suspicion.packets.saturating_add(traffic.packets_in.max(traffic.packets_out));
        tally(&mut suspicion.drops, drops);
        tally(&mut suspicion.stray, stray);
        let long = point.until.saturating_duration_since(suspicion.since) >= after;
        if !self.told && long && suspicion.packets >= LEAST_PACKETS {
            self.told = true;
            return Verdict::Silent(suspicion.report(point.until, self.passed));
        }
        if was_told && !self.told { Verdict::Over } else { Verdict::Same }
    }

    fn over(&mut self) -> Verdict {
        self.suspicion = None;
        if std::mem::take(&mut self.told) { Verdict::Over } else { Verdict::Same }
    }
}

impl Suspicion {
    fn report(&self, now: Instant, [has_come, has_gone]: [bool; 2]) -> OneWay {
        let span = now.saturating_duration_since(self.since);
        let (verb, other, ever) = match self.silent {
            SilentWay::In => ("sent", "received", has_come),
            SilentWay::Out => ("received", "sent", has_gone),
        };
        let what = format!(
            "Traffic goes one way only, {} packets {verb} in {} s and none {other}",
            self.packets,
            span.as_secs()
        );
        OneWay {
            silent: self.silent,
            since: self.since,
            packets: self.packets,
            since_connected: !ever,
            drops: self.drops.clone(),
            stray: self.stray.clone(),
            explanation: Explanation { what, why: String::new(), fix: String::new() },
        }
    }
}

impl OneWay {
    /// Adds what can only be said by who knows the tunnel.
    pub(crate) fn explain(mut self, tunnel: &VpnTunnel, encapsulated: bool) -> Self {
        let stray: Vec<_> =
            self.stray.iter().filter(|(reason, _)| concerns(self.silent, *reason)).copied().collect();
        self.stray = stray;
        (self.explanation.why, self.explanation.fix) = match self.blocked(tunnel, encapsulated) {
            Some(protocol) => self.blocked_path(protocol, tunnel),
            None => (self.why(), self.fix(tunnel, encapsulated)),
        };
        self
    }

    /// The protocol that may be blocked: IKE passes, since the tunnel is connected, and nothing else ever has. Not
    /// where both share a port.
    fn blocked(&self, tunnel: &VpnTunnel, encapsulated: bool) -> Option<IpsecProtocol> {
        let nothing = self.drops.is_empty() && self.stray.is_empty();
        let suspicious = self.silent == SilentWay::In && self.since_connected && nothing && !encapsulated;
        suspicious.then_some(tunnel.ipsec.protocol)
    }

    fn blocked_path(&self, protocol: IpsecProtocol, tunnel: &VpnTunnel) -> (String, String) {
        let (local, remote) = (subnets(&tunnel.local_subnets), subnets(&tunnel.remote_subnets));
        let (name, otherwise) = match protocol {
            IpsecProtocol::Esp => (
                "ESP (IP protocol 50)",
                " Where that cannot be had, let both ends carry ESP in UDP 4500 (forced encapsulation).",
            ),
            IpsecProtocol::Ah => ("AH (IP protocol 51)", ""),
        };
        (
            format!(
                "IKE passes, and not one packet of the peer's has arrived since the tunnel was connected. Either the path blocks \
                 {name}, or the hosts behind the peer do not answer."
            ),
            format!(
                "See what the peer counts. If it has received none of our packets, or sent some that never came, let {name} \
                 pass in both directions here, at the peer, and on every firewall between the two.{otherwise} If it has \
                 received ours and sent none, check that the hosts in {remote} have a route to {local} through the peer, and \
                 that their firewalls let them answer."
            ),
        )
    }

    fn why(&self) -> String {
        let nothing = match self.silent {
            SilentWay::In => "no packet of the peer's arrived that could have been dropped",
            SilentWay::Out => "no host of the local subnets handed a packet for the peer to the gateway",
        };
        match (self.drops.is_empty(), self.stray.is_empty()) {
            (true, true) => format!("{nothing}."),
            (false, true) => format!("dropped in this tunnel: {}.", list(&self.drops)),
            (true, false) => format!("dropped, and maybe of this tunnel: {}.", list(&self.stray)),
            (false, false) => format!(
                "dropped in this tunnel: {}; dropped, and maybe of this tunnel: {}.",
                list(&self.drops),
                list(&self.stray)
            ),
        }
    }

    fn fix(&self, tunnel: &VpnTunnel, encapsulated: bool) -> String {
        let (local, remote) = (subnets(&tunnel.local_subnets), subnets(&tunnel.remote_subnets));
        if let Some((reason, _)) = self.drops.iter().chain(&self.stray).max_by_key(|(_, count)| *count)
            && let Some(advice) = advice(*reason, &local, &remote)
        {
            return advice;
        }
        // They came, or were handed over, so neither the path nor a host's route is to be looked at.
        if !self.drops.is_empty() {
            return match self.silent {
                SilentWay::In => {
                    "Compare the IPsec policy with the peer's, and reconnect the tunnel; if it stays so, something on the path \
                     changes the packets."
                }
                SilentWay::Out => "Reconnect the tunnel; the connection log says what became of its Security Associations.",
            }
            .to_owned();
        }
        let carried = match (tunnel.ipsec.protocol, encapsulated) {
            (IpsecProtocol::Ah, _) => "AH (IP protocol 51)",
            (IpsecProtocol::Esp, true) => "UDP 4500",
            (IpsecProtocol::Esp, false) => "ESP (IP protocol 50)",
        };
        match self.silent {
            SilentWay::In => format!(
                "Check that the hosts in {remote} have a route to {local} through the peer, that the peer's own firewall lets \
                 them answer, and that a firewall on the path lets {carried} pass to us."
            ),
            SilentWay::Out => format!(
                "Check that the hosts in {local} have a route to {remote} through this gateway, and that their own firewalls \
                 let them answer."
            ),
        }
    }
}

/// Whether packets that were dropped for this reason, and belong to no tunnel, may be those that are missed.
fn concerns(silent: SilentWay, reason: DropReason) -> bool {
    use DropReason as R;
    match silent {
        SilentWay::In => matches!(reason, R::UnknownSpi | R::OuterFragment | R::ReservedSpi | R::NotEsp),
        SilentWay::Out => matches!(reason, R::NoPolicy | R::NoOutboundSa | R::DiscardPolicy | R::TooBig),
    }
}

/// What to do about packets that were dropped for this reason.
fn advice(reason: DropReason, local: &str, remote: &str) -> Option<String> {
    use DropReason as R;
    Some(match reason {
        R::BadIcv => {
            "Rekey the tunnel: the two ends do not have the same keys, or somebody on the path changes the packets.".into()
        }
        R::Sha256IcvCutTo96 => "Set the peer to HMAC-SHA2-256 with 128 bits, or choose sha1 at both ends.".into(),
        R::SelectorMismatch => format!(
            "Check the subnets at the peer: what it sends through this tunnel is not from {remote} to {local}."
        ),
        R::UnknownSpi => {
            "Reconnect the tunnel: the peer sends with a Security Association that this end does not have.".into()
        }
        R::OuterFragment => {
            "Lower the MTU of the peer's tunnel: its packets are fragmented on the way, and fragments are dropped.".into()
        }
        R::TooBig => {
            "Check that the local hosts get ICMP \"fragmentation needed\", or lower their MTU: their packets do not fit."
                .into()
        }
        R::NoPolicy => format!(
            "Check the addresses of the hosts: packets came to the gateway that are not from {local} to {remote}."
        ),
        R::Replayed | R::TooOld => {
            "Check whether something on the path doubles or delays packets, and whether the peer runs on two nodes with one \
             sequence number."
                .into()
        }
        _ => return None,
    })
}

fn list(drops: &[(DropReason, u64)]) -> String {
    let words: Vec<String> = drops.iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
    words.join(", ")
}

fn subnets(subnets: &[esp_core::net::Cidr]) -> String {
    let words: Vec<String> = subnets.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// Adds counts to others, reason by reason.
pub(super) fn tally(sum: &mut Vec<(DropReason, u64)>, more: &[(DropReason, u64)]) {
    for (reason, count) in more {
        match sum.iter_mut().find(|(other, _)| other == reason) {
            Some((_, total)) => *total = total.saturating_add(*count),
            None => sum.push((*reason, *count)),
        }
    }
}

#[cfg(test)]
mod tests;
