//! One tunnel at run time: what is wanted of it against what stands.

mod contact;
mod life;

use esp_core::command::{PolicyAction, PolicyId, PolicyParams};
use esp_core::sa::{Mode, ReqId};
use esp_core::time::Instant;
use ike_proto::diagnose::{ChildSaInfo, CloseReason, Explanation, IkeSaInfo};
use ike_proto::endpoint::ConnectionId;
use ipsec_policy::{PeerGateway, VpnTunnel};

use crate::config::GatewayConfig;
use crate::diagnosis::Case;
use crate::log::ConnectionLog;
use crate::retry::Retry;
use crate::state::{ConnectionState, FailureRecord, PfsCheck, TunnelStatus, WaitingFor};

pub use contact::{Contact, Stage, Way};
pub(crate) use life::Due;

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
    /// Under way since `due`. What has come to nothing by `until` has failed.
    Running { due: Instant, until: Instant },
    /// To begin when a packet wants to pass (CONN-5, *hold*).
    OnTraffic,
}

/// What stood and has ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Why.
    pub(crate) reason: CloseReason,
    /// Whether the tunnel was connected; otherwise there was an IKE SA alone.
    pub(crate) connected: bool,
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
    /// In the same order.
    children: Vec<ChildSaInfo>,
    /// Whether packets go out with one of them, or with one whose place another has taken.
    sends: bool,
    /// Whether the peer was found dead and the tunnel is on hold (CONN-5): its routes lead to a policy that drops.
    held: bool,
    /// The last failure of what we began, and of what the peer began.
    own_failure: Option<FailureRecord>,
    peer_failure: Option<FailureRecord>,
    contact: Contact,
    /// What has ended, while the next attempt is waited for.
    ended: Option<Ended>,
    pfs: PfsCheck,
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
        let id = tunnel.id.clone();
        Self {
            tunnel,
            peer,
            connection,
            log: ConnectionLog::new(config.log_entries),
            state: ConnectionState::Connecting,
            intent: if initiates { Intent::Connect } else { Intent::Answer },
            attempt: if initiates { Attempt::Due(now) } else { Attempt::None },
            retry: Retry::new(&config.gateway.id, &id),
            ike: Vec::new(),
            children: Vec::new(),
            sends: false,
            held: false,
            own_failure: None,
            peer_failure: None,
            contact: Contact::default(),
            ended: None,
            pfs: PfsCheck::NotChecked,
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

    /// Whether the peer agrees to the PFS group.
    pub(crate) fn pfs(&self) -> &PfsCheck {
        &self.pfs
    }

    /// Whether that is being found out.
    pub(crate) fn is_checking_pfs(&self) -> bool {
        matches!(self.pfs, PfsCheck::Running { .. })
    }

    /// Its connection state.
    pub(crate) fn state(&self) -> ConnectionState {
        self.state
    }

    /// Whether its routes are to stand: while a packet that follows them is sent to the peer, and on hold.
    pub(crate) fn wants_routes(&self) -> bool {
        self.sends || self.held
    }

    /// Whether a Child SA stands.
    pub(crate) fn carries(&self) -> bool {
        !self.children.is_empty()
    }

    /// The Child SAs that stand, in the order in which they were established.
    pub(crate) fn children(&self) -> &[ChildSaInfo] {
        &self.children
    }

    /// What is known of it.
    pub(crate) fn status(&self, config: &GatewayConfig) -> TunnelStatus {
        TunnelStatus {
            id: self.tunnel.id.clone(),
            state: self.state,
            waiting_for: self.waiting_for(),
            failures: self.retry.failures(),
            ike: self.ike.last().cloned(),
            children: self.children.clone(),
            last_failure: self.own_failure.as_ref().or(self.peer_failure.as_ref()).cloned(),
            peer_failure: self.peer_failure.clone(),
            contact: self.contact.clone(),
            pfs: self.pfs.clone(),
            diagnosis: self.diagnosis(config),
            one_way: None,
        }
    }

    /// Why it is not connected, and what to change.
    fn diagnosis(&self, config: &GatewayConfig) -> Option<Explanation> {
        self.waiting_for().map(|waiting_for| self.case(waiting_for, config).explain())
    }

    /// What it waits for, where that is neither an answer nor time.
    pub(crate) fn standstill(&self, config: &GatewayConfig) -> Option<Explanation> {
        let waiting_for = self.waiting_for()?;
        let moves = matches!(waiting_for, WaitingFor::Peer(_) | WaitingFor::Retry(_));
        if moves { None } else { Some(self.wait_for(waiting_for, config)) }
    }

    /// What it means to wait for something.
    pub(crate) fn wait_for(&self, waiting_for: WaitingFor, config: &GatewayConfig) -> Explanation {
        self.case(waiting_for, config).wait()
    }

    fn case<'a>(&'a self, waiting_for: WaitingFor, config: &GatewayConfig) -> Case<'a> {
        Case {
            tunnel: &self.tunnel,
            peer: &self.peer,
            own: config.gateway.external.address,
            waiting_for,
            own_failure: self.own_failure.as_ref(),
            peer_failure: self.peer_failure.as_ref(),
            contact: &self.contact,
            stage: self.contact.stage(!self.ike.is_empty()),
            ended: self.ended.as_ref(),
        }
    }

    /// What it waits for; nothing while connected.
    fn waiting_for(&self) -> Option<WaitingFor> {
        match (self.state, self.attempt, self.intent) {
            (ConnectionState::Connected, ..) => None,
            (_, Attempt::Due(at), _) => Some(WaitingFor::Retry(at)),
            (_, Attempt::Running { .. }, _) => {
                Some(WaitingFor::Peer(self.contact.stage(!self.ike.is_empty())))
            }
            (_, Attempt::OnTraffic, _) => Some(WaitingFor::Traffic),
            (_, Attempt::None, Intent::Stopped) => Some(WaitingFor::Operator),
            (_, Attempt::None, _) => Some(WaitingFor::PeerToInitiate),
        }
    }

    /// When it wants to be looked at again.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match self.attempt {
            Attempt::Due(at) | Attempt::Running { until: at, .. } => Some(at),
            Attempt::None | Attempt::OnTraffic => None,
        }
    }
}

#[cfg(test)]
mod tests;
