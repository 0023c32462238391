//! The event loop: one thread that owns a gateway, its sockets, its TUN device and its routes.

mod handle;
mod holds;
mod outputs;
mod ready;
mod receive;
mod runner;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use esp_core::time::Instant;
use ipsec_gateway::{GatewayEvent, Severity};

pub use handle::{RunnerGone, RunnerHandle, View};
pub use runner::Runner;

use crate::netlink::NetlinkError;
use crate::routes::{RouteConfig, RouteError};
use crate::sockets::SocketError;
use crate::tun::TunError;

/// Where and how a gateway runs on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunnerConfig {
    /// The gateway's outer address, which an interface of this host has. UDP 500 and 4500 are bound to it.
    pub address: IpAddr,
    /// The name of the TUN device to create.
    pub tun_name: String,
    /// Octets of the largest outer packet. `None` takes the MTU of the interface that has `address`, but no more than
    /// Ethernet's 1500: the path to a peer is seldom wider, whatever the first link is.
    pub outer_mtu: Option<u16>,
    /// Where the routes stand.
    pub routes: RouteConfig,
    /// How long a shutdown waits for the peers to answer that they have deleted their SAs.
    pub shutdown_grace: Duration,
}

impl RunnerConfig {
    /// The defaults for a gateway at `address` with the TUN device `tun_name`.
    pub fn new(address: IpAddr, tun_name: impl Into<String>) -> Self {
        Self {
            address,
            tun_name: tun_name.into(),
            outer_mtu: None,
            routes: RouteConfig::default(),
            shutdown_grace: Duration::from_secs(2),
        }
    }
}

/// What an event loop tells.
#[derive(Debug)]
pub enum Notice<'a> {
    /// Something that the gateway did.
    Gateway(&'a GatewayEvent),
    /// Something about this host: a packet that could not be sent, a route that could not be set. At a bounded rate.
    Host {
        /// How much it matters.
        severity: Severity,
        /// What happened, and what to do.
        text: String,
    },
}

/// Takes what an event loop tells. It is called in the loop and holds it up while it runs.
pub type Observer = Box<dyn FnMut(Instant, Notice<'_>) + Send>;

/// Why an event loop could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The host could not be asked about its interfaces.
    #[error(transparent)]
    Netlink(#[from] NetlinkError),
    /// A socket could not be opened.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The TUN device could not be made.
    #[error(transparent)]
    Tun(#[from] TunError),
    /// The routing tables could not be read.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The poll could not be set up.
    #[error("the poll could not be set up: {0}")]
    Poll(io::Error),
}

/// Why an event loop ended on its own.
#[derive(Debug, thiserror::Error)]
#[error("the poll failed: {0}")]
pub struct RunError(pub(crate) io::Error);
