//! What main and aggressive mode have in common.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use esp_core::secret::ct_eq;
use esp_core::time::Instant;

use super::contents::Contents;
use super::draft::Draft;
use super::traits::PeerTraits;
use crate::config::{ConnectionConfig, ExchangeMode, Version};
use crate::crypto::v1_keys::nat_detection_hash;
use crate::diagnose::{Event, FailureReason, IkeSaName};
use crate::endpoint::Candidate;
use crate::sa::{Core, Effects, Nat, Path, identity};
use crate::suite::difference::{Difference, Field, Offer};
use crate::suite::{Hash, IkeProposal};
use crate::wire::codes::PayloadType;
use crate::wire::header::Header;
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    Content, IdPayload, Message, NatDPayload, NatNumbering, OwnedId, Payload, cookie_pair,
};

/// Octets of our nonces.
pub(crate) const NONCE_LEN: usize = 32;
/// How long a good answer is waited for after an error that anyone could have sent.
const GRACE: Duration = Duration::from_secs(2);

/// An error that anyone could have sent. The first is kept, and believed if nothing better comes.
#[derive(Debug, Default)]
pub(crate) struct Hint(Option<(Instant, FailureReason)>);

impl Hint {
    /// Remembers a likely cause.
    pub(crate) fn note(&mut self, now: Instant, reason: FailureReason) {
        self.0.get_or_insert((now + GRACE, reason));
    }

    /// The cause, once it was waited long enough for something better.
    pub(crate) fn believed(&self, now: Instant) -> Option<FailureReason> {
        self.0.as_ref().filter(|(until, _)| *until <= now).map(|(_, reason)| reason.clone())
    }

    /// The cause, if nothing better is waited for any more.
    pub(crate) fn reason(&self) -> Option<FailureReason> {
        self.0.as_ref().map(|(_, reason)| reason.clone())
    }

    /// When to look again, if before `due`.
    pub(crate) fn due(&self, due: Instant) -> Instant {
        self.0.as_ref().map_or(due, |(until, _)| due.min(*until))
    }
}

/// The chain of a message in clear.
pub(crate) fn clear<'a, 'b>(message: &'b Message<'a>) -> Option<&'b crate::wire::v1::Chain<'a>> {
    match &message.content {
        Content::Clear(chain) => Some(chain),
        Content::Encrypted(_) => None,
    }
}

/// The body of the SA payload of a message of ours in clear: what HASH_I and HASH_R cover (F-4).
pub(crate) fn sa_body(octets: &[u8]) -> Vec<u8> {
    let message = Message::decode(octets).ok();
    let chain = message.as_ref().and_then(clear);
    chain.and_then(|chain| chain.body(PayloadType::V1_SA)).map(Vec::from).unwrap_or_default()
}

/// What an error of the peer's in clear says about an attempt of ours.
pub(crate) fn refusal(contents: &Contents<'_>, core: &Core, fx: &Effects<'_>) -> Option<FailureReason> {
    let error = contents.error()?;
    let config = core.config.as_ref()?;
    let known = fx.observed.refused(core.path.remote.ip(), config);
    // A peer that lacks a connection of our version or mode answers as if something else were wrong.
    if let Some(known @ (FailureReason::Version { .. } | FailureReason::ExchangeMode { .. })) = known {
        return Some(known);
    }
    Some(match error.kind {
        NotifyType::NO_PROPOSAL_CHOSEN
        | NotifyType::BAD_PROPOSAL_SYNTAX
        | NotifyType::ATTRIBUTES_NOT_SUPPORTED => FailureReason::IkeProposal {
            difference: difference(fx.observed.ike(core.path.remote.ip()), &config.ike_proposals),
            by_peer: true,
        },
        NotifyType::INVALID_MAJOR_VERSION => FailureReason::Version { peer: 2 },
        NotifyType::INVALID_EXCHANGE_TYPE | NotifyType::UNSUPPORTED_EXCHANGE_TYPE => {
            FailureReason::ExchangeMode { ours: mode(config) }
        }
        NotifyType::AUTHENTICATION_FAILED | NotifyType::INVALID_ID_INFORMATION => {
            known.unwrap_or(FailureReason::RefusedByPeer { local_id: config.local_id.clone() })
        }
        NotifyType::PAYLOAD_MALFORMED | NotifyType::INVALID_HASH_INFORMATION => {
            FailureReason::Key { remote_id: config.remote_id.clone() }
        }
        kind => FailureReason::Notify { name: alloc::format!("{kind}") },
    })
}

/// The exchange mode of a connection.
pub(crate) fn mode(config: &ConnectionConfig) -> ExchangeMode {
    match config.version {
        Version::V1(mode) => mode,
        Version::V2 => ExchangeMode::Main,
    }
}

/// What a peer's offers and our proposals differ in. There is no pseudo-random function to negotiate.
pub(crate) fn difference(theirs: Vec<Offer>, ours: &[IkeProposal]) -> Difference {
    let fields = [Field::Encryption, Field::Integrity, Field::Method, Field::DhGroup];
    Difference::between(theirs, ours.iter().map(Offer::from).collect(), &fields)
}

/// All that the connections accept.
pub(crate) fn proposals(candidates: &[Candidate]) -> Vec<IkeProposal> {
    candidates.iter().flat_map(|(_, config)| config.ike_proposals.clone()).collect()
}

/// Our ID payload.
pub(crate) fn own_id(config: &ConnectionConfig) -> OwnedId {
    let (kind, data) = identity::encode(&config.local_id);
    OwnedId { kind, protocol: 0, port: 0, data }
}

/// Whether an ID payload names who the connection expects: type and octets whole, with one of the ports that it
/// may have (F-9).
pub(crate) fn is_expected(config: &ConnectionConfig, id: &IdPayload<'_>) -> bool {
    id.is_phase_1_port() && identity::matches(&config.remote_id, id.kind, id.data)
}

/// Why an ID payload is not that of the connection.
pub(crate) fn mismatch(config: &ConnectionConfig, id: &IdPayload<'_>) -> FailureReason {
    if !id.is_phase_1_port() {
        let what = "the identity of phase 1 has a protocol and port other than UDP 500 or 4500";
        return FailureReason::Protocol { what };
    }
    let received = identity::shown(id.kind, id.data);
    FailureReason::Identity { received, expected: config.remote_id.clone() }
}

/// Writes the NAT-D payloads: the peer's end first, then ours (F-15). Where ESP shall be carried in UDP although there is
/// no NAT, ours is of an address that is nobody's, so that the peer finds one.
pub(crate) fn push_nat_d(
    draft: &mut Draft,
    numbering: NatNumbering,
    hash: Hash,
    name: IkeSaName,
    path: Path,
    pretend: bool,
) {
    let nobody = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    for address in [path.remote, if pretend { nobody } else { path.local }] {
        let hash = nat_detection_hash(hash, name.initiator, name.responder, address);
        draft.push(&Payload::NatD(NatDPayload { numbering, hash: &hash }));
    }
}

/// What the peer's NAT-D payloads say: the first is of the end that they were sent to, the others of that which sent
/// them. `paths` are those that they may be of: who floats to port 4500 with the message that they are in may mean either
/// port.
pub(crate) fn detect_nat(contents: &Contents<'_>, hash: Hash, name: IkeSaName, paths: &[Path]) -> Nat {
    let [destination, sources @ ..] = contents.nat_d.as_slice() else { return Nat::default() };
    if sources.is_empty() {
        return Nat::default();
    }
    let of = |address| nat_detection_hash(hash, name.initiator, name.responder, address);
    let is_ours = |path: &Path| ct_eq(&of(path.local), destination.hash);
    let is_theirs = |path: &Path| {
        let remote = of(path.remote);
        sources.iter().any(|source| ct_eq(&remote, source.hash))
    };
    Nat {
        local: !paths.iter().any(is_ours),
        remote: !paths.iter().any(is_theirs),
        supported: true,
        encap: false,
    }
}

/// Tells what was found out about address translation.
pub(crate) fn tell_nat(core: &Core, fx: &mut Effects<'_>) {
    if let (Some(connection), true) = (core.connection, core.nat.supported) {
        fx.event(Event::NatDetected { connection, local: core.nat.local, remote: core.nat.remote });
    }
}

/// Whether an initiator may still use SAs with us: it did not say that it has none. A Delete is not answered, and if ours
/// was lost, it sends to nobody until it hears that we have none.
pub(crate) fn may_believe_in_more(contents: &Contents<'_>) -> bool {
    contents.notify(NotifyType::INITIAL_CONTACT).is_none()
}

/// Says that we have no other SA with the peer, if that is so.
pub(crate) fn push_initial_contact(
    draft: &mut Draft,
    name: IkeSaName,
    core: &mut Core,
    fx: &Effects<'_>,
) -> bool {
    core.said_contact = fx.is_first_contact(core);
    if core.said_contact {
        draft.notify(NotifyType::INITIAL_CONTACT, &cookie_pair(name.initiator, name.responder), &[]);
    }
    core.said_contact
}

/// Whether a header belongs to an exchange that is named by these cookies.
pub(crate) fn is_of(header: &Header, name: IkeSaName) -> bool {
    header.initiator_spi == name.initiator && header.responder_spi == name.responder
}

/// What the first two messages have settled.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) name: IkeSaName,
    pub(crate) suite: crate::suite::IkeSuite,
    pub(crate) hash: Hash,
    pub(crate) lifetime: Duration,
    pub(crate) sa_body: Vec<u8>,
    pub(crate) peer: PeerTraits,
}
