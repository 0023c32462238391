//! The initiator of IKE_AUTH.

use alloc::sync::Arc;
use alloc::vec::Vec;

use esp_core::time::Instant;

use crate::config::ConnectionConfig;
use crate::crypto::psk_auth::{SignedOctets, psk_auth, verify_psk_auth};
use crate::diagnose::{DropReason, Event, FailureReason, IkeSaName, NatBlock, Phase, Role};
use crate::sa::{Core, Due, Effects, OutboundStart, Path, Retransmission, Step};
use crate::suite::v2_codec::ChildExchange;
use crate::v2::child::{AnswerRefusal, ChildSeed, Offered};
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::established::Established;
use crate::v2::generation::Generation;
use crate::v2::session::{Outcome, Session};
use crate::v2::{identity, trace};
use crate::wire::codes::{AuthMethod, ExchangeType, NotifyType};
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
}

/// Waits for the answer to IKE_AUTH.
#[derive(Debug)]
pub(crate) struct AuthSent {
    generation: Generation,
    response: Vec<u8>,
    nonce_i: Vec<u8>,
    nonce_r: Vec<u8>,
    offered: Offered,
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
        if core.nat.encap {
            core.path = core.path.floated();
        }
        let (kind, id) = identity::encode(&config.local_id);
        let id = IdPayload::new(kind, &id);
        let signed = SignedOctets { message: &init.request, peer_nonce: &init.nonce_r, id_body: &id.body() };
        let keys = &generation.keys;
        let proof = psk_auth(generation.suite.prf, config.psk.expose(), &keys.sk_pi, &signed);

        let mut draft = Draft::new();
        draft.push(&Payload::IdI(id));
        // The peer may have initiated and come through meanwhile (F-27).
        if core.connection.is_none_or(|connection| !fx.has_established(connection, core.id)) {
            draft.notify(NotifyType::INITIAL_CONTACT, &[]);
        }
        let (kind, peer) = identity::encode(&config.remote_id);
        draft.push(&Payload::IdR(IdPayload::new(kind, &peer)));
        draft.push(&Payload::Auth(AuthPayload { method: AuthMethod::SHARED_KEY, data: proof.expose() }));
        let offered = Offered::new(&config, fx);
        offered.push_sa(&mut draft, ChildExchange::Auth);
        offered.push_selectors(&mut draft);

        let message_id = generation.window.take_next();
        let octets = generation.seal(core, fx, ExchangeType::IKE_AUTH, false, message_id, &draft)?;
        let retransmission = Retransmission::start(core, fx, octets, "IKE_AUTH", config.connect_retransmit);
        let Initiated { response, nonce_i, nonce_r, .. } = init;
        Ok(Self { generation, response, nonce_i, nonce_r, offered, config, retransmission })
    }

    /// A message with our SPI came. Only what the keys open can change anything.
    pub(crate) fn handle(
        self,
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
        match self.verify(&contents) {
            Ok(()) => self.establish(&contents, core, fx).into(),
            Err(Refusal::ByPeer(reason)) => {
                fx.registry.free_child_spi(self.offered.inbound);
                Step::Fail(reason)
            }
            Err(Refusal::ByUs(reason)) => self.refuse(core, fx, reason),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::AuthSent(self)),
            Due::GiveUp => {
                fx.registry.free_child_spi(self.offered.inbound);
                // IKE_SA_INIT was answered on port 500: what is silent now is the other port.
                let hint = core.path.is_floated().then_some(NatBlock::Port4500);
                Step::Fail(self.retransmission.no_answer(hint))
            }
        }
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.retransmission.due()
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        self.generation.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::AuthSent(self), reason)
    }

    fn give_up(self, core: &mut Core, fx: &mut Effects<'_>, what: &'static str) -> Step<Session> {
        self.refuse(core, fx, FailureReason::Protocol { what })
    }

    /// The peer thinks that the IKE SA stands: it is told that it does not (RFC 7296 §2.21.2). Nobody waits for its
    /// answer.
    fn refuse(mut self, core: &mut Core, fx: &mut Effects<'_>, reason: FailureReason) -> Step<Session> {
        fx.registry.free_child_spi(self.offered.inbound);
        let mut draft = Draft::new();
        if matches!(reason, FailureReason::Identity { .. } | FailureReason::Key { .. }) {
            draft.notify(NotifyType::AUTHENTICATION_FAILED, &[]);
        }
        draft.push(&Payload::Delete(DeletePayload::IkeSa));
        let id = self.generation.window.take_next();
        if let Ok(octets) = self.generation.seal(core, fx, ExchangeType::INFORMATIONAL, false, id, &draft) {
            core.send(fx, &octets);
        }
        Step::Fail(reason)
    }

    /// Whether the peer is who it must be. Without a whole and right proof it is not.
    fn verify(&self, contents: &Contents<'_>) -> Result<(), Refusal> {
        let (Some(id), Some(auth)) = (contents.id_r, contents.auth) else {
            let reason = match contents.error().map(|notify| notify.kind) {
                Some(NotifyType::AUTHENTICATION_FAILED) => {
                    FailureReason::RefusedByPeer { local_id: self.config.local_id.clone() }
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
        let (prf, key) = (self.generation.suite.prf, self.config.psk.expose());
        if auth.method != AuthMethod::SHARED_KEY
            || !verify_psk_auth(prf, key, &self.generation.keys.sk_pr, &signed, auth.data)
        {
            return Err(Refusal::ByUs(FailureReason::Key { remote_id: self.config.remote_id.clone() }));
        }
        Ok(())
    }

    /// The peer is authenticated. A Child SA that could not be made leaves the IKE SA standing.
    fn establish(self, contents: &Contents<'_>, core: &mut Core, fx: &mut Effects<'_>) -> Outcome {
        let Self { generation, nonce_i, nonce_r, offered, config, .. } = self;
        let mut state = Established::enter(generation, core, fx);
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
                fx.registry.free_child_spi(offered.inbound);
                core.failed(fx, Role::Initiator, Phase::Two, reason);
                // The peer has a Child SA that we cannot use.
                if let Some(agreed) = agreed {
                    state.delete_unusable(agreed.protocol, offered.inbound);
                }
            }
        }
        state.proceed(core, fx)
    }
}

/// Why IKE_AUTH ends in nothing.
enum Refusal {
    /// The peer said no.
    ByPeer(FailureReason),
    /// We do, and the peer has to be told.
    ByUs(FailureReason),
}
