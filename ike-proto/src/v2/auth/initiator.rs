//! The initiator of IKE_AUTH.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use super::method::Method;
use super::{ppk, push_window, window};
use crate::config::ConnectionConfig;
use crate::crypto::psk_auth::SignedOctets;
use crate::crypto::v2_keys::IkeKeys;
use crate::diagnose::{DropReason, Event, FailureReason, IkeSaName, NatBlock, Phase, PpkFailure, Role};
use crate::sa::{Core, Due, Effects, OutboundStart, Path, Retransmission, Step};
use crate::suite::v2_codec::ChildExchange;
use crate::v2::child::{self, AnswerRefusal, ChildSeed, Offered};
use crate::v2::closing::Closing;
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::established::Established;
use crate::v2::generation::Generation;
use crate::v2::request::{Pending, Request};
use crate::v2::session::{Outcome, Session};
use crate::v2::{identity, trace};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{self, AuthPayload, DeletePayload, IdPayload, Message, Payload};

/// What IKE_SA_INIT has given.
pub(crate) struct Initiated {
    pub(crate) generation: Generation,
    /// IKE_SA_INIT as it was sent the last time.
    pub(crate) request: Vec<u8>,
    /// Its answer.
    pub(crate) response: Vec<u8>,
    pub(crate) nonce_i: Vec<u8>,
    pub(crate) nonce_r: Vec<u8>,
    /// Whether both ends can use a post-quantum pre-shared key.
    pub(crate) ppk: bool,
    /// Whether the IKE SA is made without a Child SA.
    pub(crate) childless: bool,
}

/// Waits for the answer to IKE_AUTH.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct AuthSent {
    generation: Generation,
    response: Vec<u8>,
    nonce_i: Vec<u8>,
    nonce_r: Vec<u8>,
    /// The keys with the post-quantum pre-shared key in them, where it was named.
    mixed: Option<IkeKeys>,
    /// The Child SA that was asked for; `None` where there is to be none yet.
    offered: Option<Offered>,
    config: Arc<ConnectionConfig>,
    retransmission: Retransmission,
}

impl AuthSent {
    /// Sends IKE_AUTH, from port 4500 to port 4500 where a NAT is on the path.
    ///
    /// # Errors
    /// The connection is gone, or the message does not fit into a datagram.
    pub(crate) fn start(
        init: Initiated,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Self, FailureReason> {
        let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
        let mut generation = init.generation;
        if core.nat.encap || (config.mobike.enabled && core.nat.supported) {
            core.path = core.path.floated();
        }
        let (kind, id) = identity::encode(&config.local_id);
        let id = IdPayload::new(kind, &id);
        let signed = SignedOctets { message: &init.request, peer_nonce: &init.nonce_r, id_body: &id.body() };
        let (prf, method) = (generation.suite.prf, Method::of(&config));
        let ppk = config.v2.ppk.as_ref().filter(|_| init.ppk);
        let mixed = ppk.map(|ppk| generation.keys.with_ppk(prf, ppk.key.expose())).transpose();
        let mixed = mixed.map_err(|_| FailureReason::Protocol { what: "the keys could not be derived" })?;
        let keys = mixed.as_ref().unwrap_or(&generation.keys);
        let proof = method.prove(prf, &keys.sk_pi, &signed);

        let mut draft = Draft::new();
        draft.push(&Payload::IdI(id));
        // The peer may have initiated and come through meanwhile (F-27).
        if fx.is_first_contact(core) {
            core.said_contact = true;
            draft.notify(NotifyType::INITIAL_CONTACT, &[]);
        }
        let (kind, peer) = identity::encode(&config.remote_id);
        draft.push(&Payload::IdR(IdPayload::new(kind, &peer)));
        draft.push(&Payload::Auth(AuthPayload { method: method.code(), data: proof.expose() }));
        if let Some(ppk) = ppk {
            draft.notify(NotifyType::PPK_IDENTITY, &ppk::identity(&ppk.key));
            if !ppk.mandatory {
                let without = method.prove(prf, &generation.keys.sk_pi, &signed);
                draft.notify(NotifyType::NO_PPK_AUTH, without.expose());
            }
        }
        push_window(&mut draft, &config, fx);
        if config.mobike.enabled {
            draft.notify(NotifyType::MOBIKE_SUPPORTED, &[]);
        }
        let offered = (!init.childless).then(|| {
            let selectors = child::first(&config, core);
            Offered::new(&config, selectors, core, fx)
        });
        if let Some(offered) = &offered {
            offered.push_sa(&mut draft, ChildExchange::Auth);
            offered.push_selectors(&mut draft);
        }

        let message_id = generation.window.take_next();
        let message = generation.seal(core, fx, ExchangeType::IKE_AUTH, false, message_id, &draft)?;
        let retransmission = Retransmission::start(core, fx, message, "IKE_AUTH", config.connect_retransmit);
        let Initiated { response, nonce_i, nonce_r, .. } = init;
        Ok(Self { generation, response, nonce_i, nonce_r, mixed, offered, config, retransmission })
    }

    /// A message with our SPI came. Only what the keys open can change anything.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if header.exchange != ExchangeType::IKE_AUTH {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let plain = match self.generation.open(message) {
            Ok(plain) => plain,
            Err(reason) => return self.stay(reason),
        };
        if !header.flags.is_response() || header.message_id != 1 {
            return self.stay(DropReason::Unsolicited);
        }
        let payloads = match v2::decode_chain(plain.first, &plain.plain) {
            Ok(payloads) => payloads,
            Err(_) => return self.give_up(core, fx, "the answer to IKE_AUTH is malformed"),
        };
        let names = trace::payload_names(&payloads);
        trace::message(fx, core.connection, path.remote, false, header, names, message.raw.len());
        if v2::unsupported_critical(&payloads).is_some() {
            return self.give_up(core, fx, "the answer to IKE_AUTH has a critical payload that is not known");
        }
        let contents = match Contents::read(&payloads) {
            Ok(contents) => contents,
            Err(what) => return self.give_up(core, fx, what),
        };
        core.follow(fx, path);
        match self.verify(&contents, core, fx) {
            Ok(keys) => {
                self.generation.keys = keys;
                self.establish(&contents, core, fx).into()
            }
            Err(Refusal::ByPeer(reason)) => {
                self.free_spi(core, fx);
                Step::Fail(reason)
            }
            Err(Refusal::ByUs(reason)) => self.refuse(core, fx, reason),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::AuthSent(self)),
            Due::GiveUp => self.give_up_waiting(core, fx),
        }
    }

    /// Nothing more is waited for.
    pub(crate) fn give_up_waiting(self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        self.free_spi(core, fx);
        // IKE_SA_INIT was answered on port 500: what is silent now is the other port.
        let hint = core.path.is_floated().then_some(NatBlock::Port4500);
        Step::Fail(self.retransmission.no_answer(hint))
    }

    /// Nobody wants it any more. The peer may have established the IKE SA already, so the answer is waited for and the
    /// IKE SA deleted then: in a window of one the peer would not take the Delete before (RFC 7296 §2.3).
    pub(crate) fn cancel(self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        core.failed(fx, Role::Initiator, Phase::One, FailureReason::Cancelled);
        let mut generation = self.generation;
        generation.pending = Some(Pending {
            id: 1,
            exchange: ExchangeType::IKE_AUTH,
            retransmission: self.retransmission,
            request: Request::Authenticate,
        });
        Closing::start(generation, core, fx).into()
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.retransmission.due()
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        self.generation.name
    }

    /// Its keys and message ids.
    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Its keys and message ids.
    pub(crate) fn generation_mut(&mut self) -> &mut Generation {
        &mut self.generation
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::AuthSent(self), reason)
    }

    fn free_spi(&self, core: &mut Core, fx: &mut Effects<'_>) {
        if let Some(offered) = &self.offered {
            core.free_child_spi(fx, offered.inbound);
        }
    }

    fn give_up(self, core: &mut Core, fx: &mut Effects<'_>, what: &'static str) -> Step<Session> {
        self.refuse(core, fx, FailureReason::Protocol { what })
    }

    /// The peer thinks that the IKE SA stands: it is told that it does not (RFC 7296 §2.21.2). Nobody waits for its
    /// answer.
    fn refuse(mut self, core: &mut Core, fx: &mut Effects<'_>, reason: FailureReason) -> Step<Session> {
        self.free_spi(core, fx);
        let mut draft = Draft::new();
        if matches!(
            reason,
            FailureReason::Identity { .. } | FailureReason::Key { .. } | FailureReason::Ppk(_)
        ) {
            draft.notify(NotifyType::AUTHENTICATION_FAILED, &[]);
        }
        draft.push(&Payload::Delete(DeletePayload::IkeSa));
        let id = self.generation.window.take_next();
        if let Ok(message) = self.generation.seal(core, fx, ExchangeType::INFORMATIONAL, false, id, &draft) {
            core.send(fx, &message);
        }
        Step::Fail(reason)
    }

    /// Whether the peer is who it must be, and the keys to go on with. Without a whole and right proof it is not.
    fn verify(&self, contents: &Contents<'_>, core: &Core, fx: &Effects<'_>) -> Result<IkeKeys, Refusal> {
        let (Some(id), Some(auth)) = (contents.id_r, contents.auth) else {
            let reason = match contents.error().map(|notify| notify.kind) {
                // It does not say why. If we refused the same peer when it last initiated, that is why.
                Some(NotifyType::AUTHENTICATION_FAILED) => {
                    let known = fx.observed.refused(core.path.remote.ip(), &self.config);
                    known.unwrap_or_else(|| self.refused_by_peer())
                }
                Some(kind) => FailureReason::Notify { name: alloc::format!("{kind}") },
                None => {
                    let what = "the answer to IKE_AUTH lacks the IDr or AUTH payload";
                    return Err(Refusal::ByUs(FailureReason::Protocol { what }));
                }
            };
            return Err(Refusal::ByPeer(reason));
        };
        if !identity::matches(&self.config.remote_id, id) {
            let (received, expected) = (identity::shown(id), self.config.remote_id.clone());
            return Err(Refusal::ByUs(FailureReason::Identity { received, expected }));
        }
        let signed = SignedOctets { message: &self.response, peer_nonce: &self.nonce_i, id_body: &id.body() };
        // A peer that does not know our post-quantum pre-shared key goes on without it (RFC 8784 §3).
        let with_ppk = self.mixed.as_ref().filter(|_| contents.notify(NotifyType::PPK_IDENTITY).is_some());
        if with_ppk.is_none() && self.config.v2.ppk.as_ref().is_some_and(|ppk| ppk.mandatory) {
            return Err(Refusal::ByUs(FailureReason::Ppk(PpkFailure::NotUsedByPeer)));
        }
        let keys = with_ppk.unwrap_or(&self.generation.keys);
        let proof = (auth.method, auth.data);
        if !Method::of(&self.config).verify(self.generation.suite.prf, &keys.sk_pr, &signed, proof) {
            let id = self.ppk_id().filter(|_| with_ppk.is_some());
            let remote_id = self.config.remote_id.clone();
            return Err(Refusal::ByUs(match id {
                Some(id) => FailureReason::Ppk(PpkFailure::EitherKey { id }),
                None => FailureReason::Key { remote_id },
            }));
        }
        Ok(keys.clone())
    }

    /// What stands in the way where the peer only says that it does not believe us.
    fn refused_by_peer(&self) -> FailureReason {
        let local_id = self.config.local_id.clone();
        match self.ppk_id() {
            Some(id) => FailureReason::Ppk(PpkFailure::RefusedByPeer { id }),
            None => FailureReason::RefusedByPeer { local_id },
        }
    }

    /// The name of the post-quantum pre-shared key that went into our proof, if one did.
    fn ppk_id(&self) -> Option<Vec<u8>> {
        let ppk = self.config.v2.ppk.as_ref().filter(|_| self.mixed.is_some())?;
        Some(Vec::from(ppk.key.id()))
    }

    /// The peer is authenticated. A Child SA that could not be made leaves the IKE SA standing.
    fn establish(self, contents: &Contents<'_>, core: &mut Core, fx: &mut Effects<'_>) -> Outcome {
        let Self { generation, nonce_i, nonce_r, offered, config, .. } = self;
        fx.observed.forget_refused(core.path.remote.ip());
        let mut state = Established::enter(generation, core, fx);
        state.current.window.widen(window(&config, fx));
        if config.mobike.enabled && contents.notify(NotifyType::MOBIKE_SUPPORTED).is_some() {
            state.start_mobike(core);
        }
        note_auth_lifetime(contents, core, fx);
        let Some(offered) = offered else {
            state.create_missing(core);
            return state.proceed(core, fx);
        };
        match offered.check_answer(contents, ChildExchange::Auth, &config, core, fx) {
            Ok(agreed) => {
                let spec =
                    ChildSeed { shared: None, nonce_i: &nonce_i, nonce_r: &nonce_r, role: Role::Initiator }
                        .spec(&state.current, &config, &agreed, offered.inbound)?;
                let info = core.install(fx, &spec, config.child.lifetime, OutboundStart::Now);
                if let Some(connection) = core.connection {
                    fx.event(Event::ChildEstablished { connection, child: info });
                }
            }
            Err(refusal) => {
                let AnswerRefusal { agreed, reason } = *refusal;
                core.free_child_spi(fx, offered.inbound);
                core.failed(fx, Role::Initiator, Phase::Two, reason);
                // The peer has a Child SA that we cannot use.
                if let Some(agreed) = agreed {
                    state.delete_unusable(agreed.protocol, offered.inbound);
                }
                state.refused(offered.selectors, core, fx);
            }
        }
        state.create_other_pairs(core);
        state.proceed(core, fx)
    }
}

/// The peer says until when it believes us (RFC 4478 §3).
pub(crate) fn note_auth_lifetime(contents: &Contents<'_>, core: &mut Core, fx: &mut Effects<'_>) {
    let notify = contents.notify(NotifyType::AUTH_LIFETIME);
    if let Some(Ok(seconds)) = notify.map(|notify| <[u8; 4]>::try_from(notify.data)) {
        core.reauth.told(fx, Duration::from_secs(u32::from_be_bytes(seconds).into()));
    }
}

/// Why IKE_AUTH ends in nothing.
enum Refusal {
    /// The peer said no.
    ByPeer(FailureReason),
    /// We do, and the peer has to be told.
    ByUs(FailureReason),
}
