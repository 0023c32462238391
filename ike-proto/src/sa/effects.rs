//! Where states write what they want done.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::command::SaCommand;
use esp_core::sa::{IpsecProtocol, SaKey, SaParams, Spi};
use esp_core::time::Instant;
use rand_core::CryptoRng;

use super::{Contacts, Core, Datagrams, IkeSaId, Path, Registry};
use crate::config::{ConnectionConfig, Limits};
use crate::diagnose::{DropReason, Event, FailureReason, Observed, Phase, Role};
use crate::endpoint::{ConnectionId, Output, RateLimit, Transmit};
use crate::v1;
use crate::wire::IkeSpi;

/// The connections of an endpoint.
pub(crate) type Connections = BTreeMap<ConnectionId, Arc<ConnectionConfig>>;

/// What an IKE SA wants of the endpoint because it concerns other IKE SAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The peer says that it has no other IKE SA with us: those that we think it has are dead (RFC 7296 §2.4).
    InitialContact {
        /// Of which connection, which stands for the pair of identities.
        connection: ConnectionId,
        /// The one that says so.
        except: IkeSaId,
    },
    /// An IKE SA is established; there may be another of the same connection.
    Established {
        /// Of which connection.
        connection: ConnectionId,
    },
    /// IKEv2: make it anew, with a new proof of who we are (RFC 4478).
    AuthenticateAgain {
        /// Of which connection.
        connection: ConnectionId,
        /// Which one.
        id: IkeSaId,
    },
    /// IKEv1: an ISAKMP SA is established; it takes over what others of the connection have made.
    IsakmpEstablished {
        /// Of which connection.
        connection: ConnectionId,
        /// Which one.
        id: IkeSaId,
    },
    /// IKEv1: its end comes near, and another shall take its place (F-17).
    Reauthenticate {
        /// Of which connection.
        connection: ConnectionId,
        /// Which one.
        id: IkeSaId,
    },
    /// IKEv1: it is gone, and its IPsec SAs need another one.
    Orphaned {
        /// Of which connection.
        connection: ConnectionId,
        /// Which one.
        id: IkeSaId,
    },
    /// IKEv1: the peer has deleted an IPsec SA under an ISAKMP SA that did not make it.
    ChildDeleted {
        /// Of which connection.
        connection: ConnectionId,
        /// ESP or AH.
        protocol: IpsecProtocol,
        /// The SPI of our outbound packets.
        spi: Spi,
        /// Under which one.
        except: IkeSaId,
    },
    /// A Child SA that sent is gone: one that waits in its place, maybe under another IKE SA, has to send now.
    StartWaiting {
        /// Of which connection.
        connection: ConnectionId,
    },
    /// End it if another IKE SA of the connection stands.
    EndIfRedundant {
        /// Of which connection.
        connection: ConnectionId,
        /// Which one.
        id: IkeSaId,
    },
}

/// Whether two connections are between the same identities.
pub(crate) fn same_peer(connections: &Connections, one: ConnectionId, other: ConnectionId) -> bool {
    let names = |id| connections.get(&id).map(|config| (&config.local_id, &config.remote_id));
    one == other || names(one).is_some_and(|one| names(other) == Some(one))
}

/// The sink of all effects, and what a state may draw on: time, randomness, bounds, the connections.
pub(crate) struct Effects<'a> {
    pub(crate) now: Instant,
    pub(crate) rng: &'a mut (dyn CryptoRng + Send),
    pub(crate) limits: &'a Limits,
    pub(crate) connections: &'a Connections,
    /// The established IKE SAs of each connection, but for the one that is at work.
    pub(crate) established: &'a BTreeSet<(ConnectionId, IkeSaId)>,
    /// The same of all connections by the peer's address, and what is left of others.
    pub(crate) contacts: &'a Contacts,
    pub(crate) registry: &'a mut Registry,
    pub(crate) observed: &'a mut Observed,
    pub(crate) queue: &'a mut VecDeque<Output>,
    pub(crate) told: &'a mut RateLimit,
    pub(crate) asks: &'a mut Vec<Ask>,
    pub(crate) drops: &'a mut BTreeMap<&'static str, u64>,
}

impl Effects<'_> {
    /// Sends an IKE message, in as many datagrams as it takes; one of IKEv1 in fragments, where it is long and the peer
    /// takes them.
    pub(crate) fn transmit(&mut self, path: Path, message: &(impl Datagrams + ?Sized)) {
        for datagram in message.datagrams() {
            match self.registry.fragments_as(datagram) {
                None => self.transmit_raw(path, path.frame(datagram)),
                Some(exchange) => {
                    for part in v1::split(datagram, exchange) {
                        self.transmit_raw(path, path.frame(&part));
                    }
                }
            }
        }
    }

    /// Sends a UDP payload as it is.
    pub(crate) fn transmit_raw(&mut self, path: Path, payload: Vec<u8>) {
        self.queue.push_back(Output::Transmit(Transmit { local: path.local, remote: path.remote, payload }));
    }

    /// Tells the embedder.
    pub(crate) fn event(&mut self, event: Event) {
        self.queue.push_back(Output::Event(event));
    }

    /// Tells that an attempt or an exchange failed.
    pub(crate) fn failed(
        &mut self,
        connection: Option<ConnectionId>,
        remote: SocketAddr,
        role: Role,
        phase: Phase,
        reason: FailureReason,
    ) {
        self.event(Event::Failed { connection, remote, role, phase, reason });
    }

    /// Counts a drop, and tells it as often as the limit allows.
    pub(crate) fn dropped(&mut self, remote: SocketAddr, reason: DropReason) {
        self.count(reason);
        if self.told.allow(self.now, self.limits.unprotected_replies_per_second) {
            self.event(Event::Dropped { remote, reason });
        }
    }

    /// Counts a drop.
    pub(crate) fn count(&mut self, reason: DropReason) {
        let count = self.drops.entry(reason.name()).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds a Security Association to the datapath.
    pub(crate) fn add_sa(&mut self, id: IkeSaId, params: Box<SaParams>) {
        self.registry.add_sa(params.key(), id);
        self.queue.push_back(Output::Sa(SaCommand::AddSa(params)));
    }

    /// Removes a Security Association from the datapath.
    pub(crate) fn remove_sa(&mut self, key: SaKey) {
        self.registry.remove_sa(key);
        self.queue.push_back(Output::Sa(SaCommand::RemoveSa(key)));
    }

    /// Moves a Security Association to other addresses.
    pub(crate) fn move_sa(&mut self, id: IkeSaId, key: SaKey, moved: SaKey, path: Path, encap: bool) {
        self.registry.remove_sa(key);
        self.registry.add_sa(moved, id);
        let (local, remote) = (path.local, path.remote);
        self.queue.push_back(Output::Sa(SaCommand::MoveSa { key, local, remote, encap }));
    }

    /// Asks the datapath what a Security Association has carried.
    pub(crate) fn query_usage(&mut self, key: SaKey) {
        self.queue.push_back(Output::Sa(SaCommand::QueryUsage(key)));
    }

    /// Whether another IKE SA of the connection is established.
    pub(crate) fn has_established(&self, connection: ConnectionId, except: IkeSaId) -> bool {
        let all = (connection, IkeSaId(0))..=(connection, IkeSaId(u64::MAX));
        self.established.range(all).any(|(_, id)| *id != except)
    }

    /// Whether we have nothing else with the peer: who hears that ends all that it has with the same identities
    /// (RFC 7296 §2.4, RFC 2407 §4.6.3.3), whichever connection it is of.
    pub(crate) fn is_first_contact(&self, core: &Core) -> bool {
        let Some(connection) = core.connection else { return true };
        let mut others = self.contacts.with(core.path.remote.ip()).filter(|(_, id)| *id != core.id);
        !self.has_established(connection, core.id)
            && !others.any(|(other, _)| same_peer(self.connections, connection, other))
    }

    /// Draws an SPI of an IKE SA.
    pub(crate) fn new_ike_spi(&mut self, id: IkeSaId) -> IkeSpi {
        self.registry.new_ike_spi(id, self.rng)
    }

    /// Draws an SPI of a Child SA.
    pub(crate) fn new_child_spi(&mut self) -> Spi {
        self.registry.new_child_spi(self.rng)
    }

    /// Draws octets.
    pub(crate) fn random(&mut self, len: usize) -> Vec<u8> {
        let mut octets = alloc::vec![0; len];
        self.rng.fill_bytes(&mut octets);
        octets
    }

    /// Draws a number below `bound`; 0 for a bound of 0.
    pub(crate) fn random_below(&mut self, bound: u64) -> u64 {
        let mut octets = [0; 8];
        self.rng.fill_bytes(&mut octets);
        u64::from_be_bytes(octets).checked_rem(bound).unwrap_or_default()
    }
}
