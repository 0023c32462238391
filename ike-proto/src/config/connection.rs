//! One connection: a peer, how to authenticate it, what to propose, and the Child SA it carries.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::sa::{Mode, ReqId, VolumeLimits};
use esp_core::selector::Selectors;

use super::{Identity, PreSharedKey, RetransmitConfig};
use crate::suite::{ChildProposal, IkeProposal};

/// Everything that one connection needs. Plain data: adding a connection with the same id replaces it.
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    /// Our address.
    pub local: IpAddr,
    /// The peer's address; `None` accepts an initiator from any address and never initiates.
    pub remote: Option<IpAddr>,
    /// Who we say we are.
    pub local_id: Identity,
    /// Who the peer must prove to be.
    pub remote_id: Identity,
    /// The shared key.
    pub psk: PreSharedKey,
    /// What is proposed and accepted for the IKE SA, best first.
    pub ike_proposals: Vec<IkeProposal>,
    /// From its establishment to when the IKE SA must be gone. It is rekeyed before.
    pub ike_lifetime: Duration,
    /// The Child SA.
    pub child: ChildConfig,
    /// Dead peer detection.
    pub liveness: LivenessConfig,
    /// Retransmission of the requests of an attempt: IKE_SA_INIT and IKE_AUTH.
    pub connect_retransmit: RetransmitConfig,
    /// Retransmission of requests of an IKE SA that stands, probes of a silent peer among them.
    pub retransmit: RetransmitConfig,
    /// Address translation.
    pub nat: NatConfig,
}

/// The Child SA of a connection.
#[derive(Clone, Debug)]
pub struct ChildConfig {
    /// What is proposed and accepted, best first. Groups are those of PFS; none means no PFS.
    pub proposals: Vec<ChildProposal>,
    /// What it shall carry.
    pub selectors: Selectors,
    /// Tunnel or transport.
    pub mode: Mode,
    /// From its establishment to when it must be gone. It is rekeyed before.
    pub lifetime: Duration,
    /// How much it may carry.
    pub volume: VolumeLimits,
    /// The size of the replay window in packets.
    pub replay_window: u32,
    /// What ties its SAs to the gateway's policies.
    pub reqid: ReqId,
}

/// Dead peer detection (RFC 7296 §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivenessConfig {
    /// Silence of the peer, in IKE and in the Child SAs, after which it is probed. Zero never probes.
    pub delay: Duration,
}

impl Default for LivenessConfig {
    /// The product's 8 s (CONN-5).
    fn default() -> Self {
        Self { delay: Duration::from_secs(8) }
    }
}

/// NAT traversal (RFC 7296 §2.23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatConfig {
    /// Silence on our side after which a keep-alive holds the mapping, where we are behind a NAT. Zero sends none.
    pub keepalive: Duration,
    /// Carry ESP in UDP even where no NAT is found.
    pub force_encapsulation: bool,
}

impl Default for NatConfig {
    fn default() -> Self {
        Self { keepalive: Duration::from_secs(20), force_encapsulation: false }
    }
}
