//! Two endpoints, the network between them, and a clock that jumps to what happens next.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use esp_core::sa::SaParams;
use esp_core::selector::Selectors;
use esp_core::time::Instant;

use super::network::Network;
use super::{Datagram, Datapath, Fate, NatBox, SeededRng, connection};
use crate::config::{ConnectionConfig, Limits};
use crate::diagnose::{CloseReason, Event, FailureReason, MessageTrace};
use crate::endpoint::{Command, ConnectionId, Endpoint, Input, Output, Transmit};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The side that a NAT box may stand in front of.
    A,
    /// The other.
    B,
}

impl Side {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// An endpoint with what stands around it.
#[derive(Debug)]
pub struct Peer {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its address.
    pub address: IpAddr,
    /// Its datapath.
    pub datapath: Datapath,
    /// What it told.
    pub events: Vec<Event>,
}

/// Two peers.
#[derive(Debug)]
pub struct Pair {
    /// The time.
    pub now: Instant,
    /// Side A.
    pub a: Peer,
    /// Side B.
    pub b: Peer,
    /// Every message that was sent, as a line.
    pub transcript: Vec<String>,
    /// Every datagram that was sent, before the network touched it.
    pub sent: Vec<Datagram>,
    network: Network,
}

/// The connection that both sides have.
pub const CONNECTION: ConnectionId = ConnectionId(1);

impl Pair {
    /// Two endpoints that know each other as [`connection`] says.
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// The same after `change` has changed the configuration of a side.
    pub fn with(change: impl Fn(Side, &mut ConnectionConfig)) -> Self {
        Self::with_limits(Limits::default(), change)
    }

    /// The same with other bounds.
    pub fn with_limits(limits: Limits, change: impl Fn(Side, &mut ConnectionConfig)) -> Self {
        let mut pair = Self::empty(limits, 1);
        for side in [Side::A, Side::B] {
            let (local, remote) = (pair.peer(side).address, pair.peer(side.other()).address);
            let mut config = connection(local, remote, side == Side::A);
            change(side, &mut config);
            pair.command(side, Command::Add(CONNECTION, Box::new(config)));
        }
        pair
    }

    /// Two endpoints without connections.
    pub fn empty(limits: Limits, seed: u64) -> Self {
        let peer = |host, seed| Peer {
            endpoint: Endpoint::new(limits, Box::new(SeededRng::new(seed))),
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)),
            datapath: Datapath::default(),
            events: Vec::new(),
        };
        Self {
            now: Instant::from_secs(1_000),
            a: peer(1, seed.wrapping_mul(2)),
            b: peer(2, seed.wrapping_mul(2).wrapping_add(1)),
            transcript: Vec::new(),
            sent: Vec::new(),
            network: Network::new(),
        }
    }

    /// One side.
    pub fn peer(&self, side: Side) -> &Peer {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// One side.
    pub fn peer_mut(&mut self, side: Side) -> &mut Peer {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }

    /// Decides on the fate of each datagram from now on; it is given the datagram's number from the start.
    pub fn set_filter(&mut self, filter: impl FnMut(usize, &Datagram) -> Fate + 'static) {
        self.network.filter = Box::new(filter);
    }

    /// Puts side A behind an address translator.
    pub fn set_nat(&mut self, nat: NatBox) {
        self.network.nat = Some(nat);
    }

    /// Takes the address translator away.
    pub fn clear_nat(&mut self) {
        self.network.nat = None;
    }

    /// The address translator.
    pub fn nat_mut(&mut self) -> Option<&mut NatBox> {
        self.network.nat.as_mut()
    }

    /// Gives a command to a side.
    pub fn command(&mut self, side: Side, command: Command) {
        let now = self.now;
        self.peer_mut(side).endpoint.handle_input(now, Input::Command(command));
        self.drain(side);
    }

    /// Gives any input to a side.
    pub fn input(&mut self, side: Side, input: Input<'_>) {
        let now = self.now;
        self.peer_mut(side).endpoint.handle_input(now, input);
        self.drain(side);
    }

    /// Puts a datagram onto the network as if somebody had sent it.
    pub fn inject(&mut self, datagram: Datagram) {
        self.network.put(self.now, datagram);
    }

    /// Lets time pass until nothing has been under way for `span`, or until `span` is over.
    pub fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(next) = self.next_event().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = end;
    }

    /// Initiates from A and lets ten seconds pass.
    pub fn connect(&mut self) {
        self.command(Side::A, Command::Initiate(CONNECTION));
        self.run(Duration::from_secs(10));
    }

    /// Sends one inner packet: true if it arrives.
    pub fn packet(&mut self, from: Side) -> bool {
        let Some(params) = self.peer(from).datapath.outbound().cloned() else { return false };
        self.receive(from.other(), &params)
    }

    /// Gives a side a packet that was sealed with these parameters, now or a while ago: true if it is received.
    pub fn receive(&mut self, to: Side, params: &SaParams) -> bool {
        let now = self.now;
        let arrived = self.peer_mut(to).datapath.receive(now, params);
        self.drain(to);
        arrived
    }

    /// Sends one inner packet between two networks, as `from` sees them: true if it arrives.
    pub fn packet_of(&mut self, from: Side, selectors: &Selectors) -> bool {
        let now = self.now;
        let Some(params) = self.peer(from).datapath.outbound_of(selectors).cloned() else { return false };
        let arrived = self.peer_mut(from.other()).datapath.receive(now, &params);
        self.drain(from.other());
        arrived
    }

    /// Whether packets go both ways.
    pub fn carries(&mut self) -> bool {
        self.packet(Side::A) && self.packet(Side::B)
    }

    /// The failures that a side told.
    pub fn failures(&self, side: Side) -> Vec<FailureReason> {
        let failures = self.peer(side).events.iter().filter_map(|event| match event {
            Event::Failed { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        failures.collect()
    }

    /// Why IKE SAs of a side were closed.
    pub fn closed(&self, side: Side) -> Vec<CloseReason> {
        let closed = self.peer(side).events.iter().filter_map(|event| match event {
            Event::IkeClosed { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        closed.collect()
    }

    /// How many IKE SAs and Child SAs of a side are established.
    pub fn counts(&self, side: Side) -> (usize, usize) {
        let endpoint = &self.peer(side).endpoint;
        (endpoint.ike_sas(CONNECTION, self.now).count(), endpoint.child_sas(CONNECTION, self.now).count())
    }

    fn next_event(&self) -> Option<Instant> {
        let timeouts = [&self.a, &self.b].map(|peer| peer.endpoint.next_timeout().map(|(at, _)| at));
        [timeouts[0], timeouts[1], self.network.next()].into_iter().flatten().min()
    }

    fn step(&mut self) {
        while let Some(Datagram { from, to, payload }) = self.network.take_due(self.now) {
            let side = if to.ip() == self.a.address { Side::A } else { Side::B };
            if self.peer(side).address == to.ip() && payload != [0xff] {
                self.input(side, Input::Datagram { local: to, remote: from, payload: &payload });
            }
        }
        for side in [Side::A, Side::B] {
            if self.peer(side).endpoint.next_timeout().is_some_and(|(at, _)| at <= self.now) {
                self.input(side, Input::Timeout);
            }
        }
    }

    fn drain(&mut self, side: Side) {
        loop {
            let now = self.now;
            let peer = self.peer_mut(side);
            match peer.endpoint.poll_output() {
                Output::Sa(command) => peer.datapath.apply(&command),
                Output::Event(event) => {
                    if let Event::Message(message) = &event
                        && message.sent
                    {
                        let line = line(side, message);
                        self.transcript.push(line);
                    }
                    self.peer_mut(side).events.push(event);
                }
                Output::Transmit(Transmit { local, remote, payload }) => self.send(local, remote, payload),
                Output::Timeout(_) => match peer.datapath.events.pop_front() {
                    Some(event) => peer.endpoint.handle_input(now, Input::Sa(event)),
                    None => return,
                },
            }
        }
    }

    fn send(&mut self, from: SocketAddr, to: SocketAddr, payload: Vec<u8>) {
        let datagram = Datagram { from, to, payload };
        self.sent.push(datagram.clone());
        let inside = self.a.address;
        self.network.send(self.now, datagram, inside);
    }
}

impl Default for Pair {
    fn default() -> Self {
        Self::new()
    }
}

fn line(side: Side, message: &MessageTrace) -> String {
    let kind = if message.response { "response" } else { "request" };
    format!("{side:?} {} {kind} {}: {}", message.exchange, message.message_id, message.payloads.join(" "))
}
