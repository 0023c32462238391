//! Exchanges that are over: the message that ended one may be lost, so its repetition is answered with what it was
//! answered with; and no message id makes a second exchange (RFC 2408 §3.1).

use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use super::limits;

/// How long repetitions are answered: longer than any peer repeats.
const ANSWER_FOR: Duration = Duration::from_secs(180);

/// A finished exchange.
#[derive(Debug)]
struct Finished {
    until: Instant,
    /// The peer's last message, octet by octet: a forged one is another.
    message: Vec<u8>,
    /// What we answered.
    reply: Vec<u8>,
}

/// The finished exchanges of an ISAKMP SA.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    finished: VecDeque<Finished>,
    used: BTreeSet<u32>,
    order: VecDeque<u32>,
}

impl Replay {
    /// Remembers what the peer's last message of an exchange was answered with.
    pub(crate) fn keep(&mut self, now: Instant, message: &[u8], reply: &[u8]) {
        while self.finished.front().is_some_and(|first| first.until <= now)
            || self.finished.len() >= limits::FINISHED
        {
            self.finished.pop_front();
        }
        let (message, reply) = (Vec::from(message), Vec::from(reply));
        self.finished.push_back(Finished { until: now + ANSWER_FOR, message, reply });
    }

    /// The answer to a message that was answered before.
    pub(crate) fn reply(&self, now: Instant, message: &[u8]) -> Option<&[u8]> {
        let finished = self.finished.iter().find(|one| one.until > now && one.message == message);
        finished.map(|one| one.reply.as_slice())
    }

    /// Whether a message id of the peer was used before.
    pub(crate) fn is_used(&self, id: u32) -> bool {
        self.used.contains(&id)
    }

    /// Notes a message id of the peer whose first message was authentic.
    pub(crate) fn note_used(&mut self, id: u32) {
        if self.used.insert(id) {
            self.order.push_back(id);
        }
        if self.order.len() > limits::USED_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.used.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
