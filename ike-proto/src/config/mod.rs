//! What an embedder tells the protocol: connections, identities, keys, timers, bounds.

mod connection;
mod identity;
mod limits;
mod retransmit;

pub use connection::{ChildConfig, ConnectionConfig, ExchangeMode, LivenessConfig, NatConfig, Version};
pub use identity::{Identity, PreSharedKey};
pub use limits::Limits;
pub use retransmit::RetransmitConfig;
