//! What comes out of a gateway, in one order.

use std::net::IpAddr;

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::diagnose::Event;
use ike_proto::endpoint::{TimeoutReason, Transmit};
use ipsec_policy::TunnelId;

use crate::log::LogEntry;
use crate::monitor::{Alarm, OneWay};
use crate::routes::RouteCommand;
use crate::state::{ConnectionState, PfsCheck};

/// One thing to do. The order between them is meaning: what stands earlier is done earlier.
#[derive(Debug)]
pub enum Output {
    /// A command for the datapath.
    Sa(SaCommand),
    /// A route to announce or withdraw.
    Route(RouteCommand),
    /// A datagram to send.
    Transmit(Transmit),
    /// Something to tell.
    Event(GatewayEvent),
    /// There is nothing more; come back at this time at the latest.
    Timeout(Option<(Instant, TimeoutReason)>),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum GatewayEvent {
    /// A tunnel's connection state changed.
    State {
        /// Which tunnel.
        tunnel: TunnelId,
        /// From what.
        from: ConnectionState,
        /// To what.
        to: ConnectionState,
    },
    /// A line was added to a tunnel's log, or to the gateway's where it is about no tunnel.
    Log {
        /// Which tunnel.
        tunnel: Option<TunnelId>,
        /// The line.
        entry: LogEntry,
    },
    /// An alarm was raised, cleared or withdrawn (MON-2).
    Alarm(Alarm),
    /// A connected tunnel carries traffic one way only, or with `None` does so no longer (DIAG-5).
    OneWay {
        /// Which tunnel.
        tunnel: TunnelId,
        /// Which way is silent, and what to check.
        one_way: Option<Box<OneWay>>,
    },
    /// What came of [`Command::CheckPfs`](crate::Command::CheckPfs).
    PfsChecked {
        /// Which tunnel.
        tunnel: TunnelId,
        /// `Agreed` or `Refused`.
        outcome: PfsCheck,
    },
    /// The external address is paid for no longer and unbound, or is again and bound (SUB-1).
    ExternalIp {
        /// The address.
        address: IpAddr,
        /// Whether it is bound.
        bound: bool,
    },
    /// What the key exchange did, with all that is known of it.
    Protocol {
        /// Which tunnel.
        tunnel: Option<TunnelId>,
        /// What happened.
        event: Event,
    },
}
