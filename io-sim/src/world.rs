//! The virtual clock, and what happens on it.
#![expect(
    clippy::indexing_slicing,
    reason = "numbers of nodes and links are handed out by the world itself; one of another world is a mistake of the test"
)]

use core::any::Any;
use core::marker::PhantomData;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use esp_core::time::Instant;

use crate::link::{Faults, Link, LinkConfig, LinkId, Side};
use crate::node::{Context, Handle, Node, NodeId, Port};
use crate::oracle::Oracle;
use crate::packet::summary;
use crate::pcap::PcapWriter;
use crate::trace::{Trace, TraceDigest};

/// Names a capture of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureId(usize);

#[derive(Debug)]
enum Occurrence {
    Arrival { link: LinkId, from: Side, packet: Vec<u8> },
    Wakeup(NodeId),
}

#[derive(Debug)]
struct Slot {
    node: Box<dyn Node>,
    ports: BTreeMap<Port, (LinkId, Side)>,
    wakeup: Option<(Instant, u64)>,
}

#[derive(Debug)]
struct Capture {
    links: BTreeSet<LinkId>,
    pcap: PcapWriter,
}

/// Nodes, links and a clock that stands still unless the world is run.
///
/// Two things that fall on the same microsecond happen in the order in which they were scheduled.
#[derive(Debug)]
pub struct World {
    seed: u64,
    now: Instant,
    scheduled: u64,
    queue: BTreeMap<(Instant, u64), Occurrence>,
    nodes: Vec<Slot>,
    links: Vec<Link>,
    captures: Vec<Capture>,
    oracle: Oracle,
    digest: TraceDigest,
    trace: Trace,
}

/// Building.
impl World {
    /// An empty world. `seed` decides everything random in it.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            now: Instant::ZERO,
            scheduled: 0,
            queue: BTreeMap::new(),
            nodes: Vec::new(),
            links: Vec::new(),
            captures: Vec::new(),
            oracle: Oracle::default(),
            digest: TraceDigest::default(),
            trace: Trace::default(),
        }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Adds a node.
    pub fn add<T: Node>(&mut self, node: T) -> Handle<T> {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Slot { node: Box::new(node), ports: BTreeMap::new(), wakeup: None });
        self.reschedule(id);
        Handle { id, kind: PhantomData }
    }

    /// Joins two ports. A port carries one link; a second takes the place of the first.
    pub fn connect(&mut self, a: (NodeId, Port), b: (NodeId, Port), config: LinkConfig) -> LinkId {
        let id = LinkId(self.links.len());
        self.links.push(Link::new(self.seed, id, config, [a, b]));
        self.nodes[a.0.0].ports.insert(a.1, (id, Side::A));
        self.nodes[b.0.0].ports.insert(b.1, (id, Side::B));
        id
    }

    /// Writes what is sent on these links, in both directions, into one capture, whether it arrives or not.
    pub fn capture(&mut self, links: impl IntoIterator<Item = LinkId>) -> CaptureId {
        self.captures.push(Capture { links: links.into_iter().collect(), pcap: PcapWriter::new() });
        CaptureId(self.captures.len() - 1)
    }

    /// Starts keeping a trace in words.
    pub fn enable_trace(&mut self) {
        self.trace.enable();
    }
}

/// Looking and changing.
impl World {
    /// What the clock shows.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A node. Panics where the handle is of another world.
    pub fn node<T: Node>(&self, handle: Handle<T>) -> &T {
        let node: &dyn Any = &*self.nodes[handle.id.0].node;
        #[expect(clippy::expect_used, reason = "the kind is part of the handle, which this world gave out")]
        node.downcast_ref().expect("the handle is of this world")
    }

    /// Lets a node do something now: what it sends is sent, when it wants to be woken is noted. Panics where the handle
    /// is of another world.
    pub fn act<T: Node, R>(
        &mut self,
        handle: Handle<T>,
        action: impl FnOnce(&mut T, &mut Context) -> R,
    ) -> R {
        let mut context = Context::new(self.now, self.trace.is_enabled());
        let node: &mut dyn Any = &mut *self.nodes[handle.id.0].node;
        #[expect(clippy::expect_used, reason = "the kind is part of the handle, which this world gave out")]
        let result = action(node.downcast_mut().expect("the handle is of this world"), &mut context);
        self.settle(handle.id, context);
        result
    }

    /// A link. Panics where the number is of another world.
    pub fn link(&self, link: LinkId) -> &Link {
        &self.links[link.0]
    }

    /// A link, to be changed. Panics where the number is of another world.
    pub fn link_mut(&mut self, link: LinkId) -> &mut Link {
        &mut self.links[link.0]
    }

    /// Sets the faults of both directions of a link.
    pub fn set_faults(&mut self, link: LinkId, faults: Faults) {
        self.link_mut(link).set_faults(Side::A, faults);
        self.link_mut(link).set_faults(Side::B, faults);
    }

    /// What must never happen, and whether it did.
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// The oracle, to tell it what to watch.
    pub fn oracle_mut(&mut self) -> &mut Oracle {
        &mut self.oracle
    }

    /// A capture so far.
    pub fn pcap(&self, capture: CaptureId) -> &PcapWriter {
        &self.captures[capture.0].pcap
    }

    /// A digest of every packet that was delivered, with its time and place. Two runs that differ in anything that could
    /// be seen on a link differ in this.
    pub fn trace_digest(&self) -> u64 {
        self.digest.value()
    }

    /// Adds a line to the trace in words, where it is kept.
    pub fn note(&mut self, place: &str, text: impl FnOnce() -> String) {
        self.trace.line(self.now, place, text);
    }

    /// The trace in words, empty unless enabled.
    pub fn trace(&self) -> &[String] {
        self.trace.lines()
    }
}

/// Running.
impl World {
    /// Lets everything up to and including `until` happen; the clock then shows `until`.
    pub fn run_until(&mut self, until: Instant) {
        while self.step(until) {}
        self.now = self.now.max(until);
    }

    /// Lets `span` pass.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    /// Runs until nothing is scheduled any more, or until `deadline`. Whether nothing is scheduled any more: a world with
    /// a gateway in it never becomes quiet, since gateways have timers.
    pub fn run_until_quiet(&mut self, deadline: Instant) -> bool {
        while self.step(deadline) {}
        self.queue.is_empty()
    }

    /// Runs as long as `condition` holds, until `deadline` at most. Whether the condition ended before the deadline.
    pub fn run_while(&mut self, deadline: Instant, mut condition: impl FnMut(&Self) -> bool) -> bool {
        while condition(self) {
            if !self.step(deadline) {
                self.now = self.now.max(deadline);
                return !condition(self);
            }
        }
        true
    }

    /// Lets the next thing happen, unless that lies behind `until`.
    fn step(&mut self, until: Instant) -> bool {
        let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= until) else {
            return false;
        };
        self.now = entry.key().0;
        match entry.remove() {
            Occurrence::Arrival { link, from, packet } => self.arrive(link, from, &packet),
            Occurrence::Wakeup(id) => {
                let mut context = Context::new(self.now, self.trace.is_enabled());
                self.nodes[id.0].wakeup = None;
                self.nodes[id.0].node.handle_wakeup(&mut context);
                self.settle(id, context);
            }
        }
        true
    }

    fn arrive(&mut self, link: LinkId, from: Side, packet: &[u8]) {
        let (node, port) = self.links[link.0].end(from.other());
        self.digest.add_u64(self.now.as_micros());
        self.digest.add_u64(u64::try_from(link.0 * 2 + usize::from(from == Side::B)).unwrap_or(u64::MAX));
        self.digest.add(packet);
        self.oracle.delivered(self.now, link, from, packet);
        let slot = &mut self.nodes[node.0];
        self.trace.line(self.now, slot.node.name(), || format!("got {}", summary(packet)));
        let mut context = Context::new(self.now, self.trace.is_enabled());
        slot.node.handle_packet(&mut context, port, packet);
        self.settle(node, context);
    }

    /// Carries out what a node left in its context.
    fn settle(&mut self, id: NodeId, context: Context) {
        let Context { outbox, notes, installed, .. } = context;
        for note in notes {
            self.trace.line(self.now, self.nodes[id.0].node.name(), || note);
        }
        for params in &installed {
            self.oracle.installed(self.now, self.nodes[id.0].node.name(), params);
        }
        for (port, packet) in outbox {
            if let Some((link, from)) = self.nodes[id.0].ports.get(&port).copied() {
                self.send(link, from, packet);
            }
        }
        self.reschedule(id);
    }

    fn send(&mut self, link: LinkId, from: Side, packet: Vec<u8>) {
        self.oracle.sent(self.now, link, from, &packet);
        for capture in self.captures.iter_mut().filter(|capture| capture.links.contains(&link)) {
            capture.pcap.write(self.now, &packet);
        }
        let told = self.trace.is_enabled().then(|| summary(&packet));
        let copies = self.links[link.0].transmit(self.now, from, packet);
        if copies.is_empty() {
            self.trace
                .line(self.now, self.links[link.0].name(), || format!("lost {}", told.unwrap_or_default()));
        }
        for (at, packet) in copies {
            self.schedule(at, Occurrence::Arrival { link, from, packet });
        }
    }

    fn schedule(&mut self, at: Instant, occurrence: Occurrence) -> (Instant, u64) {
        let key = (at.max(self.now), self.scheduled);
        self.scheduled += 1;
        self.queue.insert(key, occurrence);
        key
    }

    fn reschedule(&mut self, id: NodeId) {
        let wanted = self.nodes[id.0].node.next_wakeup().map(|at| at.max(self.now));
        let current = self.nodes[id.0].wakeup;
        if wanted == current.map(|(at, _)| at) {
            return;
        }
        if let Some(key) = current {
            self.queue.remove(&key);
        }
        self.nodes[id.0].wakeup = wanted.map(|at| self.schedule(at, Occurrence::Wakeup(id)));
    }
}

#[cfg(test)]
mod tests;
