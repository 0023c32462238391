//! An embeddable IPsec VPN gateway without I/O of its own.
//!
//! A [`Gateway`] takes the tunnels that a tenant configured and keeps reality equal to them: it connects, retries,
//! rekeys, follows a peer whose address changes, announces routes, and keeps a log in words that an operator
//! understands. It reads no clock, opens no socket and draws no randomness: time is an argument, datagrams come in as
//! [`Input`] and go out as [`Output`], and a datapath of the embedder's choice carries out the commands among them:
//! the userspace datapath of `esp-core`, a kernel, a simulator.
//!
//! # The loop
//!
//! ```no_run
//! use ipsec_gateway::{Gateway, Input, Output};
//! use esp_core::backend::SaBackend;
//!
//! # fn run(gateway: &mut Gateway, datapath: &mut impl SaBackend, now: esp_core::time::Instant) {
//! loop {
//!     match gateway.poll_output() {
//!         Output::Transmit(datagram) => { /* send datagram.payload from datagram.local to datagram.remote */ }
//!         Output::Sa(command) => { let _ = datapath.apply(now, &command); }
//!         Output::Route(change) => { /* hand it to the virtual machines, or to the kernel */ }
//!         Output::Event(event) => { /* log it, count it, show it */ }
//!         Output::Timeout(when) => { /* wait for a datagram, an event of the datapath, or this time */ break }
//!     }
//! }
//! // A datagram came in, the datapath reported something, or the time is up:
//! gateway.handle_input(now, Input::Timeout);
//! # }
//! ```
//!
//! Two rules make this loop right. Outputs are carried out **in the order in which they come**: an inbound SA stands
//! before the datagram leaves that lets the peer use it. And a refusal of the datapath goes back as
//! [`SaEvent::Refused`](esp_core::command::SaEvent::Refused), so that the tunnel's state stays true.
//!
//! # The seams
//!
//! What an embedder brings, and where it goes:
//!
//! | seam | where | what must hold |
//! |---|---|---|
//! | clock | `now` of every call | it never goes back; where it begins is of no matter |
//! | time-outs | [`Gateway::next_timeout`], then [`Input::Timeout`] | late is well, early does nothing |
//! | calendar | [`Input::Calendar`] | told at the start and whenever the clock was set; without it nothing expires (SUB-1) |
//! | generator | the `rng` of [`Gateway::new`] | fit for keys: the operating system's; seeded in a simulation alone |
//! | network | [`Output::Transmit`], [`Input::Datagram`] | UDP 500 and 4500; a lost datagram is repeated |
//! | datapath | [`SaBackend`](esp_core::backend::SaBackend) | carries commands out in order; its events come back as [`Input::Sa`] |
//! | routes | [`Output::Route`] | after the SA that they lead to, and withdrawn before it goes |
//! | events | [`Output::Event`] with a [`GatewayEvent`] | states, log lines, alarms, silent ways, and all that the key exchange tells |
//! | logs | `tracing`, or [`Gateway::log`] | the same lines, with the tunnel as a field |
//! | operator | [`Command`] in [`Input::Command`] | connect, disconnect, rekey, check PFS, reset counters |
//! | configuration | methods such as [`Gateway::add_tunnel`] | refused as a whole, with every reason, or done |
//! | figures | [`Gateway::counters`], [`Gateway::history`], [`metrics_page`] | as of the last time the datapath was asked |
//! | another node | [`Gateway::export`], [`Gateway::import`] | the export holds keys where it is asked for them: encrypt it |
//!
//! A datapath of one's own owes three answers: [`SaEvent::Usage`](esp_core::command::SaEvent::Usage) to `QueryUsage`, by which
//! a silent peer is noticed; [`SaEvent::Removed`](esp_core::command::SaEvent::Removed) to `RemoveSa`, and
//! [`SaEvent::Traffic`](esp_core::command::SaEvent::Traffic) to `QueryTraffic`, from which all figures come. One that does not
//! give the last two carries traffic all the same, and nothing is counted. One that also tells of packets with SPIs of nobody's
//! ([`SaEvent::UnknownSpi`](esp_core::command::SaEvent::UnknownSpi)) spares tunnels of IKEv1 a long silence where a Delete was
//! lost. `examples/embed_in_your_loop.rs` is a whole
//! embedder.
//!
//! # Watching it
//!
//! The datapath is asked every 10 s what it has carried ([`SaCommand::QueryTraffic`](esp_core::command::SaCommand)), and hands
//! the last counters of a Security Association over when it is removed. From that come [`Gateway::counters`], which go on
//! through rekeys and reconnections, [`Gateway::history`] over any span, alarms, a warning where a connected tunnel carries
//! traffic one way only, and [`metrics_page`] for Prometheus.
//!
//! # The layers
//!
//! | crate | holds |
//! |---|---|
//! | `esp-core` | packets, SAs, replay windows, selectors, the userspace datapath |
//! | `ike-proto` | the key exchange |
//! | `ipsec-policy` | the model and its rules |
//! | `ipsec-gateway` | this crate: model, protocol and state together |
//! | `ipsec-io-linux` | sockets, TUN, routes and an event loop for Linux |
//! | `ipsec-io-sim` | a deterministic network simulator |

mod calendar;
mod config;
mod connection;
mod diagnosis;
mod export;
mod gateway;
mod input;
mod log;
mod metrics;
mod monitor;
mod narrate;
mod output;
mod retry;
mod routes;
#[cfg(test)]
#[path = "../tests/snapshots/compare.rs"]
mod snapshots;
mod state;
mod tunnel;

pub use config::{DeadPeerAction, GatewayConfig, TunnelOptions};
pub use export::{CounterRecord, EXPORT_VERSION, GatewayExport, SaRecord};
pub use gateway::Gateway;
pub use input::{Command, Input};
pub use log::{ConnectionLog, LogEntry, LogFields, Severity};
pub use metrics::{CONTENT_TYPE, metrics_page};
pub use monitor::{
    Alarm, AlarmChange, AlarmTarget, Counters, History, MonitorConfig, OneWay, Point, Resolution, SilentWay,
    Traffic,
};
pub use narrate::message;
pub use output::{GatewayEvent, Output};
pub use retry::RetryConfig;
pub use routes::{Route, RouteCommand};
pub use state::{ConnectionState, FailureRecord, PfsCheck, TunnelStatus, WaitingFor};
pub use tunnel::{Contact, Stage, Way};

/// The README's example is a test too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
