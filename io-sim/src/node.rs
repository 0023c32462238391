//! What stands at the ends of links.

use core::any::Any;
use core::fmt;
use core::marker::PhantomData;

use esp_core::sa::SaParams;
use esp_core::time::Instant;

/// Names a node of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(crate) usize);

/// Names one of a node's places for a link; each kind of node says which of its ports is what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(pub usize);

/// Names a node of a world and knows its kind.
pub struct Handle<T> {
    pub(crate) id: NodeId,
    pub(crate) kind: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    /// The node's number, without its kind.
    pub fn id(self) -> NodeId {
        self.id
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

/// Something that receives and sends packets. It knows nothing of the world but what it is called with.
pub trait Node: Any + fmt::Debug {
    /// What it is called in traces.
    fn name(&self) -> &str;

    /// A packet arrived at `port`.
    fn handle_packet(&mut self, context: &mut Context, port: Port, packet: &[u8]);

    /// The time that [`Node::next_wakeup`] named has come.
    fn handle_wakeup(&mut self, context: &mut Context);

    /// When it wants to be woken; asked after every call.
    fn next_wakeup(&self) -> Option<Instant>;
}

/// What a node is called with, and where it leaves what it wants to happen.
#[derive(Debug)]
pub struct Context {
    now: Instant,
    tracing: bool,
    pub(crate) outbox: Vec<(Port, Vec<u8>)>,
    pub(crate) notes: Vec<String>,
    pub(crate) installed: Vec<SaParams>,
}

impl Context {
    /// A context for a call at `now`; `tracing` says whether notes are kept.
    pub fn new(now: Instant, tracing: bool) -> Self {
        Self { now, tracing, outbox: Vec::new(), notes: Vec::new(), installed: Vec::new() }
    }

    /// The world's time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Sends a packet out of `port`; without a link there it is gone.
    pub fn send(&mut self, port: Port, packet: Vec<u8>) {
        self.outbox.push((port, packet));
    }

    /// Adds a line to the trace, which is only written where somebody reads it.
    pub fn note(&mut self, text: impl FnOnce() -> String) {
        if self.tracing {
            self.notes.push(text());
        }
    }

    /// Tells the oracle of a Security Association that a datapath uses from now on.
    pub fn installed(&mut self, params: &SaParams) {
        self.installed.push(params.clone());
    }

    /// The packets that were sent, for tests of a node without a world.
    pub fn take_sent(&mut self) -> Vec<(Port, Vec<u8>)> {
        core::mem::take(&mut self.outbox)
    }
}
