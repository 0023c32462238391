//! A request that is sent until it is answered (RFC 7296 §2.1).

use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::time::Instant;

use super::{Core, Datagrams, Effects, Outgoing, Path};
use crate::config::RetransmitConfig;
use crate::diagnose::{Event, FailureReason, NatBlock};

/// A request under way.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Retransmission {
    message: Outgoing,
    exchange: &'static str,
    config: RetransmitConfig,
    sent: u32,
    due: Instant,
    tried: Vec<(SocketAddr, SocketAddr)>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing, or it was done.
    Nothing,
    /// The tries are used up.
    GiveUp,
}

impl Retransmission {
    /// Sends a request for the first time.
    pub(crate) fn start(
        core: &mut Core,
        fx: &mut Effects<'_>,
        message: impl Into<Outgoing>,
        exchange: &'static str,
        config: RetransmitConfig,
    ) -> Self {
        let message = message.into();
        core.send(fx, &message);
        let path = core.path;
        let due = fx.now + config.wait_after(0).unwrap_or_default();
        Self { message, exchange, config, sent: 0, due, tried: Vec::from([(path.local, path.remote)]) }
    }

    /// The octets that are sent: of a message in fragments, those of the first.
    pub(crate) fn octets(&self) -> &[u8] {
        self.message.datagrams().next().unwrap_or_default()
    }

    /// When to look again.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// Sends the identical octets again if it is time, of a message in fragments all of them. They follow the IKE SA to where it is now.
    pub(crate) fn handle_timeout(&mut self, core: &mut Core, fx: &mut Effects<'_>) -> Due {
        if fx.now < self.due {
            return Due::Nothing;
        }
        self.sent = self.sent.saturating_add(1);
        let Some(wait) = self.config.wait_after(self.sent) else { return Due::GiveUp };
        self.due = fx.now + wait;
        if let Some(connection) = core.connection {
            fx.event(Event::Retransmit {
                connection,
                remote: core.path.remote,
                attempt: self.sent,
                exchange: self.exchange,
            });
        }
        let Path { local, remote } = core.path;
        if !self.tried.contains(&(local, remote)) && self.tried.len() < 8 {
            self.tried.push((local, remote));
        }
        core.send(fx, &self.message);
        Due::Nothing
    }

    /// The failure of a request that was not answered.
    pub(crate) fn no_answer(&self, hint: Option<NatBlock>) -> FailureReason {
        FailureReason::NoAnswer {
            tried: self.tried.clone(),
            transmissions: self.sent.min(self.config.tries).saturating_add(1),
            exchange: self.exchange,
            hint,
        }
    }
}
