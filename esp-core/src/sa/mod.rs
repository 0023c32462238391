//! Security Associations.

pub mod batch;
mod counters;
mod events;
mod inbound;
mod nat_checksum;
mod outbound;
mod params;
mod traffic;

pub use counters::SaCounters;
pub use events::EventQueue;
pub use inbound::{Arrival, InboundSa};
pub use outbound::{Departure, OutboundSa};
pub use params::{
    Direction, IpsecProtocol, Mode, OriginalAddresses, ReqId, SaKey, SaKeys, SaParams, SaUsage, Spi,
    UdpEncap, VolumeLimits,
};
pub use traffic::{SaTraffic, TrafficReport};
