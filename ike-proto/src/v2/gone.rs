//! An IKE SA that is over. The answer that ended it may have been lost, so its repetition is still answered.

use core::time::Duration;

use esp_core::time::Instant;

use super::generation::Generation;
use super::session::Session;
use super::window::Incoming;
use crate::diagnose::{DropReason, IkeSaName};
use crate::sa::{Effects, Path, Step};
use crate::wire::v2::Message;

/// How long repetitions are answered.
const ANSWER_FOR: Duration = Duration::from_secs(20);

/// What is left of an IKE SA.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Gone {
    pub(crate) generation: Generation,
    until: Instant,
    was_established: bool,
}

impl Gone {
    /// Keeps the last answer of `generation`.
    pub(crate) fn keep(generation: Generation, was_established: bool, now: Instant) -> Session {
        Session::Gone(Self { generation, until: now + ANSWER_FOR, was_established })
    }

    /// A message came: the last request again, or nothing.
    pub(crate) fn handle(mut self, message: &Message<'_>, path: Path, fx: &mut Effects<'_>) -> Step<Session> {
        let reason = match self.generation.open(message) {
            Err(reason) => reason,
            Ok(_) if message.header.flags.is_response() => DropReason::Unsolicited,
            Ok(_) => match self.generation.window.classify(message.header.message_id) {
                Incoming::Repeated(reply) => {
                    fx.transmit(path, &reply);
                    DropReason::Repeated
                }
                Incoming::New | Incoming::Outside { .. } => DropReason::UnexpectedExchange,
            },
        };
        Step::Stay(Session::Gone(self), reason)
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, fx: &mut Effects<'_>) -> Step<Session> {
        if fx.now < self.until { Step::Next(Session::Gone(self)) } else { Step::Done }
    }

    /// When it is forgotten.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        self.generation.name
    }

    /// Whether the peer was authenticated before it ended.
    pub(crate) fn was_established(&self) -> bool {
        self.was_established
    }
}
