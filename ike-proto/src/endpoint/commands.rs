//! What an embedder wants.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::time::Instant;

use super::{Command, ConnectionId, Endpoint};
use crate::config::{ConnectionConfig, Version};
use crate::diagnose::{CloseReason, Event, FailureReason, Phase, Role};
use crate::sa::{Core, IkeSa, IkeSaId, Path, Session, Want};
use crate::{v1, v2};

/// The port of IKE (RFC 7296 §2).
pub(super) const IKE_PORT: u16 = 500;

impl Endpoint {
    pub(super) fn handle_command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Add(id, config) => self.add(now, id, config),
            Command::Remove(id) => {
                self.want_all(now, id, &Want::Close(CloseReason::Local));
                self.connections.remove(&id);
                self.passive.remove(&id);
            }
            Command::Initiate(id) => {
                self.passive.remove(&id);
                self.initiate(now, id);
            }
            Command::Terminate(id) => {
                if self.connections.contains_key(&id) {
                    self.passive.insert(id);
                }
                self.want_all(now, id, &Want::Close(CloseReason::Local));
            }
            Command::GiveUp(id) => self.want_all(now, id, &Want::GiveUp),
            Command::Forget(id) => self.want_all(now, id, &Want::Forget(CloseReason::Local)),
            Command::TerminateChild(id, spi) => {
                self.want_all(now, id, &Want::DeleteChild(spi, CloseReason::Local));
            }
            Command::ChangeAddress(id, local) => self.want_all(now, id, &Want::Readdress(local)),
            Command::RekeyIke(id) => self.want_all(now, id, &Want::RekeyIke),
            Command::RekeyChild(id) => {
                for sa in self.of(id) {
                    let spis: Vec<_> = self
                        .sas
                        .get(&sa)
                        .map(|sa| sa.core.children.iter().map(|child| child.inbound.spi).collect())
                        .unwrap_or_default();
                    for spi in spis {
                        self.with_sa(now, sa, |sa, fx| sa.want(Want::RekeyChild(spi), fx));
                    }
                }
            }
        }
    }

    fn add(&mut self, now: Instant, id: ConnectionId, config: Box<ConnectionConfig>) {
        let config = Arc::new(*config);
        self.connections.insert(id, config.clone());
        for sa in self.of(id) {
            self.with_sa(now, sa, |mut sa, _| {
                // An attempt under way ends as it began: what is answered must fit what was offered.
                if sa.session.established().is_some() {
                    sa.core.config = Some(config.clone());
                }
                Some(sa)
            });
        }
    }

    fn initiate(&mut self, now: Instant, id: ConnectionId) {
        let Some(config) = self.connections.get(&id).cloned() else { return };
        let Some(remote) = config.remote else { return };
        let path = Path {
            local: SocketAddr::new(config.local, IKE_PORT),
            remote: SocketAddr::new(remote, IKE_PORT),
        };
        let alive = |sa: &IkeSaId| self.sas.get(sa).is_some_and(|sa| !sa.session.is_over());
        let standing: Vec<IkeSaId> = self.of(id).into_iter().filter(alive).collect();
        if !standing.is_empty() {
            let complete = |sa: &IkeSaId| {
                let sa = self.sas.get(sa);
                sa.is_some_and(|sa| sa.session.is_complete(&sa.core))
            };
            if let (Some(first), false) = (standing.first(), standing.iter().any(complete)) {
                self.with_sa(now, *first, |sa, fx| sa.want(Want::CreateChild, fx));
            }
            return;
        }
        self.begin(now, id, config, path, None);
    }

    /// Makes an IKE SA anew beside the one that stands, which is ended when the new one has taken its place: make
    /// before break (RFC 4478).
    pub(super) fn authenticate_again(&mut self, now: Instant, id: ConnectionId, replaced: IkeSaId) {
        let Some(config) = self.connections.get(&id).cloned() else { return };
        let under_way = |sa: &IkeSaId| self.sas.get(sa).is_some_and(|sa| sa.core.replaces == Some(replaced));
        if self.of(id).iter().any(under_way) {
            return;
        }
        let Some(path) = self.sas.get(&replaced).map(|sa| sa.core.path) else { return };
        let path = Path {
            local: SocketAddr::new(path.local.ip(), IKE_PORT),
            remote: SocketAddr::new(path.remote.ip(), IKE_PORT),
        };
        self.begin(now, id, config, path, Some(replaced));
    }

    /// Begins an attempt, in the place of another IKE SA or of none.
    pub(super) fn begin(
        &mut self,
        now: Instant,
        id: ConnectionId,
        config: Arc<ConnectionConfig>,
        path: Path,
        replaces: Option<IkeSaId>,
    ) {
        if self.sas.len() >= self.limits.ike_sas {
            let limit = self.limits.ike_sas;
            let reason = FailureReason::Limit { what: "IKE SAs", limit };
            self.with_effects(now, |fx| {
                fx.failed(Some(id), path.remote, Role::Initiator, Phase::One, reason);
            });
            return;
        }
        let sa = self.new_id();
        let started = self.with_effects(now, |fx| {
            fx.event(Event::Connecting { connection: id, local: path.local, remote: path.remote });
            let mut core = Core::new(sa, Role::Initiator, path, now);
            core.connection = Some(id);
            let version = config.version;
            core.config = Some(config);
            core.replaces = replaces;
            let started = match version {
                Version::V1(mode) => v1::Session::start(mode, &mut core, fx).map(Session::V1),
                Version::V2 => v2::init::InitSent::start(&mut core, fx)
                    .map(|state| Session::V2(v2::Session::InitSent(state))),
            };
            match started {
                Ok(session) => Some(IkeSa { core, session }),
                Err(reason) => {
                    core.failed(fx, Role::Initiator, Phase::One, reason);
                    core.release(fx);
                    None
                }
            }
        });
        self.settle(sa, started);
    }

    fn want_all(&mut self, now: Instant, id: ConnectionId, want: &Want) {
        for sa in self.of(id) {
            let want = want.clone();
            self.with_sa(now, sa, |sa, fx| sa.want(want, fx));
        }
    }
}
