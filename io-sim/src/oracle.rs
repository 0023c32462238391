//! What must never happen, whatever goes wrong on the links.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use esp_core::net::Cidr;
use esp_core::sa::{Direction, IpsecProtocol, SaKeys, SaParams, Spi};
use esp_core::suite::SaSuite;
use esp_core::time::Instant;

use crate::host::MARKER;
use crate::link::{LinkId, Side};
use crate::packet::{IpPacket, esp_header, esp_payload, parse_echo, parse_ip, parse_too_big, summary};
use crate::trace::TraceDigest;

/// What a link carries, as far as the oracle is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRole {
    /// Between gateways: no inner packet may be seen here. `gateway` is the end with a gateway, where there is one: what
    /// it sends, it has sealed.
    Outer {
        /// The end with a gateway.
        gateway: Option<Side>,
    },
    /// Between a gateway and a host: inner packets, in clear.
    Inner {
        /// The end with the host.
        host: Side,
        /// The addresses at that end.
        prefix: Cidr,
    },
}

/// What happened that must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViolationKind {
    /// An inner packet was on an outer link, its addresses or its content in clear.
    Clear,
    /// An inner packet was delivered more often than it was sent.
    DeliveredTwice,
    /// An inner packet was delivered that nobody sent: forged, or changed on the way.
    NeverSent,
    /// An inner packet was delivered to a network that it was not for.
    WrongNetwork,
    /// A gateway used a sequence number of a Security Association twice.
    SequenceTwice,
    /// A gateway used an initialisation vector of a Security Association twice.
    VectorTwice,
    /// The two ends of a Security Association have different keys or algorithms for one SPI.
    KeysDiffer,
}

/// Something that happened and must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When.
    pub at: Instant,
    /// On which link, or in which node.
    pub place: String,
    /// What.
    pub kind: ViolationKind,
    /// The packet or the Security Association.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {:?}: {}", self.at, self.place, self.kind, self.detail)
    }
}

/// How many violations are kept; the others are only counted.
const KEPT: usize = 100;

/// Source, destination and a digest of the ICMP message: the same for the same packet, however many hops it made.
type EchoKey = (IpAddr, IpAddr, u64);

#[derive(Debug)]
struct Agreed {
    direction: Direction,
    suite: SaSuite,
    keys: SaKeys,
}

/// Watches links and gateways, and writes down what must not happen.
#[derive(Debug, Default)]
pub struct Oracle {
    roles: BTreeMap<LinkId, (LinkRole, String)>,
    protected: Vec<Cidr>,
    own: BTreeSet<IpAddr>,
    sent: BTreeMap<EchoKey, u64>,
    delivered: BTreeMap<EchoKey, u64>,
    sequences: BTreeSet<(LinkId, u32, u32)>,
    vectors: BTreeSet<(LinkId, u32, [u8; 8])>,
    keys: BTreeMap<(IpsecProtocol, Spi), Vec<Agreed>>,
    esp_packets: u64,
    inner_delivered: u64,
    violations: Vec<Violation>,
    count: u64,
}

impl Oracle {
    /// Watches a link; `name` is what it is called in violations.
    pub fn watch(&mut self, link: LinkId, name: impl Into<String>, role: LinkRole) {
        self.roles.insert(link, (role, name.into()));
    }

    /// No packet from or to `prefix` may be seen on an outer link.
    pub fn protect(&mut self, prefix: Cidr) {
        self.protected.push(prefix);
    }

    /// `address` is a gateway's own, which may lie in a protected prefix: its packets are no inner ones.
    pub fn exempt(&mut self, address: IpAddr) {
        self.own.insert(address);
    }

    /// What happened that must not; the first 100.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// How much happened that must not.
    pub fn violation_count(&self) -> u64 {
        self.count
    }

    /// ESP packets that gateways sent: a run in which none was seen has proved little.
    pub fn esp_packets(&self) -> u64 {
        self.esp_packets
    }

    /// Inner packets that were delivered.
    pub fn inner_delivered(&self) -> u64 {
        self.inner_delivered
    }

    pub(crate) fn sent(&mut self, at: Instant, link: LinkId, from: Side, packet: &[u8]) {
        match self.roles.get(&link).map(|(role, _)| *role) {
            Some(LinkRole::Outer { gateway }) => {
                self.check_clear(at, link, packet);
                if gateway == Some(from) {
                    self.check_sealed(at, link, packet);
                }
            }
            Some(LinkRole::Inner { host, .. }) if host == from => {
                if let Some(key) = echo_key(packet) {
                    *self.sent.entry(key).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    pub(crate) fn delivered(&mut self, at: Instant, link: LinkId, from: Side, packet: &[u8]) {
        let Some((LinkRole::Inner { host, prefix }, _)) = self.roles.get(&link) else { return };
        if *host == from {
            return;
        }
        let prefix = *prefix;
        // The gateway's own answer to a packet of the host, and not one out of a tunnel.
        let about_own =
            parse_ip(packet).filter(|ip| prefix.contains(ip.destination)).as_ref().and_then(parse_too_big);
        if about_own.is_some() {
            return;
        }
        self.inner_delivered += 1;
        if parse_ip(packet).is_none_or(|ip| !prefix.contains(ip.destination)) {
            self.violate(at, link, ViolationKind::WrongNetwork, summary(packet));
        }
        let sent = echo_key(packet).and_then(|key| Some((key, *self.sent.get(&key)?)));
        let Some((key, sent)) = sent else {
            return self.violate(at, link, ViolationKind::NeverSent, summary(packet));
        };
        let delivered = self.delivered.entry(key).or_default();
        *delivered += 1;
        if *delivered > sent {
            self.violate(at, link, ViolationKind::DeliveredTwice, summary(packet));
        }
    }

    pub(crate) fn installed(&mut self, at: Instant, node: &str, params: &SaParams) {
        let entries = self.keys.entry((params.protocol, params.spi)).or_default();
        let others: Vec<&Agreed> =
            entries.iter().filter(|entry| entry.direction != params.direction).collect();
        let agrees = |entry: &&Agreed| entry.suite == params.suite && entry.keys == params.keys;
        let differs = !others.is_empty() && !others.iter().any(agrees);
        entries.push(Agreed { direction: params.direction, suite: params.suite, keys: params.keys.clone() });
        if differs {
            let detail = format!("{} of {}", params.spi, params.key());
            self.record(Violation { at, place: node.to_owned(), kind: ViolationKind::KeysDiffer, detail });
        }
    }

    fn check_clear(&mut self, at: Instant, link: LinkId, packet: &[u8]) {
        let is_inner = |address: IpAddr| {
            !self.own.contains(&address) && self.protected.iter().any(|prefix| prefix.contains(address))
        };
        let is_protected = |ip: IpPacket<'_>| is_inner(ip.source) || is_inner(ip.destination);
        let by_address = parse_ip(packet).is_some_and(is_protected);
        let by_content = packet.windows(MARKER.len()).any(|window| window == MARKER);
        if by_address || by_content {
            self.violate(at, link, ViolationKind::Clear, summary(packet));
        }
    }

    fn check_sealed(&mut self, at: Instant, link: LinkId, packet: &[u8]) {
        let ip = parse_ip(packet);
        let Some(esp) = ip.as_ref().and_then(esp_payload) else { return };
        let Some((spi, sequence)) = esp_header(esp) else { return };
        self.esp_packets += 1;
        if !self.sequences.insert((link, spi, sequence)) {
            self.violate(at, link, ViolationKind::SequenceTwice, summary(packet));
        }
        let vector = esp.get(8..).and_then(|rest| rest.first_chunk::<8>());
        if vector.is_some_and(|vector| !self.vectors.insert((link, spi, *vector))) {
            self.violate(at, link, ViolationKind::VectorTwice, summary(packet));
        }
    }

    fn violate(&mut self, at: Instant, link: LinkId, kind: ViolationKind, detail: String) {
        let place = self.roles.get(&link).map(|(_, name)| name.clone()).unwrap_or_default();
        self.record(Violation { at, place, kind, detail });
    }

    fn record(&mut self, violation: Violation) {
        self.count += 1;
        if self.violations.len() < KEPT {
            self.violations.push(violation);
        }
    }
}

fn echo_key(packet: &[u8]) -> Option<EchoKey> {
    let ip = parse_ip(packet)?;
    parse_echo(&ip)?;
    let mut digest = TraceDigest::default();
    digest.add(ip.payload);
    Some((ip.source, ip.destination, digest.value()))
}

#[cfg(test)]
mod tests;
