//! The rules of a peer gateway by itself (PEER-1).

use super::gateway::is_host;
use crate::finding::Finding;
use crate::peer::PeerGateway;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// Checks a peer without a look at others.
pub(crate) fn peer(peer: &PeerGateway) -> Vec<Finding> {
    if peer.is_any() || is_host(peer.address) {
        return Vec::new();
    }
    let path = format!("peer[{}].address", peer.id);
    let message = format!("{} is not the address of one host", peer.address);
    let fix = "Give the peer's public address, or 0.0.0.0 for a peer at any address";
    vec![Finding::error("PEER-1", path, message, fix)]
}
