//! Replacing an IKE SA, in both roles (RFC 7296 §1.3.2, §2.18). The Child SAs stay where they are.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use super::collision::we_made_the_lowest;
use super::contents::Contents;
use super::draft::Draft;
use super::established::{Established, Task};
use super::generation::Generation;
use super::init::{NONCE_LEN, ike_difference};
use super::request::Request;
use super::session::{Outcome, Session};
use super::window::{Incoming, Window};
use crate::crypto::dh::DhPrivate;
use crate::crypto::v2_keys::{IkeKeys, KeySeed};
use crate::diagnose::{DropReason, Event, FailureReason, IkeSaName, Phase, Role};
use crate::endpoint::TimeoutReason;
use crate::sa::{Core, Due, Effects, Lifetime, Path, Step};
use crate::suite::difference::Offer;
use crate::suite::{DhGroup, IkeProposal, select, v2_codec};
use crate::wire::IkeSpi;
use crate::wire::codes::{DhId, ExchangeType, NotifyType};
use crate::wire::v2::{self, DeletePayload, KePayload, Message, NoncePayload, Payload};

/// How long an IKE SA whose place was taken waits for its Delete, and answers repetitions.
const RETIRE: Duration = Duration::from_secs(60);

/// How many of those are kept. A peer that replaces its IKE SA more often loses the oldest.
const MAX_RETIRED: usize = 8;

/// Our request to replace the IKE SA.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct IkeRekey {
    spi: IkeSpi,
    nonce: Vec<u8>,
    dh: DhPrivate,
    proposals: Vec<IkeProposal>,
    retries: u32,
    /// The peer has replaced it meanwhile.
    collision: Option<Box<IkeCollision>>,
}

/// The IKE SA that the peer made in the place of the same one.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
struct IkeCollision {
    generation: Generation,
    nonces: [Vec<u8>; 2],
}

/// An IKE SA whose place was taken.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Retired {
    pub(crate) generation: Generation,
    until: Instant,
}

impl Established {
    /// Whether we have asked to replace the IKE SA.
    pub(crate) fn rekeys_ike(&self) -> bool {
        matches!(self.current.pending.as_ref().map(|pending| &pending.request), Some(Request::RekeyIke(_)))
    }

    /// Asks to replace the IKE SA.
    ///
    /// # Errors
    /// The request does not fit into a datagram.
    pub(crate) fn request_ike_rekey(
        &mut self,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let Some(config) = core.config.clone() else { return Ok(()) };
        // The group in use is the one that both ends are known to have.
        let group = self.current.suite.dh;
        let has_it = config.ike_proposals.iter().any(|proposal| proposal.groups.contains(&group));
        let first = config.ike_proposals.first().and_then(|proposal| proposal.groups.first());
        let Some(group) = has_it.then_some(group).or(first.copied()) else { return Ok(()) };
        let spi = core.new_ike_spi(fx);
        let nonce = fx.random(NONCE_LEN);
        let dh = DhPrivate::generate(group, fx.rng);
        let proposals = config.ike_proposals.clone();
        self.send_ike_rekey(IkeRekey { spi, nonce, dh, proposals, retries: 0, collision: None }, core, fx)
    }

    fn send_ike_rekey(
        &mut self,
        rekey: IkeRekey,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(v2_codec::offer_ike(&rekey.proposals, Some(rekey.spi))));
        draft.push(&Payload::Nonce(NoncePayload { data: &rekey.nonce }));
        let group = DhId(rekey.dh.group().number());
        draft.push(&Payload::Ke(KePayload { group, data: rekey.dh.public() }));
        self.current.request(core, fx, ExchangeType::CREATE_CHILD_SA, &draft, Request::RekeyIke(rekey))
    }

    /// The answer to our request came.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub(crate) fn handle_ike_rekey_response(
        &mut self,
        mut rekey: IkeRekey,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        if let Some(group) = asked_group(&rekey, contents)
            && rekey.retries < fx.limits.init_retries
        {
            rekey.retries = rekey.retries.saturating_add(1);
            rekey.dh = DhPrivate::generate(group, fx.rng);
            return self.send_ike_rekey(rekey, core, fx);
        }
        if contents.sa.is_none() {
            self.ike_rekey_refused(rekey, contents, core, fx);
            return Ok(());
        }
        let (ours, nonce_r) = self.build_as_initiator(&rekey, contents)?;
        match rekey.collision {
            Some(theirs) if we_made_the_lowest([&rekey.nonce, &nonce_r], &theirs.nonces) => {
                self.replace(theirs.generation, core, fx);
                self.retire(ours, true, core, fx)
            }
            collision => {
                self.replace_and_delete(ours, core, fx)?;
                match collision {
                    Some(theirs) => self.retire(theirs.generation, false, core, fx),
                    None => Ok(()),
                }
            }
        }
    }

    /// Answers a request to replace the IKE SA.
    ///
    /// # Errors
    /// The answer does not fit into a datagram.
    pub(crate) fn answer_ike_rekey(
        mut self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Outcome {
        let header = &message.header;
        let busy = self.current.pending.as_ref().is_some_and(|p| p.request.concerns_children());
        if busy || self.collided() {
            let draft = Draft::notification(NotifyType::TEMPORARY_FAILURE, &[]);
            self.current.reply(core, fx, (header, path), &draft)?;
            return self.proceed(core, fx);
        }
        let (draft, made) = self.build_as_responder(contents, core, fx);
        self.current.reply(core, fx, (header, path), &draft)?;
        let Some(made) = made else { return self.proceed(core, fx) };
        if let Some(pending) = &mut self.current.pending
            && let Request::RekeyIke(rekey) = &mut pending.request
        {
            rekey.collision = Some(Box::new(made));
            return Ok(Session::Established(self));
        }
        self.replace(made.generation, core, fx);
        self.proceed(core, fx)
    }

    /// The peer deletes the old IKE SA while we ask to replace it: it has made the one that stays. False where there
    /// is no collision, so that this is the end.
    pub(crate) fn adopt_collision(&mut self, core: &mut Core, fx: &mut Effects<'_>) -> bool {
        if !self.collided() {
            return false;
        }
        if let Some(pending) = self.current.pending.take()
            && let Request::RekeyIke(IkeRekey { spi, collision: Some(theirs), .. }) = pending.request
        {
            core.free_ike_spi(fx, spi);
            self.replace(theirs.generation, core, fx);
        }
        true
    }

    /// Whether both ends are replacing the IKE SA.
    fn collided(&self) -> bool {
        matches!(
            self.current.pending.as_ref().map(|pending| &pending.request),
            Some(Request::RekeyIke(IkeRekey { collision: Some(_), .. }))
        )
    }

    fn ike_rekey_refused(
        &mut self,
        rekey: IkeRekey,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        core.free_ike_spi(fx, rekey.spi);
        if let Some(theirs) = rekey.collision {
            self.replace(theirs.generation, core, fx);
            return;
        }
        let reason = match contents.error().map(|notify| notify.kind) {
            Some(NotifyType::TEMPORARY_FAILURE) => {
                self.postpone(Task::RekeyIke, fx);
                return;
            }
            Some(NotifyType::NO_PROPOSAL_CHOSEN) => FailureReason::IkeProposal {
                difference: ike_difference(fx.observed.ike(core.path.remote.ip()), &rekey.proposals),
                by_peer: true,
            },
            Some(kind) => FailureReason::Notify { name: alloc::format!("{kind}") },
            None => FailureReason::Protocol { what: "the rekeying of the IKE SA was answered without an SA" },
        };
        core.failed(fx, Role::Initiator, Phase::One, reason);
        if let Some(lifetime) = &mut core.lifetime {
            let left = lifetime.expires_at.saturating_duration_since(fx.now);
            lifetime.rekey_at = (left > Duration::from_secs(20)).then(|| fx.now + left / 2);
        }
    }

    fn build_as_initiator(
        &self,
        rekey: &IkeRekey,
        contents: &Contents<'_>,
    ) -> Result<(Generation, Vec<u8>), FailureReason> {
        let protocol = |what| FailureReason::Protocol { what };
        let (Some(sa), Some(ke), Some(nonce_r)) = (contents.sa, contents.ke, contents.nonce) else {
            return Err(protocol("the rekeying of the IKE SA was answered without SA, KE or Nonce"));
        };
        let chosen = select::check_ike_answer(&rekey.proposals, sa)
            .map_err(|_| protocol("the peer chose algorithms that were not offered"))?;
        let responder = chosen.spi.ok_or_else(|| protocol("the new IKE SA has no SPI of the peer"))?;
        let group = rekey.dh.group();
        if chosen.suite.dh != group || ke.group != DhId(group.number()) {
            return Err(protocol("the peer answered with another group than it was sent a key for"));
        }
        let invalid = |_| protocol("the peer's Diffie-Hellman value is not valid");
        let shared = rekey.dh.agree(ke.data).map_err(invalid)?;
        let seed = KeySeed { nonce_i: &rekey.nonce, nonce_r, spi_i: rekey.spi, spi_r: responder };
        let (prf, sk_d) = (self.current.suite.prf, &self.current.keys.sk_d);
        let keys = IkeKeys::derive_rekey(prf, sk_d, chosen.suite, &shared, &seed)
            .map_err(|_| protocol("the keys could not be derived"))?;
        let name = IkeSaName { initiator: rekey.spi, responder };
        let generation = Generation::new(name, Role::Initiator, chosen.suite, keys, Window::new(0, 0));
        Ok((generation, Vec::from(nonce_r)))
    }

    fn build_as_responder(
        &self,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> (Draft, Option<IkeCollision>) {
        let refuse = |kind| (Draft::notification(kind, &[]), None);
        let (Some(sa), Some(ke), Some(nonce_i)) = (contents.sa, contents.ke, contents.nonce) else {
            return refuse(NotifyType::INVALID_SYNTAX);
        };
        let Some(config) = core.config.clone() else { return refuse(NotifyType::TEMPORARY_FAILURE) };
        let offers = Offer::all_from_v2(sa);
        fx.observed.note_ike(core.path.remote.ip(), offers.clone());
        let Some(chosen) = select::select_ike(&config.ike_proposals, sa) else {
            let difference = ike_difference(offers, &config.ike_proposals);
            let reason = FailureReason::IkeProposal { difference, by_peer: false };
            core.failed(fx, Role::Responder, Phase::One, reason);
            return refuse(NotifyType::NO_PROPOSAL_CHOSEN);
        };
        let Some(spi_i) = chosen.spi else { return refuse(NotifyType::INVALID_SYNTAX) };
        let group = chosen.suite.dh;
        if ke.group != DhId(group.number()) {
            let data = group.number().to_be_bytes();
            return (Draft::notification(NotifyType::INVALID_KE_PAYLOAD, &data), None);
        }
        let dh = DhPrivate::generate(group, fx.rng);
        let Ok(shared) = dh.agree(ke.data) else { return refuse(NotifyType::INVALID_SYNTAX) };
        let spi_r = core.new_ike_spi(fx);
        let nonce_r = fx.random(NONCE_LEN);
        let seed = KeySeed { nonce_i, nonce_r: &nonce_r, spi_i, spi_r };
        let (prf, sk_d) = (self.current.suite.prf, &self.current.keys.sk_d);
        let Ok(keys) = IkeKeys::derive_rekey(prf, sk_d, chosen.suite, &shared, &seed) else {
            core.free_ike_spi(fx, spi_r);
            return refuse(NotifyType::NO_PROPOSAL_CHOSEN);
        };
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(v2_codec::answer_ike(chosen.suite, chosen.number, Some(spi_r))));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce_r }));
        draft.push(&Payload::Ke(KePayload { group: DhId(group.number()), data: dh.public() }));
        let name = IkeSaName { initiator: spi_i, responder: spi_r };
        let generation = Generation::new(name, Role::Responder, chosen.suite, keys, Window::new(0, 0));
        (draft, Some(IkeCollision { generation, nonces: [Vec::from(nonce_i), nonce_r] }))
    }

    /// Puts another IKE SA in the place of the current one, which waits for the peer's Delete.
    fn replace(&mut self, generation: Generation, core: &mut Core, fx: &mut Effects<'_>) {
        let old = core::mem::replace(&mut self.current, generation);
        let name = old.name;
        self.keep_retired(old, core, fx);
        if let Some(config) = core.config.clone() {
            core.lifetime = Some(Lifetime::new(fx, config.ike_lifetime, self.current.role));
        }
        self.tasks.retain(|task| *task != Task::RekeyIke);
        if let (Some(connection), Some(sa)) = (core.connection, self.info(core, fx.now)) {
            fx.event(Event::IkeRekeyed { connection, old: name, sa });
        }
    }

    /// The same, and deletes the old one: that is for the one who has replaced it.
    fn replace_and_delete(
        &mut self,
        generation: Generation,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        self.replace(generation, core, fx);
        match self.retired.pop() {
            Some(old) => self.retire(old.generation, true, core, fx),
            None => Ok(()),
        }
    }

    /// Keeps an IKE SA that is not used any more until both ends have let go of it.
    fn retire(
        &mut self,
        mut generation: Generation,
        delete: bool,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        if delete {
            let mut draft = Draft::new();
            draft.push(&Payload::Delete(DeletePayload::IkeSa));
            generation.request(core, fx, ExchangeType::INFORMATIONAL, &draft, Request::DeleteIke)?;
        }
        self.keep_retired(generation, core, fx);
        Ok(())
    }

    fn keep_retired(&mut self, generation: Generation, core: &mut Core, fx: &mut Effects<'_>) {
        if self.retired.len() >= MAX_RETIRED {
            let oldest = self.retired.remove(0);
            core.free_ike_spi(fx, oldest.generation.our_spi());
        }
        self.retired.push(Retired { generation, until: fx.now + RETIRE });
    }

    /// The place of the retired IKE SA that a message is of.
    pub(crate) fn retired_of(&self, message: &Message<'_>) -> Option<usize> {
        let header = &message.header;
        self.retired.iter().position(|retired| {
            let name = retired.generation.name;
            name.initiator == header.initiator_spi && name.responder == header.responder_spi
        })
    }

    /// A message of a retired IKE SA came: its Delete, the answer to ours, or a repetition.
    pub(crate) fn handle_retired(
        mut self,
        place: usize,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        let Some(retired) = self.retired.get_mut(place) else { return self.stay(DropReason::UnknownSpi) };
        let generation = &mut retired.generation;
        let plain = match generation.open(message) {
            Ok(plain) => plain,
            Err(reason) => return self.stay(reason),
        };
        core.liveness.heard(fx.now);
        if header.flags.is_response() {
            let pending = generation.pending.take_if(|pending| pending.id == header.message_id);
            return match pending.map(|pending| pending.request) {
                Some(Request::DeleteIke) => {
                    let spi = generation.our_spi();
                    self.retired.remove(place);
                    core.free_ike_spi(fx, spi);
                    Step::Next(Session::Established(self))
                }
                Some(_) => Step::Next(Session::Established(self)),
                None => self.stay(DropReason::Unsolicited),
            };
        }
        let reason = match generation.window.classify(header.message_id) {
            Incoming::Repeated(reply) => {
                fx.transmit(path, &reply);
                Some(DropReason::Repeated)
            }
            Incoming::Outside { expected } => {
                Some(DropReason::MessageId { expected, received: header.message_id })
            }
            Incoming::New => None,
        };
        if let Some(reason) = reason {
            return self.stay(reason);
        }
        let payloads = v2::decode_chain(plain.first, &plain.plain).unwrap_or_default();
        let deletes =
            Contents::read(&payloads).is_ok_and(|contents| contents.deletes.contains(&&DeletePayload::IkeSa));
        let draft = match header.exchange {
            ExchangeType::INFORMATIONAL => Draft::new(),
            _ => Draft::notification(NotifyType::TEMPORARY_FAILURE, &[]),
        };
        if let Err(reason) = generation.reply(core, fx, (header, path), &draft) {
            return Step::Fail(reason);
        }
        if deletes {
            // Our own Delete is moot. The answer is repeated for a while if it was lost.
            generation.pending = None;
        }
        Step::Next(Session::Established(self))
    }

    /// Repeats Deletes of retired IKE SAs, and forgets those that nobody asks after.
    pub(crate) fn retired_timeout(&mut self, core: &mut Core, fx: &mut Effects<'_>) {
        let mut kept = Vec::new();
        for mut retired in core::mem::take(&mut self.retired) {
            let pending = retired.generation.pending.as_mut();
            let given_up =
                pending.is_some_and(|pending| pending.retransmission.handle_timeout(core, fx) == Due::GiveUp);
            if given_up || retired.until <= fx.now {
                core.free_ike_spi(fx, retired.generation.our_spi());
            } else {
                kept.push(retired);
            }
        }
        self.retired = kept;
    }

    /// When to look at retired IKE SAs again.
    pub(crate) fn retired_next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let due = |retired: &Retired| {
            let pending = retired.generation.pending.as_ref();
            let retransmit = pending.map(|pending| (pending.retransmission.due(), TimeoutReason::Retransmit));
            [retransmit, Some((retired.until, TimeoutReason::Expiry))].into_iter().flatten().min()
        };
        self.retired.iter().filter_map(due).min()
    }
}

/// The group that INVALID_KE_PAYLOAD asks for, if it was offered and is another one (F-22).
fn asked_group(rekey: &IkeRekey, contents: &Contents<'_>) -> Option<DhGroup> {
    let notify = contents.notify(NotifyType::INVALID_KE_PAYLOAD)?;
    let group = DhGroup::from_number(u16::from_be_bytes(notify.data.try_into().ok()?))?;
    let offered = rekey.proposals.iter().any(|proposal| proposal.groups.contains(&group));
    (offered && group != rekey.dh.group()).then_some(group)
}
