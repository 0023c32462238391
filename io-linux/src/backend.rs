//! Datapaths of this host.

mod userspace;

pub use userspace::{PacketError, STORAGE, Userspace};
