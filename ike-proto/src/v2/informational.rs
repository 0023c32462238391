//! The responder of INFORMATIONAL: Delete, and the proof that we are here (RFC 7296 §1.4).

use alloc::vec::Vec;

use esp_core::sa::{IpsecProtocol, Spi};

use super::auth::note_auth_lifetime;
use super::contents::Contents;
use super::draft::Draft;
use super::established::Established;
use super::request::Request;
use super::session::Outcome;
use crate::diagnose::{CloseReason, FailureReason, Role};
use crate::sa::{ChildState, Core, Effects, Path};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{DeletePayload, Message, Payload};

/// SPIs that are kept of Deletes that came before the answer they are about: a peer makes one Child SA for a request.
const MAX_DELETED: usize = 8;

impl Established {
    /// Answers an INFORMATIONAL request on the current IKE SA.
    ///
    /// # Errors
    /// The peer says that the IKE SA has failed.
    pub(crate) fn handle_informational(
        mut self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Outcome {
        debug_assert_eq!(message.header.exchange, ExchangeType::INFORMATIONAL);
        let refused = contents.notify(NotifyType::AUTHENTICATION_FAILED).is_some();
        if refused || contents.deletes.contains(&&DeletePayload::IkeSa) {
            self.current.reply(core, fx, (&message.header, path), &Draft::new())?;
            if refused {
                let local_id = core.config.as_ref().map(|config| config.local_id.clone());
                let local_id = local_id.ok_or(FailureReason::Cancelled)?;
                return Err(FailureReason::RefusedByPeer { local_id });
            }
            // If both replace the IKE SA at once, the peer's Delete is of the old one only.
            if self.adopt_collision(core, fx) {
                return self.proceed(core, fx);
            }
            return Ok(self.end(core, fx));
        }
        if core.role == Role::Initiator {
            note_auth_lifetime(contents, core, fx);
        }
        let mut answered: Vec<(IpsecProtocol, u32)> = Vec::new();
        for delete in &contents.deletes {
            if let DeletePayload::Child { protocol, spis } = delete {
                for spi in spis {
                    answered.extend(self.delete_from_peer(*protocol, *spi, core, fx));
                }
            }
        }
        let mut draft = self.answer_addresses(contents, path, core, fx);
        for protocol in [IpsecProtocol::Esp, IpsecProtocol::Ah] {
            let of_protocol = answered.iter().filter(|(other, _)| *other == protocol);
            let spis: Vec<u32> = of_protocol.map(|(_, spi)| *spi).collect();
            if !spis.is_empty() {
                draft.push(&Payload::Delete(DeletePayload::Child { protocol, spis }));
            }
        }
        self.current.reply(core, fx, (&message.header, path), &draft)?;
        self.proceed(core, fx)
    }

    /// Ends the Child SA that the peer names by its inbound SPI, and returns ours for the answer. One whose end we
    /// have asked for ourselves is left to that (RFC 7296 §1.4.1).
    fn delete_from_peer(
        &mut self,
        protocol: IpsecProtocol,
        spi: u32,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Option<(IpsecProtocol, u32)> {
        let spi = Spi::new(spi)?;
        let Some(child) = core.child_by_outbound(spi).filter(|child| child.protocol == protocol) else {
            self.note_deleted(spi);
            return None;
        };
        let (inbound, state) = (child.inbound.spi, child.state);
        if state == ChildState::Deleting && self.deletes(inbound) {
            return None;
        }
        let colliding = matches!(
            self.current.pending.as_ref().map(|pending| &pending.request),
            Some(Request::Child(request)) if request.replaces == Some(inbound) && request.collision.is_some()
        );
        let replaced = state == ChildState::Replaced || colliding;
        let reason = if replaced { CloseReason::Replaced } else { CloseReason::PeerDeleted };
        core.remove_child(fx, inbound, reason);
        self.make_up_for_deleted(core, fx);
        Some((protocol, inbound.get()))
    }

    /// The peer may have made what we asked for, and have deleted it before its answer came to us.
    fn note_deleted(&mut self, spi: Spi) {
        if let Some(pending) = &mut self.current.pending
            && let Request::Child(request) = &mut pending.request
            && request.deleted.len() < MAX_DELETED
        {
            request.deleted.push(spi);
        }
    }

    /// Whether our own Delete of a Child SA is under way.
    fn deletes(&self, inbound: Spi) -> bool {
        matches!(
            self.current.pending.as_ref().map(|pending| &pending.request),
            Some(Request::DeleteChild(spi, _)) if *spi == inbound
        )
    }
}
