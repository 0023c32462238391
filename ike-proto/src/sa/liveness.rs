//! Whether the peer is still there (RFC 7296 §2.4).

use core::time::Duration;

use esp_core::time::Instant;

/// How long answers of the datapath are waited for before a silent peer is probed.
const USAGE_WAIT: Duration = Duration::from_millis(500);

/// When the peer was last heard, in IKE or in a Child SA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Liveness {
    heard: Instant,
    /// While the datapath is asked: how many answers are missing, and until when they are waited for.
    asking: Option<(usize, Instant)>,
}

/// What to do about a silent peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Nothing.
    None,
    /// Ask the datapath what it has seen.
    Ask,
    /// Probe the peer.
    Probe,
}

impl Liveness {
    /// The peer was heard just now.
    pub(crate) fn new(now: Instant) -> Self {
        Self { heard: now, asking: None }
    }

    /// The peer was heard.
    pub(crate) fn heard(&mut self, at: Instant) {
        self.heard = self.heard.max(at);
    }

    /// When to look next; `delay` of zero never looks.
    pub(crate) fn due(&self, delay: Duration) -> Option<Instant> {
        match self.asking {
            _ if delay.is_zero() => None,
            Some((_, until)) => Some(until),
            None => Some(self.heard + delay),
        }
    }

    /// What is due. A probe, whatever becomes of it, counts as a fresh start: its answer tells, or its retransmission
    /// ends the IKE SA.
    pub(crate) fn check(&mut self, now: Instant, delay: Duration) -> Silence {
        if self.due(delay).is_none_or(|due| now < due) {
            return Silence::None;
        }
        match self.asking.take() {
            None => Silence::Ask,
            Some(_) if now < self.heard + delay => Silence::None,
            Some(_) => {
                self.heard = now;
                Silence::Probe
            }
        }
    }

    /// That many answers of the datapath are awaited; with none, the next check is at once.
    pub(crate) fn asked(&mut self, now: Instant, answers: usize) {
        let wait = if answers == 0 { Duration::ZERO } else { USAGE_WAIT };
        self.asking = Some((answers, now + wait));
    }

    /// One answer came. With the last the next check is at once.
    pub(crate) fn answered(&mut self, now: Instant) {
        if let Some((missing, until)) = &mut self.asking {
            *missing = missing.saturating_sub(1);
            if *missing == 0 {
                *until = now;
            }
        }
    }
}
