//! Child SAs: the pair of Security Associations that an IKE SA made.

use alloc::boxed::Box;

use esp_core::net::TunnelOptions;
use esp_core::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKey, SaKeys, SaParams, Spi, VolumeLimits};
use esp_core::selector::Selectors;
use esp_core::suite::SaSuite;
use esp_core::time::Instant;

use super::{Lifetime, Path};
pub(crate) use crate::crypto::v2_keys::ChildKeys;
use crate::diagnose::{ChildSaInfo, Role};
use crate::suite::DhGroup;

/// A Child SA as it was negotiated.
#[derive(Debug)]
pub(crate) struct ChildSpec {
    pub(crate) inbound: Spi,
    pub(crate) outbound: Spi,
    pub(crate) protocol: IpsecProtocol,
    pub(crate) mode: Mode,
    pub(crate) suite: SaSuite,
    pub(crate) pfs: Option<DhGroup>,
    pub(crate) selectors: Selectors,
    pub(crate) keys: ChildKeys,
    /// Whether we started the exchange that made it.
    pub(crate) role: Role,
    pub(crate) reqid: ReqId,
    pub(crate) replay_window: u32,
    pub(crate) volume: VolumeLimits,
}

impl ChildSpec {
    /// One direction, as a datapath needs it.
    pub(crate) fn params(
        &self,
        direction: Direction,
        path: Path,
        encap: bool,
        expires: Instant,
    ) -> Box<SaParams> {
        Box::new(SaParams {
            direction,
            spi: match direction {
                Direction::Inbound => self.inbound,
                Direction::Outbound => self.outbound,
            },
            protocol: self.protocol,
            mode: self.mode,
            local: path.local.ip(),
            remote: path.remote.ip(),
            encap: path.encap(encap),
            original: None,
            suite: self.suite,
            keys: self.keys_of(direction).clone(),
            selectors: self.selectors.clone(),
            replay_window: self.replay_window,
            limits: self.volume,
            expires: Some(expires),
            reqid: self.reqid,
            tunnel: TunnelOptions::default(),
        })
    }

    fn keys_of(&self, direction: Direction) -> &SaKeys {
        match (direction, self.role) {
            (Direction::Outbound, Role::Initiator) | (Direction::Inbound, Role::Responder) => {
                &self.keys.initiator_to_responder
            }
            _ => &self.keys.responder_to_initiator,
        }
    }
}

/// When the outbound direction of a new Child SA starts to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutboundStart {
    /// At once.
    Now,
    /// When the peer is known to have it, at this time at the latest: until then what is before serves.
    AfterPeer(Instant),
    /// Never: it is one too many after a collision and will be deleted (RFC 7296 §2.8.1).
    Never,
}

/// What a Child SA is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildState {
    /// It serves.
    Active,
    /// We have asked to replace it, or are about to.
    Rekeying,
    /// Another has taken its place, and its end is for the peer to ask for.
    Replaced,
    /// Its end is ours to ask for, and we have asked or are about to.
    Deleting,
}

/// A Child SA that stands.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct ChildSa {
    pub(crate) inbound: SaKey,
    pub(crate) outbound: SaKey,
    pub(crate) protocol: IpsecProtocol,
    pub(crate) suite: SaSuite,
    pub(crate) pfs: Option<DhGroup>,
    pub(crate) selectors: Selectors,
    pub(crate) reqid: ReqId,
    pub(crate) encapsulated: bool,
    /// Whether we started the exchange that made it, when it was started, and when it was done.
    pub(crate) role: Role,
    pub(crate) begun_at: Instant,
    pub(crate) made_at: Instant,
    pub(crate) state: ChildState,
    pub(crate) lifetime: Lifetime,
    /// Its lifetime as it was drawn, before anything shortened it.
    pub(crate) planned: Lifetime,
    /// The outbound direction, while it waits for the peer to use the inbound one.
    pub(crate) waiting: Option<(Instant, Box<SaParams>)>,
    /// Whether the peer is known to have it: it took our answer, or we took the peer's.
    pub(crate) confirmed: bool,
    /// Whether the outbound direction was ever given to the datapath.
    pub(crate) has_outbound: bool,
    /// Packets that the datapath had seen when it was asked last.
    pub(crate) packets_seen: u64,
}

impl ChildSa {
    /// What is told of it.
    pub(crate) fn info(&self, now: Instant) -> ChildSaInfo {
        ChildSaInfo {
            protocol: self.protocol,
            inbound: self.inbound.spi,
            outbound: self.outbound.spi,
            suite: self.suite,
            pfs: self.pfs,
            selectors: self.selectors.clone(),
            reqid: self.reqid,
            encapsulated: self.encapsulated,
            sends: self.has_outbound,
            rekey_in: self.lifetime.rekey_in(now),
        }
    }

    /// Whether it carries traffic and is not about to end.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.state, ChildState::Active | ChildState::Rekeying)
    }
}
