//! What is configured, and changes of it.

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::endpoint::{self, ConnectionId};
use ipsec_policy::{Finding, PeerGateway, Refusal, TunnelId, VpnTunnel};

use super::Gateway;
use crate::connection;
use crate::log::Severity;
use crate::output::Output;
use crate::tunnel::Tunnel;

impl Gateway {
    /// Adds a tunnel, which starts to connect at once (CONN-2). The peer is added with it where it is not known yet.
    ///
    /// The result is what the tenant should know of a tunnel that works nevertheless, such as weak algorithms.
    ///
    /// # Errors
    ///
    /// All that is wrong with it; the gateway is then as it was.
    pub fn add_tunnel(
        &mut self,
        now: Instant,
        tunnel: VpnTunnel,
        peer: PeerGateway,
    ) -> Result<Vec<Finding>, Refusal> {
        let id = tunnel.id.clone();
        let new_peer = self.inventory.peer(&peer.id).is_none();
        let mut warnings = if new_peer { self.inventory.add_peer(peer.clone())? } else { Vec::new() };
        match self.inventory.add_tunnel(tunnel.clone()) {
            Ok(more) => warnings.extend(more),
            Err(refusal) => {
                if new_peer {
                    // It came with the tunnel and goes with it; a peer without tunnels can always be removed.
                    let _ = self.inventory.remove_peer(&peer.id);
                }
                return Err(refusal);
            }
        }
        let connection = ConnectionId(self.next_connection);
        self.next_connection = self.next_connection.wrapping_add(1).max(1);
        let runtime = Tunnel::new(now, tunnel, peer, connection, &self.config);
        let made = connection::connection(&runtime.tunnel, &runtime.peer, runtime.reqid(), &self.config);
        let protocol = match made {
            Ok(protocol) => protocol,
            Err(finding) => {
                let _ = self.inventory.remove_tunnel(&id);
                return Err(finding.into());
            }
        };
        self.by_connection.insert(connection, id.clone());
        self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(Box::new(runtime.policy(&self.config)))));
        self.tunnels.insert(id.clone(), runtime);
        for warning in &warnings {
            let severity = match warning.severity {
                ipsec_policy::Severity::Note => Severity::Info,
                ipsec_policy::Severity::Warning | ipsec_policy::Severity::Error => Severity::Warning,
            };
            self.write(now, Some(&id), severity, warning.to_string());
        }
        self.watch_added(now, &id);
        self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
        self.settle(now);
        Ok(warnings)
    }

    /// Changes a tunnel. One whose subnets, IKE policy or IPsec policy differ reconnects by itself; a change of name
    /// or remark leaves it as it is (TUN-6).
    ///
    /// # Errors
    ///
    /// All that is wrong with the change; the tunnel is then as it was.
    pub fn update_tunnel(&mut self, now: Instant, tunnel: VpnTunnel) -> Result<Vec<Finding>, Refusal> {
        let Some(runtime) = self.tunnels.get(&tunnel.id) else {
            return Err(not_found(&tunnel.id).into());
        };
        let peer = runtime.peer.clone();
        let protocol = connection::connection(&tunnel, &peer, runtime.reqid(), &self.config);
        let protocol = protocol?;
        let reconnects = runtime.tunnel.must_reconnect(&tunnel);
        let warnings = self.inventory.replace_tunnel(tunnel.clone())?;
        let id = tunnel.id.clone();
        self.attach_alarms(now, &id);
        if !reconnects {
            if let Some(runtime) = self.tunnels.get_mut(&id) {
                runtime.tunnel = tunnel;
            }
            return Ok(warnings);
        }
        self.write(now, Some(&id), Severity::Info, "the configuration changed: reconnecting".to_string());
        self.withdraw_routes(&id);
        let Some(runtime) = self.tunnels.get_mut(&id) else { return Ok(warnings) };
        let connection = runtime.connection;
        runtime.tunnel = tunnel;
        runtime.disconnect();
        let policy = Box::new(runtime.policy(&self.config));
        self.command(now, endpoint::Command::Terminate(connection));
        self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(policy)));
        self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
        self.with_state(now, &id, |runtime| runtime.connect(now));
        self.settle(now);
        Ok(warnings)
    }

    /// Removes a tunnel: its routes, its SAs at the peer and here, its policy, in this order (TUN-7).
    ///
    /// # Errors
    ///
    /// There is no such tunnel.
    pub fn remove_tunnel(&mut self, now: Instant, id: &TunnelId) -> Result<(), Refusal> {
        let Some(runtime) = self.tunnels.get(id) else {
            return Err(not_found(id).into());
        };
        let (connection, policy, owner) = (runtime.connection, runtime.policy_id(), runtime.reqid());
        self.withdraw_routes(id);
        self.command(now, endpoint::Command::Remove(connection));
        self.outputs.push_back(Output::Sa(SaCommand::RemovePolicy(policy)));
        self.tunnels.remove(id);
        self.by_connection.remove(&connection);
        let peer = self.inventory.tunnel(id).map(|tunnel| tunnel.peer.clone());
        self.inventory.remove_tunnel(id)?;
        if let Some(peer) = peer {
            // Refused while other tunnels use it, which is what is wanted.
            let _ = self.inventory.remove_peer(&peer);
        }
        self.watch_removed(now, owner);
        self.settle(now);
        Ok(())
    }

    /// Removes all tunnels, with a Delete to every peer. The gateway goes on until the peers have answered; an
    /// embedder drains it once more and may then drop it.
    pub fn shut_down(&mut self, now: Instant) {
        let ids: Vec<_> = self.tunnels.keys().cloned().collect();
        for id in ids {
            let _ = self.remove_tunnel(now, &id);
        }
    }
}

fn not_found(id: &TunnelId) -> Finding {
    Finding::error(
        "TUN-1",
        format!("tunnel[{id}]"),
        format!("there is no tunnel {id}"),
        "list the tunnels and use one of their ids".to_string(),
    )
}
