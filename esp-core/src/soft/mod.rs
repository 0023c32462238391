//! The userspace datapath: tables of Security Associations and policies, and packets through them.

mod batch;
mod budget;
mod datapath;
mod limits;
mod open;
mod options;
mod path_mtu;
mod sad;
mod seal;
mod shapes;
mod spd;
mod tables;
#[cfg(test)]
mod testing;

pub use batch::{InboundJob, OutboundJob};
pub use datapath::Datapath;
pub use limits::DatapathLimits;
pub use options::DatapathOptions;
pub use sad::SaStatus;
pub use tables::{Inbound, Outbound, Protected, Tables};
