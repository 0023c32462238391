//! Dead peer detection (RFC 3706): a question with a number, and an answer that repeats it (F-16).

use core::time::Duration;

use esp_core::time::Instant;

use super::draft::Draft;
use super::established::Established;
use crate::diagnose::Event;
use crate::sa::{Core, Effects};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{NotifyPayload, cookie_pair};

/// The shortest time that an answer is waited for.
const SHORTEST_WAIT: Duration = Duration::from_secs(2);
/// How often a question is asked within the time that there is.
const QUESTIONS: u32 = 3;

/// The questions that are asked.
#[derive(Debug)]
pub(crate) struct Dpd {
    /// The number of the last question.
    sequence: u32,
    open: Option<Open>,
}

/// A question that was not answered yet.
#[derive(Debug)]
struct Open {
    again_at: Instant,
    dead_at: Instant,
    step: Duration,
    asked: u32,
}

impl Dpd {
    /// No question yet. Numbers start anywhere below 2³¹ (RFC 3706 §6.2).
    pub(crate) fn new(fx: &mut Effects<'_>) -> Self {
        let sequence = u32::try_from(fx.random_below(1 << 31)).unwrap_or_default();
        Self { sequence, open: None }
    }

    /// The peer was heard.
    pub(crate) fn heard(&mut self) {
        self.open = None;
    }

    /// When to ask again, or to give up.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.open.as_ref().map(|open| open.again_at.min(open.dead_at))
    }
}

impl Established {
    /// Asks whether the peer is there, if it understands the question.
    pub(crate) fn probe(&mut self, core: &mut Core, fx: &mut Effects<'_>) {
        if !self.isakmp.peer.dpd || self.dpd.open.is_some() {
            return;
        }
        let Some(liveness) = core.config.as_ref().map(|config| config.liveness) else { return };
        let left = liveness.timeout.saturating_sub(liveness.delay).max(SHORTEST_WAIT);
        let step = left / QUESTIONS;
        let (again_at, dead_at) = (fx.now + step, fx.now + left);
        self.dpd.open = Some(Open { again_at, dead_at, step, asked: 1 });
        self.ask(core, fx);
    }

    /// Asks again if it is time. True if the peer is dead.
    pub(crate) fn probe_again(&mut self, core: &mut Core, fx: &mut Effects<'_>) -> bool {
        let Some(open) = &mut self.dpd.open else { return false };
        if open.dead_at <= fx.now {
            return true;
        }
        if open.again_at <= fx.now {
            open.again_at = fx.now + open.step;
            let attempt = open.asked;
            open.asked = open.asked.saturating_add(1);
            if let Some(connection) = core.connection {
                let (remote, exchange) = (core.path.remote, "R-U-THERE");
                fx.event(Event::Retransmit { connection, remote, attempt, exchange });
            }
            self.ask(core, fx);
        }
        false
    }

    fn ask(&mut self, core: &mut Core, fx: &mut Effects<'_>) {
        self.dpd.sequence = self.dpd.sequence.wrapping_add(1);
        let sequence = self.dpd.sequence.to_be_bytes();
        self.tell(NotifyType::R_U_THERE, &sequence, core, fx);
    }

    /// Answers the peer's question with its number.
    pub(crate) fn answer_probe(&mut self, notify: &NotifyPayload<'_>, core: &mut Core, fx: &mut Effects<'_>) {
        self.tell(NotifyType::R_U_THERE_ACK, notify.data, core, fx);
    }

    /// Sends a notification about the ISAKMP SA, which its two cookies name.
    pub(crate) fn tell(&mut self, kind: NotifyType, data: &[u8], core: &mut Core, fx: &mut Effects<'_>) {
        let spi = cookie_pair(self.isakmp.name.initiator, self.isakmp.name.responder);
        let mut draft = Draft::new();
        draft.notify(kind, &spi, data);
        self.inform(&draft, core, fx);
    }
}
