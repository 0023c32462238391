//! What is configured, and changes of it.

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::endpoint::{self, ConnectionId};
use ipsec_policy::{Finding, PeerGateway, PeerId, Refusal, TunnelId, VpnTunnel};

use super::Gateway;
use crate::connection;
use crate::log::{Line, Severity};
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
                    self.forget_peer(&peer.id);
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
                self.forget_peer(&runtime.peer.id);
                return Err(finding.into());
            }
        };
        self.by_connection.insert(connection, id.clone());
        self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(Box::new(runtime.policy(&self.config)))));
        let changes = self.routes.spare(&id, runtime.remote());
        self.route(changes);
        self.tunnels.insert(id.clone(), runtime);
        for warning in &warnings {
            let severity = match warning.severity {
                ipsec_policy::Severity::Note => Severity::Info,
                ipsec_policy::Severity::Warning | ipsec_policy::Severity::Error => Severity::Warning,
            };
            let line = Line::new(severity, "finding", warning.to_string());
            self.write(now, Some(&id), line.with("rule", warning.rule));
        }
        self.watch_added(now, &id);
        if let Some(text) = self.tunnels.get(&id).and_then(|runtime| runtime.standstill(&self.config)) {
            self.write(now, Some(&id), Line::new(Severity::Info, "standstill", text.to_string()));
        }
        self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
        self.settle(now);
        Ok(warnings)
    }

    /// Changes a tunnel. One whose peer, subnets, key, IKE policy or IPsec policy differ reconnects by itself: its SAs are
    /// deleted at the peer and here, its state is *connecting*, and its routes follow. A change of name, remark or alarm
    /// template leaves it as it is (TUN-6). A tunnel that the operator disconnected stays so.
    ///
    /// A peer that the change names for the first time is added with [`Gateway::update_peer`] before.
    ///
    /// # Errors
    ///
    /// All that is wrong with the change; the tunnel is then as it was.
    pub fn update_tunnel(&mut self, now: Instant, tunnel: VpnTunnel) -> Result<Vec<Finding>, Refusal> {
        let id = tunnel.id.clone();
        let Some(runtime) = self.tunnels.get(&id) else {
            return Err(not_found(&id).into());
        };
        let (old_peer, reqid) = (runtime.peer.id.clone(), runtime.reqid());
        let reconnects = runtime.tunnel.must_reconnect(&tunnel);
        let before = self.inventory.tunnel(&id).cloned();
        let warnings = self.inventory.replace_tunnel(tunnel.clone())?;
        // It is there, or the inventory would have refused.
        let peer = self.inventory.peer(&tunnel.peer).cloned().unwrap_or_else(|| runtime.peer.clone());
        let protocol = match connection::connection(&tunnel, &peer, reqid, &self.config) {
            Ok(protocol) => protocol,
            Err(finding) => {
                before.map(|before| self.inventory.replace_tunnel(before)).transpose()?;
                return Err(finding.into());
            }
        };
        if reconnects {
            self.reconnect(now, tunnel, peer, protocol);
        } else {
            self.with_state(now, &id, |runtime| runtime.relabel(now, tunnel, peer));
        }
        self.attach_alarms(now, &id);
        self.forget_peer(&old_peer);
        self.settle(now);
        Ok(warnings)
    }

    /// Changes a peer, or adds one. When its address changes, its tunnels reconnect to where it is now; a change of name or
    /// remark leaves them as they are.
    ///
    /// # Errors
    ///
    /// All that is wrong with the change; peer and tunnels are then as they were.
    pub fn update_peer(&mut self, now: Instant, peer: PeerGateway) -> Result<Vec<Finding>, Refusal> {
        let Some(before) = self.inventory.peer(&peer.id).cloned() else {
            return self.inventory.add_peer(peer);
        };
        let warnings = self.inventory.replace_peer(peer.clone())?;
        let ids: Vec<TunnelId> =
            self.inventory.tunnels_of_peer(&peer.id).map(|tunnel| tunnel.id.clone()).collect();
        let mut changes = Vec::new();
        for runtime in ids.iter().filter_map(|id| self.tunnels.get(id)) {
            let tunnel = runtime.tunnel.clone();
            match connection::connection(&tunnel, &peer, runtime.reqid(), &self.config) {
                Ok(protocol) => changes.push((tunnel, protocol)),
                Err(finding) => {
                    self.inventory.replace_peer(before)?;
                    return Err(finding.into());
                }
            }
        }
        for (tunnel, protocol) in changes {
            if before.address == peer.address {
                let id = tunnel.id.clone();
                self.with_state(now, &id, |runtime| runtime.relabel(now, tunnel, peer.clone()));
            } else {
                self.reconnect(now, tunnel, peer.clone(), protocol);
            }
        }
        self.settle(now);
        Ok(warnings)
    }

    /// Ends what a tunnel has, routes first, and begins with what it is from now on (TUN-6).
    pub(super) fn reconnect(
        &mut self,
        now: Instant,
        tunnel: VpnTunnel,
        peer: PeerGateway,
        protocol: ike_proto::config::ConnectionConfig,
    ) {
        let id = tunnel.id.clone();
        let Some(connection) = self.tunnels.get(&id).map(|runtime| runtime.connection) else { return };
        let line = Line::new(Severity::Info, "reconfigured", "the configuration changed: reconnecting");
        self.write(now, Some(&id), line);
        self.withdraw_routes(&id);
        self.command(now, endpoint::Command::Terminate(connection));
        self.with_state(now, &id, |runtime| runtime.reconfigure(now, tunnel, peer));
        if let Some(runtime) = self.tunnels.get(&id) {
            let policy = Box::new(runtime.policy(&self.config));
            self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(policy)));
            let changes = self.routes.spare(&id, runtime.remote());
            self.route(changes);
        }
        self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
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
        self.config.options.remove(id);
        self.by_connection.remove(&connection);
        let changes = self.routes.spare(id, None);
        self.route(changes);
        let removed = self.inventory.remove_tunnel(id)?;
        self.forget_peer(&removed.peer);
        self.watch_removed(now, owner);
        self.settle(now);
        Ok(())
    }

    /// A peer goes with its last tunnel. While it has one, the inventory refuses, which is what is wanted.
    fn forget_peer(&mut self, id: &PeerId) {
        let _ = self.inventory.remove_peer(id);
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
