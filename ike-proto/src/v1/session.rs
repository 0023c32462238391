//! The states of an ISAKMP SA.

use alloc::vec::Vec;

use esp_core::sa::{SaKey, Spi};
use esp_core::selector::Selectors;
use esp_core::time::Instant;

use super::aggressive::{AggressiveAnswered, AggressiveSent};
use super::established::Established;
use super::main_mode::{IdSent, KeAnswered, KeSent, SaAnswered, SaSent};
use super::orphaned::Orphaned;
use crate::config::ExchangeMode;
use crate::diagnose::{DropReason, FailureReason, IkeSaName};
use crate::endpoint::TimeoutReason;
use crate::sa::{Core, Effects, Path, Step, Want};
use crate::suite::IkeSuite;
use crate::wire::v1::Message;

/// The states.
#[derive(Debug)]
pub(crate) enum Session {
    /// Main mode: we have sent the first message.
    SaSent(SaSent),
    /// Main mode: we have sent the third message.
    KeSent(KeSent),
    /// Main mode: we have sent the fifth message.
    IdSent(IdSent),
    /// Main mode: we have answered the first message.
    SaAnswered(SaAnswered),
    /// Main mode: we have answered the third message.
    KeAnswered(KeAnswered),
    /// Aggressive mode: we have sent the first message.
    AggressiveSent(AggressiveSent),
    /// Aggressive mode: we have answered the first message.
    AggressiveAnswered(AggressiveAnswered),
    /// Both ends are authenticated.
    Established(Established),
    /// The ISAKMP SA is gone and its IPsec SAs live on (F-17).
    Orphaned(Orphaned),
}

impl Session {
    /// Begins phase 1.
    ///
    /// # Errors
    /// The first message cannot be made.
    pub(crate) fn start(
        mode: ExchangeMode,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Self, FailureReason> {
        match mode {
            ExchangeMode::Main => SaSent::start(core, fx).map(Self::SaSent),
            ExchangeMode::Aggressive => AggressiveSent::start(core, fx).map(Self::AggressiveSent),
        }
    }

    /// A message with our cookie came.
    pub(crate) fn handle(
        self,
        octets: &[u8],
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Step<Self> {
        let message = match Message::decode(octets) {
            Ok(message) => message,
            Err(error) => return Step::Stay(self, DropReason::Malformed(error)),
        };
        match self {
            Self::SaSent(state) => state.handle(&message, path, core, fx),
            Self::KeSent(state) => state.handle(&message, path, core, fx),
            Self::IdSent(state) => state.handle(&message, path, core, fx),
            Self::SaAnswered(state) => state.handle(&message, path, core, fx),
            Self::KeAnswered(state) => state.handle(&message, path, core, fx),
            Self::AggressiveSent(state) => state.handle(&message, path, core, fx),
            Self::AggressiveAnswered(state) => state.handle(&message, path, core, fx),
            Self::Established(state) => state.handle(&message, path, core, fx),
            Self::Orphaned(_) => Step::Stay(self, DropReason::UnexpectedExchange),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Self> {
        match self {
            Self::SaSent(state) => state.handle_timeout(core, fx),
            Self::KeSent(state) => state.handle_timeout(core, fx),
            Self::IdSent(state) => state.handle_timeout(core, fx),
            Self::SaAnswered(state) => state.handle_timeout(fx),
            Self::KeAnswered(state) => state.handle_timeout(fx),
            Self::AggressiveSent(state) => state.handle_timeout(core, fx),
            Self::AggressiveAnswered(state) => state.handle_timeout(core, fx),
            Self::Established(state) => state.handle_timeout(core, fx),
            Self::Orphaned(state) => state.handle_timeout(core, fx),
        }
    }

    /// Something is wanted. What is not established can only be ended.
    pub(crate) fn want(self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step<Self> {
        match (self, want) {
            (Self::Established(state), want) => state.want(want, core, fx),
            (Self::Orphaned(state), want) => state.want(want, core, fx),
            (Self::SaSent(state), Want::GiveUp) => state.give_up(),
            (Self::KeSent(state), Want::GiveUp) => state.give_up(),
            (Self::IdSent(state), Want::GiveUp) => state.give_up(core),
            (Self::AggressiveSent(state), Want::GiveUp) => state.give_up(),
            (_, Want::Close(_)) => Step::Fail(FailureReason::Cancelled),
            (Self::SaAnswered(_) | Self::KeAnswered(_) | Self::AggressiveAnswered(_), Want::Forget(_)) => {
                Step::Done
            }
            (_, Want::Forget(_)) => Step::Fail(FailureReason::Cancelled),
            (state, _) => Step::Next(state),
        }
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        match self {
            Self::SaSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::KeSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::IdSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::SaAnswered(state) => Some((state.expires_at(), TimeoutReason::HalfOpen)),
            Self::KeAnswered(state) => Some((state.expires_at(), TimeoutReason::HalfOpen)),
            Self::AggressiveSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::AggressiveAnswered(state) => Some(state.next_timeout()),
            Self::Established(state) => state.next_timeout(),
            Self::Orphaned(state) => Some((state.due(), TimeoutReason::Retry)),
        }
    }

    /// Its cookies.
    pub(crate) fn name(&self) -> IkeSaName {
        match self {
            Self::SaSent(state) => state.name(),
            Self::KeSent(state) => state.name(),
            Self::IdSent(state) => state.name(),
            Self::SaAnswered(state) => state.name(),
            Self::KeAnswered(state) => state.name(),
            Self::AggressiveSent(state) => state.name(),
            Self::AggressiveAnswered(state) => state.name(),
            Self::Established(state) => state.isakmp.name,
            Self::Orphaned(state) => state.name(),
        }
    }

    /// Its algorithms while it is established.
    pub(crate) fn established(&self) -> Option<IkeSuite> {
        match self {
            Self::Established(state) => Some(state.isakmp.suite),
            _ => None,
        }
    }

    /// Whether an initiator that is not authenticated made us hold it.
    pub(crate) fn is_half_open(&self) -> bool {
        matches!(self, Self::SaAnswered(_) | Self::KeAnswered(_) | Self::AggressiveAnswered(_))
    }

    /// Whether the peer is known to have it too.
    pub(crate) fn is_confirmed(&self) -> bool {
        matches!(self, Self::Established(state) if state.confirmed)
    }

    /// Whether only IPsec SAs are left of it.
    pub(crate) fn is_orphaned(&self) -> bool {
        matches!(self, Self::Orphaned(_))
    }

    /// Whether an exchange is under way that only this ISAKMP SA can finish.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Established(state) if !state.exchanges.is_empty() || !state.tasks.is_empty())
    }

    /// The IPsec SAs that exchanges under way are about, by their inbound SPIs.
    pub(crate) fn held(&self) -> Vec<Spi> {
        match self {
            Self::Established(state) => state.held(),
            _ => Vec::new(),
        }
    }

    /// An IPsec SA was removed without a word of this ISAKMP SA.
    pub(crate) fn removed(&mut self, selectors: &Selectors, core: &mut Core, fx: &mut Effects<'_>) {
        super::quick::revive(core, fx, crate::sa::Pair::of(selectors).as_ref());
    }

    /// The peer sends packets of an IPsec SA that is not there.
    pub(crate) fn tell_invalid_spi(&mut self, key: SaKey, core: &mut Core, fx: &mut Effects<'_>) {
        if let Self::Established(state) = self {
            state.tell_invalid_spi(key, core, fx);
        }
    }

    /// IPsec SAs of another ISAKMP SA have come to this one.
    pub(crate) fn adopted(&mut self, core: &mut Core, fx: &mut Effects<'_>) {
        if let Self::Established(_) = self {
            super::quick::settle_all(core, fx);
        }
    }

    /// Whether every pair of subnets has its IPsec SAs, or is about to get them.
    pub(crate) fn is_complete(&self, core: &Core) -> bool {
        match self {
            Self::Established(state) => state.is_complete(core),
            Self::Orphaned(_) => false,
            _ => true,
        }
    }
}
