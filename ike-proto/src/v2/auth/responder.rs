//! The responder of IKE_AUTH.

use alloc::vec::Vec;

use esp_core::selector::Selectors;
use esp_core::time::Instant;

use super::method::Method;
use super::ppk::{self, Asked};
use super::{push_window, window};
use crate::config::{Childless, ConnectionConfig, Version};
use crate::crypto::psk_auth::SignedOctets;
use crate::crypto::v2_keys::IkeKeys;
use crate::diagnose::{DropReason, Event, FailureReason, IkeSaName, Phase, PpkFailure, Role};
use crate::endpoint::{Candidate, ConnectionId, candidates};
use crate::sa::{Ask, Core, Effects, OutboundStart, Path, Step};
use crate::suite::difference::Offer;
use crate::suite::select;
use crate::suite::v2_codec::{self, ChildExchange};
use crate::v2::child::{self, ChildAnswer, ChildSeed};
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::established::Established;
use crate::v2::generation::Generation;
use crate::v2::gone::Gone;
use crate::v2::init::ike_difference;
use crate::v2::session::{Outcome, Session};
use crate::v2::{identity, trace};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{self, AuthPayload, IdPayload, Message, Payload};

/// What IKE_SA_INIT has given.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Answered {
    pub(crate) generation: Generation,
    /// IKE_SA_INIT as it came.
    pub(crate) request: Vec<u8>,
    /// What we answered.
    pub(crate) response: Vec<u8>,
    pub(crate) nonce_i: Vec<u8>,
    pub(crate) nonce_r: Vec<u8>,
    /// Whether both ends can use a post-quantum pre-shared key.
    pub(crate) ppk: bool,
}

/// Who the initiator is.
struct Found {
    connection: Candidate,
    /// The keys with the post-quantum pre-shared key in them, where it is used.
    mixed: Option<IkeKeys>,
}

/// Waits for IKE_AUTH.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct HalfOpen {
    init: Answered,
    expires_at: Instant,
}

impl HalfOpen {
    /// Waits until `expires_at`.
    pub(crate) fn new(init: Answered, expires_at: Instant) -> Self {
        Self { init, expires_at }
    }

    /// A message came: the first one again, IKE_AUTH, or nothing that belongs here.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if header.exchange == ExchangeType::IKE_SA_INIT {
            if message.raw == self.init.request {
                fx.transmit(path, &self.init.response);
                return self.stay(DropReason::Repeated);
            }
            return self.stay(DropReason::UnexpectedExchange);
        }
        if header.exchange != ExchangeType::IKE_AUTH {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let plain = match self.init.generation.open(message) {
            Ok(plain) => plain,
            Err(reason) => return self.stay(reason),
        };
        if header.flags.is_response() {
            return self.stay(DropReason::Unsolicited);
        }
        if header.message_id != 1 {
            let reason = DropReason::MessageId { expected: 1, received: header.message_id };
            return self.stay(reason);
        }
        // From here on the sender is the one that we have made the keys with, whoever that is.
        core.path = path;
        let Ok(payloads) = v2::decode_chain(plain.first, &plain.plain) else {
            let reason = FailureReason::Protocol { what: "IKE_AUTH is malformed" };
            return self.refuse(message, core, fx, (NotifyType::INVALID_SYNTAX, &[]), reason);
        };
        let names = trace::payload_names(&payloads);
        trace::message(fx, None, path.remote, false, header, names, message.raw.len());
        if let Some(kind) = v2::unsupported_critical(&payloads) {
            let reason =
                FailureReason::Protocol { what: "IKE_AUTH has a critical payload that is not known" };
            let notify = (NotifyType::UNSUPPORTED_CRITICAL_PAYLOAD, &[kind.0][..]);
            return self.refuse(message, core, fx, notify, reason);
        }
        let contents = match Contents::read(&payloads) {
            Ok(contents) => contents,
            Err(what) => {
                let reason = FailureReason::Protocol { what };
                return self.refuse(message, core, fx, (NotifyType::INVALID_SYNTAX, &[]), reason);
            }
        };
        match self.authenticate(&contents, path, fx) {
            Ok(found) => self.establish(message, &contents, found, core, fx).into(),
            Err((connection, reason)) => {
                core.connection = connection;
                if let Some(config) = connection.and_then(|connection| fx.connections.get(&connection)) {
                    fx.observed.note_refused(path.remote.ip(), config, reason.clone());
                }
                self.refuse(message, core, fx, (NotifyType::AUTHENTICATION_FAILED, &[]), reason)
            }
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, fx: &mut Effects<'_>) -> Step<Session> {
        if fx.now < self.expires_at { Step::Next(Session::HalfOpen(self)) } else { Step::Done }
    }

    /// When it is forgotten.
    pub(crate) fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        self.init.generation.name
    }

    /// Its keys and message ids.
    pub(crate) fn generation(&self) -> &Generation {
        &self.init.generation
    }

    /// Its keys and message ids.
    pub(crate) fn generation_mut(&mut self) -> &mut Generation {
        &mut self.init.generation
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::HalfOpen(self), reason)
    }

    /// Answers with an error and keeps only what repeats it.
    fn refuse(
        self,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
        notify: (NotifyType, &[u8]),
        reason: FailureReason,
    ) -> Step<Session> {
        let mut generation = self.init.generation;
        let draft = Draft::notification(notify.0, notify.1);
        let path = core.path;
        if let Err(reason) = generation.reply(core, fx, (&message.header, path), &draft) {
            return Step::Fail(reason);
        }
        core.failed(fx, Role::Responder, Phase::One, reason);
        Step::Next(Gone::keep(generation, false, fx.now))
    }

    /// Finds the connection: by the pair of identities among those between the addresses, and of those the first
    /// whose key the peer has (F-19).
    fn authenticate(
        &self,
        contents: &Contents<'_>,
        path: Path,
        fx: &Effects<'_>,
    ) -> Result<Found, (Option<ConnectionId>, FailureReason)> {
        let protocol = |what| (None, FailureReason::Protocol { what });
        let id = contents.id_i.ok_or_else(|| protocol("IKE_AUTH lacks the IDi payload"))?;
        let all = candidates(fx.connections, path, |version| version == Version::V2);
        let wanted = |config: &ConnectionConfig| {
            contents.id_r.is_none_or(|id| identity::matches(&config.local_id, id))
        };
        let named: Vec<Candidate> = all
            .iter()
            .filter(|(_, config)| identity::matches(&config.remote_id, id) && wanted(config))
            .cloned()
            .collect();
        if named.is_empty() {
            return Err(identity_mismatch(contents, id, &all));
        }
        let first = named.first().map(|(connection, _)| *connection);
        let remote_id = identity::shown(id);
        let Some(auth) = contents.auth else {
            let what = "IKE_AUTH lacks the AUTH payload: the peer wants EAP, which is not spoken here";
            return Err((first, FailureReason::Protocol { what }));
        };
        let mut failure = FailureReason::Key { remote_id };
        let mut proven: Vec<Found> = Vec::new();
        for candidate in named {
            match self.proves(&candidate.1, contents, id, auth) {
                Ok(mixed) => proven.push(Found { connection: candidate, mixed }),
                // The first that can say more than that the key is not its own.
                Err(Some(reason)) if matches!(failure, FailureReason::Key { .. }) => {
                    failure = FailureReason::Ppk(reason);
                }
                Err(_) => {}
            }
        }
        // Among connections with the same identities and key, one whose Child SA fits is meant.
        proven.sort_by_key(|found| {
            child::answer(&found.connection.1, contents, ChildExchange::Auth, None).is_err()
        });
        let Some(found) = proven.into_iter().next() else { return Err((first, failure)) };
        self.check_suite(&found.connection)?;
        Ok(found)
    }

    /// Whether the initiator has the keys of a connection, and the keys to go on with if they are others.
    ///
    /// # Errors
    /// It has not. The post-quantum pre-shared key may be why.
    fn proves(
        &self,
        config: &ConnectionConfig,
        contents: &Contents<'_>,
        id: &IdPayload<'_>,
        auth: &AuthPayload<'_>,
    ) -> Result<Option<IkeKeys>, Option<PpkFailure>> {
        let Answered { generation, request, nonce_r, .. } = &self.init;
        let signed = SignedOctets { message: request, peer_nonce: nonce_r, id_body: &id.body() };
        let (prf, keys) = (generation.suite.prf, &generation.keys);
        let verify =
            |keys: &IkeKeys, data| Method::of(config).verify(prf, &keys.sk_pi, &signed, (auth.method, data));
        match ppk::asked(config, contents, self.init.ppk)? {
            Asked::Without => verify(keys, auth.data).then_some(None).ok_or(None),
            Asked::Fallback(data) => verify(keys, data).then_some(None).ok_or(None),
            Asked::With(ppk) => {
                let mixed = keys.with_ppk(prf, ppk.expose()).map_err(|_| None)?;
                if verify(&mixed, auth.data) {
                    return Ok(Some(mixed));
                }
                let id = Vec::from(ppk.id());
                // What proves the initiator without the key tells which of the two keys is another.
                Err(match contents.notify(NotifyType::NO_PPK_AUTH) {
                    Some(without) => verify(keys, without.data).then_some(PpkFailure::Differs { id }),
                    None => Some(PpkFailure::EitherKey { id }),
                })
            }
        }
    }

    /// IKE_SA_INIT chose from what any connection between the addresses accepts; it must be what this one accepts.
    fn check_suite(&self, found: &Candidate) -> Result<(), (Option<ConnectionId>, FailureReason)> {
        let suite = self.init.generation.suite;
        let answer = v2_codec::answer_ike(suite, 1, None);
        if select::select_ike(&found.1.ike_proposals, &answer).is_some() {
            return Ok(());
        }
        let offers = Offer::all_from_v2(&answer);
        let difference = ike_difference(offers, &found.1.ike_proposals);
        Err((Some(found.0), FailureReason::IkeProposal { difference, by_peer: false }))
    }

    fn establish(
        self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        found: Found,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Outcome {
        let Found { connection: (connection, config), mixed } = &found;
        core.connection = Some(*connection);
        core.config = Some(config.clone());
        let force = config.nat.force_encapsulation;
        core.nat.encap = core.nat.supported && core.path.is_floated() && (core.nat.found() || force);
        if core.nat.supported {
            let (local, remote) = (core.nat.local, core.nat.remote);
            fx.event(Event::NatDetected { connection: *connection, local, remote });
        }
        let Answered { mut generation, response, nonce_i, nonce_r, .. } = self.init;
        if let Some(mixed) = mixed {
            generation.keys = mixed.clone();
        }
        let (kind, id) = identity::encode(&config.local_id);
        let id = IdPayload::new(kind, &id);
        let signed = SignedOctets { message: &response, peer_nonce: &nonce_i, id_body: &id.body() };
        let method = Method::of(config);
        let proof = method.prove(generation.suite.prf, &generation.keys.sk_pr, &signed);
        let mut draft = Draft::new();
        draft.push(&Payload::IdR(id));
        draft.push(&Payload::Auth(AuthPayload { method: method.code(), data: proof.expose() }));
        if mixed.is_some() {
            draft.notify(NotifyType::PPK_IDENTITY, &[]);
        }
        push_window(&mut draft, config, fx);

        let peer = core.path.remote.ip();
        fx.observed.forget_refused(peer);
        if let (Some(ts_i), Some(ts_r)) = (contents.ts_i, contents.ts_r) {
            let (local, remote) = (ts_r.selectors.clone(), ts_i.selectors.clone());
            fx.observed.note_selectors(peer, Selectors { local, remote });
        }
        // Where another IKE SA carries the traffic so far it goes on until the peer has our answer.
        let fresh = contents.notify(NotifyType::INITIAL_CONTACT).is_some();
        let start = if !fresh && fx.has_established(*connection, core.id) {
            OutboundStart::AfterPeer(fx.now + child::PATIENCE)
        } else {
            OutboundStart::Now
        };
        let mut state = Established::enter(generation, core, fx);
        state.current.window.widen(window(config, fx));
        if config.mobike.enabled && contents.notify(NotifyType::MOBIKE_SUPPORTED).is_some() {
            draft.notify(NotifyType::MOBIKE_SUPPORTED, &[]);
            state.start_mobike(core);
        }
        if let Some(life) = config.auth_lifetime {
            let seconds = u32::try_from(life.as_secs()).unwrap_or(u32::MAX);
            draft.notify(NotifyType::AUTH_LIFETIME, &seconds.to_be_bytes());
            core.reauth.expire_at(fx.now + life);
        }
        if contents.notify(NotifyType::INITIAL_CONTACT).is_some() {
            fx.asks.push(Ask::InitialContact { connection: *connection, except: core.id });
        }
        let childless = contents.sa.is_none() && contents.ts_i.is_none() && contents.ts_r.is_none();
        if childless && config.v2.childless != Childless::Never {
            let path = core.path;
            state.current.reply(core, fx, (&message.header, path), &draft)?;
            return state.proceed(core, fx);
        }
        match child::answer(config, contents, ChildExchange::Auth, None) {
            Ok(ChildAnswer { agreed, offers }) => {
                fx.observed.note_child(core.path.remote.ip(), offers, false);
                let inbound = core.new_child_spi(fx);
                let role = Role::Responder;
                let seed = ChildSeed { shared: None, nonce_i: &nonce_i, nonce_r: &nonce_r, role };
                let spec = seed.spec(&state.current, config, &agreed, inbound)?;
                let info = core.install(fx, &spec, config.child.lifetime, start);
                agreed.push_sa(&mut draft, inbound);
                agreed.push_selectors(&mut draft, Role::Responder);
                fx.event(Event::ChildEstablished { connection: *connection, child: info });
            }
            Err(refusal) => {
                fx.observed.note_child(core.path.remote.ip(), refusal.offers, false);
                draft.notify(refusal.kind, &[]);
                core.failed(fx, Role::Responder, Phase::Two, refusal.reason);
            }
        }
        let path = core.path;
        state.current.reply(core, fx, (&message.header, path), &draft)?;
        state.proceed(core, fx)
    }
}

fn identity_mismatch(
    contents: &Contents<'_>,
    id: &IdPayload<'_>,
    all: &[Candidate],
) -> (Option<ConnectionId>, FailureReason) {
    // The peer may be right about itself and wrong about us.
    let about_us = all.iter().find(|(_, config)| identity::matches(&config.remote_id, id));
    if let (Some((connection, config)), Some(id_r)) = (about_us, contents.id_r) {
        let (wanted, ours) = (identity::shown(id_r), config.local_id.clone());
        return (Some(*connection), FailureReason::LocalIdentity { wanted, ours });
    }
    let received = identity::shown(id);
    match all.first() {
        Some((connection, config)) => {
            (Some(*connection), FailureReason::Identity { received, expected: config.remote_id.clone() })
        }
        None => (None, FailureReason::Cancelled),
    }
}
