//! What the key exchange does, and what follows from it: states, policies, routes, the log.

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::diagnose::Event;
use ike_proto::endpoint;
use ipsec_policy::TunnelId;

use super::Gateway;
use crate::config::GatewayConfig;
use crate::log::{LogEntry, Severity};
use crate::narrate::narrate;
use crate::output::{GatewayEvent, Output};
use crate::routes::RouteCommand;
use crate::tunnel::Tunnel;

impl Gateway {
    pub(super) fn command(&mut self, now: Instant, command: endpoint::Command) {
        self.endpoint.handle_input(now, endpoint::Input::Command(command));
        self.drain(now);
    }

    /// Drains the endpoint and begins what is due, until nothing is left to do now.
    pub(super) fn settle(&mut self, now: Instant) {
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

    pub(super) fn drain(&mut self, now: Instant) {
        loop {
            match self.endpoint.poll_output() {
                endpoint::Output::Sa(command) => {
                    self.monitor.on_command(&command);
                    self.outputs.push_back(Output::Sa(command));
                }
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

    pub(super) fn withdraw_routes(&mut self, id: &TunnelId) {
        let changes = self.routes.withdraw(id);
        self.route(changes);
    }

    pub(super) fn route(&mut self, changes: Vec<RouteCommand>) {
        self.outputs.extend(changes.into_iter().map(Output::Route));
    }

    pub(super) fn with_state(&mut self, now: Instant, id: &TunnelId, change: impl FnOnce(&mut Tunnel)) {
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
            self.watch_state(now, id);
        }
    }

    pub(super) fn write(&mut self, now: Instant, id: Option<&TunnelId>, severity: Severity, text: String) {
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
