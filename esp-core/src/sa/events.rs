//! What Security Associations report, on its way to their owner.

use alloc::collections::VecDeque;
use core::fmt;

use spin::Mutex;

use crate::command::SaEvent;

#[cfg(test)]
mod tests;

/// A bounded queue of events, filled by any core.
pub struct EventQueue {
    queue: Mutex<VecDeque<SaEvent>>,
    limit: usize,
}

impl EventQueue {
    /// An empty queue for at most `limit` events.
    pub fn new(limit: usize) -> Self {
        Self { queue: Mutex::new(VecDeque::new()), limit }
    }

    /// Puts `event` behind the others. `false` where the queue is full: the reporter tries again with a later
    /// packet.
    #[must_use]
    pub fn push(&self, event: SaEvent) -> bool {
        let mut queue = self.queue.lock();
        let room = queue.len() < self.limit;
        if room {
            queue.push_back(event);
        }
        room
    }

    /// Puts an answer that is given once behind the others, whatever the limit: its receiver asked for it, and so bounds how
    /// many there are.
    pub(crate) fn push_answer(&self, event: SaEvent) {
        self.queue.lock().push_back(event);
    }

    /// Takes the oldest event.
    pub fn pop(&self) -> Option<SaEvent> {
        self.queue.lock().pop_front()
    }
}

impl fmt::Debug for EventQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventQueue").field("limit", &self.limit).finish_non_exhaustive()
    }
}
