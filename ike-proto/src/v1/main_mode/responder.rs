//! The responder of main mode (RFC 2409 §5.4).

use alloc::boxed::Box;
use alloc::vec::Vec;

use esp_core::secret::SecretBytes;
use esp_core::time::Instant;
use zeroize::Zeroizing;

use super::hashes::HashSeed;
use super::initiator::encode;
use crate::config::{ExchangeMode, Version};
use crate::crypto::dh::DhPrivate;
use crate::crypto::v1_protect::Opened;
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Phase, Role};
use crate::endpoint::{Candidate, candidates};
use crate::sa::{Core, Effects, IkeSa, IkeSaId, Path, Session as AnySession, Step};
use crate::suite::difference::Offer;
use crate::suite::v1_codec;
use crate::v1::answer::Answer;
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::Established;
use crate::v1::isakmp::{Isakmp, Iv, Secrets};
use crate::v1::phase1::{self, Agreed, NONCE_LEN};
use crate::v1::session::Session;
use crate::v1::traits::{self, PeerTraits};
use crate::v1::{limits, trace};
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    Chain, Content, HashPayload, KePayload, Message, NoncePayload, Payload, decode_padded_chain,
};

/// Has answered the first message, waits for the third.
#[derive(Debug)]
pub(crate) struct SaAnswered {
    agreed: Agreed,
    request: Vec<u8>,
    reply: Vec<u8>,
    expires_at: Instant,
}

/// Has answered the third message, waits for the fifth.
#[derive(Debug)]
pub(crate) struct KeAnswered {
    agreed: Agreed,
    exchange: Exchange,
    /// What repeats the answer, and the answer.
    request: Vec<u8>,
    reply: Vec<u8>,
    expires_at: Instant,
    /// Whether it was told that no key fits.
    told: bool,
}

/// What the third and fourth message have given.
#[derive(Debug)]
struct Exchange {
    shared: SecretBytes,
    seed: HashSeed,
}

/// Answers a first message that has passed the bounds on half-open IKE SAs.
pub(crate) fn respond(
    message: &Message<'_>,
    chain: &Chain<'_>,
    path: Path,
    id: IkeSaId,
    candidates: &[Candidate],
    fx: &mut Effects<'_>,
) -> Answer {
    let contents = match Contents::read(chain) {
        Ok(contents) => contents,
        Err(what) => return Answer::Drop(DropReason::Unusable { what }),
    };
    let (Some(sa), Some(sa_body)) = (contents.sa, chain.body(PayloadType::V1_SA)) else {
        return Answer::Drop(DropReason::Unusable { what: "a first message without an SA payload" });
    };
    let offers = Offer::all_from_v1(sa);
    fx.observed.note_ike(path.remote.ip(), offers.clone());
    let proposals = phase1::proposals(candidates);
    let Some(chosen) = v1_codec::select_ike(&proposals, sa) else {
        let difference = phase1::difference(offers, &proposals);
        let failure = FailureReason::IkeProposal { difference, by_peer: false };
        return Answer::Refuse(NotifyType::NO_PROPOSAL_CHOSEN, Some(failure));
    };
    let mut core = Core::new(id, Role::Responder, path, fx.now);
    let cookie = message.header.initiator_spi;
    let name = IkeSaName { initiator: cookie, responder: core.new_ike_spi(fx) };
    let mut peer = PeerTraits::default();
    peer.learn(&contents);
    peer.note_fragmentation(name.responder, ExchangeType::IDENTITY_PROTECTION, fx);
    let mut draft = Draft::new();
    draft.push(&Payload::Sa(chosen.answer.clone()));
    traits::push_common(&mut draft, &peer);
    let reply = match encode(&core, fx, name, &draft) {
        Ok(reply) => reply,
        Err(_) => {
            core.release(fx);
            return Answer::Drop(DropReason::Unusable { what: "the answer does not fit into a datagram" });
        }
    };
    core.send(fx, &reply);
    core.first_message = Some((path.remote.ip(), cookie));
    fx.registry.note_first_message(path.remote.ip(), cookie, id);
    let agreed = Agreed {
        name,
        suite: chosen.suite,
        hash: chosen.hash,
        lifetime: chosen.lifetime,
        sa_body: Vec::from(sa_body),
        peer,
    };
    let state = SaAnswered {
        agreed,
        request: Vec::from(message.raw),
        reply,
        expires_at: fx.now + fx.limits.half_open_lifetime,
    };
    let session = AnySession::V1(Session::SaAnswered(state));
    Answer::Accept(Box::new(IkeSa { core, session }))
}

impl SaAnswered {
    /// A message came: the first one again, or the third.
    pub(crate) fn handle(
        self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if message.raw == self.request {
            fx.transmit(path, &self.reply);
            return self.stay(DropReason::Repeated);
        }
        let chain = match phase1::clear(message) {
            Some(chain) if header.exchange == ExchangeType::IDENTITY_PROTECTION => chain,
            _ => return self.stay(DropReason::UnexpectedExchange),
        };
        if !phase1::is_of(header, self.agreed.name) || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let contents = match Contents::read(chain) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        let (Some(ke), Some(nonce_i)) = (contents.ke, contents.nonce) else {
            return self
                .stay(DropReason::Unusable { what: "the third message of main mode lacks KE or nonce" });
        };
        trace::message(fx, None, path.remote, false, header, trace::payload_names(chain), message.raw.len());
        let dh = DhPrivate::generate(self.agreed.suite.dh, fx.rng);
        let Ok(shared) = dh.agree(ke) else {
            return self.stay(DropReason::Unusable { what: "the peer's Diffie-Hellman value is not valid" });
        };
        let mut agreed = self.agreed;
        agreed.peer.learn(&contents);
        let nonce_r = fx.random(NONCE_LEN);
        let mut draft = Draft::new();
        draft.push(&Payload::Ke(KePayload { data: dh.public() }));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce_r }));
        if let Some(numbering) = agreed.peer.nat_numbering() {
            core.nat = phase1::detect_nat(&contents, agreed.hash, agreed.name, &[path]);
            let all = candidates(fx.connections, path, is_main);
            let pretend = all.iter().any(|(_, config)| config.nat.force_encapsulation);
            phase1::push_nat_d(&mut draft, numbering, agreed.hash, agreed.name, path, pretend);
        }
        let reply = match encode(core, fx, agreed.name, &draft) {
            Ok(reply) => reply,
            Err(reason) => return Step::Fail(reason),
        };
        core.path = path;
        core.send(fx, &reply);
        let seed = HashSeed {
            public_i: Vec::from(ke),
            public_r: Vec::from(dh.public()),
            nonce_i: Vec::from(nonce_i),
            nonce_r,
            sa_body: agreed.sa_body.clone(),
        };
        Step::Next(Session::KeAnswered(KeAnswered {
            agreed,
            exchange: Exchange { shared, seed },
            request: Vec::from(message.raw),
            reply,
            expires_at: self.expires_at,
            told: false,
        }))
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, fx: &mut Effects<'_>) -> Step<Session> {
        if fx.now < self.expires_at { Step::Next(Session::SaAnswered(self)) } else { Step::Done }
    }

    /// When it is forgotten.
    pub(crate) fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        self.agreed.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::SaAnswered(self), reason)
    }
}

/// A fifth message that one of the keys opens.
struct Proven {
    isakmp: Isakmp,
    iv: Iv,
    first: PayloadType,
    plain: Zeroizing<Vec<u8>>,
    /// The connections that have this key.
    owners: Vec<Candidate>,
}

impl KeAnswered {
    /// A message came: the third one again, or the fifth.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if message.raw == self.request {
            fx.transmit(path, &self.reply);
            return self.stay(DropReason::Repeated);
        }
        if header.exchange != ExchangeType::IDENTITY_PROTECTION || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        if !phase1::is_of(header, self.agreed.name) {
            return self.stay(DropReason::UnknownSpi);
        }
        if matches!(message.content, Content::Clear(_)) {
            return self.stay(DropReason::NotEncrypted);
        }
        let all = candidates(fx.connections, core.path, is_main);
        let Some(proven) = self.try_keys(message, &all) else {
            self.tell_wrong_key(&all, core, fx);
            return self.stay(DropReason::NotAuthentic);
        };
        // From here on the sender is the one that we have made the keys with, and knows the key.
        let Ok(chain) = decode_padded_chain(proven.first, &proven.plain) else {
            return self.stay(DropReason::NotAuthentic);
        };
        let (Ok(contents), raw) = (Contents::read(&chain), message.raw) else {
            return self.stay(DropReason::NotAuthentic);
        };
        trace::message(fx, None, path.remote, false, header, trace::payload_names(&chain), raw.len());
        core.path = path;
        let Proven { isakmp, iv, owners, .. } = proven;
        self.identify(isakmp, iv, &owners, &contents, raw, core, fx)
    }

    /// Finds the key that opens the fifth message and fits the proof in it (F-8). In main mode the key is found by the
    /// address, before the identity can be read: where several connections between the two addresses have keys of their
    /// own, each is tried.
    fn try_keys(&self, message: &Message<'_>, all: &[Candidate]) -> Option<Proven> {
        let mut keys: Vec<&[u8]> = all.iter().map(|(_, config)| config.psk.expose()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(limits::KEYS_TRIED);
        keys.into_iter().find_map(|psk| self.try_key(psk, message, all))
    }

    fn try_key(&self, psk: &[u8], message: &Message<'_>, all: &[Candidate]) -> Option<Proven> {
        let Exchange { shared, seed } = &self.exchange;
        let secrets = Secrets {
            suite: self.agreed.suite,
            hash: self.agreed.hash,
            name: self.agreed.name,
            role: Role::Responder,
            psk,
            shared,
            seed,
        };
        let (isakmp, iv) = Isakmp::derive(&secrets, self.agreed.peer);
        let Opened { first, plain, next_iv } = isakmp.open(&iv, message).ok()?;
        let chain = decode_padded_chain(first, &plain).ok()?;
        let contents = Contents::read(&chain).ok()?;
        let ([id], Some(hash)) = (contents.ids.as_slice(), contents.hash) else { return None };
        if !seed.verify(&isakmp, Role::Initiator, &id.body(), hash) {
            return None;
        }
        let owners = all.iter().filter(|(_, config)| config.psk.expose() == psk).cloned().collect();
        Some(Proven { isakmp, iv: next_iv, first, plain, owners })
    }

    /// The fifth message is garbage under every key that we have: the peer has another one. Anybody could have sent it,
    /// so the attempt stays, and it is told once.
    fn tell_wrong_key(&mut self, all: &[Candidate], core: &mut Core, fx: &mut Effects<'_>) {
        let Some((connection, config)) = all.first() else { return };
        if core::mem::replace(&mut self.told, true) {
            return;
        }
        let reason = FailureReason::Key { remote_id: config.remote_id.clone() };
        fx.failed(Some(*connection), core.path.remote, Role::Responder, Phase::One, reason);
    }

    /// The key is right. Finds the connection by the identity, and answers.
    #[expect(clippy::too_many_arguments, reason = "what one message has given, handed on once")]
    fn identify(
        self,
        mut isakmp: Isakmp,
        iv: Iv,
        owners: &[Candidate],
        contents: &Contents<'_>,
        raw: &[u8],
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let [id] = contents.ids.as_slice() else { return self.stay(DropReason::NotAuthentic) };
        let found = owners.iter().find(|(_, config)| phase1::is_expected(config, id));
        let Some((connection, config)) = found else {
            isakmp.finish(iv);
            let Some((connection, config)) = owners.first() else {
                return self.stay(DropReason::NoConnection);
            };
            core.connection = Some(*connection);
            let reason = phase1::mismatch(config, id);
            fx.observed.note_refused(core.path.remote.ip(), config, reason.clone());
            return Established::refuse(&isakmp, NotifyType::INVALID_ID_INFORMATION, reason, core, fx);
        };
        core.connection = Some(*connection);
        core.config = Some(config.clone());
        if !v1_codec::accepts_ike(&config.ike_proposals, self.agreed.suite) {
            isakmp.finish(iv);
            let offers = fx.observed.ike(core.path.remote.ip());
            let difference = phase1::difference(offers, &config.ike_proposals);
            let reason = FailureReason::IkeProposal { difference, by_peer: false };
            return Established::refuse(&isakmp, NotifyType::NO_PROPOSAL_CHOSEN, reason, core, fx);
        }
        let force = config.nat.force_encapsulation;
        core.nat.encap = core.nat.supported && core.path.is_floated() && (core.nat.found() || force);
        phase1::tell_nat(core, fx);
        isakmp.peer.learn(contents);
        let own = phase1::own_id(config);
        let proof = self.exchange.seed.proof(&isakmp, Role::Responder, &own.payload().body());
        let mut draft = Draft::new();
        draft.push(&Payload::Id(own.payload()));
        draft.push(&Payload::Hash(HashPayload { data: proof.expose() }));
        let lifetime = self.agreed.lifetime.min(config.ike_lifetime);
        if lifetime < self.agreed.lifetime {
            Established::push_responder_lifetime(&mut draft, &isakmp, lifetime);
        }
        if phase1::may_believe_in_more(contents) {
            phase1::push_initial_contact(&mut draft, isakmp.name, core, fx);
        }
        let mut iv = iv;
        let reply = match isakmp.seal(core, fx, &mut iv, ExchangeType::IDENTITY_PROTECTION, 0, &draft) {
            Ok(reply) => reply,
            Err(reason) => return Step::Fail(reason),
        };
        isakmp.finish(iv);
        let mut state = Established::enter(isakmp, lifetime, core, fx);
        state.note_notifies(contents, core, fx);
        core.send(fx, &reply);
        state.replay.keep(fx.now, raw, &reply);
        Step::Next(Session::Established(state))
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, fx: &mut Effects<'_>) -> Step<Session> {
        if fx.now < self.expires_at { Step::Next(Session::KeAnswered(self)) } else { Step::Done }
    }

    /// When it is forgotten.
    pub(crate) fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        self.agreed.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::KeAnswered(self), reason)
    }
}

fn is_main(version: Version) -> bool {
    version == Version::V1(ExchangeMode::Main)
}
