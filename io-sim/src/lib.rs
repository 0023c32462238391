//! A deterministic network for `ipsec-gateway`.
//!
//! A [`World`] is a virtual clock, nodes (hosts, routers, NAT boxes, gateways) and the links between them. What travels
//! is real IP packets, octet for octet. Everything random comes from one seed: the same seed, the same calls, the same
//! trace ([`World::trace_digest`]), on every machine. Hours of protocol time pass in milliseconds.
//!
//! An [`Oracle`] watches the links and writes down what must never happen: an inner packet in clear, an inner packet
//! delivered twice, a sequence number used twice, two ends with different keys for one SPI. It never panics in the
//! middle of a run; a test asks it at the end.
//!
//! ```
//! use core::time::Duration;
//! use ipsec_io_sim::{End, TwoGatewaysOptions, two_gateways};
//!
//! let mut net = two_gateways(42, &TwoGatewaysOptions::scn4().with_nat_left());
//! assert!(net.connect(Duration::from_secs(60)));
//! let report = net.ping(End::Right, 5, Duration::from_millis(200));
//! assert_eq!((report.sent, report.received), (5, 5));
//! assert!(net.world.oracle().violations().is_empty());
//! ```
//!
//! [`swarm`] runs whole scenarios by their seed; a seed that fails can be replayed, with a capture that Wireshark decrypts
//! and a trace in words.
//!
//! Nothing here reads a clock.

pub mod chance;
pub mod clock;
mod datapath;
pub mod gateway_node;
pub mod host;
pub mod journal;
pub mod key_log;
pub mod link;
pub mod nat;
pub mod network;
pub mod node;
pub mod oracle;
pub mod packet;
pub mod pcap;
pub mod plan;
pub mod router;
pub mod swarm;
#[cfg(test)]
mod testing;
pub mod topology;
pub mod trace;
pub mod world;

pub use chance::Chance;
pub use clock::NodeClock;
pub use gateway_node::{GatewayCounters, GatewayNode, GatewaySetup};
pub use host::{Host, PingReport, PingSeries, SeriesId};
pub use journal::{Deed, Journal};
pub use key_log::KeyLog;
pub use link::{Faults, LinkConfig, LinkId, LinkStats, Side};
pub use nat::{NatBox, NatConfig};
pub use network::{Network, Office, Place, network};
pub use node::{Context, Handle, Node, NodeId, Port};
pub use oracle::{LinkRole, Oracle, Violation, ViolationKind};
pub use pcap::PcapWriter;
pub use plan::{Action, End, FaultPlan, PlanBounds};
pub use router::Router;
pub use swarm::{Outcome, Scenario};
pub use topology::{Site, SiteOptions, TwoGateways, TwoGatewaysOptions, two_gateways};
pub use world::{CaptureId, World};
