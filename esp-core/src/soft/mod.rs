//! The userspace datapath: tables of Security Associations and policies, and packets through them.

mod datapath;
mod limits;
mod sad;
mod spd;
mod tables;

pub use datapath::Datapath;
pub use limits::DatapathLimits;
pub use sad::SaStatus;
pub use tables::{Inbound, Outbound, Protected, Tables};
