//! Why a tunnel is not connected, in an operator's words (DIAG-1 to DIAG-3).

use std::net::IpAddr;

use esp_core::time::Instant;
use ike_proto::diagnose::{Explanation, FailureReason};
use ipsec_policy::{Identity, PeerGateway, VpnTunnel};

use crate::narrate::close;
use crate::state::{FailureRecord, WaitingFor};
use crate::tunnel::{Contact, Ended, Stage};

/// What there is to know of a tunnel that is not connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) tunnel: &'a VpnTunnel,
    pub(crate) peer: &'a PeerGateway,
    /// Our own outer address.
    pub(crate) own: IpAddr,
    pub(crate) waiting_for: WaitingFor,
    pub(crate) own_failure: Option<&'a FailureRecord>,
    pub(crate) peer_failure: Option<&'a FailureRecord>,
    pub(crate) contact: &'a Contact,
    /// How far the last attempt has come.
    pub(crate) stage: Stage,
    /// What has ended, where nothing was tried since.
    pub(crate) ended: Option<&'a Ended>,
}

impl Case<'_> {
    /// What happened, why, and what to change here and at the peer.
    pub(crate) fn explain(&self) -> Explanation {
        if !matches!(self.waiting_for, WaitingFor::Operator)
            && let Some(failure) = self.telling_failure()
        {
            return failure.explanation.clone();
        }
        self.wait()
    }

    /// What it waits for, whatever has failed before.
    pub(crate) fn wait(&self) -> Explanation {
        let (why, fix) = self.waiting();
        Explanation { what: self.what(), why, fix }
    }

    /// The failure that says most: what we began may have got no answer while what the peer began shows why.
    fn telling_failure(&self) -> Option<&FailureRecord> {
        match (self.own_failure, self.peer_failure) {
            (Some(own), Some(peer)) if says_little(&own.reason) => Some(peer),
            (own, peer) => own.or(peer),
        }
    }

    fn what(&self) -> String {
        if self.peer.is_any() {
            format!("Tunnel {} with a peer of any address", self.tunnel.id)
        } else {
            format!("Tunnel {} with {}", self.tunnel.id, self.peer.address)
        }
    }

    fn waiting(&self) -> (String, String) {
        match self.waiting_for {
            WaitingFor::Peer(stage) => self.waiting_for_answer(stage),
            WaitingFor::PeerToInitiate => self.waiting_for_peer(),
            WaitingFor::Retry(at) => self.waiting_for_retry(at),
            WaitingFor::Traffic => (
                "the peer no longer answered, and the tunnel is on hold: it connects with the next packet from a local \
                 to a remote subnet."
                    .to_string(),
                "Send such a packet, or connect the tunnel by hand. At the peer: see that it is up and reaches the \
                 Internet."
                    .to_string(),
            ),
            WaitingFor::Renewal => (
                "the external address of this gateway is paid for no longer, and its tunnels are stopped.".to_string(),
                "Renew the external address; the tunnels then connect by themselves. At the peer nothing is to be changed."
                    .to_string(),
            ),
            WaitingFor::Operator => (
                "an operator has disconnected it; a peer that initiates is answered.".to_string(),
                "Connect it by hand, or let the peer initiate.".to_string(),
            ),
        }
    }

    fn waiting_for_retry(&self, at: Instant) -> (String, String) {
        let next = format!("The next attempt begins at {at} of the gateway's clock.");
        let Some(ended) = self.ended else {
            let (why, fix) = self.waiting_for_answer(self.stage);
            return (format!("{why} {next}"), fix);
        };
        let reason = close(&ended.reason);
        let reason = reason.trim_end_matches('.');
        if !ended.connected {
            return (
                format!("phase 1 stood and has ended before phase 2 was through: {reason}. {next}"),
                "If it stays so: see that the peer is still up, and that the path between the two loses no packets; the peer's \
                 log says how far it has come."
                    .to_string(),
            );
        }
        (
            format!("what was connected has ended: {reason}. {next}"),
            "Nothing is to be changed if that was on purpose; otherwise the connection log here and the peer's log say what \
             went before."
                .to_string(),
        )
    }

    fn waiting_for_answer(&self, stage: Stage) -> (String, String) {
        let ways: Vec<String> = self
            .contact
            .ways()
            .iter()
            .map(|way| {
                format!("{} to {} ({} sent, {} received)", way.local, way.remote, way.sent, way.received)
            })
            .collect();
        let tried = if ways.is_empty() { String::new() } else { format!(" Tried: {}.", ways.join(", ")) };
        let (why, fix) = match stage {
            Stage::FirstAnswer => (
                if self.contact.is_heard() {
                    "the peer has answered before, and not in this attempt yet."
                } else {
                    "nothing was heard of the peer yet."
                },
                "If it stays so: here, see that the peer's address is right and that UDP 500 and 4500 may leave and \
                 return. At the peer: see that it is up, that it has this gateway's address, and that its firewall lets \
                 UDP 500 and 4500 in. A peer behind NAT must initiate itself.",
            ),
            Stage::Port4500 => (
                "the peer has answered on UDP 500, and nothing was heard on UDP 4500, where the exchange has moved to \
                 because of a NAT.",
                "If it stays so: open UDP 4500 in both directions, here, at the peer, and on every firewall between the \
                 two.",
            ),
            Stage::Phase1 => (
                "phase 1 is under way, and the peer's next answer is waited for.",
                "If it stays so: see that the path between the two loses no packets, large ones above all. The peer's log says \
                 whether it has answered.",
            ),
            Stage::Phase2 => (
                "phase 1 stands, and the peer's answer of phase 2 is waited for.",
                "If it stays so: see that the path between the two loses no packets, large ones above all. The peer's log says \
                 whether it has answered, and if not, why.",
            ),
        };
        (format!("{why}{tried}"), fix.to_string())
    }

    fn waiting_for_peer(&self) -> (String, String) {
        let ports = "UDP 500 and 4500, and without a NAT also protocol 50 (ESP) or 51 (AH)";
        let peer_side = format!("At the peer: set {} as its peer and let it initiate.", self.own);
        let name = match self.tunnel.remote_identity(self.peer) {
            Some(Identity::Ip(address)) => address.to_string(),
            Some(Identity::Fqdn(name)) => name.as_str().to_string(),
            None => "nobody".to_string(),
        };
        let why = if self.peer.is_any() {
            format!("it waits for a peer that calls itself {name}, and none has initiated yet.")
        } else {
            "it does not initiate, and waits for the peer, which has not initiated yet.".to_string()
        };
        (why, format!("Here: let {ports} in. {peer_side}"))
    }
}

/// Whether a peer that refused, or did not answer, let nothing be known of its own configuration.
fn says_little(reason: &FailureReason) -> bool {
    match reason {
        FailureReason::NoAnswer { .. }
        | FailureReason::RefusedByPeer { .. }
        | FailureReason::Notify { .. } => true,
        FailureReason::IkeProposal { difference, by_peer: true }
        | FailureReason::ChildProposal { difference, by_peer: true } => difference.theirs.is_empty(),
        FailureReason::Selectors { theirs, by_peer: true, .. } => {
            theirs.local.is_empty() && theirs.remote.is_empty()
        }
        _ => false,
    }
}
