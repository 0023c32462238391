//! What carries datagrams, and what it does to them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use esp_core::time::Instant;

/// A datagram under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Where it says that it comes from.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// The UDP payload.
    pub payload: Vec<u8>,
}

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Deliver,
    /// It is lost.
    Lose,
    /// It arrives twice.
    Duplicate,
    /// It arrives later than usual.
    Delay(Duration),
}

/// An address translator in front of side A.
#[derive(Debug)]
pub struct NatBox {
    /// The address that the world sees.
    pub public: IpAddr,
    next_port: u16,
    ports: BTreeMap<SocketAddr, u16>,
}

impl NatBox {
    /// A translator without mappings.
    pub fn new(public: IpAddr) -> Self {
        Self { public, next_port: 20_000, ports: BTreeMap::new() }
    }

    /// Forgets every mapping, as a translator does that was switched off and on: new ones get other ports.
    pub fn forget(&mut self) {
        self.ports.clear();
    }

    fn outward(&mut self, inner: SocketAddr) -> SocketAddr {
        let next = &mut self.next_port;
        let port = *self.ports.entry(inner).or_insert_with(|| {
            *next = next.saturating_add(1);
            *next
        });
        SocketAddr::new(self.public, port)
    }

    fn inward(&self, outer: SocketAddr) -> Option<SocketAddr> {
        self.ports.iter().find(|(_, port)| **port == outer.port()).map(|(inner, _)| *inner)
    }
}

/// Decides on the fate of each datagram, given its number from 0.
pub(super) type Filter = Box<dyn FnMut(usize, &Datagram) -> Fate>;

/// The network between the two sides.
pub(super) struct Network {
    pub(super) latency: Duration,
    pub(super) nat: Option<NatBox>,
    pub(super) filter: Filter,
    under_way: BTreeMap<(Instant, usize), Datagram>,
    sent: usize,
    order: usize,
}

impl Network {
    pub(super) fn new() -> Self {
        Self {
            latency: Duration::from_millis(10),
            nat: None,
            filter: Box::new(|_, _| Fate::Deliver),
            under_way: BTreeMap::new(),
            sent: 0,
            order: 0,
        }
    }

    pub(super) fn send(&mut self, now: Instant, mut datagram: Datagram, inside: IpAddr) {
        if let Some(nat) = &mut self.nat {
            if datagram.from.ip() == inside {
                datagram.from = nat.outward(datagram.from);
            } else if datagram.to.ip() == nat.public {
                let Some(inner) = nat.inward(datagram.to) else { return };
                datagram.to = inner;
            } else {
                return;
            }
        }
        let fate = (self.filter)(self.sent, &datagram);
        self.sent = self.sent.saturating_add(1);
        let at = now + self.latency;
        match fate {
            Fate::Lose => {}
            Fate::Deliver => self.put(at, datagram),
            Fate::Delay(by) => self.put(at + by, datagram),
            Fate::Duplicate => {
                self.put(at, datagram.clone());
                self.put(at, datagram);
            }
        }
    }

    pub(super) fn put(&mut self, at: Instant, datagram: Datagram) {
        self.order = self.order.saturating_add(1);
        self.under_way.insert((at, self.order), datagram);
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.under_way.first_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn take_due(&mut self, now: Instant) -> Option<Datagram> {
        let entry = self.under_way.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("nat", &self.nat).field("under_way", &self.under_way.len()).finish()
    }
}
