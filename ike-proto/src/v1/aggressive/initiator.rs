//! The initiator of aggressive mode.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use super::encode;
use crate::config::ConnectionConfig;
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{DropReason, FailureReason, IkeSaName, NatBlock, Role};
use crate::sa::{Core, Due, Effects, Path, Retransmission, Step};
use crate::suite::{DhGroup, IkeProposal, v1_codec};
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::Established;
use crate::v1::isakmp::{Isakmp, Iv, Secrets};
use crate::v1::main_mode::HashSeed;
use crate::v1::phase1::{self, Hint, NONCE_LEN};
use crate::v1::session::Session;
use crate::v1::trace;
use crate::v1::traits::{self, PeerTraits};
use crate::wire::IkeSpi;
use crate::wire::codes::ExchangeType;
use crate::wire::v1::{HashPayload, KePayload, Message, NoncePayload, Payload};

/// Has sent the first message, waits for the second.
#[derive(Debug)]
pub(crate) struct AggressiveSent {
    cookie: IkeSpi,
    config: Arc<ConnectionConfig>,
    dh: DhPrivate,
    nonce: Vec<u8>,
    sa_body: Vec<u8>,
    retransmission: Retransmission,
    hint: Hint,
}

impl AggressiveSent {
    /// Sends the first message. The key exchange cannot be negotiated in it: only proposals of the first group are
    /// offered.
    ///
    /// # Errors
    /// The connection has no proposal, or it does not fit into a datagram.
    pub(crate) fn start(core: &mut Core, fx: &mut Effects<'_>) -> Result<Self, FailureReason> {
        let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
        let group = group(&config)
            .ok_or(FailureReason::Protocol { what: "no proposal for the IKE SA is configured" })?;
        let cookie = core.new_ike_spi(fx);
        let dh = DhPrivate::generate(group, fx.rng);
        let nonce = fx.random(NONCE_LEN);
        let id = phase1::own_id(&config);
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(v1_codec::offer_ike(&offered(&config, group), config.ike_lifetime)));
        draft.push(&Payload::Ke(KePayload { data: dh.public() }));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce }));
        draft.push(&Payload::Id(id.payload()));
        traits::push_all(&mut draft);
        let name = IkeSaName { initiator: cookie, responder: IkeSpi::ZERO };
        let octets = encode(core, fx, name, &draft)?;
        let sa_body = phase1::sa_body(&octets);
        let exchange = "the first message of aggressive mode";
        let retransmission = Retransmission::start(core, fx, octets, exchange, config.connect_retransmit);
        Ok(Self { cookie, config, dh, nonce, sa_body, retransmission, hint: Hint::default() })
    }

    /// A message with our cookie came. Until the proof in it is found right, nothing in it ends the attempt at once.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if path.remote.ip() != core.path.remote.ip() {
            return self.stay(DropReason::Unsolicited);
        }
        let Some(chain) = phase1::clear(message) else { return self.stay(DropReason::UnexpectedExchange) };
        let contents = match Contents::read(chain) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        let (names, len) = (trace::payload_names(chain), message.raw.len());
        trace::message(fx, core.connection, path.remote, false, header, names, len);
        if let Some(reason) = phase1::refusal(&contents, core, fx) {
            self.hint.note(fx.now, reason);
            return self.stay(DropReason::UnprotectedError);
        }
        if header.exchange != ExchangeType::AGGRESSIVE || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        match self.accept(message, &contents, path, core, fx) {
            Ok(accepted) => match self.finish(accepted, message, core, fx) {
                Ok(state) => Step::Next(Session::Established(state)),
                Err(reason) => Step::Fail(reason),
            },
            Err((reason, failure)) => {
                if let Some(failure) = failure {
                    self.hint.note(fx.now, *failure);
                }
                self.stay(reason)
            }
        }
    }

    /// Checks the peer's choice and proof.
    fn accept(
        &self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Accepted, (DropReason, Option<Box<FailureReason>>)> {
        let unusable =
            |what| (DropReason::Unusable { what }, Some(Box::new(FailureReason::Protocol { what })));
        let (Some(sa), Some(ke), Some(nonce_r), [id], Some(hash)) =
            (contents.sa, contents.ke, contents.nonce, contents.ids.as_slice(), contents.hash)
        else {
            return Err(unusable("the second message of aggressive mode lacks a payload"));
        };
        let responder = message.header.responder_spi;
        if responder.is_zero() {
            return Err(unusable("the second message of aggressive mode has no cookie"));
        }
        // Our own first message, sent back to us.
        if ke == self.dh.public() || nonce_r == self.nonce {
            return Err((DropReason::Reflected, None));
        }
        let chosen = v1_codec::check_ike_answer(&offered(&self.config, self.dh.group()), sa)
            .map_err(|_| unusable("the peer chose algorithms that were not offered"))?;
        let shared =
            self.dh.agree(ke).map_err(|_| unusable("the peer's Diffie-Hellman value is not valid"))?;
        let name = IkeSaName { initiator: self.cookie, responder };
        let seed = HashSeed {
            public_i: Vec::from(self.dh.public()),
            public_r: Vec::from(ke),
            nonce_i: self.nonce.clone(),
            nonce_r: Vec::from(nonce_r),
            sa_body: self.sa_body.clone(),
        };
        let secrets = Secrets {
            suite: chosen.suite,
            hash: chosen.hash,
            name,
            role: Role::Initiator,
            psk: self.config.psk.expose(),
            shared: &shared,
            seed: &seed,
        };
        let mut peer = PeerTraits::default();
        peer.learn(contents);
        peer.note_fragmentation(name.initiator, ExchangeType::AGGRESSIVE, fx);
        let (isakmp, iv) = Isakmp::derive(&secrets, peer);
        // The identity is in clear: a wrong one is more likely than a wrong key where it is another than expected.
        if !phase1::is_expected(&self.config, id) {
            return Err((DropReason::NotAuthentic, Some(Box::new(phase1::mismatch(&self.config, id)))));
        }
        if !seed.verify(&isakmp, Role::Responder, &id.body(), hash) {
            let reason = FailureReason::Key { remote_id: self.config.remote_id.clone() };
            return Err((DropReason::NotAuthentic, Some(Box::new(reason))));
        }
        core.nat = phase1::detect_nat(contents, chosen.hash, name, &[path]);
        core.nat.encap = core.nat.supported && (core.nat.found() || self.config.nat.force_encapsulation);
        phase1::tell_nat(core, fx);
        Ok(Accepted { isakmp, iv, seed, lifetime: chosen.lifetime.min(self.config.ike_lifetime) })
    }

    /// Sends the third message, from port 4500 where a NAT is on the path (F-15). With it phase 1 is over here.
    fn finish(
        self,
        accepted: Accepted,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Established, FailureReason> {
        let Accepted { mut isakmp, mut iv, seed, lifetime } = accepted;
        let answered_on = core.path;
        if core.nat.encap {
            core.path = core.path.floated();
        }
        let id = phase1::own_id(&self.config);
        let proof = seed.proof(&isakmp, Role::Initiator, &id.payload().body());
        let mut draft = Draft::new();
        draft.push(&Payload::Hash(HashPayload { data: proof.expose() }));
        if let (Some(numbering), true) = (isakmp.peer.nat_numbering(), core.nat.supported) {
            let pretend = self.config.nat.force_encapsulation;
            // The addresses are those of the first two messages, wherever this one goes.
            phase1::push_nat_d(&mut draft, numbering, isakmp.keys.hash(), isakmp.name, answered_on, pretend);
        }
        phase1::push_initial_contact(&mut draft, isakmp.name, core, fx);
        let octets = isakmp.seal(core, fx, &mut iv, ExchangeType::AGGRESSIVE, 0, &draft)?;
        isakmp.finish(iv);
        core.send(fx, &octets);
        // The peer is not established before it has our message.
        core.confirmed = false;
        let mut state = Established::enter(isakmp, lifetime, core, fx);
        state.replay.keep(fx.now, message.raw, &octets);
        state.unconfirmed = Some(octets);
        Ok(state)
    }

    /// Time has passed: the message goes out again, or an error that no good answer followed is believed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if let Some(reason) = self.hint.believed(fx.now) {
            return Step::Fail(reason);
        }
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::AggressiveSent(self)),
            Due::GiveUp => self.give_up(),
        }
    }

    /// Nothing more is waited for: an error that anyone could have sent is better than nothing.
    pub(crate) fn give_up(self) -> Step<Session> {
        let silent = || self.retransmission.no_answer(Some(NatBlock::Port500));
        Step::Fail(self.hint.reason().unwrap_or_else(silent))
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.hint.due(self.retransmission.due())
    }

    /// Its cookies so far.
    pub(crate) fn name(&self) -> IkeSaName {
        IkeSaName { initiator: self.cookie, responder: IkeSpi::ZERO }
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::AggressiveSent(self), reason)
    }
}

/// What a good second message gives.
struct Accepted {
    isakmp: Isakmp,
    iv: Iv,
    seed: HashSeed,
    lifetime: Duration,
}

/// The group of the KE payload.
fn group(config: &ConnectionConfig) -> Option<DhGroup> {
    config.ike_proposals.first().and_then(|proposal| proposal.groups.first()).copied()
}

/// Our proposals as far as they have the group of the KE payload.
fn offered(config: &ConnectionConfig, group: DhGroup) -> Vec<IkeProposal> {
    let fits = config.ike_proposals.iter().filter(|proposal| proposal.groups.contains(&group));
    fits.map(|proposal| IkeProposal { groups: Vec::from([group]), ..proposal.clone() }).collect()
}
