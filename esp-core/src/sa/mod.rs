//! Security Associations.

mod counters;
mod events;
mod inbound;
mod outbound;
mod params;

pub use counters::SaCounters;
pub use events::EventQueue;
pub use inbound::{Arrival, InboundSa};
pub use outbound::OutboundSa;
pub use params::{
    Direction, IpsecProtocol, Mode, ReqId, SaKey, SaKeys, SaParams, SaUsage, Spi, UdpEncap, VolumeLimits,
};
