//! What an IKE SA is beside the state of its version's protocol.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::command::SaEvent;
use esp_core::sa::{Direction, SaKey, Spi};
use esp_core::selector::Selectors;
use esp_core::time::Instant;

use super::liveness::Silence;
use super::{
    Ask, ChildSa, ChildSpec, ChildState, Datagrams, Effects, IkeSaId, Lifetime, Liveness, Nat, OutboundStart,
    Path, Reauth, Want,
};
use crate::config::ConnectionConfig;
use crate::diagnose::{ChildSaInfo, CloseReason, Event, FailureReason, Phase, Role};
use crate::endpoint::{ConnectionId, TimeoutReason};
use crate::wire::IkeSpi;

/// How long packets under way are still received after their Child SA was deleted.
const LINGER: Duration = Duration::from_secs(5);

/// The one octet that holds a NAT mapping (RFC 3948 §2.3).
const KEEPALIVE: u8 = 0xff;

/// Addresses, address translation, Child SAs, lifetimes and liveness of an IKE SA and of those that take its place.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Core {
    pub(crate) id: IkeSaId,
    /// Whether we started it. What rekeying changes is the session's own.
    pub(crate) role: Role,
    /// Known from the start to an initiator, to a responder once the peer has said who it is.
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) config: Option<Arc<ConnectionConfig>>,
    pub(crate) path: Path,
    pub(crate) nat: Nat,
    pub(crate) children: Vec<ChildSa>,
    pub(crate) liveness: Liveness,
    /// Of the IKE SA; `None` until it is established.
    pub(crate) lifetime: Option<Lifetime>,
    /// When the first message was sent or came.
    pub(crate) begun_at: Instant,
    /// When the peer was authenticated.
    pub(crate) established_at: Option<Instant>,
    /// The SPIs that we chose for IKE SAs, given back at the end.
    pub(crate) ike_spis: Vec<IkeSpi>,
    /// The SPIs that we chose for Child SAs, offered ones included, given back one by one or at the end.
    child_spis: BTreeSet<Spi>,
    /// Where a repetition of the first message comes from.
    pub(crate) first_message: Option<(IpAddr, IkeSpi)>,
    /// Until when the ends believe each other without a new proof.
    pub(crate) reauth: Reauth,
    /// The one whose place it takes once it is established.
    pub(crate) replaces: Option<IkeSaId>,
    /// When to end it if another IKE SA of the same connection then stands: both ends had initiated at once.
    pub(crate) redundant_at: Option<Instant>,
    /// Whether the peer is known to have established it too: the responder of IKE_AUTH cannot tell from its own answer.
    pub(crate) confirmed: bool,
    /// Whether we have told the peer that this is the first contact: from then on there is one.
    pub(crate) said_contact: bool,
    /// Whether both ends can put messages together from fragments.
    pub(crate) fragmentation: bool,
    /// Whether the peer is where its last message came from. With MOBIKE it is where it says.
    pub(crate) follows: bool,
    last_sent: Instant,
    /// Inbound directions of deleted Child SAs, and until when they stay.
    lingering: Vec<(Instant, SaKey)>,
}

impl Core {
    /// An IKE SA that has just begun.
    pub(crate) fn new(id: IkeSaId, role: Role, path: Path, now: Instant) -> Self {
        Self {
            id,
            role,
            connection: None,
            config: None,
            path,
            nat: Nat::default(),
            children: Vec::new(),
            liveness: Liveness::new(now),
            lifetime: None,
            begun_at: now,
            established_at: None,
            ike_spis: Vec::new(),
            child_spis: BTreeSet::new(),
            first_message: None,
            reauth: Reauth::default(),
            replaces: None,
            redundant_at: None,
            confirmed: role == Role::Initiator,
            said_contact: false,
            fragmentation: false,
            follows: true,
            last_sent: now,
            lingering: Vec::new(),
        }
    }

    /// Sends an IKE message to where the peer is.
    pub(crate) fn send(&mut self, fx: &mut Effects<'_>, message: &(impl Datagrams + ?Sized)) {
        self.last_sent = fx.now;
        fx.transmit(self.path, message);
    }

    /// Tells that an exchange failed.
    pub(crate) fn failed(&self, fx: &mut Effects<'_>, role: Role, phase: Phase, reason: FailureReason) {
        fx.failed(self.connection, self.path.remote, role, phase, reason);
    }

    /// Draws an SPI for an IKE SA and keeps account of it.
    pub(crate) fn new_ike_spi(&mut self, fx: &mut Effects<'_>) -> IkeSpi {
        let spi = fx.new_ike_spi(self.id);
        self.ike_spis.push(spi);
        spi
    }

    /// Gives an SPI of an IKE SA back.
    pub(crate) fn free_ike_spi(&mut self, fx: &mut Effects<'_>, spi: IkeSpi) {
        self.ike_spis.retain(|owned| *owned != spi);
        fx.registry.free_ike_spi(spi);
    }

    /// Draws an SPI for a Child SA and keeps account of it: what was only offered is given back at the end too.
    pub(crate) fn new_child_spi(&mut self, fx: &mut Effects<'_>) -> Spi {
        let spi = fx.new_child_spi();
        self.child_spis.insert(spi);
        spi
    }

    /// Gives an SPI of a Child SA back.
    pub(crate) fn free_child_spi(&mut self, fx: &mut Effects<'_>, spi: Spi) {
        self.child_spis.remove(&spi);
        fx.registry.free_child_spi(spi);
    }

    /// Gives everything back at the end.
    pub(crate) fn release(&mut self, fx: &mut Effects<'_>) {
        for spi in core::mem::take(&mut self.child_spis) {
            fx.registry.free_child_spi(spi);
        }
        for spi in core::mem::take(&mut self.ike_spis) {
            fx.registry.free_ike_spi(spi);
        }
        if let Some((address, spi)) = self.first_message.take() {
            fx.registry.forget_first_message(address, spi);
        }
    }

    /// The Child SA with this inbound SPI.
    pub(crate) fn child(&self, inbound: Spi) -> Option<&ChildSa> {
        self.children.iter().find(|child| child.inbound.spi == inbound)
    }

    /// The Child SA with this inbound SPI.
    pub(crate) fn child_mut(&mut self, inbound: Spi) -> Option<&mut ChildSa> {
        self.children.iter_mut().find(|child| child.inbound.spi == inbound)
    }

    /// The Child SA whose outbound SPI this is: the peer names Child SAs by its own inbound ones.
    pub(crate) fn child_by_outbound(&self, outbound: Spi) -> Option<&ChildSa> {
        self.children.iter().find(|child| child.outbound.spi == outbound)
    }

    /// Whether a Child SA serves.
    pub(crate) fn has_child(&self) -> bool {
        self.children.iter().any(ChildSa::serves)
    }

    /// Gives a Child SA to the datapath, inbound first.
    pub(crate) fn install(
        &mut self,
        fx: &mut Effects<'_>,
        spec: &ChildSpec,
        life: Duration,
        outbound: OutboundStart,
    ) -> ChildSaInfo {
        let lifetime = Lifetime::new(fx, life, spec.role);
        let params = |direction| spec.params(direction, self.path, self.nat.encap, lifetime.expires_at);
        let inbound_params = params(Direction::Inbound);
        let outbound_params = params(Direction::Outbound);
        let mut child = ChildSa {
            inbound: inbound_params.key(),
            outbound: outbound_params.key(),
            protocol: spec.protocol,
            suite: spec.suite,
            pfs: spec.pfs,
            selectors: spec.selectors.clone(),
            reqid: spec.reqid,
            encapsulated: self.nat.encap,
            role: spec.role,
            begun_at: fx.now,
            made_at: fx.now,
            state: ChildState::Active,
            lifetime,
            planned: lifetime,
            waiting: None,
            confirmed: !matches!(outbound, OutboundStart::AfterPeer(_)),
            has_outbound: false,
            packets_seen: 0,
        };
        fx.add_sa(self.id, inbound_params);
        match outbound {
            OutboundStart::Now => {
                child.has_outbound = true;
                fx.add_sa(self.id, outbound_params);
            }
            OutboundStart::AfterPeer(at) => child.waiting = Some((at, outbound_params)),
            OutboundStart::Never => {}
        }
        let info = child.info(fx.now);
        self.children.push(child);
        info
    }

    /// Starts the outbound direction of a Child SA if it waits.
    pub(crate) fn start_outbound(&mut self, fx: &mut Effects<'_>, inbound: Spi) {
        let (id, connection) = (self.id, self.connection);
        if let Some(child) = self.child_mut(inbound)
            && let Some((_, params)) = child.waiting.take()
        {
            child.has_outbound = true;
            fx.add_sa(id, params);
            if let Some(connection) = connection {
                fx.event(Event::ChildSends { connection, inbound });
            }
        }
    }

    /// The peer has all our answers: it sends a new request, which it does not before it has the last one. So it has
    /// every Child SA, and every outbound direction can start.
    pub(crate) fn confirm_all(&mut self, fx: &mut Effects<'_>) {
        for child in &mut self.children {
            child.confirmed = true;
        }
        let waiting: Vec<Spi> =
            self.children.iter().filter(|c| c.waiting.is_some()).map(|c| c.inbound.spi).collect();
        for spi in waiting {
            self.start_outbound(fx, spi);
        }
    }

    /// What each Child SA carries that sends.
    pub(crate) fn sending(&self) -> impl Iterator<Item = &Selectors> {
        self.children.iter().filter(|child| child.has_outbound).map(|child| &child.selectors)
    }

    /// Starts the outbound directions that wait while nothing else sends what they are for: neither a Child SA here nor
    /// one that carries `others`.
    pub(crate) fn start_unserved(&mut self, fx: &mut Effects<'_>, others: &[Selectors]) {
        let sent =
            |child: &ChildSa| self.sending().chain(others).any(|selectors| *selectors == child.selectors);
        let unserved = self.children.iter().filter(|child| child.waiting.is_some() && !sent(child));
        let unserved: Vec<Spi> = unserved.map(|child| child.inbound.spi).collect();
        for spi in unserved {
            self.start_outbound(fx, spi);
        }
    }

    /// Has whatever waits while nothing else sends in its place start.
    pub(crate) fn ask_to_start(&self, fx: &mut Effects<'_>) {
        if let Some(connection) = self.connection {
            fx.asks.push(Ask::StartWaiting { connection });
        }
    }

    /// Ends a Child SA: nothing is sent with it any more, and what is under way is still received for a while.
    pub(crate) fn remove_child(&mut self, fx: &mut Effects<'_>, inbound: Spi, reason: CloseReason) {
        let Some(place) = self.children.iter().position(|child| child.inbound.spi == inbound) else { return };
        let child = self.children.remove(place);
        // First told, then done: whoever leads traffic to it has the chance to end that before.
        if let Some(connection) = self.connection {
            fx.event(Event::ChildClosed { connection, inbound, reason });
        }
        if child.has_outbound {
            self.start_unserved(fx, &[]);
            fx.remove_sa(child.outbound);
            self.ask_to_start(fx);
        }
        if self.lingering.len() >= fx.limits.child_sas {
            let (_, oldest) = self.lingering.remove(0);
            fx.remove_sa(oldest);
            self.free_child_spi(fx, oldest.spi);
        }
        self.lingering.push((fx.now + LINGER, child.inbound));
    }

    /// Ends every Child SA, and goes on receiving for a while what the peer has sent with them: another IKE SA carries
    /// on, and nothing that is under way is to be lost (CONN-6).
    pub(crate) fn retire_children(&mut self, fx: &mut Effects<'_>, reason: &CloseReason) {
        let spis: Vec<Spi> = self.children.iter().map(|child| child.inbound.spi).collect();
        for spi in spis {
            self.remove_child(fx, spi, reason.clone());
        }
    }

    /// Whether the inbound direction of a deleted Child SA still stands.
    pub(crate) fn lingers(&self) -> bool {
        !self.lingering.is_empty()
    }

    /// Ends every Child SA at once.
    pub(crate) fn close_children(&mut self, fx: &mut Effects<'_>, reason: &CloseReason) {
        let children = core::mem::take(&mut self.children);
        if children.iter().any(|child| child.has_outbound) {
            self.ask_to_start(fx);
        }
        for child in children {
            if let Some(connection) = self.connection {
                let inbound = child.inbound.spi;
                fx.event(Event::ChildClosed { connection, inbound, reason: reason.clone() });
            }
            if child.has_outbound {
                fx.remove_sa(child.outbound);
            }
            fx.remove_sa(child.inbound);
            self.free_child_spi(fx, child.inbound.spi);
        }
        for (_, key) in core::mem::take(&mut self.lingering) {
            fx.remove_sa(key);
            self.free_child_spi(fx, key.spi);
        }
    }

    /// The peer was heard in a message that is authentic and newer than any before. Where it comes from is where it
    /// is, unless it is we whose address is translated (RFC 7296 §2.23).
    pub(crate) fn follow(&mut self, fx: &mut Effects<'_>, path: Path) {
        if !self.follows || path == self.path || self.nat.local || !path.is_floated() {
            return;
        }
        self.move_to(fx, path);
    }

    /// Gives its Child SAs away but for those with the inbound SPIs `held`, with what is left of deleted ones.
    pub(crate) fn give_children(&mut self, held: &[Spi]) -> Given {
        let (kept, children) = core::mem::take(&mut self.children)
            .into_iter()
            .partition(|child: &ChildSa| held.contains(&child.inbound.spi));
        self.children = kept;
        let lingering = core::mem::take(&mut self.lingering);
        Given { path: self.path, children, lingering }
    }

    /// Takes the Child SAs of another IKE SA with the same peer.
    pub(crate) fn take_children(&mut self, fx: &mut Effects<'_>, given: Given) {
        let Given { path, children, lingering } = given;
        for mut child in children {
            fx.registry.add_sa(child.inbound, self.id);
            if child.has_outbound {
                fx.registry.add_sa(child.outbound, self.id);
            }
            if path != self.path {
                move_child(&mut child, fx, self.id, self.path, self.nat.encap);
            }
            self.children.push(child);
        }
        for (_, key) in &lingering {
            fx.registry.add_sa(*key, self.id);
        }
        self.lingering.extend(lingering);
    }

    fn move_to(&mut self, fx: &mut Effects<'_>, path: Path) {
        let from = core::mem::replace(&mut self.path, path).remote;
        if let (Some(connection), true) = (self.connection, from != path.remote) {
            fx.event(Event::PeerMoved { connection, from, to: path.remote });
        }
        self.move_children(fx);
    }

    /// Has every Child SA follow the IKE SA to where it is now.
    pub(crate) fn move_children(&mut self, fx: &mut Effects<'_>) {
        let (id, path, encap) = (self.id, self.path, self.nat.encap);
        for child in &mut self.children {
            move_child(child, fx, id, path, encap);
        }
    }

    /// The datapath reports about a Security Association of ours.
    pub(crate) fn handle_sa_event(&mut self, fx: &mut Effects<'_>, event: &SaEvent) -> Option<Want> {
        let of = |key: &SaKey| {
            let child = self.children.iter().find(|c| c.inbound == *key || c.outbound == *key);
            child.map(|child| (child.inbound.spi, child.state))
        };
        match event {
            SaEvent::FirstUse { key } => {
                self.confirmed = true;
                self.liveness.heard(fx.now);
                if let Some(child) = self.child_mut(key.spi) {
                    child.confirmed = true;
                }
                self.start_outbound(fx, key.spi);
                None
            }
            SaEvent::SoftLimit { key, .. } => match of(key) {
                Some((spi, ChildState::Active)) => Some(Want::RekeyChild(spi)),
                _ => None,
            },
            SaEvent::HardLimit { key, .. } => {
                of(key).map(|(spi, _)| Want::DeleteChild(spi, CloseReason::Expired))
            }
            SaEvent::Usage { key, usage } => {
                if let (Some(usage), Some(child)) =
                    (usage, self.children.iter_mut().find(|child| child.inbound == *key))
                {
                    let more = usage.packets > child.packets_seen;
                    child.packets_seen = usage.packets;
                    let at = usage.last_used.map_or(fx.now, |at| at.min(fx.now));
                    if more {
                        self.liveness.heard(at);
                    }
                }
                self.liveness.answered(fx.now);
                // The last answer decides at once: nobody is woken for a time that is already there.
                let delay = self.config.as_ref().map(|config| config.liveness.delay)?;
                (self.liveness.check(fx.now, delay) == Silence::Probe).then_some(Want::Probe)
            }
            SaEvent::PeerMoved { key, remote } => {
                let follows = self.follows && self.nat.encap && !self.nat.local;
                if of(key).is_some() && follows && *remote != self.path.remote {
                    let path = Path { remote: *remote, ..self.path };
                    self.move_to(fx, path);
                }
                None
            }
            SaEvent::Refused { key, reason } => {
                let (spi, _) = of(key)?;
                let reason = FailureReason::Backend { reason: reason.clone() };
                self.failed(fx, Role::Initiator, Phase::Two, reason.clone());
                Some(Want::DeleteChild(spi, CloseReason::Failed(reason)))
            }
            SaEvent::Acquire { .. }
            | SaEvent::Removed { .. }
            | SaEvent::Traffic(_)
            | SaEvent::UnknownSpi { .. } => None,
        }
    }

    /// Does what time asks for, and returns what the session has to do about it.
    pub(crate) fn handle_timeout(&mut self, fx: &mut Effects<'_>) -> Vec<Want> {
        let now = fx.now;
        let mut wants = Vec::new();
        let lingering = core::mem::take(&mut self.lingering);
        let (over, lingering) = lingering.into_iter().partition::<Vec<_>, _>(|(until, _)| *until <= now);
        self.lingering = lingering;
        for (_, key) in over {
            fx.remove_sa(key);
            self.free_child_spi(fx, key.spi);
        }
        for spi in self.due_children(now, |child| child.waiting.as_ref().map(|(at, _)| *at)) {
            self.start_outbound(fx, spi);
        }
        for spi in self.due_children(now, |child| Some(child.lifetime.expires_at)) {
            wants.push(Want::DeleteChild(spi, CloseReason::Expired));
        }
        if self.lifetime.is_none() {
            return wants;
        }
        if let (Some(connection), true) = (self.connection, self.redundant_at.is_some_and(|at| at <= now)) {
            self.redundant_at = None;
            fx.asks.push(Ask::EndIfRedundant { connection, id: self.id });
        }
        if let (Some(connection), true) = (self.connection, self.reauth.take_due(now)) {
            fx.asks.push(Ask::AuthenticateAgain { connection, id: self.id });
        }
        if self.reauth.is_expired(now) {
            wants.push(Want::Close(CloseReason::Expired));
            return wants;
        }
        if self.keepalive_due().is_some_and(|due| due <= now) {
            self.last_sent = now;
            fx.transmit_raw(self.path, Vec::from([KEEPALIVE]));
        }
        self.check_liveness(fx, &mut wants);
        for spi in self.due_children(now, |child| child.lifetime.rekey_at) {
            if let Some(child) = self.child_mut(spi) {
                child.lifetime.rekey_at = None;
                if child.state == ChildState::Active {
                    wants.push(Want::RekeyChild(spi));
                }
            }
        }
        if let Some(lifetime) = &mut self.lifetime {
            if lifetime.expires_at <= now {
                wants.push(Want::Close(CloseReason::Expired));
            } else if lifetime.rekey_at.is_some_and(|at| at <= now) {
                lifetime.rekey_at = None;
                wants.push(Want::RekeyIke);
            }
        }
        wants
    }

    /// When there is something to do here.
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let lingering = self.lingering.iter().map(|(at, _)| (*at, TimeoutReason::Expiry)).min();
        let standing = self.lifetime.is_some();
        let of_child = |child: &ChildSa| {
            if child.state == ChildState::Deleting {
                return None;
            }
            let expiry = (child.lifetime.expires_at, TimeoutReason::Expiry);
            let rekey = child.lifetime.rekey_at.filter(|_| standing).map(|at| (at, TimeoutReason::Rekey));
            let waiting = child.waiting.as_ref().map(|(at, _)| (*at, TimeoutReason::Rekey));
            [Some(expiry), rekey, waiting].into_iter().flatten().min()
        };
        let children = self.children.iter().filter_map(of_child).min();
        let Some(lifetime) = &self.lifetime else { return [lingering, children].into_iter().flatten().min() };
        let liveness = self.config.as_ref().and_then(|c| self.liveness.due(c.liveness.delay));
        [
            lingering,
            children,
            Some((lifetime.expires_at, TimeoutReason::Expiry)),
            lifetime.rekey_at.map(|at| (at, TimeoutReason::Rekey)),
            self.redundant_at.map(|at| (at, TimeoutReason::Expiry)),
            self.reauth.due().map(|at| (at, TimeoutReason::Rekey)),
            liveness.map(|at| (at, TimeoutReason::Liveness)),
            self.keepalive_due().map(|at| (at, TimeoutReason::KeepAlive)),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn due_children(&self, now: Instant, when: impl Fn(&ChildSa) -> Option<Instant>) -> Vec<Spi> {
        let due = self.children.iter().filter(|child| child.state != ChildState::Deleting);
        due.filter(|child| when(child).is_some_and(|at| at <= now)).map(|child| child.inbound.spi).collect()
    }

    fn keepalive_due(&self) -> Option<Instant> {
        let interval = self.config.as_ref()?.nat.keepalive;
        (self.nat.local && self.path.is_floated() && !interval.is_zero()).then(|| self.last_sent + interval)
    }

    fn check_liveness(&mut self, fx: &mut Effects<'_>, wants: &mut Vec<Want>) {
        let Some(delay) = self.config.as_ref().map(|config| config.liveness.delay) else { return };
        let mut silence = self.liveness.check(fx.now, delay);
        if silence == Silence::Ask {
            for child in &self.children {
                fx.query_usage(child.inbound);
            }
            self.liveness.asked(fx.now, self.children.len());
            if self.children.is_empty() {
                silence = self.liveness.check(fx.now, delay);
            }
        }
        if silence == Silence::Probe {
            wants.push(Want::Probe);
        }
    }
}

/// Child SAs on their way from one IKE SA to another.
#[derive(Debug)]
pub(crate) struct Given {
    path: Path,
    children: Vec<ChildSa>,
    lingering: Vec<(Instant, SaKey)>,
}

impl Given {
    /// Their inbound SPIs.
    pub(crate) fn spis(&self) -> Vec<Spi> {
        self.children.iter().map(|child| child.inbound.spi).collect()
    }
}

/// Moves a Child SA to other addresses.
fn move_child(child: &mut ChildSa, fx: &mut Effects<'_>, id: IkeSaId, path: Path, encap: bool) {
    let inbound = SaKey { destination: path.local.ip(), ..child.inbound };
    let outbound = SaKey { destination: path.remote.ip(), ..child.outbound };
    fx.move_sa(id, child.inbound, inbound, path, encap);
    if child.has_outbound {
        fx.move_sa(id, child.outbound, outbound, path, encap);
    }
    if let Some((_, params)) = &mut child.waiting {
        params.local = path.local.ip();
        params.remote = path.remote.ip();
        params.encap = path.encap(encap);
    }
    child.encapsulated = encap;
    child.inbound = inbound;
    child.outbound = outbound;
}
