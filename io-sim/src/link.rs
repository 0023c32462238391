//! Links between two nodes, and what goes wrong on them.

use core::time::Duration;

use esp_core::time::Instant;
use rand_chacha::ChaCha8Rng;

use crate::chance::{Chance, Purpose, below, stream};
use crate::node::{NodeId, Port};

/// Names a link of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub(crate) usize);

/// One of a link's two ends. A direction is named by the end that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The end that was named first when the link was made.
    A,
    /// The other one.
    B,
}

impl Side {
    /// The other end.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What goes wrong in one direction of a link. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// A packet is lost.
    pub loss: Chance,
    /// A packet arrives a second time, after a delay of its own.
    pub duplication: Chance,
    /// One bit of a packet is turned.
    pub corruption: Chance,
    /// A packet is held back, so that later ones overtake it.
    pub reordering: Chance,
    /// How long a packet is held back at most.
    pub reorder_by: Duration,
    /// How much longer than the link's latency a packet takes at most. Jitter alone does not change the order.
    pub jitter: Duration,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        loss: Chance::NEVER,
        duplication: Chance::NEVER,
        corruption: Chance::NEVER,
        reordering: Chance::NEVER,
        reorder_by: Duration::ZERO,
        jitter: Duration::ZERO,
    };
}

/// What a link is when it is made.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// What it is called in traces.
    pub name: String,
    /// How long a packet takes.
    pub latency: Duration,
    /// The longest IP packet, in octets; longer ones are dropped without a word, as a path does whose ICMP is filtered.
    pub mtu: usize,
}

impl LinkConfig {
    /// A link with an MTU of 1500.
    pub fn new(name: impl Into<String>, latency: Duration) -> Self {
        Self { name: name.into(), latency, mtu: 1500 }
    }
}

/// What one direction of a link has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStats {
    /// Packets that the node sent.
    pub sent: u64,
    /// Packets that arrive or will, second copies included.
    pub delivered: u64,
    /// Packets that were lost at random.
    pub lost: u64,
    /// Second copies.
    pub duplicated: u64,
    /// Packets with a turned bit.
    pub corrupted: u64,
    /// Packets that were held back.
    pub reordered: u64,
    /// Packets longer than the MTU.
    pub too_big: u64,
    /// Packets that were sent while the link was down.
    pub down: u64,
}

#[derive(Debug)]
struct Way {
    faults: Faults,
    stats: LinkStats,
    rng: ChaCha8Rng,
    /// When the last packet that was not held back arrives: the next one does not arrive before it.
    last_arrival: Instant,
}

/// A link of a world.
#[derive(Debug)]
pub struct Link {
    config: LinkConfig,
    ends: [(NodeId, Port); 2],
    up: bool,
    from_a: Way,
    from_b: Way,
}

impl Link {
    pub(crate) fn new(seed: u64, id: LinkId, config: LinkConfig, ends: [(NodeId, Port); 2]) -> Self {
        let number = u32::try_from(id.0).unwrap_or(u32::MAX).saturating_mul(2);
        let way = |number| Way {
            faults: Faults::NONE,
            stats: LinkStats::default(),
            rng: stream(seed, Purpose::Link(number)),
            last_arrival: Instant::ZERO,
        };
        Self { config, ends, up: true, from_a: way(number), from_b: way(number.saturating_add(1)) }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// The node and the port at an end.
    pub fn end(&self, side: Side) -> (NodeId, Port) {
        let [a, b] = self.ends;
        match side {
            Side::A => a,
            Side::B => b,
        }
    }

    /// Whether packets pass.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// Parts or joins the two ends. What is under way arrives.
    pub fn set_up(&mut self, up: bool) {
        self.up = up;
    }

    /// Changes the longest packet.
    pub fn set_mtu(&mut self, mtu: usize) {
        self.config.mtu = mtu;
    }

    /// Sets what goes wrong with the packets that `from` sends.
    pub fn set_faults(&mut self, from: Side, faults: Faults) {
        self.way_mut(from).faults = faults;
    }

    /// What the packets that `from` sent met with.
    pub fn stats(&self, from: Side) -> LinkStats {
        match from {
            Side::A => self.from_a.stats,
            Side::B => self.from_b.stats,
        }
    }

    fn way_mut(&mut self, from: Side) -> &mut Way {
        match from {
            Side::A => &mut self.from_a,
            Side::B => &mut self.from_b,
        }
    }

    /// Takes a packet; returns the copies that arrive and when.
    pub(crate) fn transmit(&mut self, now: Instant, from: Side, packet: Vec<u8>) -> Vec<(Instant, Vec<u8>)> {
        let (up, mtu, latency) = (self.up, self.config.mtu, self.config.latency);
        let way = self.way_mut(from);
        way.stats.sent += 1;
        if !up {
            way.stats.down += 1;
            return Vec::new();
        }
        if packet.len() > mtu {
            way.stats.too_big += 1;
            return Vec::new();
        }
        if way.faults.loss.happens(&mut way.rng) {
            way.stats.lost += 1;
            return Vec::new();
        }
        let copies = if way.faults.duplication.happens(&mut way.rng) {
            way.stats.duplicated += 1;
            vec![packet.clone(), packet]
        } else {
            vec![packet]
        };
        copies.into_iter().map(|copy| way.carry(now, latency, copy)).collect()
    }
}

impl Way {
    fn carry(&mut self, now: Instant, latency: Duration, mut packet: Vec<u8>) -> (Instant, Vec<u8>) {
        self.stats.delivered += 1;
        if self.faults.corruption.happens(&mut self.rng) {
            self.stats.corrupted += 1;
            let bit = below(&mut self.rng, u64::try_from(packet.len()).unwrap_or(u64::MAX).saturating_mul(8));
            let octet = usize::try_from(bit / 8).ok().and_then(|index| packet.get_mut(index));
            if let Some(octet) = octet {
                *octet ^= 1 << (bit % 8);
            }
        }
        let jitter = self.up_to(self.faults.jitter);
        let arrival = (now + latency + jitter).max(self.last_arrival);
        if self.faults.reordering.happens(&mut self.rng) {
            self.stats.reordered += 1;
            let held_back = self.up_to(self.faults.reorder_by);
            return (arrival + held_back, packet);
        }
        self.last_arrival = arrival;
        (arrival, packet)
    }

    fn up_to(&mut self, bound: Duration) -> Duration {
        let bound = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(below(&mut self.rng, bound.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests;
