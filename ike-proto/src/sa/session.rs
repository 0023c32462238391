//! The one seam between what all IKE SAs have in common and what a version's protocol does.

use core::net::IpAddr;

use esp_core::sa::Spi;
use esp_core::time::Instant;

use super::{Core, Effects, Path};
use crate::diagnose::{CloseReason, DropReason, FailureReason, IkeSaName};
use crate::endpoint::TimeoutReason;
use crate::suite::IkeSuite;
use crate::wire::header::Header;
use crate::{v1, v2};

/// What becomes of a state after an input.
#[derive(Debug)]
pub(crate) enum Step<S = Session> {
    /// This is the state from now on.
    Next(S),
    /// Nothing has changed. IKE over UDP needs it: a forged message never destroys anything.
    Stay(S, DropReason),
    /// It is over, and whoever must know has been told.
    Done,
    /// It is over because something failed.
    Fail(FailureReason),
}

impl<S> Step<S> {
    /// The same step of a state that wraps this one.
    pub(crate) fn map<T>(self, wrap: impl FnOnce(S) -> T) -> Step<T> {
        match self {
            Self::Next(state) => Step::Next(wrap(state)),
            Self::Stay(state, reason) => Step::Stay(wrap(state), reason),
            Self::Done => Step::Done,
            Self::Fail(reason) => Step::Fail(reason),
        }
    }
}

/// What is wanted of an IKE SA from outside its protocol: by time, by the datapath, by the embedder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Find out whether the peer is still there.
    Probe,
    /// Replace the IKE SA.
    RekeyIke,
    /// Replace the Child SA with this inbound SPI.
    RekeyChild(Spi),
    /// Make a Child SA, where none serves.
    CreateChild,
    /// Delete the Child SA with this inbound SPI.
    DeleteChild(Spi, CloseReason),
    /// Our address is another one now.
    Readdress(IpAddr),
    /// Delete everything and tell the peer.
    Close(CloseReason),
    /// End an attempt of ours, as if nothing more had been heard.
    GiveUp,
    /// Drop everything without a word.
    Forget(CloseReason),
}

/// The protocol of one version.
#[derive(Debug)]
pub(crate) enum Session {
    /// IKEv1.
    V1(v1::Session),
    /// IKEv2.
    V2(v2::Session),
}

impl Session {
    /// An IKE message came whose SPI is ours.
    pub(crate) fn handle(self, octets: &[u8], path: Path, core: &mut Core, fx: &mut Effects<'_>) -> Step {
        // What one version says means nothing to the other.
        let major = Header::peek(octets).map(|header| header.major_version);
        match self {
            Self::V1(session) if major == Ok(1) => session.handle(octets, path, core, fx).map(Self::V1),
            Self::V2(session) if major == Ok(2) => session.handle(octets, path, core, fx).map(Self::V2),
            session => Step::Stay(session, DropReason::Version { major: major.unwrap_or_default() }),
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(self, core: &mut Core, fx: &mut Effects<'_>) -> Step {
        match self {
            Self::V1(session) => session.handle_timeout(core, fx).map(Self::V1),
            Self::V2(session) => session.handle_timeout(core, fx).map(Self::V2),
        }
    }

    /// Something is wanted.
    pub(crate) fn want(self, want: Want, core: &mut Core, fx: &mut Effects<'_>) -> Step {
        match self {
            Self::V1(session) => session.want(want, core, fx).map(Self::V1),
            Self::V2(session) => session.want(want, core, fx).map(Self::V2),
        }
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        match self {
            Self::V1(session) => session.next_timeout(),
            Self::V2(session) => session.next_timeout(),
        }
    }

    /// Its SPIs.
    pub(crate) fn name(&self) -> IkeSaName {
        match self {
            Self::V1(session) => session.name(),
            Self::V2(session) => session.name(),
        }
    }

    /// Its algorithms, once it is established and until it ends.
    pub(crate) fn established(&self) -> Option<IkeSuite> {
        match self {
            Self::V1(session) => session.established(),
            Self::V2(session) => session.established(),
        }
    }

    /// Whether an initiator that is not authenticated made us hold it.
    pub(crate) fn is_half_open(&self) -> bool {
        match self {
            Self::V1(session) => session.is_half_open(),
            Self::V2(session) => session.is_half_open(),
        }
    }

    /// Whether it is over, but for the last words.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::V1(session) => session.is_orphaned(),
            Self::V2(session) => session.is_over(),
        }
    }

    /// Whether everything that the connection shall carry is carried, or about to be.
    pub(crate) fn is_complete(&self, core: &Core) -> bool {
        match self {
            Self::V1(session) => session.is_complete(core),
            Self::V2(session) => session.established().is_none() || v2::missing(core).is_empty(),
        }
    }

    /// Whether it is of IKEv1.
    pub(crate) fn is_v1(&self) -> bool {
        matches!(self, Self::V1(_))
    }

    /// Whether it is of IKEv1, established, and known to be so at the peer.
    pub(crate) fn is_confirmed_v1(&self) -> bool {
        matches!(self, Self::V1(session) if session.is_confirmed())
    }

    /// Whether an exchange is under way that only it can finish.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::V1(session) if session.is_busy())
    }

    /// The same as a session of IKEv1, if it is one.
    pub(crate) fn v1(&mut self) -> Option<&mut v1::Session> {
        match self {
            Self::V1(session) => Some(session),
            Self::V2(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
