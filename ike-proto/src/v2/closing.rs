//! An IKE SA whose end we have asked for. Nothing is carried any more; only the peer's word is awaited.

use esp_core::time::Instant;

use super::contents::Contents;
use super::draft::Draft;
use super::generation::Generation;
use super::gone::Gone;
use super::request::Request;
use super::session::Session;
use super::window::Incoming;
use crate::crypto::v2_protect::Decrypted;
use crate::diagnose::{DropReason, FailureReason, IkeSaName};
use crate::endpoint::TimeoutReason;
use crate::sa::{Core, Due, Effects, Path, Step};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{self, DeletePayload, Message, Payload};

/// Waits for the answer to our Delete.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Closing {
    pub(crate) generation: Generation,
}

impl Closing {
    /// Asks for the end, once the answer to a request under way is there: in a window of one the peer would not take
    /// the Delete before.
    ///
    /// # Errors
    /// None that can be met: a Delete always fits into a datagram.
    pub(crate) fn start(
        mut generation: Generation,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Session, FailureReason> {
        if generation.pending.is_none() {
            let mut draft = Draft::new();
            draft.push(&Payload::Delete(DeletePayload::IkeSa));
            generation.request(core, fx, ExchangeType::INFORMATIONAL, &draft, Request::DeleteIke)?;
        }
        Ok(Session::Closing(Self { generation }))
    }

    /// A message came.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        let plain = match self.generation.open(message) {
            Ok(plain) => plain,
            Err(reason) => return Step::Stay(Session::Closing(self), reason),
        };
        if header.flags.is_response() {
            return match self.generation.pending.take() {
                Some(pending) if pending.id == header.message_id => match pending.request {
                    Request::DeleteIke if core.lingers() => {
                        Step::Next(Gone::keep(self.generation, true, fx.now))
                    }
                    Request::DeleteIke => Step::Done,
                    // The peer refused to authenticate us: it has no IKE SA that could be deleted.
                    Request::Authenticate if self.refused(&plain) => Step::Done,
                    _ => Self::start(self.generation, core, fx).into(),
                },
                pending => {
                    self.generation.pending = pending;
                    Step::Stay(Session::Closing(self), DropReason::Unsolicited)
                }
            };
        }
        match self.generation.window.classify(header.message_id) {
            Incoming::New => {}
            Incoming::Repeated(reply) => {
                fx.transmit(path, &reply);
                return Step::Stay(Session::Closing(self), DropReason::Repeated);
            }
            Incoming::Outside { expected } => {
                let reason = DropReason::MessageId { expected, received: header.message_id };
                return Step::Stay(Session::Closing(self), reason);
            }
        }
        // A Delete of what we are deleting gets an empty answer; anything else must wait for an IKE SA that it will
        // not find (RFC 7296 §2.25.2).
        let payloads = v2::decode_chain(plain.first, &plain.plain).unwrap_or_default();
        let deletes =
            Contents::read(&payloads).is_ok_and(|contents| contents.deletes.contains(&&DeletePayload::IkeSa));
        let draft = if header.exchange == ExchangeType::INFORMATIONAL {
            Draft::new()
        } else {
            Draft::notification(NotifyType::TEMPORARY_FAILURE, &[])
        };
        if let Err(reason) = self.generation.reply(core, fx, (header, path), &draft) {
            return Step::Fail(reason);
        }
        if deletes {
            return Step::Next(Gone::keep(self.generation, true, fx.now));
        }
        Step::Next(Session::Closing(self))
    }

    /// Whether the answer to IKE_AUTH is a refusal.
    fn refused(&self, plain: &Decrypted) -> bool {
        let payloads = v2::decode_chain(plain.first, &plain.plain).unwrap_or_default();
        Contents::read(&payloads).is_ok_and(|contents| contents.auth.is_none() && contents.error().is_some())
    }

    /// Time has passed. A peer that does not answer is let go.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let due =
            self.generation.pending.as_mut().map(|pending| pending.retransmission.handle_timeout(core, fx));
        match due {
            Some(Due::Nothing) => Step::Next(Session::Closing(self)),
            Some(Due::GiveUp) | None => Step::Done,
        }
    }

    /// When to look again.
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let pending = self.generation.pending.as_ref()?;
        Some((pending.retransmission.due(), TimeoutReason::Retransmit))
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        self.generation.name
    }
}
