//! The ISAKMP SAs of one connection: IPsec SAs outlive the one that made them and go over to the next (F-17).

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, SaKey, Spi};
use esp_core::time::Instant;

use super::endpoint::{AT_ONCE_FOR, AT_ONCE_LATE, REDUNDANT_FOR};
use super::{ConnectionId, Endpoint};
use crate::diagnose::{CloseReason, Role};
use crate::sa::{IkeSaId, Want};
use crate::v1;

/// When the end that did not begin the newer ISAKMP SA ends the older one, if the other never did.
const REDUNDANT_LATE: Duration = Duration::from_secs(20);

impl Endpoint {
    /// An ISAKMP SA is established, and asks again when the peer is known to have it too: only then it counts. One that was begun when another stood takes its place; of two that were begun at once
    /// both ends keep the one with the highest cookie of an initiator. What others have made goes over to the one that
    /// stays.
    pub(super) fn settle_isakmp(&mut self, now: Instant, connection: ConnectionId, newest: IkeSaId) {
        let Some(sa) = self.sas.get(&newest).filter(|sa| sa.core.connection == Some(connection)) else {
            return;
        };
        let (initiator, confirmed) = (sa.core.role == Role::Initiator, sa.session.is_confirmed_v1());
        let alone = !self.of(connection).into_iter().any(|other| other != newest && self.is_isakmp(other));
        if !alone && (initiator || !confirmed) {
            // Nothing else may be said with it, beside another one, that would tell the peer's end that it stands. And whoever
            // has begun it need not say anything, so the other end asks.
            self.with_sa(now, newest, |sa, fx| sa.want(Want::Probe, fx));
        } else if initiator && !confirmed {
            self.create_children(now, connection, newest);
        }
        // It may turn out to be another connection's, and then must not have taken anything of this one.
        if !confirmed || self.is_undecided(newest) {
            return;
        }
        let mut stays = newest;
        for other in self.of(connection) {
            if other != newest && self.beats(other, newest) {
                stays = other;
            }
        }
        let mut doubtful = Vec::new();
        // One that the peer may not have yet is looked at when it is known to have it.
        for other in self.of(connection) {
            if other != stays && self.counts(other) {
                let over = self.sas.get(&other).is_some_and(|sa| sa.session.is_over());
                let moved = self.move_children(now, other, stays);
                doubtful.extend(moved.into_iter().filter(|_| over));
                self.retire(now, other, stays);
            }
        }
        self.with_sa(now, stays, |mut sa, _| {
            sa.core.redundant_at = None;
            Some(sa)
        });
        let initiator = self.sas.get(&stays).is_some_and(|sa| sa.core.role == Role::Initiator);
        if initiator {
            self.create_children(now, connection, stays);
            // The peer has ended the ISAKMP SA that they came from, and may have ended them too: a Delete is not answered,
            // and one that was lost would leave them carrying traffic to nobody for the rest of their lifetime.
            for spi in doubtful {
                self.with_sa(now, stays, |sa, fx| sa.want(Want::RekeyChild(spi), fx));
            }
        }
    }

    /// Begins what a connection shall carry. One that was terminated begins nothing: its ISAKMP SA was made for IPsec SAs of
    /// the peer's that had lost theirs, and ends if the peer does not have them any more.
    fn create_children(&mut self, now: Instant, connection: ConnectionId, id: IkeSaId) {
        let passive = self.passive.contains(&connection);
        let idle = self.sas.get(&id).is_some_and(|sa| sa.core.children.is_empty());
        match (passive, idle) {
            (false, _) => self.with_sa(now, id, |sa, fx| sa.want(Want::CreateChild, fx)),
            (true, true) => {
                self.with_sa(now, id, |sa, fx| sa.want(Want::Close(CloseReason::Local), fx));
            }
            (true, false) => {}
        }
    }

    /// Whether the peer has begun an ISAKMP SA and not said yet which of several connections it means.
    fn is_undecided(&self, id: IkeSaId) -> bool {
        let Some(core) = self.sas.get(&id).map(|sa| &sa.core) else { return false };
        core.role == Role::Responder && core.children.is_empty() && v1::is_ambiguous(core, &self.connections)
    }

    /// Whether an ISAKMP SA of a connection stands, or what is left of one.
    fn is_isakmp(&self, id: IkeSaId) -> bool {
        self.sas.get(&id).is_some_and(|sa| sa.session.established().is_some() || sa.session.is_over())
    }

    /// Whether an ISAKMP SA stands at both ends, or is over and has left IPsec SAs.
    fn counts(&self, id: IkeSaId) -> bool {
        let session = self.sas.get(&id).map(|sa| &sa.session);
        session.is_some_and(|session| session.is_v1() && (session.is_confirmed_v1() || session.is_over()))
    }

    /// Whether an ISAKMP SA stays although `newest` is established.
    fn beats(&self, other: IkeSaId, newest: IkeSaId) -> bool {
        let (Some(other), Some(newest)) = (self.sas.get(&other), self.sas.get(&newest)) else { return false };
        let at_once = other.core.established_at.is_some_and(|at| at > newest.core.begun_at);
        let stands = other.session.is_confirmed_v1();
        stands && at_once && other.session.name().initiator > newest.session.name().initiator
    }

    /// Has an ISAKMP SA end that another one has taken the place of: at once if nothing but IPsec SAs was left of it, and
    /// else a little later, by the end that made the new one.
    fn retire(&mut self, now: Instant, id: IkeSaId, stays: IkeSaId) {
        let made_by_us = |id: &IkeSaId| self.sas.get(id).is_some_and(|sa| sa.core.role == Role::Initiator);
        let replaced = match (self.sas.get(&id), self.sas.get(&stays)) {
            (Some(old), Some(new)) => old.core.established_at.is_some_and(|at| at <= new.core.begun_at),
            _ => return,
        };
        let ours = if replaced { made_by_us(&stays) } else { made_by_us(&id) };
        self.with_sa(now, id, |mut sa, fx| {
            if sa.session.established().is_none() {
                sa.core.close_children(fx, &CloseReason::Replaced);
                sa.core.release(fx);
                return None;
            }
            let wait = match (replaced, ours) {
                (true, true) => REDUNDANT_FOR,
                (true, false) => REDUNDANT_LATE,
                (false, true) => AT_ONCE_FOR,
                (false, false) => AT_ONCE_LATE,
            };
            sa.core.redundant_at.get_or_insert(now + wait);
            // Nothing of it is replaced again.
            if let Some(lifetime) = &mut sa.core.lifetime {
                lifetime.rekey_at = None;
            }
            Some(sa)
        });
    }

    /// What another ISAKMP SA needs before it ends as one too many: true if it can. Its IPsec SAs go over, and what is
    /// under way is waited for.
    pub(super) fn make_way(&mut self, now: Instant, connection: ConnectionId, id: IkeSaId) -> bool {
        let is_v1 = |id: &IkeSaId| self.sas.get(id).is_some_and(|sa| sa.session.is_v1());
        if !is_v1(&id) {
            return true;
        }
        let redundant =
            |other: &IkeSaId| self.sas.get(other).is_some_and(|sa| sa.core.redundant_at.is_some());
        let others = self.established_of(connection);
        let Some(stays) = others.into_iter().rev().find(|other| *other != id && !redundant(other)) else {
            return false;
        };
        let busy = self.sas.get(&id).is_some_and(|sa| sa.session.is_busy());
        if busy {
            self.with_sa(now, id, |mut sa, _| {
                sa.core.redundant_at = Some(now + REDUNDANT_FOR);
                Some(sa)
            });
            return false;
        }
        self.move_children(now, id, stays);
        true
    }

    /// Phase 1 anew, since its lifetime ends: another one, beside the one that stands (F-17).
    pub(super) fn reauthenticate(&mut self, now: Instant, connection: ConnectionId, id: IkeSaId) {
        let Some(config) = self.connections.get(&connection).cloned() else { return };
        let under_way = self.of(connection).into_iter().any(|other| {
            self.sas.get(&other).is_some_and(|sa| sa.session.established().is_none() && !sa.session.is_over())
        });
        let Some(sa) = self.sas.get(&id) else { return };
        let redundant = sa.core.redundant_at.is_some();
        // Whom we were told to wait for, and whose address may be any, comes by itself.
        if under_way || redundant || config.remote.is_none() {
            return;
        }
        let mut path = sa.core.path;
        if !(sa.core.nat.remote && path.is_floated()) {
            path.local.set_port(super::commands::IKE_PORT);
            path.remote.set_port(super::commands::IKE_PORT);
        }
        self.begin(now, connection, config, path, None);
    }

    /// IPsec SAs have lost their ISAKMP SA: another one takes them, or is begun.
    pub(super) fn rescue_orphan(&mut self, now: Instant, connection: ConnectionId, id: IkeSaId) {
        match self.established_of(connection).into_iter().next_back() {
            Some(stays) => {
                self.move_children(now, id, stays);
                self.retire(now, id, stays);
            }
            None => self.reauthenticate(now, connection, id),
        }
    }

    /// A packet came for an IPsec SA that is not there. If it is the peer's, it has not heard our Delete, and would go on for
    /// the SA's whole lifetime: it is told again (RFC 2408 §3.14, INVALID-SPI). Of IKEv1 alone, since a Delete of IKEv2 is
    /// repeated until it is answered. Whose packet it was does not matter: a peer that does not send with this SPI has
    /// nothing to end.
    pub(super) fn handle_unknown_spi(&mut self, now: Instant, key: SaKey, source: IpAddr) {
        let fits = |id: &IkeSaId| {
            let sa = self.sas.get(id);
            sa.is_some_and(|sa| sa.session.is_confirmed_v1() && sa.core.path.local.ip() == key.destination)
        };
        let mut of_peer: Vec<IkeSaId> = self.contacts.with(source).map(|(_, id)| id).filter(fits).collect();
        of_peer.sort_unstable();
        for id in of_peer.into_iter().rev().take(v1::TOLD_OF_UNKNOWN_SPI) {
            self.with_sa(now, id, |mut sa, fx| {
                if let Some(session) = sa.session.v1() {
                    session.tell_invalid_spi(key, &mut sa.core, fx);
                }
                Some(sa)
            });
        }
    }

    /// The peer has deleted an IPsec SA under another ISAKMP SA than the one that holds it.
    pub(super) fn delete_elsewhere(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        deleted: (IpsecProtocol, Spi),
        except: IkeSaId,
    ) {
        let (protocol, spi) = deleted;
        for id in self.of(connection).into_iter().filter(|id| *id != except) {
            self.with_sa(now, id, |mut sa, fx| {
                let found = sa.core.child_by_outbound(spi).filter(|child| child.protocol == protocol);
                if let Some((inbound, selectors)) =
                    found.map(|child| (child.inbound.spi, child.selectors.clone()))
                {
                    sa.core.remove_child(fx, inbound, CloseReason::PeerDeleted);
                    if let Some(session) = sa.session.v1() {
                        session.removed(&selectors, &mut sa.core, fx);
                    }
                }
                Some(sa)
            });
        }
    }

    /// Moves the IPsec SAs of one ISAKMP SA to another, and returns them by their inbound SPIs.
    fn move_children(&mut self, now: Instant, from: IkeSaId, to: IkeSaId) -> Vec<Spi> {
        let mut moved = None;
        self.with_sa(now, from, |mut sa, _| {
            let held = sa.session.v1().map(|session| session.held()).unwrap_or_default();
            moved = Some(sa.core.give_children(&held));
            Some(sa)
        });
        let Some(moved) = moved else { return Vec::new() };
        let spis = moved.spis();
        self.with_sa(now, to, |mut sa, fx| {
            sa.core.take_children(fx, moved);
            if let Some(session) = sa.session.v1() {
                session.adopted(&mut sa.core, fx);
            }
            Some(sa)
        });
        spis
    }
}
