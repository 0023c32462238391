//! The initiator of IKE_SA_INIT.

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use crate::config::Childless;
use crate::crypto::dh::DhPrivate;
use crate::crypto::nat_detection::nat_detection_hash;
use crate::crypto::v2_keys::{IkeKeys, KeySeed};
use crate::diagnose::{DropReason, Event, FailureReason, IkeSaName, NatBlock, PpkFailure, Role};
use crate::sa::{Core, Due, Effects, Nat, Path, Retransmission, Step};
use crate::suite::difference::{Difference, Field, Offer};
use crate::suite::{DhGroup, IkeProposal, select, v2_codec};
use crate::v2::auth::{AuthSent, Initiated};
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::generation::Generation;
use crate::v2::session::Session;
use crate::v2::trace;
use crate::v2::window::Window;
use crate::wire::IkeSpi;
use crate::wire::codes::{DhId, ExchangeType, NotifyType};
use crate::wire::header::{Flags, Header};
use crate::wire::v2::{KePayload, Message, NoncePayload, NotifyPayload, Payload};

/// Octets of a nonce: as much as the key of the longest pseudo-random function (RFC 7296 §2.10).
pub(crate) const NONCE_LEN: usize = 32;
/// Octets of the longest cookie (RFC 7296 §2.6).
const MAX_COOKIE: usize = 64;
/// How long a good answer is waited for after an error that anyone could have sent.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for the answer to IKE_SA_INIT.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct InitSent {
    spi: IkeSpi,
    nonce: Vec<u8>,
    dh: DhPrivate,
    cookie: Option<Vec<u8>>,
    retries: u32,
    retransmission: Retransmission,
    refused: Option<(Instant, FailureReason)>,
}

impl InitSent {
    /// Sends IKE_SA_INIT.
    ///
    /// # Errors
    /// The connection has no proposal.
    pub(crate) fn start(core: &mut Core, fx: &mut Effects<'_>) -> Result<Self, FailureReason> {
        let proposals = proposals(core);
        let group = proposals.first().and_then(|proposal| proposal.groups.first()).copied();
        let group =
            group.ok_or(FailureReason::Protocol { what: "no proposal for the IKE SA is configured" })?;
        let spi = core.new_ike_spi(fx);
        let nonce = fx.random(NONCE_LEN);
        let dh = DhPrivate::generate(group, fx.rng);
        let retransmission = send(core, fx, spi, &nonce, &dh, None)?;
        Ok(Self { spi, nonce, dh, cookie: None, retries: 0, retransmission, refused: None })
    }

    /// A message with our SPI came. It is not protected: nothing in it ends the attempt at once.
    pub(crate) fn handle(
        self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if header.exchange != ExchangeType::IKE_SA_INIT || header.message_id != 0 {
            return self.stay(DropReason::UnexpectedExchange);
        }
        if !header.flags.is_response() || header.flags.is_initiator() {
            return self.stay(DropReason::Reflected);
        }
        // The address alone: a NAT may answer from another port than the one we wrote to.
        if path.remote.ip() != core.path.remote.ip() {
            return self.stay(DropReason::Unsolicited);
        }
        let contents = match Contents::read(&message.payloads) {
            Ok(contents) => contents,
            Err(what) => return self.stay(DropReason::Unusable { what }),
        };
        let names = trace::payload_names(&message.payloads);
        trace::message(fx, core.connection, path.remote, false, header, names, message.raw.len());
        if contents.sa.is_none() {
            return self.handle_notify(&contents, core, fx);
        }
        match self.accept(message, &contents, path, core, fx) {
            Ok(accepted) => {
                let initiated = Initiated {
                    generation: accepted.generation,
                    request: Vec::from(self.retransmission.octets()),
                    response: Vec::from(message.raw),
                    nonce_i: self.nonce,
                    nonce_r: accepted.nonce_r,
                    ppk: accepted.ppk,
                    childless: accepted.childless,
                };
                core.nat = accepted.nat;
                core.fragmentation = accepted.fragmentation;
                match AuthSent::start(initiated, core, fx) {
                    Ok(state) => Step::Next(Session::AuthSent(state)),
                    Err(reason) => Step::Fail(reason),
                }
            }
            Err((what, cause)) => {
                let mut state = self;
                state.refuse(fx.now, cause);
                state.stay(DropReason::Unusable { what })
            }
        }
    }

    /// Time has passed: the request goes out again, or an error that no good answer followed is believed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        if let Some((until, reason)) = &self.refused
            && *until <= fx.now
        {
            return Step::Fail(reason.clone());
        }
        match self.retransmission.handle_timeout(core, fx) {
            Due::Nothing => Step::Next(Session::InitSent(self)),
            Due::GiveUp => self.give_up(),
        }
    }

    /// Nothing more is waited for: an error that anyone could have sent is better than nothing.
    pub(crate) fn give_up(self) -> Step<Session> {
        let refused = self.refused.map(|(_, reason)| reason);
        Step::Fail(refused.unwrap_or_else(|| self.retransmission.no_answer(Some(NatBlock::Port500))))
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        let due = self.retransmission.due();
        self.refused.as_ref().map_or(due, |(until, _)| due.min(*until))
    }

    /// Its SPIs so far.
    pub(crate) fn name(&self) -> IkeSaName {
        IkeSaName { initiator: self.spi, responder: IkeSpi::ZERO }
    }

    fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::InitSent(self), reason)
    }

    /// Remembers an error that anyone could have sent; the first is kept.
    fn refuse(&mut self, now: Instant, reason: FailureReason) {
        self.refused.get_or_insert((now + GRACE, reason));
    }

    /// An answer without an SA payload: it asks for a cookie or another group, or refuses (F-22).
    fn handle_notify(
        mut self,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let cookie = contents.notify(NotifyType::COOKIE).map(|notify| notify.data);
        if let Some(cookie) = cookie.filter(|cookie| (1..=MAX_COOKIE).contains(&cookie.len())) {
            if self.cookie.as_deref() == Some(cookie) {
                return self.stay(DropReason::Repeated);
            }
            self.cookie = Some(Vec::from(cookie));
            return self.again(
                core,
                fx,
                FailureReason::Protocol { what: "the peer asks for ever new cookies" },
            );
        }
        if let Some(notify) = contents.notify(NotifyType::INVALID_KE_PAYLOAD) {
            return self.handle_invalid_ke(notify, core, fx);
        }
        let Some(error) = contents.error() else {
            return self
                .stay(DropReason::Unusable { what: "IKE_SA_INIT was answered without an SA payload" });
        };
        // A peer that lacks a connection of our version answers as if the proposals were wrong.
        let known =
            core.config.as_ref().and_then(|config| fx.observed.refused(core.path.remote.ip(), config));
        let known = known.filter(|reason| matches!(reason, FailureReason::Version { .. }));
        let reason = match (error.kind, known) {
            (NotifyType::NO_PROPOSAL_CHOSEN, Some(known)) => known,
            (NotifyType::NO_PROPOSAL_CHOSEN, None) => FailureReason::IkeProposal {
                difference: difference(fx.observed.ike(core.path.remote.ip()), &proposals(core)),
                by_peer: true,
            },
            (NotifyType::INVALID_MAJOR_VERSION, _) => FailureReason::Version { peer: 1 },
            (kind, _) => FailureReason::Notify { name: alloc::format!("{kind}") },
        };
        self.refuse(fx.now, reason);
        self.stay(DropReason::UnprotectedError)
    }

    fn handle_invalid_ke(
        mut self,
        notify: &NotifyPayload<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let Ok(wanted) = <[u8; 2]>::try_from(notify.data).map(u16::from_be_bytes) else {
            return self.stay(DropReason::Unusable { what: "INVALID_KE_PAYLOAD without a group" });
        };
        let offered: Vec<DhGroup> = proposals(core).iter().flat_map(|p| p.groups.clone()).collect();
        let numbers = || offered.iter().map(|group| group.number()).collect();
        let group = DhGroup::from_number(wanted).filter(|group| offered.contains(group));
        let Some(group) = group.filter(|group| *group != self.dh.group()) else {
            let reason = FailureReason::Group { wanted, offered: numbers() };
            self.refuse(fx.now, reason);
            return self.stay(DropReason::UnprotectedError);
        };
        let too_often = FailureReason::Group { wanted, offered: numbers() };
        self.dh = DhPrivate::generate(group, fx.rng);
        self.again(core, fx, too_often)
    }

    /// Sends IKE_SA_INIT again with what was asked for, all else unchanged, unless it was asked for too often.
    fn again(mut self, core: &mut Core, fx: &mut Effects<'_>, too_often: FailureReason) -> Step<Session> {
        self.retries = self.retries.saturating_add(1);
        if self.retries > fx.limits.init_retries {
            self.refuse(fx.now, too_often);
            return self.stay(DropReason::UnprotectedError);
        }
        match send(core, fx, self.spi, &self.nonce, &self.dh, self.cookie.as_deref()) {
            Ok(retransmission) => Step::Next(Session::InitSent(Self { retransmission, ..self })),
            Err(reason) => Step::Fail(reason),
        }
    }

    fn accept(
        &self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        path: Path,
        core: &Core,
        fx: &mut Effects<'_>,
    ) -> Result<Accepted, (&'static str, FailureReason)> {
        let unusable = |what| (what, FailureReason::Protocol { what });
        let (Some(sa), Some(ke), Some(nonce_r)) = (contents.sa, contents.ke, contents.nonce) else {
            return Err(unusable("the answer to IKE_SA_INIT lacks the SA, KE or Nonce payload"));
        };
        let responder = message.header.responder_spi;
        if responder.is_zero() {
            return Err(unusable("the answer to IKE_SA_INIT has no SPI"));
        }
        let chosen = select::check_ike_answer(&proposals(core), sa)
            .map_err(|_| unusable("the peer chose algorithms that were not offered"))?;
        let group = self.dh.group();
        if chosen.suite.dh != group || ke.group != DhId(group.number()) {
            return Err(unusable("the peer answered with another group than it was sent a key for"));
        }
        let shared =
            self.dh.agree(ke.data).map_err(|_| unusable("the peer's Diffie-Hellman value is not valid"))?;
        let seed = KeySeed { nonce_i: &self.nonce, nonce_r, spi_i: self.spi, spi_r: responder };
        let keys = IkeKeys::derive(chosen.suite, &shared, &seed)
            .map_err(|_| unusable("the keys could not be derived"))?;
        let v2 = core.config.as_ref().map(|config| config.v2.clone()).unwrap_or_default();
        let says = |kind| contents.notify(kind).is_some();
        let ppk = v2.ppk.is_some() && says(NotifyType::USE_PPK);
        if !ppk && v2.ppk.is_some_and(|ppk| ppk.mandatory) {
            let what = "the peer does not use the post-quantum pre-shared key that is mandatory here";
            return Err((what, FailureReason::Ppk(PpkFailure::NotUsedByPeer)));
        }
        let mut nat = Nat::detect(
            (self.spi, responder),
            &contents.notify_data(NotifyType::NAT_DETECTION_SOURCE_IP),
            contents.notify(NotifyType::NAT_DETECTION_DESTINATION_IP).map(|notify| notify.data),
            path.local,
            path.remote,
        );
        let force = core.config.as_ref().is_some_and(|config| config.nat.force_encapsulation);
        // Our own pretence makes the peer find a NAT before us; what it tells us about our address stays true.
        nat.encap = nat.supported && (nat.found() || force);
        if let (Some(connection), true) = (core.connection, nat.supported) {
            fx.event(Event::NatDetected { connection, local: nat.local, remote: nat.remote });
        }
        let name = IkeSaName { initiator: self.spi, responder };
        // IKE_SA_INIT was message 0 of ours; the peer's own requests start at 0.
        let generation = Generation::new(name, Role::Initiator, chosen.suite, keys, Window::new(1, 0));
        Ok(Accepted {
            generation,
            nonce_r: Vec::from(nonce_r),
            nat,
            ppk,
            childless: v2.childless == Childless::Prefer && says(NotifyType::CHILDLESS_IKEV2_SUPPORTED),
            fragmentation: v2.fragmentation.enabled && says(NotifyType::IKEV2_FRAGMENTATION_SUPPORTED),
        })
    }
}

/// What a good answer gives.
struct Accepted {
    generation: Generation,
    nonce_r: Vec<u8>,
    nat: Nat,
    /// Whether both ends can use a post-quantum pre-shared key.
    ppk: bool,
    /// Whether we make the IKE SA without a Child SA.
    childless: bool,
    /// Whether both ends can put messages together from fragments.
    fragmentation: bool,
}

fn proposals(core: &Core) -> Vec<IkeProposal> {
    core.config.as_ref().map(|config| config.ike_proposals.clone()).unwrap_or_default()
}

/// What a peer's offers and our proposals differ in.
pub(crate) fn difference(theirs: Vec<Offer>, ours: &[IkeProposal]) -> Difference {
    let fields = [Field::Encryption, Field::Integrity, Field::Prf, Field::DhGroup];
    Difference::between(theirs, ours.iter().map(Offer::from).collect(), &fields)
}

/// Sends IKE_SA_INIT: a cookie first (RFC 7296 §2.6), then what never changes but for the key.
fn send(
    core: &mut Core,
    fx: &mut Effects<'_>,
    spi: IkeSpi,
    nonce: &[u8],
    dh: &DhPrivate,
    cookie: Option<&[u8]>,
) -> Result<Retransmission, FailureReason> {
    let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
    let spis = (spi, IkeSpi::ZERO);
    let mut draft = Draft::new();
    if let Some(cookie) = cookie {
        draft.notify(NotifyType::COOKIE, cookie);
    }
    draft.push(&Payload::Sa(v2_codec::offer_ike(&config.ike_proposals, None)));
    draft.push(&Payload::Ke(KePayload { group: DhId(dh.group().number()), data: dh.public() }));
    draft.push(&Payload::Nonce(NoncePayload { data: nonce }));
    let source = Nat::source_hash(spis, core.path.local, config.nat.force_encapsulation);
    draft.notify(NotifyType::NAT_DETECTION_SOURCE_IP, &source);
    let destination = nat_detection_hash(spis.0, spis.1, core.path.remote);
    draft.notify(NotifyType::NAT_DETECTION_DESTINATION_IP, &destination);
    if config.v2.fragmentation.enabled {
        draft.notify(NotifyType::IKEV2_FRAGMENTATION_SUPPORTED, &[]);
    }
    if config.v2.ppk.is_some() {
        draft.notify(NotifyType::USE_PPK, &[]);
    }
    let header = Header::v2(spi, IkeSpi::ZERO, ExchangeType::IKE_SA_INIT, Flags::INITIATOR, 0);
    let octets = draft
        .builder
        .encode(&header)
        .map_err(|_| FailureReason::Protocol { what: "IKE_SA_INIT became too long for a datagram" })?;
    trace::message(fx, core.connection, core.path.remote, true, &header, draft.names, octets.len());
    Ok(Retransmission::start(core, fx, octets, "IKE_SA_INIT", config.connect_retransmit))
}
