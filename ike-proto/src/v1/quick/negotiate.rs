//! What both roles of quick mode agree on: algorithms, lifetimes, subnets.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::net::Cidr;
use esp_core::sa::{IpsecProtocol, Mode, Spi, VolumeLimits};
use esp_core::secret::SecretBytes;
use esp_core::selector::{Selectors, TrafficSelector};

use crate::config::ConnectionConfig;
use crate::diagnose::{FailureReason, Role};
use crate::sa::{ChildKeys, ChildSpec, Core, Effects, Pair};
use crate::suite::difference::{Difference, Field, Offer};
use crate::suite::v1_codec::{self, ChildTerms, ChosenChild};
use crate::suite::{ChildProposal, DhGroup};
use crate::v1::contents::Contents;
use crate::v1::isakmp::Isakmp;
use crate::wire::v1::codes::{EncapsulationMode, NotifyType};
use crate::wire::v1::{IdPayload, NatNumbering, OwnedId, SaPayload};

/// Octets of a kilobyte in a lifetime (RFC 2407 §4.5).
const KILOBYTE: u64 = 1024;

/// The ID payloads of a pair, seen from its initiator (F-10).
///
/// # Errors
/// A range of ports, which has no form in IKEv1.
pub(crate) fn ids(pair: &Pair) -> Result<(OwnedId, OwnedId), FailureReason> {
    let id = |selector: &TrafficSelector| {
        OwnedId::for_selector(selector)
            .ok_or(FailureReason::Protocol { what: "IKEv1 has no identity for a range of ports" })
    };
    Ok((id(&pair.local)?, id(&pair.remote)?))
}

/// The pair that ID payloads of the peer's quick mode name, seen from us; without any the two addresses themselves
/// (RFC 2409 §5.5).
///
/// # Errors
/// They name no addresses, or there is one or more than two.
pub(crate) fn pair_of(ids: &[&IdPayload<'_>], core: &Core) -> Result<Pair, FailureReason> {
    let selector = |id: &IdPayload<'_>| {
        id.selector()
            .map_err(|_| FailureReason::Protocol { what: "an identity of quick mode names no addresses" })
    };
    match ids {
        [] => {
            let host = |address: IpAddr| {
                let len = if address.is_ipv4() { 32 } else { 128 };
                Cidr::new(address, len).map(TrafficSelector::from).map_err(|_| FailureReason::Cancelled)
            };
            Ok(Pair { local: host(core.path.local.ip())?, remote: host(core.path.remote.ip())? })
        }
        [initiator, responder] => Ok(Pair { local: selector(responder)?, remote: selector(initiator)? }),
        _ => Err(FailureReason::Protocol { what: "quick mode has other than two identities" }),
    }
}

/// The group that we begin quick mode with, if there is PFS (F-11): a KE payload is of one group, so only that is
/// offered.
pub(crate) fn offered_group(config: &ConnectionConfig) -> Option<DhGroup> {
    config.child.proposals.first().and_then(|proposal| proposal.groups.first()).copied()
}

/// The protocol that we begin quick mode with.
pub(crate) fn offered_protocol(core: &Core) -> IpsecProtocol {
    let config = core.config.as_ref();
    let proposal = config.and_then(|config| config.child.proposals.first());
    proposal.map_or(IpsecProtocol::Esp, |proposal| proposal.protocol)
}

/// Our proposals as quick mode can offer them: all with the group of the KE payload.
fn offered(config: &ConnectionConfig) -> Vec<ChildProposal> {
    let group = offered_group(config);
    let fits = |proposal: &&ChildProposal| match group {
        Some(group) => proposal.groups.contains(&group),
        None => proposal.groups.is_empty(),
    };
    let with_group =
        |proposal: &ChildProposal| ChildProposal { groups: group.into_iter().collect(), ..proposal.clone() };
    config.child.proposals.iter().filter(fits).map(with_group).collect()
}

/// What goes into every transform beside the algorithms.
fn terms(config: &ConnectionConfig, core: &Core, isakmp: &Isakmp) -> ChildTerms {
    ChildTerms {
        mode: encapsulation(config.child.mode, core, isakmp),
        seconds: u32::try_from(config.child.lifetime.as_secs()).unwrap_or(u32::MAX),
        kilobytes: config
            .child
            .volume
            .hard_bytes
            .map(|bytes| u32::try_from(bytes / KILOBYTE).unwrap_or(u32::MAX)),
    }
}

/// The encapsulation mode, under the number of the peer's form of NAT traversal (F-15).
fn encapsulation(mode: Mode, core: &Core, isakmp: &Isakmp) -> EncapsulationMode {
    let draft = isakmp.peer.nat_numbering() == Some(NatNumbering::Draft);
    match (mode, core.nat.encap, draft) {
        (Mode::Tunnel, false, _) => EncapsulationMode::TUNNEL,
        (Mode::Transport, false, _) => EncapsulationMode::TRANSPORT,
        (Mode::Tunnel, true, false) => EncapsulationMode::UDP_TUNNEL,
        (Mode::Transport, true, false) => EncapsulationMode::UDP_TRANSPORT,
        (Mode::Tunnel, true, true) => EncapsulationMode::UDP_TUNNEL_DRAFT,
        (Mode::Transport, true, true) => EncapsulationMode::UDP_TRANSPORT_DRAFT,
    }
}

/// The SA payload of a first message.
pub(crate) fn offer(config: &ConnectionConfig, inbound: Spi, core: &Core, isakmp: &Isakmp) -> SaPayload {
    v1_codec::offer_child(&offered(config), inbound, &terms(config, core, isakmp))
}

/// Checks the peer's answer.
///
/// # Errors
/// It is no choice among what was offered.
pub(crate) fn check_answer(
    config: &ConnectionConfig,
    answer: &SaPayload,
    core: &Core,
    isakmp: &Isakmp,
) -> Result<ChosenChild, FailureReason> {
    v1_codec::check_child_answer(&offered(config), answer, &terms(config, core, isakmp))
        .map_err(|_| FailureReason::Protocol { what: "the peer chose algorithms that were not offered" })
}

/// Chooses as a responder.
pub(crate) fn select(
    config: &ConnectionConfig,
    offered: &SaPayload,
    core: &Core,
    isakmp: &Isakmp,
) -> Option<ChosenChild> {
    v1_codec::select_child(&config.child.proposals, offered, &terms(config, core, isakmp))
}

/// What a peer's offers and our proposals differ in.
pub(crate) fn difference(theirs: Vec<Offer>, ours: &[ChildProposal]) -> Difference {
    let fields = [Field::Protocol, Field::Encryption, Field::Integrity, Field::DhGroup];
    Difference::between(theirs, ours.iter().map(Offer::from).collect(), &fields)
}

/// What an error of the peer's says about a quick mode of ours.
pub(crate) fn refused(contents: &Contents<'_>, pair: &Pair, core: &Core, fx: &Effects<'_>) -> FailureReason {
    let (Some(error), Some(config)) = (contents.error(), &core.config) else {
        return FailureReason::Cancelled;
    };
    match error.kind {
        NotifyType::NO_PROPOSAL_CHOSEN
        | NotifyType::BAD_PROPOSAL_SYNTAX
        | NotifyType::ATTRIBUTES_NOT_SUPPORTED => FailureReason::ChildProposal {
            difference: difference(fx.observed.child(core.path.remote.ip()), &config.child.proposals),
            by_peer: true,
        },
        NotifyType::INVALID_ID_INFORMATION => FailureReason::Selectors {
            ours: pair.selectors(),
            theirs: fx.observed.selectors(core.path.remote.ip()),
            by_peer: true,
        },
        kind => FailureReason::Notify { name: alloc::format!("{kind}") },
    }
}

/// The peer answered with other subnets.
pub(crate) fn other_ids(ids: &[&IdPayload<'_>], pair: &Pair) -> FailureReason {
    let selector = |id: Option<&&IdPayload<'_>>| id.and_then(|id| id.selector().ok()).into_iter().collect();
    let theirs = Selectors { local: selector(ids.first()), remote: selector(ids.get(1)) };
    FailureReason::Selectors { ours: pair.selectors(), theirs, by_peer: true }
}

/// How long IPsec SAs last (F-12): the shorter of what both sides say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) time: Duration,
    pub(crate) volume: VolumeLimits,
}

impl Lifetimes {
    /// Ours or the peer's, whichever is shorter.
    pub(crate) fn of(config: &ConnectionConfig, chosen: &ChosenChild) -> Self {
        let mut lifetimes = Self { time: config.child.lifetime, volume: config.child.volume };
        lifetimes.limit(Some(chosen.seconds), chosen.kilobytes);
        lifetimes
    }

    /// Takes a RESPONDER-LIFETIME of the peer.
    pub(crate) fn shorten(&mut self, data: &[u8]) {
        let life = v1_codec::decode_child_lifetime(data);
        self.limit(life.seconds, life.kilobytes);
    }

    fn limit(&mut self, seconds: Option<u64>, kilobytes: Option<u64>) {
        if let Some(seconds) = seconds {
            self.time = self.time.min(sensible(seconds));
        }
        if let Some(kilobytes) = kilobytes {
            let hard = kilobytes.max(SHORTEST).saturating_mul(KILOBYTE);
            let hard = self.volume.hard_bytes.map_or(hard, |own| own.min(hard));
            let soft = hard.saturating_sub(hard / 8);
            self.volume.soft_bytes = Some(self.volume.soft_bytes.map_or(soft, |own| own.min(soft)));
            self.volume.hard_bytes = Some(hard);
        }
    }
}

/// A lifetime of a peer's. One of nothing would have the two ends do nothing but rekey.
pub(crate) fn sensible(seconds: u64) -> Duration {
    Duration::from_secs(seconds.max(SHORTEST))
}

/// Seconds or kilobytes below which no lifetime of a peer is taken.
const SHORTEST: u64 = 30;

/// What keys are made of beside SKEYID_d.
pub(crate) struct Seed<'a> {
    /// The secret of quick mode's own key exchange, where it had one.
    pub(crate) shared: Option<&'a SecretBytes>,
    /// The initiator's and the responder's nonce.
    pub(crate) nonces: (&'a [u8], &'a [u8]),
    /// Which end of quick mode we were.
    pub(crate) role: Role,
}

impl Seed<'_> {
    /// The IPsec SAs that were agreed on, with their keys.
    pub(crate) fn spec(
        &self,
        isakmp: &Isakmp,
        config: &ConnectionConfig,
        chosen: &ChosenChild,
        inbound: Spi,
        pair: &Pair,
        lifetimes: &Lifetimes,
    ) -> ChildSpec {
        let (nonce_i, nonce_r) = self.nonces;
        let keys =
            |spi| isakmp.keys.child_keys(chosen.protocol, spi, self.shared, nonce_i, nonce_r, chosen.suite);
        // The SPI is the one that the receiver chose (F-3).
        let (to_us, to_peer) = (keys(inbound), keys(chosen.spi));
        let keys = match self.role {
            Role::Initiator => ChildKeys { initiator_to_responder: to_peer, responder_to_initiator: to_us },
            Role::Responder => ChildKeys { initiator_to_responder: to_us, responder_to_initiator: to_peer },
        };
        ChildSpec {
            inbound,
            outbound: chosen.spi,
            protocol: chosen.protocol,
            mode: config.child.mode,
            suite: chosen.suite,
            pfs: chosen.group,
            selectors: pair.selectors(),
            keys,
            role: self.role,
            reqid: config.child.reqid,
            replay_window: config.child.replay_window,
            volume: lifetimes.volume,
        }
    }
}
