//! What the key exchange does, and what follows from it: states, policies, routes, the log.

use std::net::IpAddr;

use esp_core::command::SaCommand;
use esp_core::time::Instant;
use ike_proto::diagnose::Event;
use ike_proto::endpoint;
use ipsec_policy::TunnelId;

use super::Gateway;
use crate::config::GatewayConfig;
use crate::log::{Line, LogEntry, Severity};
use crate::narrate::narrate;
use crate::output::{GatewayEvent, Output};
use crate::routes::RouteCommand;
use crate::state::PfsCheck;
use crate::tunnel::{Due, Tunnel};

impl Gateway {
    pub(super) fn command(&mut self, now: Instant, command: endpoint::Command) {
        // Without its external address the gateway knows no connection (SUB-1).
        if self.unbound && matches!(command, endpoint::Command::Add(..) | endpoint::Command::Initiate(_)) {
            return;
        }
        self.endpoint.handle_input(now, endpoint::Input::Command(command));
        self.drain(now);
    }

    /// Drains the endpoint and begins what is due, until nothing is left to do now.
    pub(super) fn settle(&mut self, now: Instant) {
        self.drain(now);
        if self.unbound {
            return;
        }
        let is_due = |runtime: &Tunnel| runtime.next_timeout().is_some_and(|at| at <= now);
        let due = self.tunnels.iter().filter(|(_, runtime)| is_due(runtime));
        let due: Vec<TunnelId> = due.map(|(id, _)| id.clone()).collect();
        for id in due {
            self.attempt(now, &id);
        }
    }

    /// Ends the attempt that has taken too long, and begins the one that is due.
    fn attempt(&mut self, now: Instant, id: &TunnelId) {
        while let Some((connection, due)) = self.tunnels.get_mut(id).and_then(|runtime| {
            let due = runtime.attempt_due(now, &self.config)?;
            Some((runtime.connection, due))
        }) {
            match due {
                Due::Begin => self.command(now, endpoint::Command::Initiate(connection)),
                Due::GiveUp => {
                    self.command(now, endpoint::Command::GiveUp(connection));
                    self.with_state_config(now, id, |runtime, config| runtime.given_up(now, config));
                }
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
        if let Some(line) = narrate(&event)
            && (line.severity > Severity::Debug || self.config.log_messages)
        {
            self.write(now, id.as_ref(), line);
        }
        if let Some(id) = &id {
            let before = self.tunnels.get(id).map(|runtime| (runtime.remote(), runtime.is_checking_pfs()));
            self.with_state_config(now, id, |runtime, config| runtime.on_event(now, &event, config));
            if let Some((remote, checking)) = before {
                self.follow(id, remote);
                self.tell_pfs(now, id, checking);
            }
        }
        self.outputs.push_back(Output::Event(GatewayEvent::Protocol { tunnel: id, event }));
    }

    /// Brings routes and policy into line with what a tunnel has become.
    fn follow(&mut self, id: &TunnelId, remote: Option<IpAddr>) {
        let Some(runtime) = self.tunnels.get(id) else { return };
        if runtime.remote() != remote {
            let policy = Box::new(runtime.policy(&self.config));
            self.outputs.push_back(Output::Sa(SaCommand::AddPolicy(policy)));
            let changes = self.routes.spare(id, runtime.remote());
            self.outputs.extend(changes.into_iter().map(Output::Route));
        }
        if runtime.wants_routes() {
            let tunnel = &runtime.tunnel;
            let changes = self.routes.announce(id, &tunnel.remote_subnets, &tunnel.local_subnets);
            self.route(changes);
        } else if !runtime.carries() && !self.config.keep_routes {
            self.withdraw_routes(id);
        }
    }

    /// Tells what came of a check of the PFS group that was under way.
    fn tell_pfs(&mut self, now: Instant, id: &TunnelId, checking: bool) {
        let Some(runtime) = self.tunnels.get(id).filter(|_| checking) else { return };
        let (severity, text) = match runtime.pfs() {
            PfsCheck::NotChecked | PfsCheck::Running { .. } => return,
            PfsCheck::Agreed { group: Some(group), .. } => {
                (Severity::Info, format!("PFS check: the peer agrees to {group}"))
            }
            PfsCheck::Agreed { group: None, .. } => {
                (Severity::Info, "PFS check: the peer agrees to do without PFS".to_string())
            }
            PfsCheck::Refused(failure) => (
                Severity::Error,
                format!(
                    "PFS check: the peer does not agree, and the tunnel will fail when its SAs are replaced by lifetime. \
                     {}",
                    failure.explanation
                ),
            ),
        };
        let outcome = runtime.pfs().clone();
        self.write(now, Some(id), Line::new(severity, "pfs-checked", text));
        self.outputs.push_back(Output::Event(GatewayEvent::PfsChecked { tunnel: id.clone(), outcome }));
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
    pub(super) fn with_state_config(
        &mut self,
        now: Instant,
        id: &TunnelId,
        change: impl FnOnce(&mut Tunnel, &GatewayConfig),
    ) {
        let Some(runtime) = self.tunnels.get_mut(id) else { return };
        let (from, stood) = (runtime.state(), runtime.standstill(&self.config));
        change(runtime, &self.config);
        let (to, stands) = (runtime.state(), runtime.standstill(&self.config));
        if from != to {
            let severity = match to {
                crate::ConnectionState::Connecting | crate::ConnectionState::Connected => Severity::Info,
                _ => Severity::Error,
            };
            let line = Line::new(severity, "state", format!("state: {from} → {to}"));
            self.write(now, Some(id), line.with("from", from).with("to", to));
            self.outputs.push_back(Output::Event(GatewayEvent::State { tunnel: id.clone(), from, to }));
            self.watch_state(now, id);
        }
        if let Some(text) = stands.filter(|stands| stood.as_ref() != Some(stands)) {
            self.write(now, Some(id), Line::new(Severity::Info, "standstill", text.to_string()));
        }
    }

    pub(super) fn write(&mut self, now: Instant, id: Option<&TunnelId>, line: Line) {
        let log = match id.and_then(|id| self.tunnels.get_mut(id)) {
            Some(runtime) => &mut runtime.log,
            None => &mut self.log,
        };
        if let Some(entry) = log.push(now, line) {
            trace(id, &entry);
            self.outputs.push_back(Output::Event(GatewayEvent::Log { tunnel: id.cloned(), entry }));
        }
    }
}

fn trace(id: Option<&TunnelId>, entry: &LogEntry) {
    let tunnel = id.map(tracing::field::display);
    let (event, fields) = (entry.event, tracing::field::display(&entry.fields));
    match entry.severity {
        Severity::Debug => tracing::debug!(tunnel, event, fields, "{}", entry.text),
        Severity::Info => tracing::info!(tunnel, event, fields, "{}", entry.text),
        Severity::Warning => tracing::warn!(tunnel, event, fields, "{}", entry.text),
        Severity::Error => tracing::error!(tunnel, event, fields, "{}", entry.text),
    }
}
