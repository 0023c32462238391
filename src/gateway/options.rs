//! Tunnels with more than the product's model knows.

use esp_core::time::Instant;
use ipsec_policy::{Finding, PeerGateway, Refusal, VpnTunnel};

use super::Gateway;
use crate::config::TunnelOptions;

impl Gateway {
    /// Adds a tunnel as [`Gateway::add_tunnel`] does, with options of its own. They stay with it until it is removed.
    ///
    /// # Errors
    ///
    /// All that is wrong with it; the gateway is then as it was.
    pub fn add_tunnel_with(
        &mut self,
        now: Instant,
        tunnel: VpnTunnel,
        peer: PeerGateway,
        options: TunnelOptions,
    ) -> Result<Vec<Finding>, Refusal> {
        let id = tunnel.id.clone();
        // A tunnel of this id that is there already keeps what it has: the new one will be refused.
        let before = self.config.options.insert(id.clone(), options);
        let added = self.add_tunnel(now, tunnel, peer);
        if added.is_err() {
            match before {
                Some(before) => self.config.options.insert(id, before),
                None => self.config.options.remove(&id),
            };
        }
        added
    }
}
