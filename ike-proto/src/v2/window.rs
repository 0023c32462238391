//! Message ids (RFC 7296 §2.2, §2.3): two counters that know nothing of each other, and a window of one.

use alloc::vec::Vec;

/// The message ids of both directions.
#[derive(Debug)]
pub(crate) struct Window {
    next: u32,
    expected: u32,
    reply: Option<Vec<u8>>,
}

/// What the message id of a request says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// It is the next one.
    New,
    /// It is the last one again; this was the answer.
    Repeated(Vec<u8>),
    /// It is neither.
    Outside {
        /// The next one.
        expected: u32,
    },
}

impl Window {
    /// The window of an IKE SA whose next request has the id `next` and from whose peer `expected` comes next.
    pub(crate) fn new(next: u32, expected: u32) -> Self {
        Self { next, expected, reply: None }
    }

    /// The id of our next request. Ids do not wrap: long before, the IKE SA was replaced.
    pub(crate) fn take_next(&mut self) -> u32 {
        let id = self.next;
        self.next = self.next.saturating_add(1);
        id
    }

    /// What a request with this id is.
    pub(crate) fn classify(&self, id: u32) -> Incoming {
        match &self.reply {
            _ if id == self.expected => Incoming::New,
            Some(reply) if id.checked_add(1) == Some(self.expected) => Incoming::Repeated(reply.clone()),
            _ => Incoming::Outside { expected: self.expected },
        }
    }

    /// Remembers the answer to the request that was new.
    pub(crate) fn answered(&mut self, reply: Vec<u8>) {
        self.expected = self.expected.saturating_add(1);
        self.reply = Some(reply);
    }
}
