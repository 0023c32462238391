//! The one object that an embedder drives.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use esp_core::command::SaEvent;
use esp_core::time::Instant;
use rand_core::CryptoRng;

use super::RateLimit;
use super::cookie::CookieJar;
use super::half_open::HalfOpenTable;
use super::{ConnectionId, Input, Output, TimeoutReason};
use crate::config::Limits;
use crate::diagnose::{ChildSaInfo, CloseReason, IkeSaInfo, Observed, Role};
use crate::sa::{Ask, Connections, Contacts, Effects, IkeSa, IkeSaId, Registry, Want, same_peer};
use crate::v1::Fragments;
use crate::v2::takes_over;

/// How long an IKE SA stands beside the one that takes its place.
pub(super) const REDUNDANT_FOR: Duration = Duration::from_secs(2);
/// How long two stand beside each other that both ends began at once. strongSwan ends the older one of them after 10 s, and
/// if we had ended the other one before, none would be left.
pub(super) const AT_ONCE_FOR: Duration = Duration::from_secs(12);
/// When the end that did not begin the one that is too many ends it, if the other never did.
pub(super) const AT_ONCE_LATE: Duration = Duration::from_secs(20);

/// All IKE SAs of a gateway.
///
/// It is given what happens ([`Self::handle_input`], which never fails) and asked what to do ([`Self::poll_output`],
/// until it says [`Output::Timeout`]). It reads no clock and draws randomness only from the generator that it was
/// made with: the same inputs at the same times give the same outputs.
pub struct Endpoint {
    pub(super) limits: Limits,
    pub(super) rng: Box<dyn CryptoRng + Send>,
    pub(super) connections: Connections,
    pub(super) sas: BTreeMap<IkeSaId, IkeSa>,
    pub(super) registry: Registry,
    pub(super) half_open: HalfOpenTable,
    pub(super) cookies: CookieJar,
    pub(super) fragments: Fragments,
    pub(super) replies: RateLimit,
    next_id: u64,
    observed: Observed,
    queue: VecDeque<Output>,
    told: RateLimit,
    asks: Vec<Ask>,
    drops: BTreeMap<&'static str, u64>,
    by_connection: BTreeSet<(ConnectionId, IkeSaId)>,
    established: BTreeSet<(ConnectionId, IkeSaId)>,
    pub(super) contacts: Contacts,
    /// The connections that were terminated and not initiated since: they answer, and begin nothing.
    pub(super) passive: BTreeSet<ConnectionId>,
    connection_of: BTreeMap<IkeSaId, ConnectionId>,
    schedule: BTreeMap<(Instant, IkeSaId), TimeoutReason>,
    scheduled: BTreeMap<IkeSaId, Instant>,
}

impl Endpoint {
    /// An endpoint without connections. `rng` must be fit for keys, except in a simulation.
    pub fn new(limits: Limits, rng: Box<dyn CryptoRng + Send>) -> Self {
        Self {
            limits,
            rng,
            connections: Connections::new(),
            sas: BTreeMap::new(),
            registry: Registry::default(),
            half_open: HalfOpenTable::default(),
            cookies: CookieJar::default(),
            fragments: Fragments::default(),
            replies: RateLimit::default(),
            next_id: 0,
            observed: Observed::default(),
            queue: VecDeque::new(),
            told: RateLimit::default(),
            asks: Vec::new(),
            drops: BTreeMap::new(),
            by_connection: BTreeSet::new(),
            established: BTreeSet::new(),
            contacts: Contacts::default(),
            passive: BTreeSet::new(),
            connection_of: BTreeMap::new(),
            schedule: BTreeMap::new(),
            scheduled: BTreeMap::new(),
        }
    }

    /// Takes in what happened. Any number of inputs may come between two drains of the output. `now` never goes back.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { local, remote, payload } => self.handle_datagram(now, local, remote, payload),
            Input::Timeout => self.handle_timeout(now),
            Input::Sa(event) => self.handle_sa_event(now, &event),
            Input::Command(command) => self.handle_command(now, command),
        }
        self.handle_asks(now);
    }

    /// The next thing to do. After [`Output::Timeout`] there is nothing more until the next input.
    pub fn poll_output(&mut self) -> Output {
        self.queue.pop_front().unwrap_or_else(|| Output::Timeout(self.next_timeout()))
    }

    /// When [`Input::Timeout`] is to come at the latest, and what for.
    pub fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        self.schedule.first_key_value().map(|((at, _), reason)| (*at, *reason))
    }

    /// The established IKE SAs of a connection.
    pub fn ike_sas(
        &self,
        connection: ConnectionId,
        now: Instant,
    ) -> impl Iterator<Item = IkeSaInfo> + use<'_> {
        self.of(connection).into_iter().filter_map(move |id| self.sas.get(&id)?.info(now))
    }

    /// The Child SAs of a connection, those that are being replaced included.
    pub fn child_sas(
        &self,
        connection: ConnectionId,
        now: Instant,
    ) -> impl Iterator<Item = ChildSaInfo> + use<'_> {
        let sas = self.of(connection).into_iter().filter_map(|id| self.sas.get(&id));
        sas.flat_map(|sa| sa.core.children.iter()).map(move |child| child.info(now))
    }

    /// How many IKE SAs there are, those included that are not established yet or not gone yet.
    pub fn ike_sa_count(&self) -> usize {
        self.sas.len()
    }

    /// How many IKE SAs initiators without proof have made us hold.
    pub fn half_open_count(&self) -> usize {
        self.half_open.len()
    }

    /// How many datagrams were dropped, by [`DropReason::name`](crate::diagnose::DropReason::name).
    pub fn drops(&self) -> &BTreeMap<&'static str, u64> {
        &self.drops
    }

    /// The same endpoint with another generator, for a test that goes on from here in several ways.
    #[cfg(test)]
    pub(crate) fn fork(&self, rng: Box<dyn CryptoRng + Send>) -> Self {
        debug_assert!(self.queue.is_empty() && self.asks.is_empty());
        Self {
            limits: self.limits,
            rng,
            connections: self.connections.clone(),
            sas: self.sas.clone(),
            registry: self.registry.clone(),
            half_open: self.half_open.clone(),
            cookies: self.cookies.clone(),
            fragments: Fragments::default(),
            replies: self.replies.clone(),
            next_id: self.next_id,
            observed: self.observed.clone(),
            queue: VecDeque::new(),
            told: self.told.clone(),
            asks: Vec::new(),
            drops: self.drops.clone(),
            by_connection: self.by_connection.clone(),
            established: self.established.clone(),
            contacts: self.contacts.clone(),
            passive: self.passive.clone(),
            connection_of: self.connection_of.clone(),
            schedule: self.schedule.clone(),
            scheduled: self.scheduled.clone(),
        }
    }

    /// A new name for an IKE SA.
    pub(super) fn new_id(&mut self) -> IkeSaId {
        self.next_id = self.next_id.saturating_add(1);
        IkeSaId(self.next_id)
    }

    /// Runs `f` with the sink of effects and without the IKE SAs.
    pub(super) fn with_effects<T>(&mut self, now: Instant, f: impl FnOnce(&mut Effects<'_>) -> T) -> T {
        f(&mut Effects {
            now,
            rng: self.rng.as_mut(),
            limits: &self.limits,
            connections: &self.connections,
            established: &self.established,
            contacts: &self.contacts,
            registry: &mut self.registry,
            observed: &mut self.observed,
            queue: &mut self.queue,
            told: &mut self.told,
            asks: &mut self.asks,
            drops: &mut self.drops,
        })
    }

    /// Runs `f` with one IKE SA, which it gives back or not.
    pub(super) fn with_sa(
        &mut self,
        now: Instant,
        id: IkeSaId,
        f: impl FnOnce(IkeSa, &mut Effects<'_>) -> Option<IkeSa>,
    ) {
        let Some(sa) = self.sas.remove(&id) else { return };
        let sa = self.with_effects(now, |fx| f(sa, fx));
        self.settle(id, sa);
    }

    /// Takes an IKE SA back, or forgets it, and keeps the accounts.
    pub(super) fn settle(&mut self, id: IkeSaId, sa: Option<IkeSa>) {
        let due = sa.as_ref().and_then(IkeSa::next_timeout);
        if let Some(before) = self.scheduled.remove(&id) {
            self.schedule.remove(&(before, id));
        }
        if let Some((at, reason)) = due {
            self.scheduled.insert(id, at);
            self.schedule.insert((at, id), reason);
        }
        let connection = sa.as_ref().and_then(|sa| sa.core.connection);
        let before = match connection {
            Some(connection) => self.connection_of.insert(id, connection),
            None => self.connection_of.remove(&id),
        };
        if before != connection {
            before.map(|before| self.by_connection.remove(&(before, id)));
            before.map(|before| self.established.remove(&(before, id)));
            connection.map(|connection| self.by_connection.insert((connection, id)));
        }
        if let Some(connection) = connection {
            match sa.as_ref().and_then(|sa| sa.session.established()) {
                Some(_) => self.established.insert((connection, id)),
                None => self.established.remove(&(connection, id)),
            };
        }
        let standing = sa.as_ref().filter(|sa| sa.is_contact()).map(|sa| sa.core.path.remote.ip());
        self.contacts.set(id, standing.zip(connection));
        match sa {
            Some(sa) => {
                let address = sa.core.path.remote.ip();
                self.half_open.set(id, address, sa.session.is_half_open());
                self.sas.insert(id, sa);
            }
            None => self.half_open.set(id, core::net::IpAddr::from([0, 0, 0, 0]), false),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        // Each at most once: what is due again at once waits for the next call, so that this one ends.
        let due: Vec<IkeSaId> =
            self.schedule.keys().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        for id in due {
            self.with_sa(now, id, IkeSa::handle_timeout);
        }
    }

    fn handle_sa_event(&mut self, now: Instant, event: &SaEvent) {
        let key = match event {
            SaEvent::FirstUse { key }
            | SaEvent::SoftLimit { key, .. }
            | SaEvent::HardLimit { key, .. }
            | SaEvent::Usage { key, .. }
            | SaEvent::PeerMoved { key, .. }
            | SaEvent::Refused { key, .. } => key,
            SaEvent::UnknownSpi { key, source } => return self.handle_unknown_spi(now, *key, source.ip()),
            SaEvent::Acquire { .. } | SaEvent::Removed { .. } | SaEvent::Traffic(_) => return,
        };
        if let Some(id) = self.registry.by_sa(key) {
            self.with_sa(now, id, |sa, fx| sa.handle_sa_event(event, fx));
        }
    }

    /// Does what one IKE SA wants of others.
    fn handle_asks(&mut self, now: Instant) {
        while let Some(ask) = self.asks.pop() {
            match ask {
                Ask::InitialContact { connection, except } => {
                    for id in self.older_than(except, connection) {
                        let want = Want::Forget(CloseReason::InitialContact);
                        self.with_sa(now, id, |sa, fx| sa.want(want, fx));
                    }
                }
                Ask::IsakmpEstablished { connection, id } => self.settle_isakmp(now, connection, id),
                Ask::Reauthenticate { connection, id } => self.reauthenticate(now, connection, id),
                Ask::Orphaned { connection, id } => self.rescue_orphan(now, connection, id),
                Ask::ChildDeleted { connection, protocol, spi, except } => {
                    self.delete_elsewhere(now, connection, (protocol, spi), except);
                }
                Ask::Established { connection } => self.mark_redundant(now, connection),
                Ask::AuthenticateAgain { connection, id } => {
                    self.authenticate_again(now, connection, id);
                }
                Ask::StartWaiting { connection } => self.start_waiting(now, connection),
                Ask::EndIfRedundant { connection, id } => self.end_if_redundant(now, connection, id),
            }
        }
    }

    /// The IKE SAs that the peer must have known of when it began the one with INITIAL_CONTACT, had it not lost them: of all
    /// connections with the same identities (F-27).
    /// One that was established meanwhile is not meant: both ends had initiated at once.
    fn older_than(&self, newest: IkeSaId, connection: ConnectionId) -> Vec<IkeSaId> {
        let Some(begun_at) = self.sas.get(&newest).map(|sa| sa.core.begun_at) else { return Vec::new() };
        let older = |id: &IkeSaId| {
            let established_at = self.sas.get(id).and_then(|sa| sa.core.established_at);
            *id != newest && established_at.is_some_and(|at| at < begun_at)
        };
        let Some(address) = self.sas.get(&newest).map(|sa| sa.core.path.remote.ip()) else {
            return Vec::new();
        };
        let of_peer = self.contacts.with(address);
        let of_others = of_peer.filter(|(other, _)| *other != connection);
        let same = of_others.filter(|(other, _)| same_peer(&self.connections, connection, *other));
        self.of(connection).into_iter().chain(same.map(|(_, id)| id)).filter(older).collect()
    }

    /// If both ends have initiated at once, two IKE SAs stand. Both ends agree that the one with the highest SPI of an
    /// initiator stays, and who initiated another one ends it, or the other end if nobody did. The peer may follow another
    /// rule and end one first.
    fn mark_redundant(&mut self, now: Instant, connection: ConnectionId) {
        let ids = self.established_of(connection);
        // One that was made to take the place of another does, whatever their SPIs are (RFC 4478).
        let replaced = ids.iter().find_map(|id| self.sas.get_mut(id).and_then(|sa| sa.core.replaces.take()));
        if let Some(replaced) = replaced {
            return self.with_sa(now, replaced, |mut sa, _| {
                sa.core.redundant_at = Some(now + REDUNDANT_FOR);
                Some(sa)
            });
        }
        let name = |id: &IkeSaId| self.sas.get(id).map(|sa| sa.session.name().initiator);
        let Some(stays) = ids.iter().max_by_key(|id| name(id)).copied() else { return };
        for id in ids.into_iter().filter(|id| *id != stays) {
            self.with_sa(now, id, |mut sa, _| {
                let ours = sa.core.role == Role::Initiator;
                sa.core.redundant_at = Some(now + if ours { AT_ONCE_FOR } else { AT_ONCE_LATE });
                Some(sa)
            });
        }
    }

    /// Ends an IKE SA if another one stands that both ends are known to have. One that the peer may not have yet, since
    /// our answer to IKE_AUTH may be lost, is waited for, and so are its Child SAs for each pair.
    fn end_if_redundant(&mut self, now: Instant, connection: ConnectionId, id: IkeSaId) {
        if !self.make_way(now, connection, id) {
            return;
        }
        let others: Vec<_> =
            self.established_of(connection).into_iter().filter(|other| *other != id).collect();
        let Some(old) = self.sas.get(&id).map(|sa| &sa.core) else { return };
        let ready =
            |id: &IkeSaId| self.sas.get(id).is_some_and(|sa| sa.core.confirmed && takes_over(old, &sa.core));
        if others.iter().any(ready) {
            self.with_sa(now, id, |sa, fx| sa.want(Want::Close(CloseReason::Replaced), fx));
        } else if !others.is_empty() {
            self.with_sa(now, id, |mut sa, _| {
                sa.core.redundant_at = Some(now + REDUNDANT_FOR);
                Some(sa)
            });
        }
    }

    /// Starts the Child SAs that wait for the peer to use them, where nothing else of the connection sends any more.
    fn start_waiting(&mut self, now: Instant, connection: ConnectionId) {
        let ids = self.of(connection);
        let sent: Vec<_> =
            ids.iter().filter_map(|id| self.sas.get(id)).flat_map(|sa| sa.core.sending().cloned()).collect();
        for id in ids {
            self.with_sa(now, id, |mut sa, fx| {
                sa.core.start_unserved(fx, &sent);
                Some(sa)
            });
        }
    }

    /// The IKE SAs of a connection, in any state.
    pub(super) fn of(&self, connection: ConnectionId) -> Vec<IkeSaId> {
        let all = (connection, IkeSaId(0))..=(connection, IkeSaId(u64::MAX));
        self.by_connection.range(all).map(|(_, id)| *id).collect()
    }

    pub(super) fn established_of(&self, connection: ConnectionId) -> Vec<IkeSaId> {
        let all = (connection, IkeSaId(0))..=(connection, IkeSaId(u64::MAX));
        self.established.range(all).map(|(_, id)| *id).collect()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("connections", &self.connections.len())
            .field("ike_sas", &self.sas.len())
            .field("queued", &self.queue.len())
            .finish_non_exhaustive()
    }
}
