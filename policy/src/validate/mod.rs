//! The rules that a configuration must keep, each checked apart from the others so that all findings come at once.

mod alarm;
mod choice;
mod gateway;
mod ike;
mod ipsec;
mod pairs;
mod peer;
mod security_group;
mod subnets;
mod tunnel;

pub(crate) use alarm::alarm;
pub(crate) use gateway::gateway;
pub(crate) use ipsec::pfs_shows_late;
pub(crate) use pairs::pairs;
pub(crate) use peer::peer;
pub(crate) use tunnel::tunnel;

use crate::capabilities::Capabilities;
use crate::limits::Limits;

/// What a configuration is measured against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What a tenant may choose.
    pub limits: Limits,
    /// What the gateway that will run it can do.
    pub capabilities: Capabilities,
}

#[cfg(test)]
mod tests;
