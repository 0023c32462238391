//! One connection: a peer, how to authenticate it, what to propose, and the Child SA it carries.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::sa::{Mode, ReqId, VolumeLimits};
use esp_core::selector::Selectors;

use super::{Identity, PreSharedKey, RetransmitConfig, V2Config};
use crate::suite::{ChildProposal, IkeProposal};

/// Everything that one connection needs. Plain data: adding a connection with the same id replaces it.
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    /// What is spoken. The other version, and in IKEv1 the other exchange mode, is not answered for this connection.
    pub version: Version,
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
    /// How long a peer that initiated is believed to be who it proved to be. It is told, and must authenticate again
    /// before (RFC 4478); `None` is for as long as the IKE SA lives. Whatever a peer that answers tells us is kept.
    pub auth_lifetime: Option<Duration>,
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
    /// What only IKEv2 has.
    pub v2: V2Config,
    /// Change of addresses.
    pub mobike: MobikeConfig,
}

/// The version of IKE, and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// IKEv1 (RFC 2409).
    V1(ExchangeMode),
    /// IKEv2 (RFC 7296).
    V2,
}

impl Version {
    /// The major version in the header.
    pub const fn major(self) -> u8 {
        match self {
            Self::V1(_) => 1,
            Self::V2 => 2,
        }
    }
}

/// How phase 1 of IKEv1 is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeMode {
    /// Six messages. The identities are protected, and the pre-shared key is found by the peer's address (F-8).
    Main,
    /// Three messages. Identities and a hash that gives the pre-shared key to guessing are in clear.
    Aggressive,
}

/// The Child SA of a connection. In IKEv1 it is one pair of SAs for each pair of a local and a remote selector.
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

/// Dead peer detection (RFC 7296 §2.4, RFC 3706).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivenessConfig {
    /// Silence of the peer, in IKE and in the Child SAs, after which it is probed. Zero never probes.
    pub delay: Duration,
    /// IKEv1: silence after which the peer is dead. In IKEv2 the retransmissions of the probe decide.
    pub timeout: Duration,
}

impl Default for LivenessConfig {
    /// The product's 8 s and 13 s (CONN-5).
    fn default() -> Self {
        Self { delay: Duration::from_secs(8), timeout: Duration::from_secs(13) }
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

/// MOBIKE (RFC 4555): either end may change its address and keeps its SAs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MobikeConfig {
    /// Offer it and agree to it. IKE moves to port 4500 at once then, and where the peer is changes only when it says
    /// so, never by where a message comes from.
    pub enabled: bool,
    /// Refuse to move to a path with a NAT on it (RFC 4555 §3.9).
    pub no_nats: bool,
}
