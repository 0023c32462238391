//! What an endpoint tells: to a log, to an operator, to the layer above.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, ReqId, Spi};
use esp_core::selector::Selectors;
use esp_core::suite::SaSuite;

use super::{DropReason, FailureReason};
use crate::config::Identity;
use crate::endpoint::ConnectionId;
use crate::suite::{DhGroup, IkeSuite};
use crate::wire::IkeSpi;

/// The two SPIs that name an IKE SA.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IkeSaName {
    /// The initiator's.
    pub initiator: IkeSpi,
    /// The responder's, all zero until it has answered.
    pub responder: IkeSpi,
}

impl fmt::Display for IkeSaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_i {}_r", self.initiator, self.responder)
    }
}

impl fmt::Debug for IkeSaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which end started an exchange or an IKE SA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// We did.
    Initiator,
    /// The peer did.
    Responder,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// An attempt begins.
    Connecting {
        /// Which connection.
        connection: ConnectionId,
        /// From where.
        local: SocketAddr,
        /// To where.
        remote: SocketAddr,
    },
    /// An IKE SA is established; the peer is authenticated.
    IkeEstablished {
        /// Which connection.
        connection: ConnectionId,
        /// What is known of it.
        sa: IkeSaInfo,
    },
    /// An IKE SA took the place of another; its Child SAs moved.
    IkeRekeyed {
        /// Which connection.
        connection: ConnectionId,
        /// The one before.
        old: IkeSaName,
        /// The one from now on.
        sa: IkeSaInfo,
    },
    /// An IKE SA is gone.
    IkeClosed {
        /// Which connection.
        connection: ConnectionId,
        /// Which one.
        name: IkeSaName,
        /// Why.
        reason: CloseReason,
    },
    /// A Child SA is established.
    ChildEstablished {
        /// Which connection.
        connection: ConnectionId,
        /// What is known of it.
        child: ChildSaInfo,
    },
    /// A Child SA took the place of another.
    ChildRekeyed {
        /// Which connection.
        connection: ConnectionId,
        /// The inbound SPI of the one before.
        old: Spi,
        /// The one from now on.
        child: ChildSaInfo,
    },
    /// A Child SA that waited for a sign of the peer's sends from now on: [`ChildSaInfo::sends`] has become true.
    ChildSends {
        /// Which connection.
        connection: ConnectionId,
        /// Its inbound SPI.
        inbound: Spi,
    },
    /// A Child SA is gone.
    ChildClosed {
        /// Which connection.
        connection: ConnectionId,
        /// Its inbound SPI.
        inbound: Spi,
        /// Why.
        reason: CloseReason,
    },
    /// An attempt failed, or an exchange of an SA that stands.
    Failed {
        /// Which connection, where it is known.
        connection: Option<ConnectionId>,
        /// The other end.
        remote: SocketAddr,
        /// Who started the exchange that failed. What a peer starts and gets wrong is told, but is no failure of ours.
        role: Role,
        /// Whether it was the IKE SA or the Child SA.
        phase: Phase,
        /// Why.
        reason: FailureReason,
    },
    /// A message was sent or received.
    Message(MessageTrace),
    /// A request is sent again.
    Retransmit {
        /// Which connection.
        connection: ConnectionId,
        /// To where.
        remote: SocketAddr,
        /// The how-manieth repetition this is, from 1.
        attempt: u32,
        /// What was sent.
        exchange: &'static str,
    },
    /// A NAT was found, or none.
    NatDetected {
        /// Which connection.
        connection: ConnectionId,
        /// We are behind one.
        local: bool,
        /// The peer is behind one.
        remote: bool,
    },
    /// The peer's address or port changed.
    PeerMoved {
        /// Which connection.
        connection: ConnectionId,
        /// Where it was.
        from: SocketAddr,
        /// Where it is.
        to: SocketAddr,
    },
    /// A datagram or a message was dropped.
    Dropped {
        /// Where it came from.
        remote: SocketAddr,
        /// Why.
        reason: DropReason,
    },
}

impl Event {
    /// The connection that it is about, where it is known.
    pub fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Connecting { connection, .. }
            | Self::IkeEstablished { connection, .. }
            | Self::IkeRekeyed { connection, .. }
            | Self::IkeClosed { connection, .. }
            | Self::ChildEstablished { connection, .. }
            | Self::ChildRekeyed { connection, .. }
            | Self::ChildSends { connection, .. }
            | Self::ChildClosed { connection, .. }
            | Self::Retransmit { connection, .. }
            | Self::NatDetected { connection, .. }
            | Self::PeerMoved { connection, .. } => Some(*connection),
            Self::Failed { connection, .. } => *connection,
            Self::Message(trace) => trace.connection,
            Self::Dropped { .. } => None,
        }
    }
}

/// What is known of an IKE SA.
#[derive(Clone, Debug)]
pub struct IkeSaInfo {
    /// Its SPIs.
    pub name: IkeSaName,
    /// Whether we started it.
    pub role: Role,
    /// Our address and port.
    pub local: SocketAddr,
    /// The peer's.
    pub remote: SocketAddr,
    /// Who we are.
    pub local_id: Identity,
    /// Who the peer proved to be.
    pub remote_id: Identity,
    /// The algorithms.
    pub suite: IkeSuite,
    /// When it will be rekeyed, from now.
    pub rekey_in: Duration,
}

/// What is known of a Child SA.
#[derive(Clone, Debug)]
pub struct ChildSaInfo {
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// The SPI of packets to us.
    pub inbound: Spi,
    /// The SPI of packets to the peer.
    pub outbound: Spi,
    /// The algorithms.
    pub suite: SaSuite,
    /// The group of its own key exchange, where it had one (PFS).
    pub pfs: Option<DhGroup>,
    /// What it carries.
    pub selectors: Selectors,
    /// What ties it to policies.
    pub reqid: ReqId,
    /// Whether it is carried in UDP.
    pub encapsulated: bool,
    /// Whether packets to the peer go out with it. One that replaces another receives before it sends: until the peer is
    /// known to have it, the old one sends.
    pub sends: bool,
    /// When it will be rekeyed, from now.
    pub rekey_in: Duration,
}

/// A message that was sent or received, for a log or a story.
#[derive(Clone, Debug)]
pub struct MessageTrace {
    /// Which connection, where it is known.
    pub connection: Option<ConnectionId>,
    /// Whether we sent it.
    pub sent: bool,
    /// The other end.
    pub remote: SocketAddr,
    /// `IKE_SA_INIT`, `IKE_AUTH`, `CREATE_CHILD_SA`, `INFORMATIONAL`.
    pub exchange: &'static str,
    /// Whether it is a response.
    pub response: bool,
    /// The message id.
    pub message_id: u32,
    /// The payloads, those under encryption included, as operators write them: `SA KE Ni N(NAT_DETECTION_SOURCE_IP)`.
    pub payloads: Vec<String>,
    /// Octets of the IKE message.
    pub len: usize,
}

/// Which of the product's two phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The IKE SA.
    One,
    /// The Child SA.
    Two,
}

/// Why an SA is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The embedder wanted it.
    Local,
    /// The peer deleted it.
    PeerDeleted,
    /// Another took its place.
    Replaced,
    /// It was taken for one of this connection, and serves another one between the same identities (IKEv1).
    OtherConnection,
    /// The peer did not answer.
    PeerDead,
    /// The peer came back without knowing of it (INITIAL_CONTACT, RFC 7296 §2.4).
    InitialContact,
    /// Its lifetime ended.
    Expired,
    /// An exchange failed in a way that ends it.
    Failed(FailureReason),
}
