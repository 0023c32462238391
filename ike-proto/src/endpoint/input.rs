//! What goes into an endpoint.

use alloc::boxed::Box;
use core::fmt;
use core::net::{IpAddr, SocketAddr};

use esp_core::command::SaEvent;
use esp_core::sa::Spi;

use crate::config::ConnectionConfig;

/// Names a connection; chosen by the embedder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.0)
    }
}

/// Something that happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// A UDP datagram came in on port 500 or 4500. On 4500 it starts with the non-ESP marker (RFC 3948 §2.2); ESP and
    /// keep-alives never come here, see `esp_core::net::classify`.
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
    /// A datapath reports.
    Sa(SaEvent),
    /// The embedder wants something.
    Command(Command),
}

/// What an embedder may want of an endpoint.
#[derive(Debug)]
pub enum Command {
    /// Add a connection, or replace the one with this id. SAs that stand are kept until they are terminated; what
    /// they do next (rekey, liveness) follows the new configuration.
    Add(ConnectionId, Box<ConnectionConfig>),
    /// Remove a connection; its SAs are deleted at the peer and here.
    Remove(ConnectionId),
    /// Start an attempt, unless an IKE SA with a Child SA stands or an attempt is under way. With an IKE SA that has
    /// lost its Child SA, a new Child SA is made.
    Initiate(ConnectionId),
    /// Delete the connection's SAs, at the peer and here; the connection stays and answers, and begins nothing by itself until
    /// it is initiated.
    Terminate(ConnectionId),
    /// End attempts of ours that have not come to an IKE SA yet, as if their last repetition had not been answered.
    GiveUp(ConnectionId),
    /// Delete the connection's SAs here without a word to the peer.
    Forget(ConnectionId),
    /// Delete one Child SA of the connection, named by its inbound SPI, at the peer and here. The IKE SA stays.
    TerminateChild(ConnectionId, Spi),
    /// Our address of this connection is another one now. With MOBIKE its SAs move there and the peer is told; without,
    /// they must be made anew, which is told as a failure. The configuration is changed by [`Command::Add`].
    ChangeAddress(ConnectionId, IpAddr),
    /// Rekey the connection's IKE SA now.
    RekeyIke(ConnectionId),
    /// Rekey the connection's Child SAs now.
    RekeyChild(ConnectionId),
}
