//! The responder of CREATE_CHILD_SA for a Child SA.

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::Spi;

use super::narrow;
use super::{ChildAnswer, ChildCollision, ChildRefusal, ChildSeed, answer};
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{Event, FailureReason, Phase, Role};
use crate::sa::{ChildState, Core, Effects, OutboundStart};
use crate::suite::v2_codec::ChildExchange;
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::established::Established;
use crate::v2::init::NONCE_LEN;
use crate::v2::request::Request;
use crate::wire::codes::{DhId, NotifyType};
use crate::wire::v2::{KePayload, NoncePayload, NotifyPayload, Payload};

/// How long a sign is waited for that the peer has a replacement, before it is used unasked: longer than a peer repeats
/// its request, since until our answer arrives it has only what is to be replaced. When that ends first, the wait ends
/// with it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

impl Established {
    /// Makes the answer to a request for a Child SA. An inbound SA stands when it returns; an outbound one that
    /// replaces another waits until the peer has its side.
    ///
    /// # Errors
    /// The keys cannot be made.
    pub(crate) fn answer_child(
        &mut self,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Draft, FailureReason> {
        let refusal = |kind| Draft::notification(kind, &[]);
        // No Child SA is made while the IKE SA is being replaced (RFC 7296 §2.25.2).
        if self.rekeys_ike() {
            return Ok(refusal(NotifyType::TEMPORARY_FAILURE));
        }
        let replaces = match contents.notify(NotifyType::REKEY_SA).map(|notify| find_replaced(notify, core)) {
            None => None,
            Some(Ok(inbound)) => Some(inbound),
            Some(Err(draft)) => return Ok(draft),
        };
        let Some(config) = core.config.clone() else { return Ok(refusal(NotifyType::TEMPORARY_FAILURE)) };
        if core.children.len() >= fx.limits.child_sas {
            return Ok(refusal(NotifyType::NO_ADDITIONAL_SAS));
        }
        let old = replaces.and_then(|inbound| core.child(inbound));
        let ChildAnswer { agreed, offers } = match answer(&config, contents, ChildExchange::Create, old) {
            Ok(answer) => answer,
            Err(refusal) => {
                let ChildRefusal { kind, reason, offers } = *refusal;
                fx.observed.note_child(core.path.remote.ip(), offers, true);
                core.failed(fx, Role::Responder, Phase::Two, reason);
                return Ok(Draft::notification(kind, &[]));
            }
        };
        fx.observed.note_child(core.path.remote.ip(), offers, true);
        let Some(nonce_i) = contents.nonce else { return Ok(refusal(NotifyType::INVALID_SYNTAX)) };
        let dh = match (agreed.group, contents.ke) {
            (None, _) => None,
            (Some(group), Some(ke)) if ke.group == DhId(group.number()) => {
                let dh = DhPrivate::generate(group, fx.rng);
                let Ok(shared) = dh.agree(ke.data) else { return Ok(refusal(NotifyType::INVALID_SYNTAX)) };
                Some((dh, shared))
            }
            (Some(group), _) => {
                let data = group.number().to_be_bytes();
                return Ok(Draft::notification(NotifyType::INVALID_KE_PAYLOAD, &data));
            }
        };
        let nonce_r = fx.random(NONCE_LEN);
        let inbound = core.new_child_spi(fx);
        let shared = dh.as_ref().map(|(_, shared)| shared);
        let seed = ChildSeed { shared, nonce_i, nonce_r: &nonce_r, role: Role::Responder };
        let spec = seed.spec(&self.current, &config, &agreed, inbound)?;
        let start = match replaces {
            Some(_) => OutboundStart::AfterPeer(fx.now + PATIENCE),
            // Under an IKE SA that is about to take the place of another one, whose Child SAs carry on until then.
            None if core.connection.is_some_and(|connection| fx.has_established(connection, core.id)) => {
                OutboundStart::AfterPeer(fx.now + PATIENCE)
            }
            None => OutboundStart::Now,
        };
        let info = core.install(fx, &spec, config.child.lifetime, start);
        core.ask_to_start(fx);
        if let Some(connection) = core.connection {
            fx.event(match replaces {
                Some(old) => Event::ChildRekeyed { connection, old, child: info },
                None => Event::ChildEstablished { connection, child: info },
            });
        }
        self.note_made(replaces, inbound, [Vec::from(nonce_i), nonce_r.clone()], core);
        let mut draft = Draft::new();
        agreed.push_sa(&mut draft, inbound);
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce_r }));
        if let Some((dh, _)) = &dh {
            draft.push(&Payload::Ke(KePayload { group: DhId(dh.group().number()), data: dh.public() }));
        }
        agreed.push_selectors(&mut draft, Role::Responder);
        Ok(draft)
    }

    /// The peer has made a Child SA, in the place of `old` or the first one. If we are about to make the same, both
    /// are made, and the nonces tell which one stays (F-24, CONN-6).
    fn note_made(&mut self, old: Option<Spi>, theirs: Spi, nonces: [Vec<u8>; 2], core: &mut Core) {
        let made = core.child(theirs).map(|child| &child.selectors);
        if let Some(pending) = &mut self.current.pending
            && let Request::Child(request) = &mut pending.request
            && request.replaces == old
            && (old.is_some() || made.is_some_and(|made| narrow::covers(&request.offered.selectors, made)))
        {
            request.collision = Some(ChildCollision { theirs, nonces });
        } else if let Some(child) = old.and_then(|old| core.child_mut(old)) {
            child.state = ChildState::Replaced;
        }
    }
}

/// The Child SA that a REKEY_SA names, by the inbound SPI that we know it by; or what to answer.
fn find_replaced(notify: &NotifyPayload<'_>, core: &Core) -> Result<Spi, Draft> {
    let named = notify.child_spi();
    let child = named
        .and_then(|(protocol, spi)| core.child_by_outbound(spi).filter(|child| child.protocol == protocol));
    match child {
        Some(child) if child.serves() => Ok(child.inbound.spi),
        Some(_) => Err(Draft::notification(NotifyType::TEMPORARY_FAILURE, &[])),
        None => {
            let mut draft = Draft::new();
            let (protocol, spi, kind) = (notify.protocol, notify.spi, NotifyType::CHILD_SA_NOT_FOUND);
            draft.push(&Payload::Notify(NotifyPayload { protocol, spi, kind, data: &[] }));
            Err(draft)
        }
    }
}
