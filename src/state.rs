//! What a tunnel's state is, and what is known of it.

use std::fmt;
use std::net::SocketAddr;

use esp_core::time::Instant;
use ike_proto::diagnose::{ChildSaInfo, Explanation, FailureReason, IkeSaInfo, Phase};
use ipsec_policy::TunnelId;

use crate::monitor::OneWay;

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
    /// The peer to answer.
    Peer,
    /// The peer to begin: its address is not known, or the tunnel is set to answer only.
    PeerToInitiate,
    /// The next attempt.
    Retry(Instant),
    /// Traffic to the remote subnets, after the peer was found dead.
    Traffic,
    /// The operator, who disconnected it.
    Operator,
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer => f.write_str("the peer's answer on UDP 500 and 4500"),
            Self::PeerToInitiate => f.write_str("the peer, which must initiate"),
            Self::Retry(at) => write!(f, "the next attempt at {at}"),
            Self::Traffic => f.write_str("traffic to the remote subnets"),
            Self::Operator => f.write_str("the operator, who disconnected it"),
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
    /// With whom.
    pub remote: SocketAddr,
    /// What both sides said.
    pub reason: FailureReason,
    /// The same as sentences.
    pub explanation: Explanation,
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
    /// The Child SAs that stand.
    pub children: Vec<ChildSaInfo>,
    /// The last failure, until the tunnel is connected again.
    pub last_failure: Option<FailureRecord>,
    /// Which way is silent, where a connected tunnel carries traffic one way only (DIAG-5).
    pub one_way: Option<OneWay>,
}
