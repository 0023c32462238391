//! The states of an IKEv2 IKE SA.

use esp_core::time::Instant;

use super::auth::{AuthSent, HalfOpen};
use super::closing::Closing;
use super::established::Established;
use super::generation::Generation;
use super::gone::Gone;
use super::init::InitSent;
use crate::diagnose::{CloseReason, DropReason, FailureReason, IkeSaName};
use crate::endpoint::TimeoutReason;
use crate::sa::{Core, Effects, Path, Step, Want};
use crate::suite::IkeSuite;
use crate::wire::v2::Message;

/// The states.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) enum Session {
    /// We have sent IKE_SA_INIT.
    InitSent(InitSent),
    /// We have sent IKE_AUTH.
    AuthSent(AuthSent),
    /// We have answered IKE_SA_INIT.
    HalfOpen(HalfOpen),
    /// Both ends are authenticated.
    Established(Established),
    /// We have asked for its end.
    Closing(Closing),
    /// It is over, and only answers the repetition of what ended it.
    Gone(Gone),
}

/// What a state's own handlers return: the next state, or a failure that ends everything.
pub(crate) type Outcome = Result<Session, FailureReason>;

impl From<Outcome> for Step<Session> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(session) => Self::Next(session),
            Err(reason) => Self::Fail(reason),
        }
    }
}

impl Session {
    /// A message with our SPI came.
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
        let mut session = self;
        if let Some(skf) = message.fragment() {
            let Some(generation) = session.generation_mut(&message) else {
                return Step::Stay(session, DropReason::UnexpectedExchange);
            };
            let taken = generation.take_fragment(&message, &skf, fx);
            match taken {
                Ok(true) => {}
                Ok(false) => return Step::Next(session),
                Err(reason) => return Step::Stay(session, reason),
            }
        }
        match session {
            Self::InitSent(state) => state.handle(&message, path, core, fx),
            Self::AuthSent(state) => state.handle(&message, path, core, fx),
            Self::HalfOpen(state) => state.handle(&message, path, core, fx),
            Self::Established(state) => state.handle(&message, path, core, fx),
            Self::Closing(state) => state.handle(&message, path, core, fx),
            Self::Gone(state) => state.handle(&message, path, fx),
        }
    }

    /// The keys and message ids that a message is of, where there are keys.
    fn generation_mut(&mut self, message: &Message<'_>) -> Option<&mut Generation> {
        let retired = match self {
            Self::Established(state) => state.retired_of(message),
            _ => None,
        };
        match (self, retired) {
            (Self::Established(state), Some(place)) => Some(&mut state.retired.get_mut(place)?.generation),
            (state, _) => state.current_mut(),
        }
    }

    /// The keys and message ids of now, where there are keys.
    fn current(&self) -> Option<&Generation> {
        match self {
            Self::InitSent(_) => None,
            Self::AuthSent(state) => Some(state.generation()),
            Self::HalfOpen(state) => Some(state.generation()),
            Self::Established(state) => Some(&state.current),
            Self::Closing(state) => Some(&state.generation),
            Self::Gone(state) => Some(&state.generation),
        }
    }

    fn current_mut(&mut self) -> Option<&mut Generation> {
        match self {
            Self::InitSent(_) => None,
            Self::AuthSent(state) => Some(state.generation_mut()),
            Self::HalfOpen(state) => Some(state.generation_mut()),
            Self::Established(state) => Some(&mut state.current),
            Self::Closing(state) => Some(&mut state.generation),
            Self::Gone(state) => Some(&mut state.generation),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, core: &mut Core, fx: &mut Effects<'_>) -> Step<Self> {
        if let Some(generation) = self.current_mut() {
            generation.fragments.expire(fx.now);
        }
        match self {
            Self::InitSent(state) => state.handle_timeout(core, fx),
            Self::AuthSent(state) => state.handle_timeout(core, fx),
            Self::HalfOpen(state) => state.handle_timeout(fx),
            Self::Established(state) => state.handle_timeout(core, fx),
            Self::Closing(state) => state.handle_timeout(core, fx),
            Self::Gone(state) => state.handle_timeout(fx),
        }
    }

    /// Something is wanted. What is not established can only be ended.
    pub(crate) fn want(self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step<Self> {
        match (self, want) {
            (Self::Established(state), want) => state.want(want, core, fx),
            (Self::InitSent(state), Want::GiveUp) => state.give_up(),
            (Self::AuthSent(state), Want::GiveUp) => state.give_up_waiting(core, fx),
            (Self::AuthSent(state), Want::Close(_)) => state.cancel(core, fx),
            (Self::InitSent(_) | Self::HalfOpen(_), Want::Close(_)) => Step::Fail(FailureReason::Cancelled),
            (Self::InitSent(_) | Self::AuthSent(_), Want::Forget(_)) => Step::Fail(FailureReason::Cancelled),
            (Self::HalfOpen(_) | Self::Closing(_) | Self::Gone(_), Want::Forget(_)) => Step::Done,
            (state, _) => Step::Next(state),
        }
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        let fragments = self.current().and_then(|generation| generation.fragments.expires_at());
        let fragments = fragments.map(|at| (at, TimeoutReason::Reassembly));
        [self.state_timeout(), fragments].into_iter().flatten().min()
    }

    fn state_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        match self {
            Self::InitSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::AuthSent(state) => Some((state.due(), TimeoutReason::Retransmit)),
            Self::HalfOpen(state) => Some((state.expires_at(), TimeoutReason::HalfOpen)),
            Self::Established(state) => state.next_timeout(),
            Self::Closing(state) => state.next_timeout(),
            Self::Gone(state) => Some((state.until(), TimeoutReason::HalfOpen)),
        }
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        match self {
            Self::InitSent(state) => state.name(),
            Self::AuthSent(state) => state.name(),
            Self::HalfOpen(state) => state.name(),
            Self::Established(state) => state.current.name,
            Self::Closing(state) => state.name(),
            Self::Gone(state) => state.name(),
        }
    }

    /// Its algorithms while it is established.
    pub(crate) fn established(&self) -> Option<IkeSuite> {
        match self {
            Self::Established(state) => Some(state.current.suite),
            _ => None,
        }
    }

    /// Whether an initiator that is not authenticated made us hold it.
    pub(crate) fn is_half_open(&self) -> bool {
        match self {
            Self::HalfOpen(_) => true,
            Self::Gone(state) => !state.was_established(),
            _ => false,
        }
    }

    /// Whether it is over, but for the last words.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Closing(_) | Self::Gone(_))
    }
}

/// Tells that the IKE SA is closed and takes everything it carried out of the datapath. What another IKE SA of the
/// connection carries on is received for a little longer.
pub(crate) fn close(core: &mut Core, fx: &mut Effects<'_>, name: IkeSaName, reason: &CloseReason) {
    let other_stands = core.connection.is_some_and(|connection| fx.has_established(connection, core.id));
    if other_stands && matches!(reason, CloseReason::Replaced | CloseReason::PeerDeleted) {
        core.retire_children(fx, reason);
    } else {
        core.close_children(fx, reason);
    }
    core.lifetime = None;
    if let Some(connection) = core.connection {
        fx.event(crate::diagnose::Event::IkeClosed { connection, name, reason: reason.clone() });
    }
}
