//! Which connections an initiator may mean.

use alloc::vec::Vec;

use crate::sa::{Connections, Path};
use crate::v2::init::Candidate;

/// The connections between the two addresses, those that name the peer's address first. Which one is meant shows when
/// the peer has said who it is.
pub(crate) fn candidates(connections: &Connections, path: Path) -> Vec<Candidate> {
    let (local, remote) = (path.local.ip(), path.remote.ip());
    let ours =
        connections.iter().filter(|(_, config)| config.local == local || config.local.is_unspecified());
    let fit = |named: bool| {
        ours.clone().filter(move |(_, config)| match config.remote {
            Some(address) => named && address == remote,
            None => !named,
        })
    };
    fit(true).chain(fit(false)).map(|(id, config)| (*id, config.clone())).collect()
}
