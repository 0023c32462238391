//! How a tunnel lives: what the operator wants, what is tried, and what becomes of it (CONN-1 to CONN-5).

use std::time::Duration;

use esp_core::sa::Spi;
use esp_core::time::Instant;
use ike_proto::diagnose::{
    ChildSaInfo, CloseReason, Event, Explanation, FailureReason, IkeSaInfo, IkeSaName, Phase, Role,
};
use ipsec_policy::{PeerGateway, VpnTunnel};

use super::{Attempt, Contact, Ended, Intent, Tunnel};
use crate::config::{DeadPeerAction, GatewayConfig};
use crate::state::{ConnectionState, FailureRecord, PfsCheck};

/// What is to be done about an attempt now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// It is to begin, and counts as begun.
    Begin,
    /// It has taken too long and is to end.
    GiveUp,
}

/// What the operator wants.
impl Tunnel {
    /// To be connected, with the failures forgotten.
    pub(crate) fn connect(&mut self, now: Instant) {
        self.intent = if self.peer.is_any() { Intent::Answer } else { Intent::Connect };
        self.begin_anew(now);
    }

    /// To be disconnected.
    pub(crate) fn disconnect(&mut self) {
        self.intent = Intent::Stopped;
        self.held = false;
        self.wait_for_nothing();
    }

    /// To be another one, whose SAs are made anew (TUN-6).
    pub(crate) fn reconfigure(&mut self, now: Instant, tunnel: VpnTunnel, peer: PeerGateway) {
        self.relabel(now, tunnel, peer);
        self.held = false;
        self.wait_for_nothing();
        self.begin_anew(now);
    }

    /// To be called something else, or to begin by itself from now on, or no more.
    pub(crate) fn relabel(&mut self, now: Instant, tunnel: VpnTunnel, peer: PeerGateway) {
        let initiates = tunnel.initiates(&peer);
        (self.tunnel, self.peer) = (tunnel, peer);
        match (self.intent, initiates) {
            (Intent::Answer, true) => {
                self.intent = Intent::Connect;
                self.begin_anew(now);
            }
            (Intent::Connect, false) => {
                self.intent = Intent::Answer;
                if self.state != ConnectionState::Connected {
                    self.wait_for_nothing();
                }
            }
            _ => {}
        }
    }

    /// To find out now whether the peer agrees to the group of Child SAs that replace others. Whether there is one.
    pub(crate) fn check_pfs(&mut self, now: Instant) -> bool {
        if self.carries() {
            self.pfs = PfsCheck::Running { since: now };
        }
        self.carries()
    }

    fn begin_anew(&mut self, now: Instant) {
        self.retry.reset();
        if self.state != ConnectionState::Connected {
            self.state = ConnectionState::Connecting;
            self.contact = Contact::default();
            self.begin_at(now);
        }
    }

    fn wait_for_nothing(&mut self) {
        self.attempt = Attempt::None;
        self.retry.reset();
        if self.state != ConnectionState::Connected {
            self.state = ConnectionState::Connecting;
        }
    }
}

/// Attempts.
impl Tunnel {
    /// A packet wanted to pass and there was no SA.
    pub(crate) fn traffic(&mut self, now: Instant) {
        if self.attempt == Attempt::OnTraffic {
            self.begin_at(now);
        }
    }

    /// Whether something is to be done about an attempt now.
    pub(crate) fn attempt_due(&mut self, now: Instant, config: &GatewayConfig) -> Option<Due> {
        match self.attempt {
            Attempt::Due(due) if due <= now => {
                let until = self.retry.deadline(due, config.longest_attempt(), &config.retry);
                // Whoever wakes us late does not make an attempt of no length.
                let until = if until > now { until } else { now + config.retry.interval.max(TICK) };
                self.attempt = Attempt::Running { due, until };
                self.ended = None;
                Some(Due::Begin)
            }
            Attempt::Running { until, .. } if until <= now => Some(Due::GiveUp),
            _ => None,
        }
    }

    /// An attempt was given up. Where that was not told as a failure, since an IKE SA stands that is still asked, it
    /// counts as one here.
    pub(crate) fn given_up(&mut self, now: Instant, config: &GatewayConfig) {
        if matches!(self.attempt, Attempt::Running { until, .. } if until <= now) {
            self.failed(now, config);
        }
    }

    fn begin_at(&mut self, at: Instant) {
        if self.intent == Intent::Connect {
            self.attempt = Attempt::Due(at);
        }
    }

    /// An attempt of ours failed.
    fn failed(&mut self, now: Instant, config: &GatewayConfig) {
        let Attempt::Running { due, .. } = self.attempt else { return };
        if self.carries() {
            self.attempt = Attempt::None;
            return;
        }
        let next = self.retry.failed(now, due, &config.retry);
        self.attempt = Attempt::Due(next.at);
        if next.exhausted {
            self.state = self.failed_state();
        }
    }

    /// Which of the two it is follows from what stands (CONN-1).
    fn failed_state(&self) -> ConnectionState {
        if self.ike.is_empty() { ConnectionState::Phase1Failed } else { ConnectionState::Phase2Failed }
    }
}

/// The resolution of the clock.
const TICK: Duration = Duration::from_micros(1);

/// What the key exchange does.
impl Tunnel {
    /// Follows what the key exchange did.
    pub(crate) fn on_event(&mut self, now: Instant, event: &Event, config: &GatewayConfig) {
        if self.state != ConnectionState::Connected {
            self.contact.on_event(event);
        }
        match event {
            Event::IkeEstablished { sa, .. } => self.ike.push(sa.clone()),
            Event::IkeRekeyed { old, sa, .. } => {
                self.forget_ike(*old);
                self.ike.push(sa.clone());
            }
            Event::IkeClosed { name, reason, .. } => self.ike_closed(now, *name, reason, config),
            Event::ChildEstablished { child, .. } => self.child_stands(None, child),
            Event::ChildRekeyed { old, child, .. } => {
                self.child_stands(Some(*old), child);
                if matches!(self.pfs, PfsCheck::Running { .. }) {
                    self.pfs = PfsCheck::Agreed { at: now, group: child.pfs };
                }
            }
            Event::ChildSends { inbound, .. } => {
                let child = self.children.iter_mut().find(|child| child.inbound == *inbound);
                if let Some(child) = child {
                    child.sends = true;
                    self.sends = true;
                }
            }
            Event::ChildClosed { inbound, reason, .. } => {
                self.children.retain(|child| child.inbound != *inbound);
                if !self.carries() {
                    self.sends = false;
                    self.lost(now, reason, config);
                }
            }
            Event::Failed { phase, reason, remote, role, .. } => {
                let failure = record(now, *phase, *remote, *role, reason);
                self.on_failure(now, failure, config);
            }
            Event::PeerMoved { from, to, .. } => {
                for sa in self.ike.iter_mut().filter(|sa| sa.remote == *from) {
                    sa.remote = *to;
                }
            }
            Event::Connecting { .. }
            | Event::Message(_)
            | Event::Retransmit { .. }
            | Event::NatDetected { .. }
            | Event::Dropped { .. } => {}
        }
    }

    /// Our address of its SAs is another one now.
    pub(crate) fn readdress(&mut self, address: std::net::IpAddr) {
        for sa in &mut self.ike {
            sa.local.set_ip(address);
        }
    }

    fn on_failure(&mut self, now: Instant, failure: FailureRecord, config: &GatewayConfig) {
        if matches!(failure.reason, FailureReason::Cancelled) {
            return;
        }
        // What the peer began and got wrong is told, but says nothing of our own attempts: anyone can begin.
        if failure.role == Role::Responder {
            if self.state != ConnectionState::Connected {
                self.peer_failure = Some(failure);
            }
            return;
        }
        if failure.phase == Phase::Two && matches!(self.pfs, PfsCheck::Running { .. }) {
            self.pfs = PfsCheck::Refused(Box::new(failure.clone()));
        }
        self.own_failure = Some(failure);
        self.failed(now, config);
    }

    /// An IKE SA is gone. Where it was ours and the last, and carried nothing yet, the attempt has failed with it.
    fn ike_closed(&mut self, now: Instant, name: IkeSaName, reason: &CloseReason, config: &GatewayConfig) {
        let ours = self.ike.iter().any(|sa| sa.name == name && sa.role == Role::Initiator);
        self.forget_ike(name);
        if !self.ike.is_empty() || self.carries() {
            return;
        }
        self.lost(now, reason, config);
        if ours && matches!(self.attempt, Attempt::Running { .. }) {
            self.ended = Some(Ended { reason: reason.clone(), connected: false });
            self.failed(now, config);
        }
    }

    fn forget_ike(&mut self, name: IkeSaName) {
        self.ike.retain(|sa: &IkeSaInfo| sa.name != name);
        if self.ike.is_empty() && self.state == ConnectionState::Phase2Failed {
            self.state = ConnectionState::Phase1Failed;
        }
    }

    /// A Child SA stands, perhaps in the place of another.
    fn child_stands(&mut self, replaces: Option<Spi>, child: &ChildSaInfo) {
        self.children.retain(|other| Some(other.inbound) != replaces);
        self.children.push(child.clone());
        // While it does not send, the one before it does, if there was one.
        self.sends |= child.sends;
        if self.state != ConnectionState::Connected || replaces.is_some() {
            self.own_failure = None;
        }
        self.state = ConnectionState::Connected;
        self.attempt = Attempt::None;
        self.retry.reset();
        self.held = false;
        self.peer_failure = None;
        self.contact = Contact::default();
    }

    /// The last SA is gone.
    fn lost(&mut self, now: Instant, reason: &CloseReason, config: &GatewayConfig) {
        if self.state != ConnectionState::Connected {
            return;
        }
        self.state = ConnectionState::Connecting;
        self.ended = Some(Ended { reason: reason.clone(), connected: true });
        self.pfs = PfsCheck::NotChecked;
        match (reason, config.dead_peer) {
            (CloseReason::PeerDead, DeadPeerAction::Hold) if self.intent != Intent::Stopped => {
                self.held = true;
                self.attempt =
                    if self.intent == Intent::Connect { Attempt::OnTraffic } else { Attempt::None };
            }
            _ if self.intent != Intent::Connect => self.attempt = Attempt::None,
            (CloseReason::PeerDead, DeadPeerAction::Clear) => self.attempt = Attempt::None,
            (CloseReason::PeerDead, DeadPeerAction::Restart) => self.begin_at(now),
            _ => self.begin_at(now + config.retry.pause),
        }
    }
}

fn record(
    at: Instant,
    phase: Phase,
    remote: std::net::SocketAddr,
    role: Role,
    reason: &FailureReason,
) -> FailureRecord {
    let explanation = Explanation::new(phase, remote.ip(), reason);
    FailureRecord { at, phase, role, remote, reason: reason.clone(), explanation }
}
