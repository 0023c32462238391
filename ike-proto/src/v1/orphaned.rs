//! IPsec SAs whose ISAKMP SA is gone: they carry traffic all the same (F-17), and wait for another ISAKMP SA of the
//! connection to take them over.

use core::time::Duration;

use esp_core::time::Instant;

use super::session::Session;
use crate::diagnose::{CloseReason, IkeSaName};
use crate::sa::{Ask, Core, Effects, Step, Want};

/// How long to wait before another ISAKMP SA is asked for again.
const RETRY: Duration = Duration::from_secs(30);
/// How often it is asked for. A peer that answers none of these is dead.
const TRIES: u32 = 10;

/// What is left.
#[derive(Debug)]
pub(crate) struct Orphaned {
    name: IkeSaName,
    asked: u32,
    due: Instant,
}

impl Orphaned {
    /// The ISAKMP SA is gone. `Done` where nothing is left of it.
    pub(crate) fn enter(name: IkeSaName, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        core.lifetime = None;
        core.redundant_at = None;
        match core.connection {
            Some(connection) if !core.children.is_empty() => {
                fx.asks.push(Ask::Orphaned { connection, id: core.id });
                Step::Next(Session::Orphaned(Self { name, asked: 1, due: fx.now + RETRY }))
            }
            _ => Step::Done,
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        let Some(connection) = core.connection.filter(|_| !core.children.is_empty()) else {
            return Step::Done;
        };
        if self.due <= fx.now {
            // Who cannot be called can only call: then the IPsec SAs live as long as their lifetime says.
            let callable =
                core.config.as_ref().is_some_and(|config| config.remote.is_some()) && !core.nat.remote;
            if callable && self.asked >= TRIES {
                core.close_children(fx, &CloseReason::PeerDead);
                return Step::Done;
            }
            self.asked = self.asked.saturating_add(1);
            self.due = fx.now + RETRY;
            fx.asks.push(Ask::Orphaned { connection, id: core.id });
        }
        Step::Next(Session::Orphaned(self))
    }

    /// Something is wanted. Without an ISAKMP SA nothing can be told to the peer.
    pub(crate) fn want(self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step<Session> {
        match want {
            Want::Close(reason) | Want::Forget(reason) => {
                core.close_children(fx, &reason);
                return Step::Done;
            }
            Want::DeleteChild(spi, reason) => core.remove_child(fx, spi, reason),
            Want::Readdress(_) | Want::GiveUp => {}
            Want::RekeyChild(_) | Want::CreateChild | Want::RekeyIke | Want::Probe => {
                if let Some(connection) = core.connection {
                    fx.asks.push(Ask::Orphaned { connection, id: core.id });
                }
            }
        }
        if core.children.is_empty() { Step::Done } else { Step::Next(Session::Orphaned(self)) }
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// The cookies of what is gone.
    pub(crate) fn name(&self) -> IkeSaName {
        self.name
    }
}
