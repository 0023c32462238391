//! Which connections an initiator may mean.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::ConnectionId;
use crate::config::{ConnectionConfig, Version};
use crate::sa::{Connections, Path};

/// A connection that may be meant: the addresses fit.
pub(crate) type Candidate = (ConnectionId, Arc<ConnectionConfig>);

/// The connections between the two addresses whose version is `wanted`, those that name the peer's address first. Which
/// one is meant shows when the peer has said who it is.
pub(crate) fn candidates(
    connections: &Connections,
    path: Path,
    wanted: impl Fn(Version) -> bool,
) -> Vec<Candidate> {
    let (local, remote) = (path.local.ip(), path.remote.ip());
    let ours = connections
        .iter()
        .filter(|(_, config)| wanted(config.version))
        .filter(|(_, config)| config.local == local || config.local.is_unspecified());
    let fit = |named: bool| {
        ours.clone().filter(move |(_, config)| match config.remote {
            Some(address) => named && address == remote,
            None => !named,
        })
    };
    fit(true).chain(fit(false)).map(|(id, config)| (*id, config.clone())).collect()
}
