//! What goes into a gateway.

use std::net::SocketAddr;

use esp_core::command::SaEvent;
use ipsec_policy::{Timestamp, TunnelId};

/// Something that happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// A UDP datagram came in on port 500, or on 4500 with the non-ESP marker in front. ESP in UDP and keep-alives go
    /// to the datapath; `esp_core::net::udp_encap::classify` tells them apart.
    Datagram {
        /// Where it was sent to: one of our addresses and ports.
        local: SocketAddr,
        /// Where it came from.
        remote: SocketAddr,
        /// The UDP payload.
        payload: &'a [u8],
    },
    /// Time has passed.
    Timeout,
    /// The datapath reports.
    Sa(SaEvent),
    /// An operator wants something.
    Command(Command),
    /// The calendar says so now. An embedder tells it at the beginning, and again whenever its clock was set; until then
    /// nothing expires (SUB-1).
    Calendar(Timestamp),
}

/// What an operator does by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Connect now, with the failures forgotten.
    Connect(TunnelId),
    /// Delete the SAs at the peer and here, and stay disconnected until told to connect; a peer that initiates is
    /// still answered.
    Disconnect(TunnelId),
    /// Rekey the IKE SA now.
    RekeyIke(TunnelId),
    /// Rekey the Child SAs now.
    RekeyChild(TunnelId),
    /// Set the counters of a tunnel to zero, or with `None` those of the gateway as a whole. The past that is kept stays.
    ResetCounters(Option<TunnelId>),
    /// Find out now whether the peer agrees to the PFS group, by a rekey of the Child SAs. In IKEv2 it would otherwise show
    /// at the first one by lifetime, hours later. What was found is told by `GatewayEvent::PfsChecked` and in the status.
    CheckPfs(TunnelId),
}

impl Command {
    /// The tunnel it is about; `None` for what is about the gateway as a whole.
    pub fn tunnel(&self) -> Option<&TunnelId> {
        match self {
            Self::Connect(id)
            | Self::Disconnect(id)
            | Self::RekeyIke(id)
            | Self::RekeyChild(id)
            | Self::CheckPfs(id) => Some(id),
            Self::ResetCounters(id) => id.as_ref(),
        }
    }
}
