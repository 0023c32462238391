//! One tunnel at run time: what is wanted of it against what stands.

use std::collections::BTreeMap;

use esp_core::command::{PolicyAction, PolicyId, PolicyParams};
use esp_core::sa::{Mode, ReqId, Spi};
use esp_core::time::Instant;
use ike_proto::diagnose::{ChildSaInfo, CloseReason, Event, Explanation, IkeSaInfo, IkeSaName, Phase, Role};
use ike_proto::endpoint::ConnectionId;
use ipsec_policy::{PeerGateway, VpnTunnel};

use crate::config::{DeadPeerAction, GatewayConfig};
use crate::log::ConnectionLog;
use crate::retry::Retry;
use crate::state::{ConnectionState, FailureRecord, TunnelStatus, WaitingFor};

/// What is wanted of a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intent {
    /// To be connected, by our doing if need be.
    Connect,
    /// To answer the peer (PEER-2).
    Answer,
    /// Nothing, until the operator says otherwise.
    Stopped,
}

/// What our side is doing to get connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// Nothing.
    None,
    /// To begin at this time.
    Due(Instant),
    /// Under way. If nothing is heard of it by then, it counts as failed.
    Running { until: Instant },
    /// To begin when a packet wants to pass (CONN-5, *hold*).
    OnTraffic,
}

/// One tunnel at run time.
#[derive(Debug)]
pub(crate) struct Tunnel {
    pub(crate) tunnel: VpnTunnel,
    pub(crate) peer: PeerGateway,
    pub(crate) connection: ConnectionId,
    pub(crate) log: ConnectionLog,
    state: ConnectionState,
    intent: Intent,
    attempt: Attempt,
    retry: Retry,
    /// In the order in which they were established: the newest comes last.
    ike: Vec<IkeSaInfo>,
    children: BTreeMap<Spi, ChildSaInfo>,
    last_failure: Option<FailureRecord>,
}

impl Tunnel {
    pub(crate) fn new(
        now: Instant,
        tunnel: VpnTunnel,
        peer: PeerGateway,
        connection: ConnectionId,
        config: &GatewayConfig,
    ) -> Self {
        let initiates = tunnel.initiates(&peer);
        Self {
            tunnel,
            peer,
            connection,
            log: ConnectionLog::new(config.log_entries),
            state: ConnectionState::Connecting,
            intent: if initiates { Intent::Connect } else { Intent::Answer },
            attempt: if initiates { Attempt::Due(now) } else { Attempt::None },
            retry: Retry::default(),
            ike: Vec::new(),
            children: BTreeMap::new(),
            last_failure: None,
        }
    }

    /// What ties this tunnel's policy to its SAs.
    pub(crate) fn reqid(&self) -> ReqId {
        ReqId(self.connection.0)
    }

    /// The name of this tunnel's policy.
    pub(crate) fn policy_id(&self) -> PolicyId {
        PolicyId(u64::from(self.connection.0))
    }

    /// The policy that protects this tunnel's traffic, from its creation to its deletion: without an SA it drops
    ///
    pub(crate) fn policy(&self, config: &GatewayConfig) -> PolicyParams {
        PolicyParams {
            id: self.policy_id(),
            selectors: self.tunnel.selectors(),
            action: PolicyAction::Protect {
                reqid: self.reqid(),
                protocol: crate::connection::protocol(&self.tunnel),
                mode: Mode::Tunnel,
                local: config.gateway.external.address,
                remote: self.remote(),
            },
            priority: 1_000,
        }
    }

    /// The peer's address: as it is now, or as configured.
    pub(crate) fn remote(&self) -> Option<std::net::IpAddr> {
        let current = self.ike.last().map(|sa| sa.remote.ip());
        current.or_else(|| (!self.peer.is_any()).then_some(self.peer.address))
    }

    /// Its connection state.
    pub(crate) fn state(&self) -> ConnectionState {
        self.state
    }

    /// Whether a Child SA stands.
    pub(crate) fn carries(&self) -> bool {
        !self.children.is_empty()
    }

    /// What is known of it.
    pub(crate) fn status(&self) -> TunnelStatus {
        TunnelStatus {
            id: self.tunnel.id.clone(),
            state: self.state,
            waiting_for: self.waiting_for(),
            failures: self.retry.failures(),
            ike: self.ike.last().cloned(),
            children: self.children.values().cloned().collect(),
            last_failure: self.last_failure.clone(),
            one_way: None,
        }
    }

    fn waiting_for(&self) -> Option<WaitingFor> {
        match (self.state, self.attempt, self.intent) {
            (ConnectionState::Connected, ..) => None,
            (_, Attempt::Due(at), _) => Some(WaitingFor::Retry(at)),
            (_, Attempt::Running { .. }, _) => Some(WaitingFor::Peer),
            (_, Attempt::OnTraffic, _) => Some(WaitingFor::Traffic),
            (_, Attempt::None, Intent::Stopped) => Some(WaitingFor::Operator),
            (_, Attempt::None, _) => Some(WaitingFor::PeerToInitiate),
        }
    }

    /// When it wants to be looked at again.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match self.attempt {
            Attempt::Due(at) | Attempt::Running { until: at } => Some(at),
            Attempt::None | Attempt::OnTraffic => None,
        }
    }

    /// The operator wants it connected.
    pub(crate) fn connect(&mut self, now: Instant) {
        self.intent = if self.peer.is_any() { Intent::Answer } else { Intent::Connect };
        self.retry.reset();
        if self.state != ConnectionState::Connected {
            self.state = ConnectionState::Connecting;
            self.begin_at(now);
        }
    }

    /// The operator wants it disconnected.
    pub(crate) fn disconnect(&mut self) {
        self.intent = Intent::Stopped;
        self.attempt = Attempt::None;
        self.retry.reset();
    }

    /// A packet wanted to pass and there was no SA.
    pub(crate) fn traffic(&mut self, now: Instant) {
        if self.attempt == Attempt::OnTraffic {
            self.begin_at(now);
        }
    }

    /// Whether an attempt is to begin now; it then counts as begun.
    pub(crate) fn attempt_due(&mut self, now: Instant, config: &GatewayConfig) -> bool {
        match self.attempt {
            Attempt::Due(at) if at <= now => {
                self.attempt = Attempt::Running { until: now + config.longest_attempt() };
                true
            }
            Attempt::Running { until } if until <= now => {
                self.failed(now, Phase::One, config);
                false
            }
            _ => false,
        }
    }

    fn begin_at(&mut self, at: Instant) {
        if self.intent == Intent::Connect {
            self.attempt = Attempt::Due(at);
        }
    }

    /// Follows what the key exchange did.
    pub(crate) fn on_event(&mut self, now: Instant, event: &Event, config: &GatewayConfig) {
        match event {
            Event::IkeEstablished { sa, .. } => {
                self.ike.push(sa.clone());
            }
            Event::IkeRekeyed { old, sa, .. } => {
                self.forget_ike(*old);
                self.ike.push(sa.clone());
            }
            Event::IkeClosed { name, reason, .. } => {
                self.forget_ike(*name);
                if self.ike.is_empty() && !self.carries() {
                    self.lost(now, reason, config);
                }
            }
            Event::ChildEstablished { child, .. } => {
                self.children.insert(child.inbound, child.clone());
                self.connected();
            }
            Event::ChildRekeyed { old, child, .. } => {
                self.children.remove(old);
                self.children.insert(child.inbound, child.clone());
                self.connected();
            }
            Event::ChildSends { inbound, .. } => {
                if let Some(child) = self.children.get_mut(inbound) {
                    child.sends = true;
                }
            }
            Event::ChildClosed { inbound, reason, .. } => {
                self.children.remove(inbound);
                if !self.carries() {
                    self.lost(now, reason, config);
                }
            }
            Event::Failed { phase, reason, remote, role, .. } => {
                let explanation = Explanation::new(*phase, remote.ip(), reason);
                if self.state != ConnectionState::Connected {
                    self.last_failure = Some(FailureRecord {
                        at: now,
                        phase: *phase,
                        remote: *remote,
                        reason: reason.clone(),
                        explanation,
                    });
                }
                // What the peer began and got wrong is told, but says nothing of our own attempts: anyone can begin.
                if *role == Role::Initiator && matches!(self.attempt, Attempt::Running { .. }) {
                    self.failed(now, *phase, config);
                }
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

    fn forget_ike(&mut self, name: IkeSaName) {
        self.ike.retain(|sa| sa.name != name);
    }

    fn connected(&mut self) {
        self.state = ConnectionState::Connected;
        self.attempt = Attempt::None;
        self.retry.reset();
        self.last_failure = None;
    }

    /// The last SA is gone.
    fn lost(&mut self, now: Instant, reason: &CloseReason, config: &GatewayConfig) {
        if self.state != ConnectionState::Connected {
            return;
        }
        self.state = ConnectionState::Connecting;
        match (reason, config.dead_peer) {
            _ if self.intent != Intent::Connect => self.attempt = Attempt::None,
            (CloseReason::PeerDead, DeadPeerAction::Hold) => self.attempt = Attempt::OnTraffic,
            (CloseReason::PeerDead, DeadPeerAction::Clear) => self.attempt = Attempt::None,
            (CloseReason::PeerDead, DeadPeerAction::Restart) => self.begin_at(now),
            _ => self.begin_at(now + config.retry.pause),
        }
    }

    /// An attempt of ours failed.
    fn failed(&mut self, now: Instant, phase: Phase, config: &GatewayConfig) {
        let next = self.retry.failed(now, &config.retry);
        self.attempt = Attempt::Due(next.at);
        if self.carries() {
            self.attempt = Attempt::None;
        } else if next.exhausted {
            self.state = match phase {
                Phase::One => ConnectionState::Phase1Failed,
                Phase::Two => ConnectionState::Phase2Failed,
            };
        }
    }
}

#[cfg(test)]
mod tests;
