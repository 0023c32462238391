//! Quick mode (RFC 2409 §5.5): one pair of IPsec SAs for one pair of subnets (CONF-4).

mod initiator;
mod negotiate;
mod responder;
mod settle;

use core::time::Duration;

use esp_core::sa::Spi;
use esp_core::time::Instant;

pub(crate) use initiator::Initiator;
pub(crate) use negotiate::{pair_of, refused, sensible};
pub(crate) use responder::Responder;
pub(crate) use settle::{revive, settle_all};

use super::established::Established;
use crate::diagnose::{ChildSaInfo, CloseReason, DropReason, Event};
use crate::sa::{ChildState, Core, Due, Effects, Pair, Path};
use crate::wire::v1::Message;

/// How long to wait before a rekey that failed is tried again.
const REKEY_AGAIN: Duration = Duration::from_secs(30);

/// A quick mode under way.
#[derive(Debug)]
pub(crate) enum Quick {
    /// Ours.
    Initiator(Initiator),
    /// The peer's.
    Responder(Responder),
}

impl Quick {
    /// What it is about.
    pub(crate) fn pair(&self) -> &Pair {
        match self {
            Self::Initiator(quick) => &quick.pair,
            Self::Responder(quick) => &quick.pair,
        }
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        match self {
            Self::Initiator(quick) => quick.retransmission.due(),
            Self::Responder(quick) => quick.retransmission.due(),
        }
    }

    /// The SPI that we chose.
    pub(crate) fn inbound(&self) -> Spi {
        match self {
            Self::Initiator(quick) => quick.inbound,
            Self::Responder(quick) => quick.inbound,
        }
    }

    /// The IPsec SAs that it is about, by their inbound SPIs.
    pub(crate) fn held(&self) -> Option<Spi> {
        match self {
            Self::Initiator(quick) => quick.replaces,
            Self::Responder(quick) => Some(quick.inbound),
        }
    }

    /// The ISAKMP SA is gone: what it had not finished it never will. `all_gone` says that the peer has deleted it and that
    /// there is no other.
    pub(crate) fn abandon(self, all_gone: bool, core: &mut Core, fx: &mut Effects<'_>) {
        match self {
            Self::Initiator(quick) => quick.abandon(core, fx),
            // The peer has ended everything, and this it has begun before that.
            Self::Responder(quick) if all_gone => {
                core.remove_child(fx, quick.inbound, CloseReason::PeerDeleted)
            }
            // The peer may have our answer and the SAs already, and nobody will say so any more.
            Self::Responder(quick) => core.start_outbound(fx, quick.inbound),
        }
    }
}

impl Established {
    /// A message of quick mode came.
    pub(crate) fn handle_quick(
        &mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        match self.exchanges.remove(&id) {
            None if self.replay.is_used(id) => self.handle_connected(message, path, core, fx),
            None => self.answer_quick(message, path, core, fx),
            Some(Quick::Initiator(quick)) => self.finish_quick(quick, message, path, core, fx),
            Some(Quick::Responder(quick)) => self.confirm_quick(quick, message, path, core, fx),
        }
    }

    /// Time has passed for a quick mode.
    pub(crate) fn quick_timeout(&mut self, id: u32, core: &mut Core, fx: &mut Effects<'_>) {
        let Some(quick) = self.exchanges.get_mut(&id) else { return };
        if let Quick::Responder(quick) = quick
            && core.child(quick.inbound).is_none_or(|child| child.confirmed)
        {
            // Its packets come, so the peer has our answer although its last message was lost.
            self.exchanges.remove(&id);
            return;
        }
        let due = match quick {
            Quick::Initiator(quick) => {
                if let (Some(third), true) = (&self.unconfirmed, quick.retransmission.due() <= fx.now) {
                    core.send(fx, third);
                }
                quick.retransmission.handle_timeout(core, fx)
            }
            Quick::Responder(quick) => quick.retransmission.handle_timeout(core, fx),
        };
        if due == Due::Nothing {
            return;
        }
        match self.exchanges.remove(&id) {
            Some(Quick::Initiator(quick)) => {
                let reason = quick.retransmission.no_answer(None);
                self.fail_quick(quick, reason, core, fx);
            }
            Some(Quick::Responder(quick)) => {
                let (protocol, spi) = (quick.protocol, quick.inbound);
                self.send_delete(protocol, &[spi], core, fx);
                core.remove_child(fx, spi, CloseReason::PeerDead);
                revive(core, fx, Some(&quick.pair));
            }
            None => {}
        }
    }
}

/// Lets an IPsec SA whose rekey failed serve on, and tries again.
fn retry_rekey(core: &mut Core, fx: &Effects<'_>, spi: Spi) {
    let now = fx.now;
    if let Some(child) = core.child_mut(spi).filter(|child| child.state == ChildState::Rekeying) {
        child.state = ChildState::Active;
        child.lifetime.rekey_at = Some(now + REKEY_AGAIN);
    }
}

/// Tells of IPsec SAs that were made, in the place of others or as the first of their pair.
fn tell_made(core: &Core, fx: &mut Effects<'_>, displaced: Option<Spi>, child: ChildSaInfo) {
    let Some(connection) = core.connection else { return };
    fx.event(match displaced {
        Some(old) => Event::ChildRekeyed { connection, old, child },
        None => Event::ChildEstablished { connection, child },
    });
}
