//! The gateway: what a tenant configured, kept true.

mod configure;
mod follow;
mod handover;
mod operate;
mod options;
mod readdress;
mod subscription;
mod watch;

use std::collections::{BTreeMap, VecDeque};

use esp_core::command::SaEvent;
use esp_core::time::Instant;
use ike_proto::endpoint::{self, ConnectionId, Endpoint, TimeoutReason};
use ipsec_policy::{Inventory, Refusal, Rules, TunnelId};
use rand_core::CryptoRng;

use crate::calendar::Calendar;
use crate::config::GatewayConfig;
use crate::input::Input;
use crate::log::ConnectionLog;
use crate::monitor::Monitor;
use crate::output::Output;
use crate::routes::{Route, RouteTable};
use crate::state::{ConnectionState, TunnelStatus, WaitingFor};
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
    monitor: Monitor,
    calendar: Calendar,
    /// Whether the external address is paid for no longer: nothing is begun, and nobody is answered.
    unbound: bool,
    /// Whether the gateway itself is.
    expired: bool,
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
        for template in config.alarms.iter().cloned() {
            inventory.add_alarm(template)?;
        }
        inventory.add_gateway(config.gateway.clone())?;
        Ok(Self {
            inventory,
            endpoint: Endpoint::new(config.protocol_limits, rng),
            tunnels: BTreeMap::new(),
            by_connection: BTreeMap::new(),
            next_connection: 1,
            routes: RouteTable::default(),
            log: ConnectionLog::new(config.log_entries),
            monitor: Monitor::new(config.monitor.clone(), config.gateway.id.clone()),
            calendar: Calendar::default(),
            unbound: false,
            expired: false,
            outputs: VecDeque::new(),
            config,
        })
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
            Input::Sa(event) => {
                self.watch_event(now, &event);
                self.endpoint.handle_input(now, endpoint::Input::Sa(event));
            }
            Input::Command(command) => self.operate(now, &command),
            Input::Calendar(moment) => self.set_calendar(now, moment),
        }
        self.check_subscription(now);
        self.settle(now);
        self.watch_time(now);
    }

    /// The next thing to do; after [`Output::Timeout`] there is nothing more until the next input.
    pub fn poll_output(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.next_timeout()))
    }

    /// When it wants to be called with [`Input::Timeout`] at the latest, and why.
    pub fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let retries = self.tunnels.values().filter(|_| !self.unbound).filter_map(Tunnel::next_timeout);
        let retry = retries.min().map(|at| (at, TimeoutReason::Retry));
        let watch = self.monitor.next_timeout().map(|at| (at, TimeoutReason::Watch));
        let subscription = self.subscription_timeout().map(|at| (at, TimeoutReason::Subscription));
        self.endpoint.next_timeout().into_iter().chain(retry).chain(watch).chain(subscription).min()
    }

    /// What is known of a tunnel.
    pub fn status(&self, id: &TunnelId) -> Option<TunnelStatus> {
        self.tunnels.get(id).map(|runtime| self.status_of(runtime))
    }

    /// What is known of all tunnels, by id.
    pub fn statuses(&self) -> impl Iterator<Item = TunnelStatus> {
        self.tunnels.values().map(|runtime| self.status_of(runtime))
    }

    fn status_of(&self, runtime: &Tunnel) -> TunnelStatus {
        let one_way = self.monitor.meter(Some(runtime.reqid())).and_then(|meter| meter.one_way().cloned());
        let mut status = TunnelStatus { one_way, ..runtime.status(&self.config) };
        if self.unbound && status.state != ConnectionState::Connected {
            status.waiting_for = Some(WaitingFor::Renewal);
            status.diagnosis = Some(runtime.wait_for(WaitingFor::Renewal, &self.config));
        }
        status
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
}

#[cfg(test)]
mod tests;
