//! An established ISAKMP SA: the quick modes under way, and what time and the embedder want of it.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::time::Instant;

use super::contents::Contents;
use super::dpd::Dpd;
use super::draft::Draft;
use super::isakmp::{Isakmp, Iv, new_message_id};
use super::limits;
use super::orphaned::Orphaned;
use super::phase1;
use super::quick::{self, Quick};
use super::replay::Replay;
use super::session::Session;
use crate::diagnose::{CloseReason, DropReason, Event, FailureReason, IkeSaInfo, Phase, Role};
use crate::endpoint::TimeoutReason;
use crate::sa::{Ask, ChildState, Core, Effects, Lifetime, Pair, Path, Step, Want, pairs};
use crate::suite::v1_codec;
use crate::wire::codes::ExchangeType;
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{Content, DeletePayload, Message, Payload, cookie_pair};

/// How long to wait before phase 1 is tried anew once more.
const REAUTHENTICATE_AGAIN: Duration = Duration::from_secs(60);
/// How long to wait before a pair of subnets that was refused is tried again.
const PAIR_AGAIN: Duration = Duration::from_secs(60);

/// A quick mode that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) pair: Pair,
    /// The IPsec SA that is to be replaced, by its inbound SPI.
    pub(crate) replaces: Option<Spi>,
}

/// An ISAKMP SA whose both ends are authenticated.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) isakmp: Isakmp,
    /// Quick modes under way, by message id.
    pub(crate) exchanges: BTreeMap<u32, Quick>,
    pub(crate) replay: Replay,
    pub(crate) tasks: VecDeque<Task>,
    postponed: Vec<(Instant, Task)>,
    pub(crate) dpd: Dpd,
    /// Whether the peer is known to have it too. Before that nothing of another ISAKMP SA comes here.
    pub(crate) confirmed: bool,
    /// The last message of phase 1, until the peer is heard: in aggressive mode it may be lost and nobody knows.
    pub(crate) unconfirmed: Option<Vec<u8>>,
    /// Quick modes whose SA is used when the peer says CONNECTED, with its inbound SPI and the vector that went on.
    pub(crate) committed: BTreeMap<u32, (Spi, Iv)>,
}

impl Established {
    /// The peer is authenticated.
    pub(crate) fn enter(isakmp: Isakmp, lifetime: Duration, core: &mut Core, fx: &mut Effects<'_>) -> Self {
        core.lifetime = Some(Lifetime::new(fx, lifetime, isakmp.role));
        core.established_at = Some(fx.now);
        core.liveness.heard(fx.now);
        fx.observed.forget_refused(core.path.remote.ip());
        let dpd = Dpd::new(fx);
        let state = Self {
            isakmp,
            exchanges: BTreeMap::new(),
            replay: Replay::default(),
            tasks: VecDeque::new(),
            postponed: Vec::new(),
            dpd,
            confirmed: core.confirmed,
            unconfirmed: None,
            committed: BTreeMap::new(),
        };
        if let (Some(connection), Some(sa)) = (core.connection, state.info(core, fx.now)) {
            fx.event(Event::IkeEstablished { connection, sa });
            fx.asks.push(Ask::IsakmpEstablished { connection, id: core.id });
        }
        state
    }

    /// What is told of it.
    pub(super) fn info(&self, core: &Core, now: Instant) -> Option<IkeSaInfo> {
        let config = core.config.as_ref()?;
        Some(IkeSaInfo {
            name: self.isakmp.name,
            role: self.isakmp.role,
            local: core.path.local,
            remote: core.path.remote,
            local_id: config.local_id.clone(),
            remote_id: config.remote_id.clone(),
            suite: self.isakmp.suite,
            rekey_in: core.lifetime.map(|lifetime| lifetime.rekey_in(now)).unwrap_or_default(),
        })
    }

    /// Ends phase 1 with an error that is protected as one of phase 2.
    pub(crate) fn refuse(
        isakmp: &Isakmp,
        kind: NotifyType,
        reason: FailureReason,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let spi = cookie_pair(isakmp.name.initiator, isakmp.name.responder);
        let mut draft = Draft::new();
        draft.notify(kind, &spi, &[]);
        let id = new_message_id(fx);
        let mut iv = isakmp.exchange_iv(id);
        if let Ok(octets) =
            isakmp.seal_hashed(core, fx, &mut iv, ExchangeType::V1_INFORMATIONAL, id, None, &draft)
        {
            core.send(fx, &octets);
        }
        Step::Fail(reason)
    }

    /// Says that our lifetime of phase 1 is shorter than the one that was offered (F-12).
    pub(crate) fn push_responder_lifetime(draft: &mut Draft, isakmp: &Isakmp, lifetime: Duration) {
        let spi = cookie_pair(isakmp.name.initiator, isakmp.name.responder);
        draft.notify(NotifyType::RESPONDER_LIFETIME, &spi, &v1_codec::encode_ike_lifetime(lifetime));
    }

    /// A message with our cookie came.
    pub(crate) fn handle(
        mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Session> {
        let header = &message.header;
        if !phase1::is_of(header, self.isakmp.name) {
            return self.stay(DropReason::UnknownSpi);
        }
        if let Some(reply) = self.replay.reply(fx.now, message.raw) {
            fx.transmit(path, reply);
            return self.stay(DropReason::Repeated);
        }
        if matches!(message.content, Content::Clear(_)) {
            let reason = match header.exchange {
                ExchangeType::V1_INFORMATIONAL => DropReason::UnprotectedError,
                _ => DropReason::NotEncrypted,
            };
            return self.stay(reason);
        }
        let handled = match header.exchange {
            ExchangeType::QUICK_MODE if header.message_id != 0 => {
                self.handle_quick(message, path, core, fx).map(|()| None)
            }
            ExchangeType::V1_INFORMATIONAL => self.handle_informational(message, path, core, fx),
            ExchangeType::NEW_GROUP_MODE | ExchangeType::V1_TRANSACTION if header.message_id != 0 => {
                self.refuse_exchange(message, path, core, fx).map(|()| None)
            }
            _ => Err(DropReason::UnexpectedExchange),
        };
        match handled {
            Ok(None) => self.proceed(core, fx),
            Ok(Some(end)) => self.end(end, core, fx),
            Err(reason) => self.stay(reason),
        }
    }

    /// A message was authentic and new.
    pub(crate) fn heard(&mut self, path: Path, core: &mut Core, fx: &mut Effects<'_>) {
        core.confirmed = true;
        if let (Some(connection), false) = (core.connection, core::mem::replace(&mut self.confirmed, true)) {
            fx.asks.push(Ask::IsakmpEstablished { connection, id: core.id });
        }
        core.liveness.heard(fx.now);
        self.dpd.heard();
        self.unconfirmed = None;
        core.follow(fx, path);
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let ids: Vec<u32> = self.exchanges.keys().copied().collect();
        for id in ids {
            self.quick_timeout(id, core, fx);
        }
        let now = fx.now;
        self.committed.retain(|_, (spi, _)| core.child(*spi).is_some_and(|child| child.waiting.is_some()));
        let (due, later) = self.postponed.drain(..).partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.postponed = later;
        // While no pair is served at all, whoever wants the connection says when it is tried again.
        for (_, task) in due.into_iter().filter(|_| core.has_child()) {
            self.add_task(task);
        }
        if self.probe_again(core, fx) {
            // The peer may live on with another ISAKMP SA, which then knows better.
            if core.connection.is_some_and(|connection| fx.has_established(connection, core.id)) {
                return self.end(CloseReason::PeerDead, core, fx);
            }
            close(core, fx, &self.isakmp, &CloseReason::PeerDead);
            return Step::Done;
        }
        self.proceed(core, fx)
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let exchanges = self.exchanges.values().map(|quick| (quick.due(), TimeoutReason::Retransmit)).min();
        let postponed = self.postponed.iter().map(|(at, _)| (*at, TimeoutReason::Postponed)).min();
        let probe = self.dpd.due().map(|at| (at, TimeoutReason::Liveness));
        [exchanges, postponed, probe].into_iter().flatten().min()
    }

    /// Something is wanted.
    pub(crate) fn want(mut self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        match want {
            Want::Probe => self.probe(core, fx),
            Want::RekeyIke => {
                if let (Some(connection), Some(lifetime)) = (core.connection, &mut core.lifetime) {
                    lifetime.rekey_at = Some(fx.now + REAUTHENTICATE_AGAIN);
                    fx.asks.push(Ask::Reauthenticate { connection, id: core.id });
                }
            }
            Want::RekeyChild(spi) => self.rekey_child(spi, core),
            Want::CreateChild => {
                for pair in pairs(core) {
                    if !self.is_served(&pair, core) {
                        self.add_task(Task { pair, replaces: None });
                    }
                }
            }
            Want::DeleteChild(spi, reason) => self.delete_child(spi, reason, core, fx),
            Want::Readdress(_) => {
                let what = "our address changed and IKEv1 cannot move there: connect anew";
                core.failed(fx, Role::Initiator, Phase::One, FailureReason::Protocol { what });
            }
            Want::GiveUp => {}
            Want::Close(reason) => return self.close(reason, core, fx),
            Want::Forget(reason) => {
                close(core, fx, &self.isakmp, &reason);
                return Step::Done;
            }
        }
        self.proceed(core, fx)
    }

    fn rekey_child(&mut self, spi: Spi, core: &mut Core) {
        let Some(child) = core.child_mut(spi).filter(|child| child.state == ChildState::Active) else {
            return;
        };
        let Some(pair) = Pair::of(&child.selectors) else { return };
        child.state = ChildState::Rekeying;
        child.lifetime.rekey_at = None;
        self.add_task(Task { pair, replaces: Some(spi) });
    }

    /// Ends one IPsec SA at both ends.
    pub(crate) fn delete_child(
        &mut self,
        spi: Spi,
        reason: CloseReason,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        let Some(child) = core.child(spi) else { return };
        let (protocol, pair) = (child.protocol, Pair::of(&child.selectors));
        let reason = if child.state == ChildState::Replaced { CloseReason::Replaced } else { reason };
        let exhausted = matches!(reason, CloseReason::Expired);
        self.send_delete(protocol, &[spi], core, fx);
        core.remove_child(fx, spi, reason);
        quick::revive(core, fx, pair.as_ref());
        // What has carried all that it may is made anew by the end that began it.
        if let (Some(pair), true) = (pair, exhausted && self.isakmp.role == Role::Initiator)
            && !self.is_served(&pair, core)
        {
            self.add_task(Task { pair, replaces: None });
        }
    }

    /// Tells the peer that IPsec SAs are gone, by our inbound SPIs (F-17). Returns the message.
    pub(crate) fn send_delete(
        &mut self,
        protocol: IpsecProtocol,
        spis: &[Spi],
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Option<Vec<u8>> {
        let mut draft = Draft::new();
        let spis = spis.iter().map(|spi| spi.get()).collect();
        draft.push(&Payload::Delete(DeletePayload::Child { protocol, spis }));
        self.inform(&draft, core, fx)
    }

    /// Ends everything, or at the end of its life the ISAKMP SA alone.
    fn close(mut self, reason: CloseReason, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let survive = matches!(reason, CloseReason::Expired | CloseReason::Replaced);
        if !survive {
            for protocol in [IpsecProtocol::Esp, IpsecProtocol::Ah] {
                let of_protocol = core.children.iter().filter(|child| child.protocol == protocol);
                let spis: Vec<Spi> = of_protocol.map(|child| child.inbound.spi).collect();
                for some in spis.chunks(limits::SPIS_OF_DELETE) {
                    let message = self.send_delete(protocol, some, core, fx);
                    repeat(message, core, fx);
                }
            }
        }
        let mut draft = Draft::new();
        let cookies = (self.isakmp.name.initiator, self.isakmp.name.responder);
        draft.push(&Payload::Delete(DeletePayload::Isakmp(Vec::from([cookies]))));
        let last = self.inform(&draft, core, fx);
        if survive {
            return self.end(reason, core, fx);
        }
        repeat(last, core, fx);
        close(core, fx, &self.isakmp, &reason);
        Step::Done
    }

    /// The ISAKMP SA is gone; its IPsec SAs live on (F-17).
    fn end(mut self, reason: CloseReason, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let other_stands = core.connection.is_some_and(|connection| fx.has_established(connection, core.id));
        let all_gone = matches!(reason, CloseReason::PeerDeleted) && !other_stands;
        for (_, quick) in core::mem::take(&mut self.exchanges) {
            quick.abandon(all_gone, core, fx);
        }
        let name = self.isakmp.name;
        if let Some(connection) = core.connection {
            fx.event(Event::IkeClosed { connection, name, reason });
        }
        Orphaned::enter(name, core, fx)
    }

    /// Whether a pair of subnets has IPsec SAs, or is about to get them.
    pub(crate) fn is_served(&self, pair: &Pair, core: &Core) -> bool {
        core.children.iter().any(|child| child.serves() && pair.is_of(&child.selectors))
            || self.exchanges.values().any(|quick| quick.pair() == pair)
            || self.tasks.iter().any(|task| task.pair == *pair)
    }

    /// The IPsec SAs that exchanges under way are about: they stay until those are over.
    pub(crate) fn held(&self) -> Vec<Spi> {
        let of_exchanges = self.exchanges.values().flat_map(Quick::held);
        of_exchanges.chain(self.tasks.iter().filter_map(|task| task.replaces)).collect()
    }

    /// Whether every pair is served.
    pub(crate) fn is_complete(&self, core: &Core) -> bool {
        pairs(core).iter().all(|pair| self.is_served(pair, core))
    }

    /// Has a quick mode wait for its turn.
    pub(crate) fn add_task(&mut self, task: Task) {
        if !self.tasks.contains(&task) {
            self.tasks.push_back(task);
        }
    }

    /// Tries a pair again later, if others are served then.
    pub(crate) fn postpone(&mut self, pair: &Pair, now: Instant) {
        let task = Task { pair: pair.clone(), replaces: None };
        if !self.postponed.iter().any(|(_, other)| *other == task) {
            self.postponed.push((now + PAIR_AGAIN, task));
        }
    }

    /// Starts quick modes, so many at once and no more.
    fn proceed(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let own = |state: &Self| {
            state.exchanges.values().filter(|quick| matches!(quick, Quick::Initiator(_))).count()
        };
        while own(&self) < limits::OWN_QUICK_MODES
            && let Some(task) = self.tasks.pop_front()
        {
            self.start_quick(&task, core, fx);
        }
        Step::Next(Session::Established(self))
    }

    /// What notifications beside the proof of phase 1 say. An INITIAL-CONTACT is asked for last, and so heeded before IPsec
    /// SAs of what was before are taken over.
    pub(crate) fn note_notifies(&mut self, contents: &Contents<'_>, core: &mut Core, fx: &mut Effects<'_>) {
        for notify in &contents.notifies {
            match notify.kind {
                NotifyType::RESPONDER_LIFETIME => self.note_responder_lifetime(notify, core, fx),
                NotifyType::INITIAL_CONTACT => {
                    if let Some(connection) = core.connection {
                        fx.asks.push(Ask::InitialContact { connection, except: core.id });
                    }
                }
                _ => {}
            }
        }
    }

    /// Says that there is no other SA with the peer, where the exchange had no protected message of ours to say it in.
    pub(crate) fn say_initial_contact(&mut self, core: &mut Core, fx: &mut Effects<'_>) {
        let mut draft = Draft::new();
        if phase1::push_initial_contact(&mut draft, self.isakmp.name, core, fx) {
            let message = self.inform(&draft, core, fx);
            repeat(message, core, fx);
        }
    }

    pub(crate) fn stay(self, reason: DropReason) -> Step<Session> {
        Step::Stay(Session::Established(self), reason)
    }
}

/// Sends the last words twice: nobody answers a Delete, and nobody could say later that it was lost.
fn repeat(message: Option<Vec<u8>>, core: &mut Core, fx: &mut Effects<'_>) {
    if let Some(message) = message {
        core.send(fx, &message);
    }
}

/// Tells that everything is closed and takes it out of the datapath.
pub(crate) fn close(core: &mut Core, fx: &mut Effects<'_>, isakmp: &Isakmp, reason: &CloseReason) {
    core.close_children(fx, reason);
    core.lifetime = None;
    if let Some(connection) = core.connection {
        fx.event(Event::IkeClosed { connection, name: isakmp.name, reason: reason.clone() });
    }
}
