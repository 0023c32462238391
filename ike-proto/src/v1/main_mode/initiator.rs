//! The initiator of main mode (RFC 2409 §5.4): SA, then KE and nonce, then identity and proof.

use alloc::sync::Arc;
use alloc::vec::Vec;

use esp_core::time::Instant;

use super::hashes::HashSeed;
use crate::config::ConnectionConfig;
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{DropReason, FailureReason, IkeSaName, NatBlock, Role};
use crate::sa::{Core, Due, Effects, Path, Retransmission, Step};
use crate::suite::v1_codec;
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::Established;
use crate::v1::isakmp::{Isakmp, Iv, Secrets};
use crate::v1::phase1::{self, Agreed, Hint, NONCE_LEN};
use crate::v1::session::Session;
use crate::v1::trace;
use crate::v1::traits::{self, PeerTraits};
use crate::wire::IkeSpi;
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, Header};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{Content, HashPayload, KePayload, Message, NoncePayload, Payload, decode_padded_chain};

/// Waits for the second message.
#[derive(Debug)]
pub(crate) struct SaSent {
    cookie: IkeSpi,
    config: Arc<ConnectionConfig>,
    retransmission: Retransmission,
    hint: Hint,
}

/// Waits for the fourth message.
#[derive(Debug)]
pub(crate) struct KeSent {
    agreed: Agreed,
    config: Arc<ConnectionConfig>,
    dh: DhPrivate,
    nonce: Vec<u8>,
    retransmission: Retransmission,
    hint: Hint,
}

/// Waits for the sixth message.
#[derive(Debug)]
pub(crate) struct IdSent {
    isakmp: Isakmp,
    agreed: Agreed,
    seed: HashSeed,
    iv: Iv,
    first_iv: Iv,
    config: Arc<ConnectionConfig>,
    retransmission: Retransmission,
    hint: Hint,
}

impl SaSent {
    /// Sends the first message.
    ///
    /// # Errors
    /// The connection has no proposal, or it does not fit into a datagram.
    pub(crate) fn start(core: &mut Core, fx: &mut Effects<'_>) -> Result<Self, FailureReason> {
        let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
        if config.ike_proposals.is_empty() {
            return Err(FailureReason::Protocol { what: "no proposal for the IKE SA is configured" });
        }
        let cookie = core.new_ike_spi(fx);
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(v1_codec::offer_ike(&config.ike_proposals, config.ike_lifetime)));
        traits::push_all(&mut draft);
        let name = IkeSaName { initiator: cookie, responder: IkeSpi::ZERO };
        let octets = encode(core, fx, name, &draft)?;
        let retransmission = Retransmission::start(
            core,
            fx,
            octets,
            "the first message of main mode",
            config.connect_retransmit,
        );
        Ok(Self { cookie, config, retransmission, hint: Hint::default() })
    }

    /// A message with our cookie came. It is not protected: nothing in it ends the attempt at once.
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
        trace::message(
            fx,
            core.connection,
            path.remote,
            false,
            header,
            trace::payload_names(chain),
            message.raw.len(),
        );
        if let Some(reason) = phase1::refusal(&contents, core, fx) {
            self.hint.note(fx.now, reason);
            return self.stay(DropReason::UnprotectedError);
        }
        if header.exchange != ExchangeType::IDENTITY_PROTECTION || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let Some(sa) = contents.sa else {
            return self
                .stay(DropReason::Unusable { what: "the second message of main mode has no SA payload" });
        };
        if header.responder_spi.is_zero() {
            return self.stay(DropReason::Unusable { what: "the second message of main mode has no cookie" });
        }
        let Ok(chosen) = v1_codec::check_ike_answer(&self.config.ike_proposals, sa) else {
            let what = "the peer chose algorithms that were not offered";
            self.hint.note(fx.now, FailureReason::Protocol { what });
            return self.stay(DropReason::Unusable { what });
        };
        let mut peer = PeerTraits::default();
        peer.learn(&contents);
        peer.note_fragmentation(self.cookie, ExchangeType::IDENTITY_PROTECTION, fx);
        let agreed = Agreed {
            name: IkeSaName { initiator: self.cookie, responder: header.responder_spi },
            suite: chosen.suite,
            hash: chosen.hash,
            lifetime: chosen.lifetime.min(self.config.ike_lifetime),
            sa_body: phase1::sa_body(self.retransmission.octets()),
            peer,
        };
        KeSent::start(agreed, self.config, core, fx)
            .map_or_else(Step::Fail, |state| Step::Next(Session::KeSent(state)))
    }

    /// Time has passed: the message goes out again, or an error that no good answer followed is believed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if let Some(reason) = self.hint.believed(fx.now) {
            return Step::Fail(reason);
        }
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::SaSent(self)),
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
        Step::Stay(Session::SaSent(self), reason)
    }
}

impl KeSent {
    /// Sends the third message.
    fn start(
        agreed: Agreed,
        config: Arc<ConnectionConfig>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Self, FailureReason> {
        let dh = DhPrivate::generate(agreed.suite.dh, fx.rng);
        let nonce = fx.random(NONCE_LEN);
        let mut draft = Draft::new();
        draft.push(&Payload::Ke(KePayload { data: dh.public() }));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce }));
        if let Some(numbering) = agreed.peer.nat_numbering() {
            let pretend = config.nat.force_encapsulation;
            phase1::push_nat_d(&mut draft, numbering, agreed.hash, agreed.name, core.path, pretend);
        }
        let octets = encode(core, fx, agreed.name, &draft)?;
        let retransmission = Retransmission::start(
            core,
            fx,
            octets,
            "the third message of main mode",
            config.connect_retransmit,
        );
        Ok(Self { agreed, config, dh, nonce, retransmission, hint: Hint::default() })
    }

    /// A message with our cookie came. It is not protected: nothing in it ends the attempt at once.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        let Some(chain) = phase1::clear(message) else { return self.stay(DropReason::UnexpectedExchange) };
        let contents = match Contents::read(chain) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        if path.remote.ip() != core.path.remote.ip() {
            return self.stay(DropReason::Unsolicited);
        }
        if let Some(reason) = phase1::refusal(&contents, core, fx) {
            self.hint.note(fx.now, reason);
            return self.stay(DropReason::UnprotectedError);
        }
        if header.exchange != ExchangeType::IDENTITY_PROTECTION || !phase1::is_of(header, self.agreed.name) {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let (Some(ke), Some(nonce_r)) = (contents.ke, contents.nonce) else {
            // Most often the second message once more.
            return self.stay(DropReason::Unusable {
                what: "no fourth message of main mode: KE or nonce is missing",
            });
        };
        // Our own third message, sent back to us.
        if ke == self.dh.public() || nonce_r == self.nonce {
            return self.stay(DropReason::Reflected);
        }
        trace::message(
            fx,
            core.connection,
            path.remote,
            false,
            header,
            trace::payload_names(chain),
            message.raw.len(),
        );
        let Ok(shared) = self.dh.agree(ke) else {
            let what = "the peer's Diffie-Hellman value is not valid";
            self.hint.note(fx.now, FailureReason::Protocol { what });
            return self.stay(DropReason::Unusable { what });
        };
        let mut agreed = self.agreed;
        agreed.peer.learn(&contents);
        let seed = HashSeed {
            public_i: Vec::from(self.dh.public()),
            public_r: Vec::from(ke),
            nonce_i: self.nonce,
            nonce_r: Vec::from(nonce_r),
            sa_body: agreed.sa_body.clone(),
        };
        let secrets = Secrets {
            suite: agreed.suite,
            hash: agreed.hash,
            name: agreed.name,
            role: Role::Initiator,
            psk: self.config.psk.expose(),
            shared: &shared,
            seed: &seed,
        };
        let (isakmp, iv) = Isakmp::derive(&secrets, agreed.peer);
        core.nat = phase1::detect_nat(&contents, agreed.hash, agreed.name, &[path]);
        core.nat.encap = core.nat.supported && (core.nat.found() || self.config.nat.force_encapsulation);
        phase1::tell_nat(core, fx);
        IdSent::start(isakmp, agreed, seed, iv, self.config, core, fx)
            .map_or_else(Step::Fail, |state| Step::Next(Session::IdSent(state)))
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if let Some(reason) = self.hint.believed(fx.now) {
            return Step::Fail(reason);
        }
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::KeSent(self)),
            Due::GiveUp => self.give_up(),
        }
    }

    /// Nothing more is waited for.
    pub(crate) fn give_up(self) -> Step<Session> {
        Step::Fail(self.hint.reason().unwrap_or_else(|| self.retransmission.no_answer(None)))
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.hint.due(self.retransmission.due())
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        self.agreed.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::KeSent(self), reason)
    }
}

impl IdSent {
    /// Sends the fifth message, from port 4500 to port 4500 where a NAT is on the path (F-15).
    fn start(
        isakmp: Isakmp,
        agreed: Agreed,
        seed: HashSeed,
        mut iv: Iv,
        config: Arc<ConnectionConfig>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Self, FailureReason> {
        if core.nat.encap {
            core.path = core.path.floated();
        }
        let first_iv = iv.clone();
        let id = phase1::own_id(&config);
        let proof = seed.proof(&isakmp, Role::Initiator, &id.payload().body());
        let mut draft = Draft::new();
        draft.push(&Payload::Id(id.payload()));
        draft.push(&Payload::Hash(HashPayload { data: proof.expose() }));
        phase1::push_initial_contact(&mut draft, isakmp.name, core, fx);
        let octets = isakmp.seal(core, fx, &mut iv, ExchangeType::IDENTITY_PROTECTION, 0, &draft)?;
        let retransmission = Retransmission::start(
            core,
            fx,
            octets,
            "the fifth message of main mode",
            config.connect_retransmit,
        );
        Ok(Self { isakmp, agreed, seed, iv, first_iv, config, retransmission, hint: Hint::default() })
    }

    /// A message with our cookie came. Only what the keys open can change anything.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if !phase1::is_of(header, self.agreed.name) {
            return self.stay(DropReason::UnknownSpi);
        }
        if header.exchange == ExchangeType::V1_INFORMATIONAL {
            return self.handle_informational(message, core, fx);
        }
        if header.exchange != ExchangeType::IDENTITY_PROTECTION || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        let opened = match self.isakmp.open(&self.iv, message) {
            Ok(opened) => opened,
            Err(reason) => return self.stay(reason),
        };
        let Ok(chain) = decode_padded_chain(opened.first, &opened.plain) else {
            // The peer could read our message if this is its answer; a wrong key gives garbage.
            let reason = FailureReason::Key { remote_id: self.config.remote_id.clone() };
            self.hint.note(fx.now, reason);
            return self.stay(DropReason::NotAuthentic);
        };
        let contents = match Contents::read(&chain) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        let ([id], Some(hash)) = (contents.ids.as_slice(), contents.hash) else {
            return self
                .stay(DropReason::Unusable { what: "the sixth message of main mode lacks ID or HASH" });
        };
        if !self.seed.verify(&self.isakmp, Role::Responder, &id.body(), hash) {
            return self.stay(DropReason::NotAuthentic);
        }
        trace::message(
            fx,
            core.connection,
            path.remote,
            false,
            header,
            trace::payload_names(&chain),
            message.raw.len(),
        );
        core.follow(fx, path);
        let next = opened.next_iv.clone();
        if !phase1::is_expected(&self.config, id) {
            let reason = phase1::mismatch(&self.config, id);
            self.isakmp.finish(next);
            return Established::refuse(&self.isakmp, NotifyType::INVALID_ID_INFORMATION, reason, core, fx);
        }
        let mut isakmp = self.isakmp;
        isakmp.peer.learn(&contents);
        isakmp.finish(next);
        let lifetime = self.agreed.lifetime;
        let mut state = Established::enter(isakmp, lifetime, core, fx);
        state.note_notifies(&contents, core, fx);
        Step::Next(Session::Established(state))
    }

    /// An error instead of the sixth message. In clear anyone could have sent it. What cannot be read was encrypted
    /// under another key, and the peer sends such a thing if our message was garbage to it.
    fn handle_informational(
        mut self,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let reason = match &message.content {
            Content::Clear(chain) => {
                Contents::read(chain).ok().and_then(|contents| phase1::refusal(&contents, core, fx))
            }
            Content::Encrypted(_) => {
                let id = message.header.message_id;
                let ivs = [self.isakmp.derived_iv(&self.iv, id), self.isakmp.derived_iv(&self.first_iv, id)];
                let found = ivs.iter().find_map(|iv| self.isakmp.open_hashed(iv, message, None).ok());
                match &found {
                    Some(opened) => {
                        let chain = opened.chain();
                        let contents = chain.as_ref().and_then(|chain| Contents::read(chain).ok());
                        let reason = contents.and_then(|contents| phase1::refusal(&contents, core, fx));
                        if let Some(reason) = reason {
                            return Step::Fail(reason);
                        }
                        None
                    }
                    None => Some(FailureReason::Key { remote_id: self.config.remote_id.clone() }),
                }
            }
        };
        match reason {
            Some(reason) => {
                self.hint.note(fx.now, reason);
                self.stay(DropReason::UnprotectedError)
            }
            None => self.stay(DropReason::UnexpectedExchange),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if let Some(reason) = self.hint.believed(fx.now) {
            return Step::Fail(reason);
        }
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::IdSent(self)),
            Due::GiveUp => self.give_up(core),
        }
    }

    /// Nothing more is waited for.
    pub(crate) fn give_up(self, core: &Core) -> Step<Session> {
        // The third message was answered on port 500: what is silent now is the other port, or a peer that cannot read
        // what is encrypted under another key.
        let silent = if core.path.is_floated() { NatBlock::Port4500OrKey } else { NatBlock::Key };
        Step::Fail(self.hint.reason().unwrap_or_else(|| self.retransmission.no_answer(Some(silent))))
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.hint.due(self.retransmission.due())
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        self.agreed.name
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::IdSent(self), reason)
    }
}

/// Encodes a message of main mode in clear, and tells of it.
pub(super) fn encode(
    core: &Core,
    fx: &mut Effects<'_>,
    name: IkeSaName,
    draft: &Draft,
) -> Result<Vec<u8>, FailureReason> {
    let header =
        Header::v1(name.initiator, name.responder, ExchangeType::IDENTITY_PROTECTION, Flags::default(), 0);
    let octets = draft
        .builder
        .encode(&header)
        .map_err(|_| FailureReason::Protocol { what: "a message became too long for a datagram" })?;
    trace::message(fx, core.connection, core.path.remote, true, &header, draft.names.clone(), octets.len());
    Ok(octets)
}
