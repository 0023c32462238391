//! A gateway of the product between an inside and an outside link.

use core::time::Duration;
use std::collections::BTreeMap;
use std::net::IpAddr;

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::net::{Cidr, UdpPayload, classify};
use esp_core::time::Instant;
use ike_proto::endpoint::Transmit;
use ipsec_gateway::{
    Command, ConnectionState, Gateway, GatewayConfig, GatewayEvent, Input, Output, Route, RouteCommand,
    TunnelStatus,
};
use ipsec_policy::{PeerGateway, TunnelId, VpnTunnel};
use rand_chacha::ChaCha8Rng;

use crate::chance::{Chance, Purpose, stream};
use crate::clock::NodeClock;
use crate::datapath::{Forwarded, SimDatapath};
use crate::journal::{Deed, Journal};
use crate::key_log::KeyLog;
use crate::node::{Context, Node, Port};
use crate::packet::{ESP, ICMP, ICMPV6, IKE_PORT, NAT_T_PORT, UDP, build_udp, parse_ip, parse_udp};

/// How long a gateway that would spin is left alone.
const SPIN_PAUSE: Duration = Duration::from_millis(1);

/// Everything that a gateway starts with, and starts with again after a crash.
#[derive(Clone, Debug)]
pub struct GatewaySetup {
    /// What it is called in traces.
    pub name: String,
    /// Its own address on the outside link.
    pub address: IpAddr,
    /// The seed of the world.
    pub seed: u64,
    /// Its number among the gateways of the world: which random numbers it draws.
    pub number: u16,
    /// Its configuration.
    pub config: GatewayConfig,
    /// Its tunnels with their peers.
    pub tunnels: Vec<(VpnTunnel, PeerGateway)>,
    /// Its clock.
    pub clock: NodeClock,
    /// When it starts.
    pub start_at: Instant,
}

/// What a gateway node has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GatewayCounters {
    /// Datagrams of IKE that came in.
    pub ike_in: u64,
    /// Datagrams of IKE that went out.
    pub ike_out: u64,
    /// Inner packets that were sealed.
    pub sealed: u64,
    /// Inner packets that were opened.
    pub opened: u64,
    /// Packets from inside to which no route leads.
    pub no_route: u64,
    /// Packets from inside that the datapath dropped.
    pub seal_drops: u64,
    /// Packets of ESP that the datapath dropped.
    pub open_drops: u64,
    /// Packets from outside that are neither for it nor IKE nor ESP, or are damaged.
    pub strays: u64,
    /// Messages from outside that told the path MTU of a Security Association.
    pub path_mtus: u64,
    /// NAT keep-alives that came in.
    pub keep_alives: u64,
    /// Its own packets to a peer that a route into the tunnel caught.
    pub caught: u64,
    /// Commands that the datapath refused.
    pub refusals: u64,
    /// Times that the gateway asked to be woken at a time that had passed when it was asked after that very wake-up.
    /// Anything but zero is a mistake: the event loop of an embedder would spin.
    pub spins: u64,
}

#[derive(Debug)]
struct Running {
    gateway: Gateway,
    datapath: SimDatapath,
    routes: BTreeMap<Cidr, Route>,
    /// While the datapath takes its time over a command, nothing that comes after it is carried out.
    busy_until: Option<Instant>,
    /// The gateway is not asked again before this: set where it would spin.
    not_before: Instant,
}

/// A [`Gateway`] with the userspace datapath.
#[derive(Debug)]
pub struct GatewayNode {
    setup: GatewaySetup,
    running: Option<Running>,
    start_at: Option<Instant>,
    restarts: u32,
    refusal: Chance,
    command_delay: Duration,
    faults_rng: ChaCha8Rng,
    counters: GatewayCounters,
    key_log: KeyLog,
    states: Vec<(Instant, TunnelId, ConnectionState)>,
    journal: Journal,
}

impl GatewayNode {
    /// The port towards the private network.
    pub const INSIDE: Port = Port(0);
    /// The port towards the Internet.
    pub const OUTSIDE: Port = Port(1);

    /// A gateway that starts by itself when its time has come.
    pub fn new(setup: GatewaySetup) -> Self {
        Self {
            start_at: Some(setup.start_at),
            faults_rng: stream(setup.seed, Purpose::Datapath(setup.number)),
            setup,
            running: None,
            restarts: 0,
            refusal: Chance::NEVER,
            command_delay: Duration::ZERO,
            counters: GatewayCounters::default(),
            key_log: KeyLog::default(),
            states: Vec::new(),
            journal: Journal::new(),
        }
    }

    /// The gateway, while it runs.
    pub fn gateway(&self) -> Option<&Gateway> {
        self.running.as_ref().map(|running| &running.gateway)
    }

    /// What is known of a tunnel, while the gateway runs.
    pub fn status(&self, tunnel: &TunnelId) -> Option<TunnelStatus> {
        self.gateway()?.status(tunnel)
    }

    /// Whether the gateway runs and all of its tunnels are connected.
    pub fn is_connected(&self) -> bool {
        let connected = |status: TunnelStatus| status.state == ConnectionState::Connected;
        self.gateway().is_some_and(|gateway| gateway.statuses().all(connected))
    }

    /// What it was started with. A change takes effect with the next start.
    pub fn setup_mut(&mut self) -> &mut GatewaySetup {
        &mut self.setup
    }

    /// What it has done.
    pub fn counters(&self) -> GatewayCounters {
        self.counters
    }

    /// The keys of all Security Associations that it ever had.
    pub fn key_log(&self) -> &KeyLog {
        &self.key_log
    }

    /// Every change of a connection state, by the world's clock.
    pub fn states(&self) -> &[(Instant, TunnelId, ConnectionState)] {
        &self.states
    }

    /// What it did, in this order.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// How many Security Associations stand in the datapath, both directions counted.
    pub fn security_associations(&self) -> usize {
        self.running.as_ref().map_or(0, |running| running.datapath.security_associations())
    }

    /// Lets an operator do something; nothing happens while the gateway is down.
    pub fn command(&mut self, context: &mut Context, command: Command) {
        context.note(|| format!("operator: {command:?}"));
        self.input(context, Input::Command(command));
    }

    /// Changes the gateway in any way, and carries out what follows. `None` while it is down.
    pub fn with_gateway<R>(
        &mut self,
        context: &mut Context,
        change: impl FnOnce(&mut Gateway, Instant) -> R,
    ) -> Option<R> {
        let now = self.setup.clock.local(context.now());
        let result = change(&mut self.running.as_mut()?.gateway, now);
        self.drain(context);
        Some(result)
    }

    /// Loses all state, and starts again after `outage`.
    pub fn crash(&mut self, context: &mut Context, outage: Duration) {
        context.note(|| format!("crashed, back in {outage:?}"));
        self.running = None;
        self.start_at = Some(context.now() + outage);
    }

    /// How many of the Security Associations that are to be added the datapath refuses.
    pub fn set_refusal(&mut self, refusal: Chance) {
        self.refusal = refusal;
    }

    /// How long the datapath takes for a command.
    pub fn set_command_delay(&mut self, delay: Duration) {
        self.command_delay = delay;
    }

    /// When the gateway wants to be woken, by the world's clock.
    fn timeout(&self) -> Option<Instant> {
        let (at, _) = self.gateway()?.next_timeout()?;
        Some(self.setup.clock.world(at))
    }

    fn start(&mut self, context: &mut Context) {
        self.start_at = None;
        let now = self.setup.clock.local(context.now());
        let rng =
            stream(self.setup.seed, Purpose::Gateway { number: self.setup.number, restarts: self.restarts });
        self.restarts = self.restarts.saturating_add(1);
        let mut gateway = match Gateway::new(self.setup.config.clone(), Box::new(rng)) {
            Ok(gateway) => gateway,
            Err(findings) => return context.note(|| format!("does not start: {findings:?}")),
        };
        for (tunnel, peer) in self.setup.tunnels.clone() {
            if let Err(findings) = gateway.add_tunnel(now, tunnel, peer) {
                context.note(|| format!("does not take the tunnel: {findings:?}"));
            }
        }
        self.running = Some(Running {
            gateway,
            datapath: SimDatapath::new(),
            routes: BTreeMap::new(),
            busy_until: None,
            not_before: Instant::ZERO,
        });
        context.note(|| "started".to_owned());
        self.drain(context);
    }

    fn input(&mut self, context: &mut Context, input: Input<'_>) {
        let now = self.setup.clock.local(context.now());
        if let Some(running) = &mut self.running {
            running.gateway.handle_input(now, input);
            self.drain(context);
        }
    }

    /// Carries out what the gateway wants, in the order in which it wants it, until there is nothing more or the datapath
    /// is busy.
    fn drain(&mut self, context: &mut Context) {
        let now = self.setup.clock.local(context.now());
        loop {
            let Some(running) = &mut self.running else { return };
            if running.busy_until.is_some_and(|until| until > context.now()) {
                return;
            }
            running.busy_until = None;
            let output = running.gateway.poll_output();
            self.journal.extend(Deed::of(&output).map(|deed| (context.now(), deed)));
            match output {
                Output::Sa(command) => self.apply(context, &command),
                Output::Route(RouteCommand::Add(route)) => {
                    running.routes.insert(route.destination, route);
                }
                Output::Route(RouteCommand::Remove(route)) => {
                    running.routes.remove(&route.destination);
                }
                Output::Transmit(transmit) => self.transmit(context, &transmit),
                Output::Event(event) => self.tell(context, &event),
                Output::Timeout(_) => match running.datapath.poll_event() {
                    Some(event) => running.gateway.handle_input(now, Input::Sa(event)),
                    None => return,
                },
            }
        }
    }

    fn apply(&mut self, context: &mut Context, command: &SaCommand) {
        let Some(running) = &mut self.running else { return };
        let now = self.setup.clock.local(context.now());
        let refuse = self.refusal.happens(&mut self.faults_rng) && matches!(command, SaCommand::AddSa(_));
        let outcome = if refuse {
            Err(BackendError::System("the simulation wants it so".to_owned()))
        } else {
            running.datapath.apply(now, command)
        };
        if !self.command_delay.is_zero() {
            running.busy_until = Some(context.now() + self.command_delay);
        }
        context.note(|| format!("datapath: {}: {outcome:?}", describe(command)));
        match (outcome, command) {
            (Ok(()), SaCommand::AddSa(params)) => {
                self.key_log.add(params);
                context.installed(params);
            }
            (Err(error), SaCommand::AddSa(params)) => {
                self.counters.refusals += 1;
                let event = SaEvent::Refused { key: params.key(), reason: error.to_string() };
                running.gateway.handle_input(now, Input::Sa(event));
            }
            (Err(_), _) => self.counters.refusals += 1,
            (Ok(()), _) => {}
        }
    }

    fn transmit(&mut self, context: &mut Context, transmit: &Transmit) {
        if let Some(packet) = build_udp(transmit.local, transmit.remote, &transmit.payload) {
            self.counters.ike_out += 1;
            self.send_outside(context, packet);
        }
    }

    /// Sends a packet of the gateway's own, as a host does that asks its routes for every packet: one into the tunnel
    /// catches it, unless the route says that the address is spared.
    fn send_outside(&mut self, context: &mut Context, packet: Vec<u8>) {
        let destination = parse_ip(&packet).map(|ip| ip.destination);
        let catches = |route: &Route| {
            destination.is_some_and(|to| route.destination.contains(to) && !route.spared.contains(&to))
        };
        if self.running.as_ref().is_some_and(|running| running.routes.values().any(catches)) {
            self.counters.caught += 1;
            return context.note(|| "a route into the tunnel caught its own packet".to_owned());
        }
        context.send(Self::OUTSIDE, packet);
    }

    fn tell(&mut self, context: &mut Context, event: &GatewayEvent) {
        match event {
            GatewayEvent::State { tunnel, from, to } => {
                self.states.push((context.now(), tunnel.clone(), *to));
                context.note(|| format!("{tunnel}: {from} -> {to}"));
            }
            GatewayEvent::Log { entry, .. } => context.note(|| format!("log: {entry}")),
            GatewayEvent::Alarm(_)
            | GatewayEvent::OneWay { .. }
            | GatewayEvent::PfsChecked { .. }
            | GatewayEvent::ExternalIp { .. }
            | GatewayEvent::Protocol { .. } => {}
        }
    }

    fn handle_inside(&mut self, context: &mut Context, packet: &[u8]) {
        let now = self.setup.clock.local(context.now());
        let Some(running) = &mut self.running else { return };
        let routed = parse_ip(packet).is_some_and(|ip| {
            let mut routes =
                running.routes.values().filter(|route| route.destination.contains(ip.destination));
            routes.any(|route| route.sources.iter().any(|source| source.contains(ip.source)))
        });
        if !routed {
            self.counters.no_route += 1;
            // Nothing leaves without a route. But a policy that protects the packet asks for a connection, as the held
            // routes of a real host lead it to do.
            if let Ok(_unrouted) = running.datapath.seal(now, packet) {
                context.note(|| "sealed, and dropped for want of a route".to_owned());
            }
            return;
        }
        match running.datapath.seal(now, packet) {
            Ok(all) => {
                for forwarded in all {
                    self.pass_on(context, forwarded);
                }
            }
            Err(reason) => {
                self.counters.seal_drops += 1;
                context.note(|| format!("not sealed: {reason}"));
            }
        }
    }

    fn pass_on(&mut self, context: &mut Context, forwarded: Forwarded) {
        match forwarded {
            Forwarded::Outside(packet) => {
                self.counters.sealed += 1;
                self.send_outside(context, packet);
            }
            Forwarded::Inside(reason, icmp) => {
                self.counters.seal_drops += 1;
                context.note(|| format!("not sealed, and its sender told: {reason}"));
                context.send(Self::INSIDE, icmp);
            }
        }
    }

    /// A message about a packet of ours from somewhere on its way.
    fn handle_icmp(&mut self, context: &mut Context, packet: &[u8]) {
        let now = self.setup.clock.local(context.now());
        let Some(running) = &mut self.running else { return };
        match running.datapath.take_too_big(now, packet) {
            Ok(()) => self.counters.path_mtus += 1,
            Err(reason) => {
                self.counters.strays += 1;
                context.note(|| format!("not heeded: {reason}"));
            }
        }
    }

    fn handle_outside(&mut self, context: &mut Context, packet: &[u8]) {
        let address = self.setup.address;
        let Some(ip) = parse_ip(packet).filter(|ip| ip.destination == address) else {
            self.counters.strays += 1;
            return;
        };
        if ip.protocol == ESP {
            return self.open(context, packet);
        }
        if ip.protocol == ICMP || ip.protocol == ICMPV6 {
            return self.handle_icmp(context, packet);
        }
        let Some(udp) = parse_udp(&ip).filter(|_| ip.protocol == UDP) else {
            self.counters.strays += 1;
            return;
        };
        match (udp.destination.port(), classify(udp.payload)) {
            (IKE_PORT, _) | (NAT_T_PORT, UdpPayload::Ike(_)) => {
                self.counters.ike_in += 1;
                let (local, remote) = (udp.destination, udp.source);
                self.input(context, Input::Datagram { local, remote, payload: udp.payload });
            }
            (NAT_T_PORT, UdpPayload::Esp(_)) => self.open(context, packet),
            (NAT_T_PORT, UdpPayload::KeepAlive) => self.counters.keep_alives += 1,
            _ => self.counters.strays += 1,
        }
    }

    fn open(&mut self, context: &mut Context, packet: &[u8]) {
        let now = self.setup.clock.local(context.now());
        let Some(running) = &mut self.running else { return };
        match running.datapath.open(now, packet) {
            Ok(inner) => {
                self.counters.opened += 1;
                context.send(Self::INSIDE, inner);
            }
            Err(reason) => {
                self.counters.open_drops += 1;
                context.note(|| format!("not opened: {reason}"));
            }
        }
    }
}

impl Node for GatewayNode {
    fn name(&self) -> &str {
        &self.setup.name
    }

    fn handle_packet(&mut self, context: &mut Context, port: Port, packet: &[u8]) {
        if port == Self::INSIDE {
            self.handle_inside(context, packet);
        } else {
            self.handle_outside(context, packet);
        }
        // The datapath may have something to report.
        self.drain(context);
    }

    fn handle_wakeup(&mut self, context: &mut Context) {
        if self.start_at.is_some_and(|at| at <= context.now()) {
            return self.start(context);
        }
        // The end of a busy time first: what came before is carried out before the gateway is asked for more.
        self.drain(context);
        self.input(context, Input::Timeout);
        let wanted = self.timeout();
        if let Some(running) = &mut self.running
            && wanted.is_some_and(|at| at <= context.now())
        {
            self.counters.spins += 1;
            running.not_before = context.now() + SPIN_PAUSE;
        }
    }

    fn next_wakeup(&self) -> Option<Instant> {
        let Some(running) = &self.running else { return self.start_at };
        if running.busy_until.is_some() {
            return running.busy_until;
        }
        self.timeout().map(|at| at.max(running.not_before))
    }
}

/// A command in one line, without its keys.
fn describe(command: &SaCommand) -> String {
    match command {
        SaCommand::AddSa(params) => {
            format!("add {:?} {} from {}", params.direction, params.key(), params.local)
        }
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests;
