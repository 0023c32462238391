//! What was sent to a peer and what was heard of it (DIAG-3).

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use ike_proto::diagnose::{Event, MessageTrace};

/// Ways to a peer that are remembered; there are two, and a peer that moves adds some.
const WAYS: usize = 8;

/// The port of IKE through NAT.
const NAT_T: u16 = 4500;

/// One way to a peer, and what passed on it since the tunnel was last connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Our address and port.
    pub local: SocketAddr,
    /// The peer's.
    pub remote: SocketAddr,
    /// Messages that we sent.
    pub sent: u64,
    /// Messages that we received.
    pub received: u64,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {} sent, {} received", self.local, self.remote, self.sent, self.received)
    }
}

/// How far an attempt of ours has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was heard yet.
    FirstAnswer,
    /// The peer has answered on UDP 500, and the exchange goes on there.
    Phase1,
    /// The peer has answered on UDP 500, and the exchange has moved to UDP 4500, where nothing was heard yet.
    Port4500,
    /// The IKE SA stands, and the Child SA is negotiated.
    Phase2,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstAnswer => "the peer's first answer, on UDP 500",
            Self::Phase1 => "the peer's next answer of phase 1",
            Self::Port4500 => "the peer's answer on UDP 4500; on UDP 500 it has answered",
            Self::Phase2 => "the peer's answer of phase 2; the IKE SA stands",
        })
    }
}

/// What was sent to a peer and heard of it since the tunnel was last connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    ways: Vec<Way>,
    /// What was heard in the attempt under way, on UDP 500 and on UDP 4500, and whether it has moved there.
    heard: bool,
    floated: bool,
    heard_floated: bool,
}

impl Contact {
    /// The ways that were tried, in this order.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// Whether anything was heard of the peer.
    pub fn is_heard(&self) -> bool {
        self.ways.iter().any(|way| way.received > 0)
    }

    /// Whether the peer answered, but never on UDP 4500, to which messages went too.
    pub fn is_silent_on_4500(&self) -> bool {
        let floated = |way: &&Way| way.remote.port() == NAT_T;
        let mut silent = self.ways.iter().filter(floated).peekable();
        silent.peek().is_some() && silent.all(|way| way.received == 0) && self.is_heard()
    }

    /// How far the attempt under way has come.
    pub(super) fn stage(&self, ike: bool) -> Stage {
        match (ike, self.heard, self.floated, self.heard_floated) {
            (true, ..) => Stage::Phase2,
            (_, false, ..) => Stage::FirstAnswer,
            (_, _, true, false) => Stage::Port4500,
            _ => Stage::Phase1,
        }
    }

    /// Follows what the key exchange sends and receives.
    pub(super) fn on_event(&mut self, event: &Event) {
        match event {
            Event::Connecting { local, remote, .. } => {
                (self.heard, self.floated, self.heard_floated) = (false, false, false);
                self.way(local.ip(), *remote);
            }
            Event::Message(message) => self.on_message(message),
            Event::Retransmit { remote, .. } => {
                if let Some(way) = self.ways.iter_mut().find(|way| way.remote == *remote) {
                    way.sent = way.sent.saturating_add(1);
                }
            }
            _ => {}
        }
    }

    fn on_message(&mut self, message: &MessageTrace) {
        let Some(local) = self.ways.first().map(|way| way.local.ip()) else { return };
        let floated = message.remote.port() == NAT_T;
        if message.sent {
            self.floated |= floated;
        } else {
            self.heard = true;
            self.heard_floated |= floated;
        }
        if let Some(way) = self.way(local, message.remote) {
            let count = if message.sent { &mut way.sent } else { &mut way.received };
            *count = count.saturating_add(1);
        }
    }

    /// The way to `remote`. The port is the same at both ends where we begin.
    fn way(&mut self, local: IpAddr, remote: SocketAddr) -> Option<&mut Way> {
        let place = self.ways.iter().position(|way| way.remote == remote);
        if place.is_none() && self.ways.len() < WAYS {
            let local = SocketAddr::new(local, remote.port());
            self.ways.push(Way { local, remote, sent: 0, received: 0 });
            return self.ways.last_mut();
        }
        place.and_then(|place| self.ways.get_mut(place))
    }
}

#[cfg(test)]
mod tests;
