//! Keys that IKEv1's main mode cannot tell apart (F-8).

use alloc::collections::BTreeMap;
use alloc::format;

use crate::algorithms::ExchangeMode;
use crate::finding::Finding;
use crate::ids::{GatewayId, TunnelId};
use crate::peer::PeerGateway;
use crate::psk::PreSharedKey;
use crate::tunnel::VpnTunnel;

/// For each gateway the keys of its main mode tunnels to peers at any address.
///
/// Main mode needs the key before it can read who the peer is (RFC 2409 §5.4), so it has nothing to choose it by but the
/// peer's address.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeysByAddress {
    keys: BTreeMap<GatewayId, BTreeMap<TunnelId, PreSharedKey>>,
}

impl KeysByAddress {
    /// Warns of a tunnel whose key differs from that of another one.
    pub(crate) fn check(&self, tunnel: &VpnTunnel, peer: &PeerGateway) -> Option<Finding> {
        if !is_chosen_by_address(tunnel, peer) {
            return None;
        }
        let others = self.keys.get(&tunnel.gateway)?;
        let differs = |(id, key): &(&TunnelId, &PreSharedKey)| **id != tunnel.id && **key != tunnel.psk;
        let (other, _) = others.iter().find(differs)?;
        let message = format!(
            "main mode chooses the key by the peer's address, and tunnels {} and {other} have different keys for peers at any address",
            tunnel.id
        );
        let fix =
            "Use IKEv2 or aggressive mode, which choose it by the peer's id, or give these tunnels one key";
        Some(Finding::warning("PEER-2", format!("tunnel[{}].psk", tunnel.id), message, fix))
    }

    /// Notes the key of a tunnel.
    pub(crate) fn insert(&mut self, tunnel: &VpnTunnel, peer: Option<&PeerGateway>) {
        if peer.is_some_and(|peer| is_chosen_by_address(tunnel, peer)) {
            let keys = self.keys.entry(tunnel.gateway.clone()).or_default();
            keys.insert(tunnel.id.clone(), tunnel.psk.clone());
        }
    }

    /// Forgets the key of a tunnel.
    pub(crate) fn remove(&mut self, tunnel: &VpnTunnel) {
        if let Some(keys) = self.keys.get_mut(&tunnel.gateway) {
            keys.remove(&tunnel.id);
            if keys.is_empty() {
                self.keys.remove(&tunnel.gateway);
            }
        }
    }
}

fn is_chosen_by_address(tunnel: &VpnTunnel, peer: &PeerGateway) -> bool {
    peer.is_any() && tunnel.ike.exchange_mode() == Some(ExchangeMode::Main)
}

#[cfg(test)]
mod tests;
