//! The initiator of CREATE_CHILD_SA for a Child SA (RFC 7296 §1.3.1, §1.3.3).

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::Spi;
use esp_core::selector::Selectors;

use super::{AnswerRefusal, ChildSeed, Offered};
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{CloseReason, Event, FailureReason, Phase, Role};
use crate::sa::{ChildState, Core, Effects, OutboundStart};
use crate::suite::DhGroup;
use crate::suite::v2_codec::ChildExchange;
use crate::v2::collision::we_made_the_lowest;
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::established::{Established, Task};
use crate::v2::init::NONCE_LEN;
use crate::v2::request::Request;
use crate::wire::codes::{DhId, ExchangeType, NotifyType, ProtocolId};
use crate::wire::v2::{KePayload, NoncePayload, NotifyPayload, Payload};

/// A CREATE_CHILD_SA request under way.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct ChildRequest {
    /// The inbound SPI of the Child SA that it replaces.
    pub(crate) replaces: Option<Spi>,
    pub(crate) offered: Offered,
    nonce: Vec<u8>,
    dh: Option<DhPrivate>,
    retries: u32,
    /// The peer has replaced the same Child SA, or made the same first one, meanwhile.
    pub(crate) collision: Option<ChildCollision>,
    /// SPIs that the peer deleted while the answer was awaited: the answer may have been overtaken.
    pub(crate) deleted: Vec<Spi>,
}

/// What the peer has made for the same purpose.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct ChildCollision {
    /// The inbound SPI of the peer's.
    pub(crate) theirs: Spi,
    /// Both nonces of the peer's exchange.
    pub(crate) nonces: [Vec<u8>; 2],
}

impl Established {
    /// Asks for a Child SA that carries `selectors`, in the place of `replaces` or in addition.
    ///
    /// # Errors
    /// The request does not fit into a datagram.
    pub(crate) fn request_child(
        &mut self,
        replaces: Option<Spi>,
        selectors: Selectors,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let Some(config) = core.config.clone() else { return Ok(()) };
        let offered = Offered::new(&config, selectors, core, fx);
        let group = offered.proposals.first().and_then(|proposal| proposal.groups.first()).copied();
        let nonce = fx.random(NONCE_LEN);
        self.send_child(
            ChildRequest {
                replaces,
                offered,
                nonce,
                dh: None,
                retries: 0,
                collision: None,
                deleted: Vec::new(),
            },
            group,
            core,
            fx,
        )
    }

    fn send_child(
        &mut self,
        mut request: ChildRequest,
        group: Option<DhGroup>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let mut draft = Draft::new();
        if let Some(old) = request.replaces.and_then(|spi| core.child(spi)) {
            let protocol = ProtocolId::from(old.protocol);
            // The SPI is the one in our own inbound packets (F-24).
            let spi = old.inbound.spi.to_be_bytes();
            let kind = NotifyType::REKEY_SA;
            draft.push(&Payload::Notify(NotifyPayload { protocol, spi: &spi, kind, data: &[] }));
        }
        request.offered.push_sa(&mut draft, ChildExchange::Create);
        draft.push(&Payload::Nonce(NoncePayload { data: &request.nonce }));
        request.dh = group.map(|group| DhPrivate::generate(group, fx.rng));
        if let Some(dh) = &request.dh {
            draft.push(&Payload::Ke(KePayload { group: DhId(dh.group().number()), data: dh.public() }));
        }
        request.offered.push_selectors(&mut draft);
        self.current.request(core, fx, ExchangeType::CREATE_CHILD_SA, &draft, Request::Child(request))
    }

    /// The answer came.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub(crate) fn handle_child_response(
        &mut self,
        mut request: ChildRequest,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        if let Some(group) = asked_group(&request, contents)
            && request.retries < fx.limits.init_retries
        {
            request.retries = request.retries.saturating_add(1);
            return self.send_child(request, Some(group), core, fx);
        }
        let Some(config) = core.config.clone() else { return Ok(()) };
        let answer = request.offered.check_answer(contents, ChildExchange::Create, &config, core, fx);
        let agreed = match answer {
            Ok(agreed) => agreed,
            Err(refusal) => {
                let AnswerRefusal { agreed, reason } = *refusal;
                core.free_child_spi(fx, request.offered.inbound);
                if let Some(agreed) = agreed {
                    self.delete_unusable(agreed.protocol, request.offered.inbound);
                }
                self.child_refused(&request, contents, reason, core, fx);
                return Ok(());
            }
        };
        if request.deleted.contains(&agreed.outbound) {
            core.free_child_spi(fx, request.offered.inbound);
            let name = "DELETE of the Child SA that it had just made".into();
            self.child_refused(&request, contents, FailureReason::Notify { name }, core, fx);
            return Ok(());
        }
        let protocol = |what| FailureReason::Protocol { what };
        let nonce_r =
            contents.nonce.ok_or_else(|| protocol("CREATE_CHILD_SA was answered without a nonce"))?;
        let shared = match (agreed.group, &request.dh, contents.ke) {
            (None, _, _) => None,
            (Some(group), Some(dh), Some(ke)) if group == dh.group() && ke.group == DhId(group.number()) => {
                let invalid = |_| protocol("the peer's Diffie-Hellman value is not valid");
                Some(dh.agree(ke.data).map_err(invalid)?)
            }
            _ => return Err(protocol("CREATE_CHILD_SA was answered with another group than was asked for")),
        };
        let (nonce_i, role) = (request.nonce.as_slice(), Role::Initiator);
        let seed = ChildSeed { shared: shared.as_ref(), nonce_i, nonce_r, role };
        let spec = seed.spec(&self.current, &config, &agreed, request.offered.inbound)?;
        let lost = request
            .collision
            .as_ref()
            .is_some_and(|collision| we_made_the_lowest([nonce_i, nonce_r], &collision.nonces));
        if lost {
            // Ours is one too many: it receives what the peer may send with it, and is deleted (RFC 7296 §2.8.1).
            core.install(fx, &spec, config.child.lifetime, OutboundStart::Never);
            self.replaced_by_peer(request.replaces, core);
            self.delete_child(spec.inbound, CloseReason::Replaced, core);
            return Ok(());
        }
        let info = core.install(fx, &spec, config.child.lifetime, OutboundStart::Now);
        let Some(connection) = core.connection else { return Ok(()) };
        match request.replaces {
            Some(old) => {
                fx.event(Event::ChildRekeyed { connection, old, child: info });
                self.delete_child(old, CloseReason::Replaced, core);
            }
            None => fx.event(Event::ChildEstablished { connection, child: info }),
        }
        let Some(theirs) = request.collision.map(|collision| collision.theirs) else { return Ok(()) };
        if request.replaces.is_none() {
            // RFC 7296 has a rule for two that replace the same, and none for two that are both the first: a peer that
            // does not follow ours would leave its own standing.
            self.delete_child(theirs, CloseReason::Replaced, core);
        } else if let Some(theirs) = core.child_mut(theirs) {
            theirs.state = ChildState::Replaced;
            theirs.waiting = None;
        }
        Ok(())
    }

    /// The peer said no, or we could not use what it said.
    fn child_refused(
        &mut self,
        request: &ChildRequest,
        contents: &Contents<'_>,
        reason: FailureReason,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        if request.collision.is_some() {
            // The peer has made the one that stays, and knows of ours no more (F-24).
            self.replaced_by_peer(request.replaces, core);
            return;
        }
        if contents.notify(NotifyType::TEMPORARY_FAILURE).is_some() {
            let again = || Task::CreateChild(request.offered.selectors.clone());
            let task = request.replaces.map_or_else(again, Task::RekeyChild);
            self.postpone(task, fx);
            return;
        }
        let Some(old) = request.replaces else {
            core.failed(fx, Role::Initiator, Phase::Two, reason);
            self.refused(request.offered.selectors.clone(), core, fx);
            return;
        };
        if contents.notify(NotifyType::CHILD_SA_NOT_FOUND).is_some() {
            core.remove_child(fx, old, CloseReason::PeerDeleted);
            self.create_missing(core);
            return;
        }
        core.failed(fx, Role::Initiator, Phase::Two, reason);
        let now = fx.now;
        if let Some(child) = core.child_mut(old) {
            // It serves until its end. Another try is made half way there.
            child.state = ChildState::Active;
            let left = child.lifetime.expires_at.saturating_duration_since(now);
            child.lifetime.rekey_at = (left > Duration::from_secs(20)).then(|| now + left / 2);
        }
    }

    fn replaced_by_peer(&self, old: Option<Spi>, core: &mut Core) {
        if let Some(child) = old.and_then(|old| core.child_mut(old)) {
            child.state = ChildState::Replaced;
        }
    }
}

/// The group that INVALID_KE_PAYLOAD asks for, if it was offered and is another one (F-22).
fn asked_group(request: &ChildRequest, contents: &Contents<'_>) -> Option<DhGroup> {
    let notify = contents.notify(NotifyType::INVALID_KE_PAYLOAD)?;
    let group = DhGroup::from_number(u16::from_be_bytes(notify.data.try_into().ok()?))?;
    let offered = request.offered.proposals.iter().any(|proposal| proposal.groups.contains(&group));
    let another = request.dh.as_ref().is_none_or(|dh| dh.group() != group);
    (offered && another).then_some(group)
}
