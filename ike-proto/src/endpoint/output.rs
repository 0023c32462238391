//! What comes out of an endpoint, in one order.

use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::command::SaCommand;
use esp_core::time::Instant;

use crate::diagnose::Event;

/// One thing to do. The order between them is meaning: an inbound SA stands before the datagram goes out that lets
/// the peer use it.
#[derive(Debug)]
pub enum Output {
    /// A command for the datapath.
    Sa(SaCommand),
    /// A datagram to send.
    Transmit(Transmit),
    /// Something to tell the embedder.
    Event(Event),
    /// There is nothing more; come back at this time at the latest.
    Timeout(Option<(Instant, TimeoutReason)>),
}

/// A UDP datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// From which of our addresses and ports.
    pub local: SocketAddr,
    /// To where.
    pub remote: SocketAddr,
    /// The UDP payload, with the non-ESP marker where the port needs it.
    pub payload: Vec<u8>,
}

/// What a time-out waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeoutReason {
    /// To send a request again, or to give up.
    Retransmit,
    /// To drop a half-open IKE SA.
    HalfOpen,
    /// To forget a message of which fragments are missing.
    Reassembly,
    /// To probe a silent peer.
    Liveness,
    /// To hold a NAT mapping.
    KeepAlive,
    /// To rekey an SA.
    Rekey,
    /// To delete an SA at the end of its life.
    Expiry,
    /// To take up work that the peer asked to postpone (RFC 7296 §2.25).
    Postponed,
    /// To start an attempt; used by the layers above.
    Retry,
    /// To ask what was carried, or to raise or clear an alarm; used by the layers above.
    Watch,
    /// To stop at the end of what is paid for; used by the layers above.
    Subscription,
}
