//! Carrying out what the gateway wants, in its order.

use esp_core::backend::SaBackend;
use esp_core::command::{SaCommand, SaEvent};
use esp_core::sa::SaKey;
use esp_core::time::Instant;
use ike_proto::endpoint::Transmit;
use ipsec_gateway::{Input, Output, RouteCommand, Severity};
use std::os::fd::AsRawFd;

use super::Runner;
use super::ready::Source;

/// Rounds between gateway and datapath in one drain. Each ends by itself after one or two; the bound keeps a mistake
/// of either from holding the loop.
const ROUNDS: usize = 16;

impl Runner {
    /// Carries out all that the gateway has put out, and hands it what the datapath reports, until both are quiet.
    pub(super) fn drain(&mut self, now: Instant) {
        for _ in 0..ROUNDS {
            self.drain_gateway(now);
            if !self.report_datapath(now) {
                return;
            }
        }
    }

    fn drain_gateway(&mut self, now: Instant) {
        loop {
            match self.gateway.poll_output() {
                Output::Sa(command) => self.apply(now, &command),
                Output::Route(command) => self.route(now, command),
                Output::Transmit(datagram) => self.transmit(now, &datagram),
                Output::Event(event) => self.tell_event(now, &event),
                Output::Timeout(_) => return,
            }
        }
    }

    /// Hands the datapath's events to the gateway; whether there was any.
    fn report_datapath(&mut self, now: Instant) -> bool {
        let mut any = false;
        while let Some(event) = self.datapath.poll_event() {
            any = true;
            self.gateway.handle_input(now, Input::Sa(event));
        }
        any
    }

    fn apply(&mut self, now: Instant, command: &SaCommand) {
        let result = self
            .require_raw(command)
            .and_then(|()| self.datapath.apply(now, command).map_err(|error| error.to_string()));
        let Err(reason) = result else { return self.hold(now, command) };
        if let Some(key) = key_of(command) {
            self.gateway.handle_input(now, Input::Sa(SaEvent::Refused { key, reason }));
        } else {
            self.tell(now, Severity::Error, format!("the datapath refused a policy: {reason}"));
        }
    }

    /// Opens the raw socket of a protocol when its first SA without UDP comes, and not before: a gateway whose peers are
    /// all behind NATs does without the privilege.
    fn require_raw(&mut self, command: &SaCommand) -> Result<(), String> {
        let protocol = match command {
            SaCommand::AddSa(sa) if sa.encap.is_none() => sa.protocol,
            SaCommand::MoveSa { key, encap: false, .. } => key.protocol,
            _ => return Ok(()),
        };
        let mark = Some(self.config.routes.mark);
        let opened = self.sockets.open_raw(protocol, mark).map_err(|error| error.to_string())?;
        let Some(fd) = opened.map(AsRawFd::as_raw_fd) else { return Ok(()) };
        self.watch(fd, Source::of(protocol)).map_err(|error| error.to_string())
    }

    /// What a policy protects takes no other way, from the policy's coming to its going.
    fn hold(&mut self, now: Instant, command: &SaCommand) {
        let change = match command {
            SaCommand::AddPolicy(policy) => self.holds.add(policy),
            SaCommand::RemovePolicy(id) => self.holds.remove(*id),
            _ => return,
        };
        let held = change.begin.into_iter().map(|destination| self.routes.hold(destination));
        let mut results: Vec<_> = held.collect();
        results.extend(change.end.into_iter().map(|destination| self.routes.release(destination)));
        for error in results.into_iter().filter_map(Result::err) {
            self.tell(now, Severity::Error, error.to_string());
        }
    }

    fn route(&mut self, now: Instant, command: RouteCommand) {
        let result = match command {
            RouteCommand::Add(route) => {
                self.check_reverse_path(now, &route.destination, &route.peers);
                self.routes.add(route.destination, &route.sources)
            }
            RouteCommand::Remove(route) => self.routes.remove(route.destination),
        };
        if let Err(error) = result {
            self.tell(now, Severity::Error, error.to_string());
        }
    }

    fn transmit(&mut self, now: Instant, datagram: &Transmit) {
        let Transmit { local, remote, payload } = datagram;
        let Some(socket) = self.sockets.udp(local.port()) else {
            self.tell(now, Severity::Error, format!("no socket to send from UDP port {}", local.port()));
            return;
        };
        // A datagram that cannot leave is one that was lost: the exchange repeats it.
        if let Err(error) = socket.send(payload, *remote, 0) {
            let text = format!("nothing can be sent from {local} to {remote}: {}", crate::words::of(&error));
            self.tell(now, Severity::Warning, text);
        }
    }
}

/// The Security Association that a command is about.
fn key_of(command: &SaCommand) -> Option<SaKey> {
    match command {
        SaCommand::AddSa(sa) => Some(sa.key()),
        SaCommand::RemoveSa(key) | SaCommand::MoveSa { key, .. } | SaCommand::QueryUsage(key) => Some(*key),
        SaCommand::AddPolicy(_) | SaCommand::RemovePolicy(_) | SaCommand::QueryTraffic => None,
    }
}
