//! "The Internet": passes packets on by the longest prefix.

use std::net::IpAddr;

use esp_core::net::Cidr;
use esp_core::time::Instant;

use crate::node::{Context, Node, Port};
use crate::packet::{build_too_big, forwarded, parse_ip};

/// A router with any number of ports.
#[derive(Debug)]
pub struct Router {
    name: String,
    routes: Vec<(Cidr, Port)>,
    narrow: Option<Narrow>,
    blocked: Vec<u8>,
    passed: u64,
    dropped: u64,
    too_big: u64,
}

/// A link that carries less than the others, whose router says so.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    port: Port,
    mtu: u16,
    address: IpAddr,
}

impl Router {
    /// A router without routes.
    pub fn new(name: impl Into<String>) -> Self {
        let (routes, blocked) = (Vec::new(), Vec::new());
        Self { name: name.into(), routes, narrow: None, blocked, passed: 0, dropped: 0, too_big: 0 }
    }

    /// Adds a route, in the place of one to the same prefix.
    pub fn add_route(&mut self, destination: Cidr, port: Port) {
        self.routes.retain(|(prefix, _)| *prefix != destination);
        self.routes.push((destination, port));
    }

    /// Tells senders, from `address`, that packets of more than `mtu` octets do not leave by `port`. It fragments none:
    /// nothing here sends packets that may be.
    pub fn set_narrow(&mut self, port: Port, mtu: u16, address: IpAddr) {
        self.narrow = Some(Narrow { port, mtu, address });
    }

    /// Drops packets of this IP protocol without a word, as a firewall does, or passes them again.
    pub fn set_blocked(&mut self, protocol: u8, blocked: bool) {
        self.blocked.retain(|other| *other != protocol);
        if blocked {
            self.blocked.push(protocol);
        }
    }

    /// Packets whose senders were told that they are too big.
    pub fn too_big(&self) -> u64 {
        self.too_big
    }

    /// Packets passed on.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Packets without a route, without a valid header, of a blocked protocol, or with a hop limit that was used up.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn port_to(&self, destination: IpAddr) -> Option<Port> {
        let matching = self.routes.iter().filter(|(prefix, _)| prefix.contains(destination));
        matching.max_by_key(|(prefix, _)| prefix.length()).map(|(_, port)| *port)
    }
}

impl Node for Router {
    fn name(&self) -> &str {
        &self.name
    }

    fn handle_packet(&mut self, context: &mut Context, came_from: Port, packet: &[u8]) {
        let ip = parse_ip(packet).filter(|ip| !self.blocked.contains(&ip.protocol));
        let port = ip.and_then(|ip| self.port_to(ip.destination));
        if let Some(narrow) = self.narrow
            && port == Some(narrow.port)
            && packet.len() > usize::from(narrow.mtu)
            && let Some(message) = build_too_big(narrow.address, packet, narrow.mtu)
        {
            self.too_big += 1;
            return context.send(came_from, message);
        }
        match port.zip(forwarded(packet)) {
            Some((port, packet)) => {
                self.passed += 1;
                context.send(port, packet);
            }
            None => {
                self.dropped += 1;
                context.note(|| "dropped it: no route, no hops left, blocked, or damaged".to_owned());
            }
        }
    }

    fn handle_wakeup(&mut self, _context: &mut Context) {}

    fn next_wakeup(&self) -> Option<Instant> {
        None
    }
}

#[cfg(test)]
mod tests;
