//! What a tunnel's state is, and what is known of it.

use std::fmt;
use std::net::SocketAddr;

use esp_core::time::Instant;
use ike_proto::diagnose::{ChildSaInfo, Explanation, FailureReason, IkeSaInfo, Phase, Role};
use ike_proto::suite::DhGroup;
use ipsec_policy::TunnelId;

use crate::monitor::OneWay;
use crate::tunnel::{Contact, Stage};

/// The connection state of a tunnel (CONN-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionState {
    /// Negotiating, or waiting to.
    Connecting,
    /// Traffic passes.
    Connected,
    /// There is no IKE SA, and the retries are used up.
    Phase1Failed,
    /// The IKE SA stands without an IPsec SA, and the retries are used up.
    Phase2Failed,
}

impl fmt::Display for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Phase1Failed => "phase 1 failed",
            Self::Phase2Failed => "phase 2 failed",
        })
    }
}

/// What a tunnel that is not connected waits for (DIAG-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// The peer to answer what we began.
    Peer(Stage),
    /// The peer to begin: its address is not known, or the tunnel is set to answer only.
    PeerToInitiate,
    /// The next attempt.
    Retry(Instant),
    /// Traffic to the remote subnets, after the peer was found dead.
    Traffic,
    /// The operator, who disconnected it.
    Operator,
    /// The external address to be paid for (SUB-1).
    Renewal,
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(stage) => stage.fmt(f),
            Self::PeerToInitiate => f.write_str("the peer, which must initiate"),
            Self::Retry(at) => write!(f, "the next attempt at {at}"),
            Self::Traffic => f.write_str("traffic to the remote subnets"),
            Self::Operator => f.write_str("the operator, who disconnected it"),
            Self::Renewal => f.write_str("the renewal of the gateway's external address"),
        }
    }
}

/// The last failure of a tunnel.
#[derive(Clone, Debug)]
pub struct FailureRecord {
    /// When.
    pub at: Instant,
    /// In which phase.
    pub phase: Phase,
    /// Who began. What the peer begins and gets wrong is no failure of ours.
    pub role: Role,
    /// With whom.
    pub remote: SocketAddr,
    /// What both sides said.
    pub reason: FailureReason,
    /// The same as sentences.
    pub explanation: Explanation,
}

/// Whether the peer agrees to the group of Child SAs that replace others (SEC-4). In IKEv2 the first Child SA has no
/// group of its own, so that a difference shows only when it is replaced, hours later; a check replaces it at once.
#[derive(Clone, Debug)]
pub enum PfsCheck {
    /// It was not checked since the tunnel was connected.
    NotChecked,
    /// It is being checked.
    Running {
        /// Since when.
        since: Instant,
    },
    /// A Child SA was replaced.
    Agreed {
        /// When.
        at: Instant,
        /// With this group, or without PFS.
        group: Option<DhGroup>,
    },
    /// The peer refused.
    Refused(Box<FailureRecord>),
}

/// What is known of a tunnel.
#[derive(Clone, Debug)]
pub struct TunnelStatus {
    /// Which tunnel.
    pub id: TunnelId,
    /// Its connection state.
    pub state: ConnectionState,
    /// What it waits for; `None` while connected.
    pub waiting_for: Option<WaitingFor>,
    /// Attempts that failed since it was last connected.
    pub failures: u32,
    /// The IKE SA, where one stands.
    pub ike: Option<IkeSaInfo>,
    /// The Child SAs that stand, in the order in which they were established.
    pub children: Vec<ChildSaInfo>,
    /// The last failure of what we began, or of what the peer began where we began nothing; until the tunnel is connected
    /// again.
    pub last_failure: Option<FailureRecord>,
    /// Which way is silent, where a connected tunnel carries traffic one way only (DIAG-5).
    pub one_way: Option<OneWay>,
    /// The last failure of what the peer began. It often knows more: what we began is refused without a reason.
    pub peer_failure: Option<FailureRecord>,
    /// What was sent to the peer and heard of it, until the tunnel is connected.
    pub contact: Contact,
    /// Why it is not connected, with what to change here and at the peer (DIAG-1 to DIAG-3); `None` while connected.
    pub diagnosis: Option<Explanation>,
    /// Whether the peer agrees to the PFS group.
    pub pfs: PfsCheck,
}
