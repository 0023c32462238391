//! One IKE SA, with those that take its place when it is rekeyed.

use esp_core::command::SaEvent;
use esp_core::time::Instant;

use super::{Core, Effects, Path, Session, Step, Want};
use crate::diagnose::{CloseReason, Event, IkeSaInfo, Phase};
use crate::endpoint::TimeoutReason;

/// An IKE SA: the part that is no version's own, and its session. Every input consumes it and may give it back.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct IkeSa {
    pub(crate) core: Core,
    pub(crate) session: Session,
}

impl IkeSa {
    /// An IKE message came whose SPI is ours.
    pub(crate) fn handle(self, octets: &[u8], path: Path, fx: &mut Effects<'_>) -> Option<Self> {
        self.step(fx, path, |session, core, fx| session.handle(octets, path, core, fx))
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(mut self, fx: &mut Effects<'_>) -> Option<Self> {
        let wants = self.core.handle_timeout(fx);
        let mut sa = self;
        for want in wants {
            sa = sa.want(want, fx)?;
        }
        let path = sa.core.path;
        sa.step(fx, path, Session::handle_timeout)
    }

    /// Something is wanted.
    pub(crate) fn want(self, want: Want, fx: &mut Effects<'_>) -> Option<Self> {
        let path = self.core.path;
        self.step(fx, path, |session, core, fx| session.want(want, core, fx))
    }

    /// The datapath reports.
    pub(crate) fn handle_sa_event(mut self, event: &SaEvent, fx: &mut Effects<'_>) -> Option<Self> {
        match self.core.handle_sa_event(fx, event) {
            Some(want) => self.want(want, fx),
            None => Some(self),
        }
    }

    /// Whether it stands, or IPsec SAs that it has left, or will once the peer has read that it is the first.
    pub(crate) fn is_contact(&self) -> bool {
        let session = &self.session;
        session.established().is_some() || (session.is_v1() && session.is_over()) || self.core.said_contact
    }

    /// When to call [`Self::handle_timeout`].
    pub(crate) fn next_timeout(&self) -> Option<(Instant, TimeoutReason)> {
        [self.core.next_timeout(), self.session.next_timeout()].into_iter().flatten().min()
    }

    /// What is told of it, if it is established.
    pub(crate) fn info(&self, now: Instant) -> Option<IkeSaInfo> {
        let suite = self.session.established()?;
        let config = self.core.config.as_ref()?;
        let rekey_in = self.core.lifetime.map(|lifetime| lifetime.rekey_in(now)).unwrap_or_default();
        Some(IkeSaInfo {
            name: self.session.name(),
            role: self.core.role,
            local: self.core.path.local,
            remote: self.core.path.remote,
            local_id: config.local_id.clone(),
            remote_id: config.remote_id.clone(),
            suite,
            rekey_in,
        })
    }

    fn step(
        self,
        fx: &mut Effects<'_>,
        path: Path,
        f: impl FnOnce(Session, &mut Core, &mut Effects<'_>) -> Step,
    ) -> Option<Self> {
        let Self { mut core, session } = self;
        let (name, established) = (session.name(), session.established().is_some());
        match f(session, &mut core, fx) {
            Step::Next(session) => return Some(Self { core, session }),
            Step::Stay(session, reason) => {
                fx.dropped(path.remote, reason);
                return Some(Self { core, session });
            }
            Step::Done => core.close_children(fx, &CloseReason::Local),
            Step::Fail(reason) if established => {
                let reason = CloseReason::Failed(reason);
                core.close_children(fx, &reason);
                if let Some(connection) = core.connection {
                    fx.event(Event::IkeClosed { connection, name, reason });
                }
            }
            Step::Fail(reason) => {
                core.close_children(fx, &CloseReason::Failed(reason.clone()));
                core.failed(fx, core.role, Phase::One, reason);
            }
        }
        core.release(fx);
        None
    }
}
