//! The gateway: what a tenant configured, kept true.

use std::collections::{BTreeMap, VecDeque};

use esp_core::command::{SaCommand, SaEvent};
use esp_core::time::Instant;
use ike_proto::diagnose::Event;
use ike_proto::endpoint::{self, ConnectionId, Endpoint, TimeoutReason};
use ipsec_policy::{Finding, Inventory, PeerGateway, Refusal, Rules, TunnelId, VpnTunnel};
use rand_core::CryptoRng;

use crate::config::GatewayConfig;
use crate::connection;
use crate::input::{Command, Input};
use crate::log::{ConnectionLog, LogEntry, Severity};
use crate::narrate::narrate;
use crate::output::{GatewayEvent, Output};
use crate::routes::{Route, RouteCommand, RouteTable};
use crate::state::TunnelStatus;
use crate::tunnel::Tunnel;

/// A VPN gateway without I/O: it takes tunnels, and keeps reality equal to them.
///
/// It has two verbs. [`handle_input`](Gateway::handle_input) takes whatever happened and never fails;
/// [`poll_output`](Gateway::poll_output) hands out what is to be done, in order, until it hands out
/// [`Output::Timeout`]. Any number of inputs may come between two drains. The configuration is changed by methods
/// that say what is wrong with it.
#[derive(Debug)]
pub struct Gateway {
    config: GatewayConfig,
    inventory: Inventory,
    endpoint: Endpoint,
    tunnels: BTreeMap<TunnelId, Tunnel>,
    by_connection: BTreeMap<ConnectionId, TunnelId>,
    next_connection: u32,
    routes: RouteTable,
    log: ConnectionLog,
    outputs: VecDeque<Output>,
}

impl Gateway {
    /// A gateway without tunnels. `rng` is the operating system's in production and seeded in a simulation.
    ///
    /// # Errors
    ///
    /// What is wrong with the gateway's own configuration.
    pub fn new(config: GatewayConfig, rng: Box<dyn CryptoRng + Send>) -> Result<Self, Refusal> {
        let mut inventory = Inventory::new(Rules { limits: config.limits.clone(), ..Rules::default() });
        inventory.add_gateway(config.gateway.clone())?;
        Ok(Self {
            inventory,
            endpoint: Endpoint::new(config.protocol_limits, rng),
            tunnels: BTreeMap::new(),
            by_connection: BTreeMap::new(),
            next_connection: 1,
            routes: RouteTable::default(),
            log: ConnectionLog::new(config.log_entries),
            outputs: VecDeque::new(),
            config,
        })
    }

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
        let (connection, policy) = (runtime.connection, runtime.policy_id());
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

    /// Takes what happened. Nothing that comes in can make it fail: what is wrong is dropped, counted and told.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { local, remote, payload } => {
                self.endpoint.handle_input(now, endpoint::Input::Datagram { local, remote, payload });
            }
            Input::Timeout => self.endpoint.handle_input(now, endpoint::Input::Timeout),
            Input::Sa(SaEvent::Acquire { reqid, .. }) => {
                if let Some(id) = self.by_connection.get(&ConnectionId(reqid.0)).cloned() {
                    self.with_state(now, &id, |runtime| runtime.traffic(now));
                }
            }
            Input::Sa(event) => self.endpoint.handle_input(now, endpoint::Input::Sa(event)),
            Input::Command(command) => self.operate(now, &command),
        }
        self.settle(now);
    }

    /// The next thing to do; after [`Output::Timeout`] there is nothing more until the next input.
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.next_timeout()))
    }

    /// When it wants to be called with [`Input::Timeout`] at the latest, and why.
    pub fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let retries = self.tunnels.values().filter_map(Tunnel::next_timeout);
        let retry = retries.min().map(|at| (at, TimeoutReason::Retry));
        self.endpoint.next_timeout().into_iter().chain(retry).min()
    }

    /// What is known of a tunnel.
    pub fn status(&self, id: &TunnelId) -> Option<TunnelStatus> {
        self.tunnels.get(id).map(Tunnel::status)
    }

    /// What is known of all tunnels, by id.
    pub fn statuses(&self) -> impl Iterator<Item = TunnelStatus> {
        self.tunnels.values().map(Tunnel::status)
    }

    /// The routes that stand.
    pub fn routes(&self) -> impl Iterator<Item = Route> {
        self.routes.iter()
    }

    /// The connection log of a tunnel, or with `None` of what is about no tunnel.
    pub fn log(&self, id: Option<&TunnelId>) -> Option<&ConnectionLog> {
        match id {
            Some(id) => self.tunnels.get(id).map(|runtime| &runtime.log),
            None => Some(&self.log),
        }
    }

    /// What is configured.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The key exchange underneath, for its counters.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn operate(&mut self, now: Instant, command: &Command) {
        let Some(runtime) = self.tunnels.get_mut(command.tunnel()) else {
            let text = format!("there is no tunnel {}", command.tunnel());
            self.write(now, None, Severity::Warning, text);
            return;
        };
        let connection = runtime.connection;
        match command {
            Command::Connect(id) => self.with_state(now, id, |runtime| runtime.connect(now)),
            Command::Disconnect(id) => {
                runtime.disconnect();
                self.withdraw_routes(id);
                self.command(now, endpoint::Command::Terminate(connection));
            }
            Command::RekeyIke(_) => self.command(now, endpoint::Command::RekeyIke(connection)),
            Command::RekeyChild(_) => self.command(now, endpoint::Command::RekeyChild(connection)),
        }
    }

    fn command(&mut self, now: Instant, command: endpoint::Command) {
        self.endpoint.handle_input(now, endpoint::Input::Command(command));
        self.drain(now);
    }

    /// Drains the endpoint and begins what is due, until nothing is left to do now.
    fn settle(&mut self, now: Instant) {
        self.drain(now);
        let ids: Vec<_> = self.tunnels.keys().cloned().collect();
        for id in ids {
            let mut due = None;
            self.with_state_config(now, &id, |runtime, config| {
                due = runtime.attempt_due(now, config).then_some(runtime.connection);
            });
            if let Some(connection) = due {
                self.command(now, endpoint::Command::Initiate(connection));
            }
        }
    }

    fn drain(&mut self, now: Instant) {
        loop {
            match self.endpoint.poll_output() {
                endpoint::Output::Sa(command) => self.outputs.push_back(Output::Sa(command)),
                endpoint::Output::Transmit(transmit) => self.outputs.push_back(Output::Transmit(transmit)),
                endpoint::Output::Event(event) => self.on_event(now, event),
                endpoint::Output::Timeout(_) => return,
            }
        }
    }

    fn on_event(&mut self, now: Instant, event: Event) {
        let id = event.connection().and_then(|connection| self.by_connection.get(&connection)).cloned();
        if let Some((severity, text)) = narrate(&event)
            && (severity > Severity::Debug || self.config.log_messages)
        {
            self.write(now, id.as_ref(), severity, text);
        }
        if let Some(id) = &id {
            let (carried, remote) =
                self.tunnels.get(id).map_or((false, None), |runtime| (runtime.carries(), runtime.remote()));
            self.with_state_config(now, id, |runtime, config| runtime.on_event(now, &event, config));
            self.follow(id, carried, remote);
        }
        self.outputs.push_back(Output::Event(GatewayEvent::Protocol { tunnel: id, event }));
    }

    /// Brings routes and policy into line with what a tunnel has become.
    fn follow(&mut self, id: &TunnelId, carried: bool, remote: Option<std::net::IpAddr>) {
        let Some(runtime) = self.tunnels.get(id) else { return };
        if runtime.remote() != remote {
            let policy = Box::new(runtime.policy(&self.config));
            self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(policy)));
        }
        if !carried && runtime.carries() {
            if let Some(peer) = runtime.remote() {
                let tunnel = &runtime.tunnel;
                let changes = self.routes.announce(id, &tunnel.remote_subnets, &tunnel.local_subnets, peer);
                self.route(changes);
            }
        } else if carried && !runtime.carries() && !self.config.keep_routes {
            self.withdraw_routes(id);
        }
    }

    fn withdraw_routes(&mut self, id: &TunnelId) {
        let changes = self.routes.withdraw(id);
        self.route(changes);
    }

    fn route(&mut self, changes: Vec<RouteCommand>) {
        self.outputs.extend(changes.into_iter().map(Output::Route));
    }

    fn with_state(&mut self, now: Instant, id: &TunnelId, change: impl FnOnce(&mut Tunnel)) {
        self.with_state_config(now, id, |runtime, _| change(runtime));
    }

    /// Changes a tunnel and tells if its state is another afterwards.
    fn with_state_config(
        &mut self,
        now: Instant,
        id: &TunnelId,
        change: impl FnOnce(&mut Tunnel, &GatewayConfig),
    ) {
        let Some(runtime) = self.tunnels.get_mut(id) else { return };
        let from = runtime.state();
        change(runtime, &self.config);
        let to = runtime.state();
        if from != to {
            let severity = match to {
                crate::ConnectionState::Connecting | crate::ConnectionState::Connected => Severity::Info,
                _ => Severity::Error,
            };
            self.write(now, Some(id), severity, format!("state: {from} → {to}"));
            self.outputs.push_back(Output::Event(GatewayEvent::State { tunnel: id.clone(), from, to }));
        }
    }

    fn write(&mut self, now: Instant, id: Option<&TunnelId>, severity: Severity, text: String) {
        let log = match id.and_then(|id| self.tunnels.get_mut(id)) {
            Some(runtime) => &mut runtime.log,
            None => &mut self.log,
        };
        if let Some(entry) = log.push(now, severity, text) {
            trace(id, &entry);
            self.outputs.push_back(Output::Event(GatewayEvent::Log { tunnel: id.cloned(), entry }));
        }
    }
}

fn trace(id: Option<&TunnelId>, entry: &LogEntry) {
    let tunnel = id.map(tracing::field::display);
    match entry.severity {
        Severity::Debug => tracing::debug!(tunnel, "{}", entry.text),
        Severity::Info => tracing::info!(tunnel, "{}", entry.text),
        Severity::Warning => tracing::warn!(tunnel, "{}", entry.text),
        Severity::Error => tracing::error!(tunnel, "{}", entry.text),
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

#[cfg(test)]
mod tests;
