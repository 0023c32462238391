//! What an embedder tells the protocol: connections, identities, keys, timers, bounds.

mod connection;
mod identity;
mod limits;
mod retransmit;
mod v2;

pub use connection::{
    ChildConfig, ConnectionConfig, ExchangeMode, LivenessConfig, MobikeConfig, NatConfig, Version,
};
pub use identity::{Identity, PreSharedKey};
pub use limits::Limits;
pub use retransmit::RetransmitConfig;
pub use v2::{ChildSas, Childless, FragmentationConfig, Ppk, PpkConfig, V2Config, WindowSize};
