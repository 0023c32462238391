//! The responder of IKE_SA_INIT. It stands before any IKE SA: what it refuses leaves nothing behind.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::initiator::{NONCE_LEN, difference};
use crate::config::{Childless, ConnectionConfig};
use crate::crypto::dh::DhPrivate;
use crate::crypto::nat_detection::nat_detection_hash;
use crate::crypto::v2_keys::{IkeKeys, KeySeed};
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Role};
use crate::endpoint::Candidate;
use crate::sa::{Core, Effects, IkeSa, IkeSaId, Nat, Path, Session};
use crate::suite::difference::Offer;
use crate::suite::select::{self, ChosenIke};
use crate::suite::{IkeProposal, v2_codec};
use crate::v2::auth::{Answered, HalfOpen};
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::generation::Generation;
use crate::v2::window::Window;
use crate::v2::{self as session, trace};
use crate::wire::IkeSpi;
use crate::wire::codes::{DhId, ExchangeType, NotifyType};
use crate::wire::header::{Flags, Header};
use crate::wire::v2::{KePayload, Message, NoncePayload, Payload, unsupported_critical};

/// What is made of a first message.
pub(crate) enum Answer {
    /// An IKE SA that is not established yet; its answer has been sent.
    Accept(Box<IkeSa>),
    /// Nothing but a notification.
    Refuse {
        /// What it says.
        kind: NotifyType,
        /// What belongs to it.
        data: Vec<u8>,
        /// Why, where an operator should know.
        failure: Option<FailureReason>,
    },
    /// Nothing at all.
    Drop(DropReason),
}

impl Answer {
    fn refuse(kind: NotifyType, failure: Option<FailureReason>) -> Self {
        Self::Refuse { kind, data: Vec::new(), failure }
    }
}

/// Answers a first message that has passed the bounds on half-open IKE SAs.
pub(crate) fn respond(
    request: &Message<'_>,
    path: Path,
    id: IkeSaId,
    candidates: &[Candidate],
    fx: &mut Effects<'_>,
) -> Answer {
    if let Some(kind) = unsupported_critical(&request.payloads) {
        let (notify, data) = (NotifyType::UNSUPPORTED_CRITICAL_PAYLOAD, Vec::from([kind.0]));
        return Answer::Refuse { kind: notify, data, failure: None };
    }
    let contents = match Contents::read(&request.payloads) {
        Ok(contents) => contents,
        Err(what) => return Answer::Drop(DropReason::Unusable { what }),
    };
    let (Some(sa), Some(ke), Some(nonce_i)) = (contents.sa, contents.ke, contents.nonce) else {
        return Answer::refuse(NotifyType::INVALID_SYNTAX, None);
    };
    let offers = Offer::all_from_v2(sa);
    fx.observed.note_ike(path.remote.ip(), offers.clone());
    let proposals: Vec<IkeProposal> =
        candidates.iter().flat_map(|(_, config)| config.ike_proposals.clone()).collect();
    let Some(chosen) = select::select_ike(&proposals, sa) else {
        let difference = difference(offers, &proposals);
        let failure = FailureReason::IkeProposal { difference, by_peer: false };
        return Answer::refuse(NotifyType::NO_PROPOSAL_CHOSEN, Some(failure));
    };
    let group = chosen.suite.dh;
    if ke.group != DhId(group.number()) {
        let data = Vec::from(group.number().to_be_bytes());
        return Answer::Refuse { kind: NotifyType::INVALID_KE_PAYLOAD, data, failure: None };
    }
    let dh = DhPrivate::generate(group, fx.rng);
    let Ok(shared) = dh.agree(ke.data) else {
        return Answer::refuse(NotifyType::INVALID_SYNTAX, None);
    };
    let mut core = Core::new(id, Role::Responder, path, fx.now);
    let spi_i = request.header.initiator_spi;
    let name = IkeSaName { initiator: spi_i, responder: core.new_ike_spi(fx) };
    let nonce_r = fx.random(NONCE_LEN);
    let seed = KeySeed { nonce_i, nonce_r: &nonce_r, spi_i, spi_r: name.responder };
    let Ok(keys) = IkeKeys::derive(chosen.suite, &shared, &seed) else {
        core.release(fx);
        return Answer::refuse(NotifyType::NO_PROPOSAL_CHOSEN, None);
    };
    core.nat = Nat::detect(
        (spi_i, IkeSpi::ZERO),
        &contents.notify_data(NotifyType::NAT_DETECTION_SOURCE_IP),
        contents.notify(NotifyType::NAT_DETECTION_DESTINATION_IP).map(|notify| notify.data),
        path.local,
        path.remote,
    );
    let extensions = Extensions::agree(&contents, candidates);
    core.fragmentation = extensions.fragmentation;
    let Some(response) = encode_response(&core, fx, name, &chosen, &dh, &nonce_r, extensions) else {
        core.release(fx);
        return Answer::Drop(DropReason::Unusable { what: "the answer does not fit into a datagram" });
    };
    core.send(fx, &response);
    core.first_message = Some((path.remote.ip(), spi_i));
    fx.registry.note_first_message(path.remote.ip(), spi_i, id);
    let generation = Generation::new(name, Role::Responder, chosen.suite, keys, Window::new(0, 1));
    let answered = Answered {
        generation,
        request: Vec::from(request.raw),
        response,
        nonce_i: Vec::from(nonce_i),
        nonce_r,
        ppk: extensions.ppk,
    };
    let state = HalfOpen::new(answered, fx.now + fx.limits.half_open_lifetime);
    let session = Session::V2(session::Session::HalfOpen(state));
    Answer::Accept(Box::new(IkeSa { core, session }))
}

/// What is told in the answer. Who the peer is shows only later, so what any connection that may be meant has is said.
#[derive(Clone, Copy, Debug)]
struct Extensions {
    /// Let the peer find a NAT before us, so that ESP goes in UDP.
    pretend_nat: bool,
    /// Both ends put messages together from fragments (RFC 7383).
    fragmentation: bool,
    /// Both ends may use a post-quantum pre-shared key (RFC 8784).
    ppk: bool,
    /// The IKE SA may be made without a Child SA (RFC 6023).
    childless: bool,
}

impl Extensions {
    fn agree(contents: &Contents<'_>, candidates: &[Candidate]) -> Self {
        let any = |has: fn(&ConnectionConfig) -> bool| candidates.iter().any(|(_, config)| has(config));
        let says = |kind| contents.notify(kind).is_some();
        Self {
            pretend_nat: any(|config| config.nat.force_encapsulation),
            fragmentation: says(NotifyType::IKEV2_FRAGMENTATION_SUPPORTED)
                && any(|config| config.v2.fragmentation.enabled),
            ppk: says(NotifyType::USE_PPK) && any(|config| config.v2.ppk.is_some()),
            childless: any(|config| config.v2.childless != Childless::Never),
        }
    }
}

fn encode_response(
    core: &Core,
    fx: &mut Effects<'_>,
    name: IkeSaName,
    chosen: &ChosenIke,
    dh: &DhPrivate,
    nonce: &[u8],
    extensions: Extensions,
) -> Option<Vec<u8>> {
    let spis = (name.initiator, name.responder);
    let mut draft = Draft::new();
    draft.push(&Payload::Sa(v2_codec::answer_ike(chosen.suite, chosen.number, None)));
    draft.push(&Payload::Ke(KePayload { group: DhId(dh.group().number()), data: dh.public() }));
    draft.push(&Payload::Nonce(NoncePayload { data: nonce }));
    if core.nat.supported {
        let source = Nat::source_hash(spis, core.path.local, extensions.pretend_nat);
        draft.notify(NotifyType::NAT_DETECTION_SOURCE_IP, &source);
        let destination = nat_detection_hash(spis.0, spis.1, core.path.remote);
        draft.notify(NotifyType::NAT_DETECTION_DESTINATION_IP, &destination);
    }
    for (kind, wanted) in [
        (NotifyType::IKEV2_FRAGMENTATION_SUPPORTED, extensions.fragmentation),
        (NotifyType::USE_PPK, extensions.ppk),
        (NotifyType::CHILDLESS_IKEV2_SUPPORTED, extensions.childless),
    ] {
        if wanted {
            draft.notify(kind, &[]);
        }
    }
    let header = Header::v2(spis.0, spis.1, ExchangeType::IKE_SA_INIT, Flags::RESPONSE, 0);
    let octets = draft.builder.encode(&header).ok()?;
    trace::message(fx, None, core.path.remote, true, &header, draft.names, octets.len());
    Some(octets)
}
