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
//! Nothing here reads a clock.

pub mod chance;
pub mod clock;
pub mod host;
pub mod key_log;
pub mod link;
pub mod nat;
pub mod node;
pub mod oracle;
pub mod packet;
pub mod pcap;
pub mod plan;
pub mod router;
#[cfg(test)]
mod testing;
pub mod trace;
pub mod world;

pub use chance::Chance;
pub use clock::NodeClock;
pub use host::{Host, PingReport, PingSeries, SeriesId};
pub use key_log::KeyLog;
pub use link::{Faults, LinkConfig, LinkId, LinkStats, Side};
pub use nat::{NatBox, NatConfig};
pub use node::{Context, Handle, Node, NodeId, Port};
pub use oracle::{LinkRole, Oracle, Violation, ViolationKind};
pub use pcap::PcapWriter;
pub use plan::{Action, End, FaultPlan, PlanBounds};
pub use router::Router;
pub use world::{CaptureId, World};
