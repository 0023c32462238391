//! The NAT box at the edge of an office.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use esp_core::time::Instant;

use crate::node::{Context, Node, Port};
use crate::packet::{build_udp, parse_ip, parse_udp};

/// How a NAT box behaves.
#[derive(Clone, Debug)]
pub struct NatConfig {
    /// Its address on the outside, which everything behind it appears under.
    pub outside: IpAddr,
    /// How long a mapping lives after the last packet from the inside.
    pub timeout: Duration,
    /// UDP ports that it lets nobody send to, in either direction.
    pub blocked_ports: BTreeSet<u16>,
}

impl NatConfig {
    /// A box that blocks nothing and forgets a mapping after two minutes, the least that RFC 4787 §4.3 allows.
    pub fn new(outside: IpAddr) -> Self {
        Self { outside, timeout: Duration::from_secs(120), blocked_ports: BTreeSet::new() }
    }
}

/// What a NAT box has dropped, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatDrops {
    /// Neither UDP nor readable: ESP and AH among them, which have no ports to tell two inside hosts apart by.
    pub not_udp: u64,
    /// From outside to a port without a mapping.
    pub no_mapping: u64,
    /// From an outside address or port that the inside has not sent to.
    pub filtered: u64,
    /// To a blocked port.
    pub blocked: u64,
}

#[derive(Debug)]
struct Mapping {
    outside_port: u16,
    /// To whom the inside has sent: only they may answer.
    permitted: BTreeSet<SocketAddr>,
    expires: Instant,
}

/// Translates UDP as most boxes do: the mapping of an inside address and port is the same for every destination, and only
/// those may answer that were sent to, address and port ("port restricted cone"; RFC 4787 calls it endpoint-independent
/// mapping with address and port-dependent filtering). Everything else is dropped.
#[derive(Debug)]
pub struct NatBox {
    name: String,
    config: NatConfig,
    mappings: BTreeMap<SocketAddr, Mapping>,
    next_port: u16,
    drops: NatDrops,
}

const FIRST_PORT: u16 = 40_000;

impl NatBox {
    /// The port towards the inside.
    pub const INSIDE: Port = Port(0);
    /// The port towards the Internet.
    pub const OUTSIDE: Port = Port(1);

    /// A box without mappings.
    pub fn new(name: impl Into<String>, config: NatConfig) -> Self {
        let drops = NatDrops::default();
        Self { name: name.into(), config, mappings: BTreeMap::new(), next_port: FIRST_PORT, drops }
    }

    /// Forgets every mapping, as after a power failure: what the inside sends next appears under a new port, and nothing
    /// from outside comes in before.
    pub fn rebind(&mut self) {
        self.mappings.clear();
    }

    /// As [`NatBox::rebind`], with a new address from the provider. Routes to it are the caller's.
    pub fn rebind_to(&mut self, outside: IpAddr) {
        self.config.outside = outside;
        self.rebind();
    }

    /// Blocks a UDP port or lets it pass again.
    pub fn set_blocked(&mut self, port: u16, blocked: bool) {
        if blocked {
            self.config.blocked_ports.insert(port);
        } else {
            self.config.blocked_ports.remove(&port);
        }
    }

    /// What it has dropped.
    pub fn drops(&self) -> NatDrops {
        self.drops
    }

    /// The outside address and port of an inside one, where there is a mapping, be it expired.
    pub fn mapping(&self, inside: SocketAddr) -> Option<SocketAddr> {
        let mapping = self.mappings.get(&inside)?;
        Some(SocketAddr::new(self.config.outside, mapping.outside_port))
    }

    fn take_port(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
        port
    }

    fn outbound(&mut self, now: Instant, source: SocketAddr, destination: SocketAddr) -> u16 {
        let expires = now + self.config.timeout;
        self.mappings.retain(|_, mapping| mapping.expires > now);
        if !self.mappings.contains_key(&source) {
            let mapping = Mapping { outside_port: self.take_port(), permitted: BTreeSet::new(), expires };
            self.mappings.insert(source, mapping);
        }
        self.mappings.get_mut(&source).map_or(FIRST_PORT, |mapping| {
            mapping.permitted.insert(destination);
            mapping.expires = expires;
            mapping.outside_port
        })
    }

    fn inbound(&mut self, now: Instant, source: SocketAddr, destination: SocketAddr) -> Option<SocketAddr> {
        let found = self.mappings.iter().find(|(_, mapping)| {
            destination == SocketAddr::new(self.config.outside, mapping.outside_port) && mapping.expires > now
        });
        let Some((inside, mapping)) = found else {
            self.drops.no_mapping += 1;
            return None;
        };
        if mapping.permitted.contains(&source) {
            Some(*inside)
        } else {
            self.drops.filtered += 1;
            None
        }
    }
}

impl Node for NatBox {
    fn name(&self) -> &str {
        &self.name
    }

    fn handle_packet(&mut self, context: &mut Context, port: Port, packet: &[u8]) {
        let ip = parse_ip(packet);
        let Some(udp) = ip.as_ref().and_then(parse_udp) else {
            self.drops.not_udp += 1;
            context.note(|| "dropped it: not UDP, or damaged".to_owned());
            return;
        };
        let now = context.now();
        let (out, packet) = if port == Self::INSIDE {
            if self.config.blocked_ports.contains(&udp.destination.port()) {
                self.drops.blocked += 1;
                return;
            }
            let mapped = self.outbound(now, udp.source, udp.destination);
            let source = SocketAddr::new(self.config.outside, mapped);
            (Self::OUTSIDE, build_udp(source, udp.destination, udp.payload))
        } else {
            let Some(inside) = self.inbound(now, udp.source, udp.destination) else { return };
            if self.config.blocked_ports.contains(&inside.port()) {
                self.drops.blocked += 1;
                return;
            }
            (Self::INSIDE, build_udp(udp.source, inside, udp.payload))
        };
        if let Some(packet) = packet {
            context.send(out, packet);
        }
    }

    fn handle_wakeup(&mut self, _context: &mut Context) {}

    fn next_wakeup(&self) -> Option<Instant> {
        None
    }
}

#[cfg(test)]
mod tests;
