//! Message ids (RFC 7296 §2.2, §2.3): two counters that know nothing of each other. We have one request outstanding at a
//! time; the peer has as many as it was told it may.

use alloc::collections::BTreeMap;

use crate::sa::Outgoing;

/// The message ids of both directions.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Window {
    next: u32,
    /// The lowest id that was not answered yet.
    expected: u32,
    /// How many requests the peer may have outstanding.
    size: u32,
    /// The answers that the peer may still ask for again, and those that were given out of order.
    replies: BTreeMap<u32, Outgoing>,
}

/// What the message id of a request says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// It is new.
    New,
    /// It was answered before; this was the answer.
    Repeated(Outgoing),
    /// It is neither.
    Outside {
        /// The next one.
        expected: u32,
    },
}

impl Window {
    /// The window of an IKE SA whose next request has the id `next` and from whose peer `expected` comes next. The peer
    /// may have one request outstanding, as on every new IKE SA.
    pub(crate) fn new(next: u32, expected: u32) -> Self {
        Self { next, expected, size: 1, replies: BTreeMap::new() }
    }

    /// The peer was told that it may have more requests outstanding.
    pub(crate) fn widen(&mut self, size: u32) {
        self.size = self.size.max(size);
    }

    /// The id of our next request. Ids do not wrap: long before, the IKE SA was replaced.
    pub(crate) fn take_next(&mut self) -> u32 {
        let id = self.next;
        self.next = self.next.saturating_add(1);
        id
    }

    /// Whether a response with this id can answer a request of ours: the last one.
    pub(crate) fn is_last(&self, id: u32) -> bool {
        id.checked_add(1) == Some(self.next)
    }

    /// What a request with this id is.
    pub(crate) fn classify(&self, id: u32) -> Incoming {
        if let Some(reply) = self.replies.get(&id) {
            return Incoming::Repeated(reply.clone());
        }
        match id.checked_sub(self.expected) {
            Some(ahead) if ahead < self.size => Incoming::New,
            _ => Incoming::Outside { expected: self.expected },
        }
    }

    /// Remembers the answer to a request that was new.
    pub(crate) fn answered(&mut self, id: u32, reply: Outgoing) {
        self.replies.insert(id, reply);
        while self.replies.contains_key(&self.expected) {
            self.expected = self.expected.saturating_add(1);
        }
        // A request that the peer still repeats lies less than the window before the one it sent last.
        let oldest = self.expected.saturating_sub(self.size);
        self.replies.retain(|id, _| *id >= oldest);
    }
}

#[cfg(test)]
mod tests;
