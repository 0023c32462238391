//! An established IKE SA: its requests one after the other, and the answers to the peer's.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::selector::Selectors;
use esp_core::time::Instant;

use super::child;
use super::closing::Closing;
use super::contents::Contents;
use super::draft::Draft;
use super::generation::Generation;
use super::gone::Gone;
use super::ike_rekey::Retired;
use super::mobike::Mobike;
use super::request::{Pending, Request};
use super::session::{Outcome, Session, close};
use super::trace;
use super::window::Incoming;
use crate::diagnose::{CloseReason, DropReason, Event, FailureReason, IkeSaInfo};
use crate::endpoint::TimeoutReason;
use crate::sa::{Ask, ChildState, Core, Due, Effects, Lifetime, Path, Step, Want};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::v2::{self, DeletePayload, Message, Payload};

/// The shortest wait before postponed work is taken up; as much again is drawn on top.
const POSTPONE: Duration = Duration::from_secs(2);

/// How long no further hint is given, or acted on.
const HINT_PAUSE: Duration = Duration::from_secs(10);

/// Work that waits for the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Find out whether the peer is there.
    Probe,
    /// Delete the Child SA with this inbound SPI.
    DeleteChild(Spi, CloseReason),
    /// Delete a Child SA that the peer has and we never could use.
    DeleteUnusable(IpsecProtocol, Spi),
    /// Replace the Child SA with this inbound SPI.
    RekeyChild(Spi),
    /// Make a Child SA for what none serves.
    CreateChild(Selectors),
    /// Replace the IKE SA.
    RekeyIke,
    /// Have the peer use our addresses of now (MOBIKE).
    UpdateAddresses,
    /// Tell the peer, who decides, that our addresses have changed (MOBIKE).
    TellAddresses,
    /// Find out whether the peer is where it says (MOBIKE).
    CheckRoute,
    /// Tell the peer that a request of its had this id, which is outside the window.
    InvalidMessageId(u32),
}

/// An IKE SA whose both ends are authenticated.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Established {
    pub(crate) current: Generation,
    /// Those whose place was taken, until both ends have let go of them.
    pub(crate) retired: Vec<Retired>,
    pub(crate) tasks: VecDeque<Task>,
    postponed: Vec<(Instant, Task)>,
    /// When the peer was last told of a message id outside the window, or doubted because somebody said so.
    hinted_at: Option<Instant>,
    /// Where both ends speak it.
    pub(crate) mobike: Option<Mobike>,
}

impl Established {
    /// The peer is authenticated.
    pub(crate) fn enter(generation: Generation, core: &mut Core, fx: &mut Effects<'_>) -> Self {
        if let Some(config) = core.config.clone() {
            core.lifetime = Some(Lifetime::new(fx, config.ike_lifetime, generation.role));
        }
        core.established_at = Some(fx.now);
        core.liveness.heard(fx.now);
        let state = Self {
            current: generation,
            retired: Vec::new(),
            tasks: VecDeque::new(),
            postponed: Vec::new(),
            hinted_at: None,
            mobike: None,
        };
        if let (Some(connection), Some(sa)) = (core.connection, state.info(core, fx.now)) {
            fx.event(Event::IkeEstablished { connection, sa });
            fx.asks.push(Ask::Established { connection });
        }
        state
    }

    /// What is told of it.
    pub(crate) fn info(&self, core: &Core, now: Instant) -> Option<IkeSaInfo> {
        let config = core.config.as_ref()?;
        Some(IkeSaInfo {
            name: self.current.name,
            role: self.current.role,
            local: core.path.local,
            remote: core.path.remote,
            local_id: config.local_id.clone(),
            remote_id: config.remote_id.clone(),
            suite: self.current.suite,
            rekey_in: core.lifetime.map(|lifetime| lifetime.rekey_in(now)).unwrap_or_default(),
        })
    }

    /// A message with one of our SPIs came.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if !matches!(
            header.exchange,
            ExchangeType::IKE_AUTH | ExchangeType::CREATE_CHILD_SA | ExchangeType::INFORMATIONAL
        ) {
            return self.stay(DropReason::UnexpectedExchange);
        }
        if let Some(place) = self.retired_of(message) {
            return self.handle_retired(place, message, path, core, fx);
        }
        let plain = match self.current.open(message) {
            Ok(plain) => plain,
            Err(DropReason::UnprotectedError) => return self.doubt(path, core, fx),
            Err(reason) => return self.stay(reason),
        };
        // Repetitions count too: the keys show that the peer sent them, if not when.
        if header.flags.is_response() {
            let awaited =
                |pending: &Pending| pending.id == header.message_id && pending.exchange == header.exchange;
            if !self.current.pending.as_ref().is_some_and(awaited) {
                return self.stay(DropReason::Unsolicited);
            }
        } else {
            match self.current.window.classify(header.message_id) {
                Incoming::New => core.confirm_all(fx),
                Incoming::Repeated(reply) => {
                    core.liveness.heard(fx.now);
                    fx.transmit(path, &reply);
                    return self.stay(DropReason::Repeated);
                }
                Incoming::Outside { expected } => {
                    let reason = DropReason::MessageId { expected, received: header.message_id };
                    return self.complain(reason, header.message_id > expected, path, core, fx);
                }
            }
        }
        core.confirmed = true;
        core.liveness.heard(fx.now);
        core.follow(fx, path);
        let payloads = v2::decode_chain(plain.first, &plain.plain);
        self.handle_payloads(message, payloads.as_deref().ok(), path, core, fx).into()
    }

    /// Somebody without the keys says that the IKE SA is gone. Anyone can; the peer is asked, once in a while, and
    /// nothing else changes (RFC 7296 §2.4, §2.21.4).
    fn doubt(mut self, path: Path, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let recently = self.hinted_at.is_some_and(|at| fx.now < at + HINT_PAUSE);
        if recently || self.current.pending.is_some() || !self.tasks.is_empty() {
            return self.stay(DropReason::UnprotectedError);
        }
        self.hinted_at = Some(fx.now);
        fx.dropped(path.remote, DropReason::UnprotectedError);
        self.tasks.push_back(Task::Probe);
        self.proceed(core, fx).into()
    }

    /// A request outside the window is not answered. If it runs ahead, which no repetition does, the peer is told in a
    /// request of our own, once in a while (RFC 7296 §2.3, F-23).
    fn complain(
        mut self,
        reason: DropReason,
        ahead: bool,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let recently = self.hinted_at.is_some_and(|at| fx.now < at + HINT_PAUSE);
        let DropReason::MessageId { received, .. } = reason else { return self.stay(reason) };
        if !ahead || recently {
            return self.stay(reason);
        }
        self.hinted_at = Some(fx.now);
        fx.dropped(path.remote, reason);
        self.tasks.push_back(Task::InvalidMessageId(received));
        self.proceed(core, fx).into()
    }

    /// The message is authentic and new. One that is malformed under the peer's keys ends the IKE SA on both sides
    /// (RFC 7296 §2.21.3).
    fn handle_payloads(
        mut self,
        message: &Message<'_>,
        payloads: Option<&[Payload<'_>]>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Outcome {
        let header = &message.header;
        let request = !header.flags.is_response();
        let contents = payloads.ok_or("a protected message is malformed").and_then(Contents::read);
        let (payloads, contents) = match (payloads, contents) {
            (Some(payloads), Ok(contents)) => (payloads, contents),
            (_, contents) => {
                if request {
                    let draft = Draft::notification(NotifyType::INVALID_SYNTAX, &[]);
                    self.current.reply(core, fx, (header, path), &draft)?;
                }
                let what = contents.err().unwrap_or("a protected message is malformed");
                return Err(FailureReason::Protocol { what });
            }
        };
        let names = trace::payload_names(payloads);
        trace::message(fx, core.connection, path.remote, false, header, names, message.raw.len());
        let unsupported = v2::unsupported_critical(payloads);
        if !request {
            return match unsupported {
                None => self.handle_response(&contents, core, fx),
                Some(_) => {
                    let what = "a response has a critical payload that is not known";
                    Err(FailureReason::Protocol { what })
                }
            };
        }
        if let Some(kind) = unsupported {
            let draft = Draft::notification(NotifyType::UNSUPPORTED_CRITICAL_PAYLOAD, &[kind.0]);
            self.current.reply(core, fx, (header, path), &draft)?;
            return Ok(Session::Established(self));
        }
        match header.exchange {
            ExchangeType::CREATE_CHILD_SA => self.handle_create(message, &contents, path, core, fx),
            ExchangeType::INFORMATIONAL => self.handle_informational(message, &contents, path, core, fx),
            // IKE_AUTH is over; a new one under the old keys is no request that makes sense.
            _ => {
                let draft = Draft::notification(NotifyType::INVALID_SYNTAX, &[]);
                self.current.reply(core, fx, (header, path), &draft)?;
                Err(FailureReason::Protocol { what: "IKE_AUTH on an IKE SA that is established" })
            }
        }
    }

    /// CREATE_CHILD_SA asks for an IKE SA if it has no traffic selectors, and for a Child SA otherwise.
    fn handle_create(
        mut self,
        message: &Message<'_>,
        contents: &Contents<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Outcome {
        let is_child = contents.ts_i.is_some()
            || contents.ts_r.is_some()
            || contents.notify(NotifyType::REKEY_SA).is_some();
        if !is_child {
            return self.answer_ike_rekey(message, contents, path, core, fx);
        }
        let draft = self.answer_child(contents, core, fx)?;
        self.current.reply(core, fx, (&message.header, path), &draft)?;
        self.proceed(core, fx)
    }

    fn handle_response(mut self, contents: &Contents<'_>, core: &mut Core, fx: &mut Effects<'_>) -> Outcome {
        let Some(pending) = self.current.pending.take() else { return Ok(Session::Established(self)) };
        if contents.notify(NotifyType::INVALID_SYNTAX).is_some() {
            return Err(FailureReason::Notify { name: alloc::format!("{}", NotifyType::INVALID_SYNTAX) });
        }
        match pending.request {
            Request::Probe => self.check_mapping(contents),
            Request::Authenticate | Request::DeleteIke => {}
            Request::UpdateAddresses(check) => self.handle_update_response(&check, contents, core, fx)?,
            Request::CheckRoute(check) => self.handle_route_response(&check, contents, core, fx)?,
            Request::DeleteChild(inbound, reason) => core.remove_child(fx, inbound, reason),
            Request::Child(request) => self.handle_child_response(request, contents, core, fx)?,
            Request::RekeyIke(rekey) => self.handle_ike_rekey_response(rekey, contents, core, fx)?,
        }
        self.proceed(core, fx)
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        self.retired_timeout(core, fx);
        if let Some(pending) = &mut self.current.pending
            && pending.retransmission.handle_timeout(core, fx) == Due::GiveUp
        {
            close(core, fx, self.current.name, &CloseReason::PeerDead);
            return Step::Done;
        }
        let now = fx.now;
        let (due, later) = self.postponed.drain(..).partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.postponed = later;
        self.tasks.extend(due.into_iter().map(|(_, task)| task));
        self.proceed(core, fx).into()
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let pending = self.current.pending.as_ref();
        let retransmit = pending.map(|pending| (pending.retransmission.due(), TimeoutReason::Retransmit));
        let postponed = self.postponed.iter().map(|(at, _)| (*at, TimeoutReason::Postponed)).min();
        [retransmit, postponed, self.retired_next_timeout()].into_iter().flatten().min()
    }

    /// Something is wanted.
    pub(crate) fn want(mut self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        match want {
            Want::Probe if self.current.pending.is_none() && self.tasks.is_empty() => {
                self.tasks.push_back(Task::Probe);
            }
            // What is under way already tells whether the peer is there.
            Want::Probe => {}
            Want::RekeyIke => self.add_task(Task::RekeyIke),
            Want::RekeyChild(spi) => {
                if let Some(child) = core.child_mut(spi).filter(|child| child.state == ChildState::Active) {
                    child.state = ChildState::Rekeying;
                    child.lifetime.rekey_at = None;
                    self.add_task(Task::RekeyChild(spi));
                }
            }
            Want::CreateChild => self.create_missing(core),
            Want::DeleteChild(spi, reason) => self.delete_child(spi, reason, core),
            Want::Readdress(local) => self.readdress(local, core, fx),
            Want::GiveUp => {}
            Want::Close(reason) => {
                let name = self.current.name;
                close(core, fx, name, &reason);
                return Closing::start(self.current, core, fx).into();
            }
            Want::Forget(reason) => {
                close(core, fx, self.current.name, &reason);
                return Step::Done;
            }
        }
        self.proceed(core, fx).into()
    }

    /// Has a Child SA deleted, before anything else is done.
    pub(crate) fn delete_child(&mut self, inbound: Spi, reason: CloseReason, core: &mut Core) {
        if let Some(child) = core.child_mut(inbound).filter(|child| child.state != ChildState::Deleting) {
            child.state = ChildState::Deleting;
            child.waiting = None;
            self.tasks.push_front(Task::DeleteChild(inbound, reason));
        }
    }

    /// Has a Child SA deleted that only the peer has.
    pub(crate) fn delete_unusable(&mut self, protocol: IpsecProtocol, inbound: Spi) {
        self.tasks.push_front(Task::DeleteUnusable(protocol, inbound));
    }

    /// Takes work up again later, each end at another time (RFC 7296 §2.25).
    pub(crate) fn postpone(&mut self, task: Task, fx: &mut Effects<'_>) {
        self.postpone_for(task, POSTPONE, fx);
    }

    /// Takes work up again after a wait, and as much again at most.
    pub(crate) fn postpone_for(&mut self, task: Task, wait: Duration, fx: &mut Effects<'_>) {
        let jitter = fx.random_below(u64::try_from(wait.as_micros()).unwrap_or_default());
        let at = fx.now + wait + Duration::from_micros(jitter);
        if !self.postponed.iter().any(|(_, other)| *other == task) {
            self.postponed.push((at, task));
        }
    }

    pub(crate) fn add_task(&mut self, task: Task) {
        if !self.tasks.contains(&task) && !self.postponed.iter().any(|(_, other)| *other == task) {
            self.tasks.push_back(task);
        }
    }

    /// Starts work until a request is under way or none is left.
    pub(crate) fn proceed(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Outcome {
        while self.current.pending.is_none()
            && let Some(task) = self.tasks.pop_front()
        {
            self.start(task, core, fx)?;
        }
        Ok(Session::Established(self))
    }

    fn start(&mut self, task: Task, core: &mut Core, fx: &mut Effects<'_>) -> Result<(), FailureReason> {
        match task {
            Task::Probe => self.request_probe(core, fx),
            Task::InvalidMessageId(id) => {
                let draft = Draft::notification(NotifyType::INVALID_MESSAGE_ID, &id.to_be_bytes());
                self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, Request::Probe)
            }
            Task::UpdateAddresses => self.request_update(core, fx),
            Task::TellAddresses => self.request_tell(core, fx),
            Task::CheckRoute => self.request_route_check(core, fx),
            Task::DeleteChild(inbound, reason) => {
                let Some(child) = core.child_mut(inbound) else { return Ok(()) };
                let (protocol, outbound) = (child.protocol, child.outbound);
                // Nothing is sent with it from now on; what the peer still sends is received.
                if core::mem::take(&mut child.has_outbound) {
                    fx.remove_sa(outbound);
                }
                self.request_delete(protocol, inbound, Request::DeleteChild(inbound, reason), core, fx)
            }
            Task::DeleteUnusable(protocol, inbound) => {
                self.request_delete(protocol, inbound, Request::Probe, core, fx)
            }
            Task::RekeyChild(inbound) => {
                // Another may have taken its place while the work waited.
                match core.child(inbound) {
                    Some(child) if !child.serves() => {}
                    None => {}
                    Some(child) if child.confirmed => {
                        let Some(config) = &core.config else { return Ok(()) };
                        let selectors = child::replacement(config, &child.selectors);
                        return self.request_child(Some(inbound), selectors, core, fx);
                    }
                    // The peer does not know of it before it has our answer.
                    Some(_) => self.postpone(Task::RekeyChild(inbound), fx),
                }
                Ok(())
            }
            Task::CreateChild(selectors) if child::missing(core).contains(&selectors) => {
                self.request_child(None, selectors, core, fx)
            }
            Task::CreateChild(_) => Ok(()),
            Task::RekeyIke => self.request_ike_rekey(core, fx),
        }
    }

    fn request_delete(
        &mut self,
        protocol: IpsecProtocol,
        inbound: Spi,
        request: Request,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let mut draft = Draft::new();
        let spis = Vec::from([inbound.get()]);
        draft.push(&Payload::Delete(DeletePayload::Child { protocol, spis }));
        self.current.request(core, fx, ExchangeType::INFORMATIONAL, &draft, request)
    }

    /// The peer wants the end of the IKE SA.
    pub(crate) fn end(self, core: &mut Core, fx: &mut Effects<'_>) -> Session {
        close(core, fx, self.current.name, &CloseReason::PeerDeleted);
        Gone::keep(self.current, true, fx.now)
    }

    pub(crate) fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::Established(self), reason)
    }
}
