//! The responder of aggressive mode.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::time::Instant;
use zeroize::Zeroizing;

use super::encode;
use crate::config::{ConnectionConfig, RetransmitConfig};
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Phase, Role};
use crate::endpoint::Candidate;
use crate::endpoint::TimeoutReason;
use crate::sa::{Core, Due, Effects, IkeSa, IkeSaId, Path, Retransmission, Session as AnySession, Step};
use crate::suite::IkeProposal;
use crate::suite::difference::Offer;
use crate::suite::v1_codec::{self, ChosenIke};
use crate::v1::answer::Answer;
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::Established;
use crate::v1::isakmp::{Isakmp, Iv, Secrets};
use crate::v1::main_mode::HashSeed;
use crate::v1::phase1::{self, NONCE_LEN};
use crate::v1::session::Session;
use crate::v1::traits::{self, PeerTraits};
use crate::v1::{limits, trace};
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    Chain, Content, HashPayload, IdPayload, KePayload, Message, NoncePayload, Payload, SaPayload,
    decode_padded_chain,
};

/// Has answered the first message, waits for the third.
#[derive(Debug)]
pub(crate) struct AggressiveAnswered {
    isakmp: Isakmp,
    iv: Iv,
    seed: HashSeed,
    /// The body of the initiator's ID payload.
    id_body: Vec<u8>,
    lifetime: Duration,
    connection: Candidate,
    request: Vec<u8>,
    retransmission: Option<Retransmission>,
    reply: Vec<u8>,
    expires_at: Instant,
    told: bool,
}

/// Answers a first message that has passed the bounds on half-open IKE SAs. The identity in it finds the connection, and
/// with it the key (F-8).
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
    let (Some(sa), Some(sa_body), Some(ke), Some(nonce_i), [id_i]) =
        (contents.sa, chain.body(PayloadType::V1_SA), contents.ke, contents.nonce, contents.ids.as_slice())
    else {
        return Answer::Drop(DropReason::Unusable {
            what: "a first message of aggressive mode lacks a payload",
        });
    };
    let (candidate, chosen) = match choose(sa, ke, id_i, path.remote.ip(), candidates, fx) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let config = &candidate.1;
    let dh = DhPrivate::generate(chosen.suite.dh, fx.rng);
    let Ok(shared) = dh.agree(ke) else {
        return Answer::Drop(DropReason::Unusable { what: "the peer's Diffie-Hellman value is not valid" });
    };
    let mut core = Core::new(id, Role::Responder, path, fx.now);
    let cookie = message.header.initiator_spi;
    let name = IkeSaName { initiator: cookie, responder: core.new_ike_spi(fx) };
    let nonce_r = fx.random(NONCE_LEN);
    let mut peer = PeerTraits::default();
    peer.learn(&contents);
    peer.note_fragmentation(name.responder, ExchangeType::AGGRESSIVE, fx);
    let seed = HashSeed {
        public_i: Vec::from(ke),
        public_r: Vec::from(dh.public()),
        nonce_i: Vec::from(nonce_i),
        nonce_r,
        sa_body: Vec::from(sa_body),
    };
    let secrets = Secrets {
        suite: chosen.suite,
        hash: chosen.hash,
        name,
        role: Role::Responder,
        psk: config.psk.expose(),
        shared: &shared,
        seed: &seed,
    };
    let (isakmp, iv) = Isakmp::derive(&secrets, peer);
    let mut draft = Draft::new();
    draft.push(&Payload::Sa(chosen.answer.clone()));
    draft.push(&Payload::Ke(KePayload { data: dh.public() }));
    draft.push(&Payload::Nonce(NoncePayload { data: &seed.nonce_r }));
    push_proof(&mut draft, &isakmp, &seed, config);
    traits::push_common(&mut draft, &peer);
    if let Some(numbering) = peer.nat_numbering() {
        let pretend = config.nat.force_encapsulation;
        phase1::push_nat_d(&mut draft, numbering, chosen.hash, name, path, pretend);
    }
    let Ok(reply) = encode(&core, fx, name, &draft) else {
        core.release(fx);
        return Answer::Drop(DropReason::Unusable { what: "the answer does not fit into a datagram" });
    };
    core.first_message = Some((path.remote.ip(), cookie));
    fx.registry.note_first_message(path.remote.ip(), cookie, id);
    // The initiator may think that it is done although its third message was lost, and then repeats nothing by itself.
    let again = RetransmitConfig { tries: limits::AGGRESSIVE_REPEATS, ..config.connect_retransmit };
    let exchange = "the second message of aggressive mode";
    let retransmission = Retransmission::start(&mut core, fx, reply.clone(), exchange, again);
    let state = AggressiveAnswered {
        isakmp,
        iv,
        seed,
        id_body: id_i.body(),
        lifetime: chosen.lifetime,
        connection: (candidate.0, Arc::clone(config)),
        request: Vec::from(message.raw),
        retransmission: Some(retransmission),
        reply,
        expires_at: fx.now + fx.limits.half_open_lifetime,
        told: false,
    };
    let session = AnySession::V1(Session::AggressiveAnswered(state));
    Answer::Accept(Box::new(IkeSa { core, session }))
}

/// Finds the connection by the identity, and what it and the offer have in common.
fn choose<'a>(
    sa: &SaPayload,
    ke: &[u8],
    id_i: &IdPayload<'_>,
    peer: IpAddr,
    candidates: &'a [Candidate],
    fx: &mut Effects<'_>,
) -> Result<(&'a Candidate, ChosenIke), Answer> {
    let offers = Offer::all_from_v1(sa);
    fx.observed.note_ike(peer, offers.clone());
    let named: Vec<&Candidate> =
        candidates.iter().filter(|(_, config)| phase1::is_expected(config, id_i)).collect();
    if named.is_empty() {
        let failure = candidates.first().map(|(_, config)| phase1::mismatch(config, id_i));
        return Err(Answer::Refuse(NotifyType::INVALID_ID_INFORMATION, failure));
    }
    // The KE payload is of one group, which the proposals do not name: its length does.
    let with_group = |config: &ConnectionConfig| -> Vec<IkeProposal> {
        let of_length = |proposal: &IkeProposal| IkeProposal {
            groups: proposal.groups.iter().copied().filter(|group| group.public_len() == ke.len()).collect(),
            ..proposal.clone()
        };
        config.ike_proposals.iter().map(of_length).filter(|proposal| !proposal.groups.is_empty()).collect()
    };
    let fit = named.iter().find_map(|candidate| {
        v1_codec::select_ike(&with_group(&candidate.1), sa).map(|chosen| (*candidate, chosen))
    });
    fit.ok_or_else(|| {
        let ours: Vec<IkeProposal> =
            named.iter().flat_map(|(_, config)| config.ike_proposals.clone()).collect();
        let difference = phase1::difference(offers, &ours);
        let failure = FailureReason::IkeProposal { difference, by_peer: false };
        Answer::Refuse(NotifyType::NO_PROPOSAL_CHOSEN, Some(failure))
    })
}

fn push_proof(draft: &mut Draft, isakmp: &Isakmp, seed: &HashSeed, config: &ConnectionConfig) {
    let id = phase1::own_id(config);
    let proof = seed.proof(isakmp, Role::Responder, &id.payload().body());
    draft.push(&Payload::Id(id.payload()));
    draft.push(&Payload::Hash(HashPayload { data: proof.expose() }));
}

impl AggressiveAnswered {
    /// A message came: the first one again, or the third, in clear or encrypted (F-14).
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
        if !phase1::is_of(header, self.isakmp.name) {
            return self.stay(DropReason::UnknownSpi);
        }
        if header.exchange == ExchangeType::V1_INFORMATIONAL {
            return self.refused(message, core, fx);
        }
        if header.exchange != ExchangeType::AGGRESSIVE || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let (plain, iv) = match &message.content {
            Content::Clear(_) => (Zeroizing::default(), self.iv.clone()),
            Content::Encrypted(_) => match self.isakmp.open(&self.iv, message) {
                Ok(opened) => (opened.plain, opened.next_iv),
                Err(reason) => return self.stay(reason),
            },
        };
        let decrypted = decode_padded_chain(header.next_payload, &plain);
        let chain = match (&message.content, &decrypted) {
            (Content::Clear(chain), _) | (_, Ok(chain)) => chain,
            (Content::Encrypted(_), Err(_)) => return self.wrong_key(core, fx),
        };
        let contents = match Contents::read(chain) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        let proven = contents
            .hash
            .is_some_and(|hash| self.seed.verify(&self.isakmp, Role::Initiator, &self.id_body, hash));
        if !proven {
            return self.wrong_key(core, fx);
        }
        // The key that this proves must still be one that we accept.
        let (connection, config) = &self.connection;
        if fx.connections.get(connection).is_none_or(|current| !Arc::ptr_eq(current, config)) {
            return Step::Done;
        }
        let (names, len) = (trace::payload_names(chain), message.raw.len());
        trace::message(fx, Some(self.connection.0), path.remote, false, header, names, len);
        Step::Next(Session::Established(self.establish(iv, &contents, path, core, fx)))
    }

    fn establish(
        self,
        iv: Iv,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Established {
        let (connection, config) = self.connection;
        let mut isakmp = self.isakmp;
        core.connection = Some(connection);
        core.config = Some(config.clone());
        // The hashes are of the addresses of the first two messages, or as strongSwan has it of this one.
        core.nat = phase1::detect_nat(contents, isakmp.keys.hash(), isakmp.name, &[core.path, path]);
        core.path = path;
        let force = config.nat.force_encapsulation;
        core.nat.encap = core.nat.supported && path.is_floated() && (core.nat.found() || force);
        phase1::tell_nat(core, fx);
        isakmp.peer.learn(contents);
        isakmp.finish(iv);
        let lifetime = self.lifetime.min(config.ike_lifetime);
        let mut state = Established::enter(isakmp, lifetime, core, fx);
        state.note_notifies(contents, core, fx);
        if lifetime < self.lifetime {
            let data = v1_codec::encode_ike_lifetime(lifetime);
            state.tell(NotifyType::RESPONDER_LIFETIME, &data, core, fx);
        }
        if phase1::may_believe_in_more(contents) {
            state.say_initial_contact(core, fx);
        }
        state
    }

    /// The peer says that it does not want our answer. Anybody could have sent it, so the attempt stays, and it is told once.
    fn refused(mut self, message: &Message<'_>, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let opened = match &message.content {
            Content::Clear(_) => None,
            Content::Encrypted(_) => {
                let iv = self.isakmp.derived_iv(&self.iv, message.header.message_id);
                Some(self.isakmp.open_hashed(&iv, message, None))
            }
        };
        let decrypted = opened.as_ref().and_then(|opened| opened.as_ref().ok()?.chain());
        let chain = match &message.content {
            Content::Clear(chain) => Some(chain),
            Content::Encrypted(_) => decrypted.as_ref(),
        };
        let contents = chain.and_then(|chain| Contents::read(chain).ok());
        let (connection, config) = &self.connection;
        let wrong_key = FailureReason::Key { remote_id: config.remote_id.clone() };
        let reason = match contents.and_then(|contents| contents.error().map(|error| error.kind)) {
            // Encrypted with other keys.
            _ if matches!(opened, Some(Err(_))) => wrong_key,
            Some(NotifyType::AUTHENTICATION_FAILED | NotifyType::INVALID_ID_INFORMATION) => {
                FailureReason::RefusedByPeer { local_id: config.local_id.clone() }
            }
            Some(NotifyType::INVALID_HASH_INFORMATION | NotifyType::PAYLOAD_MALFORMED) => wrong_key,
            _ => return self.stay(DropReason::UnexpectedExchange),
        };
        if !self.told {
            fx.failed(Some(*connection), core.path.remote, Role::Responder, Phase::One, reason);
        }
        self.told = true;
        self.stay(DropReason::UnprotectedError)
    }

    /// Anybody could have sent it, so the attempt stays, and it is told once.
    fn wrong_key(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if !core::mem::replace(&mut self.told, true) {
            let (connection, config) = &self.connection;
            let reason = FailureReason::Key { remote_id: config.remote_id.clone() };
            fx.failed(Some(*connection), core.path.remote, Role::Responder, Phase::One, reason);
        }
        self.stay(DropReason::NotAuthentic)
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if self.expires_at <= fx.now {
            return Step::Done;
        }
        if let Some(retransmission) = &mut self.retransmission
            && retransmission.handle_timeout(core, fx) == Due::GiveUp
        {
            self.retransmission = None;
        }
        Step::Next(Session::AggressiveAnswered(self))
    }

    /// When to look again.
    pub(crate) fn next_timeout(&self) -> (Instant, TimeoutReason) {
        let expiry = (self.expires_at, TimeoutReason::HalfOpen);
        let again = self.retransmission.as_ref().map(|again| (again.due(), TimeoutReason::Retransmit));
        again.map_or(expiry, |again| again.min(expiry))
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        self.isakmp.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::AggressiveAnswered(self), reason)
    }
}
