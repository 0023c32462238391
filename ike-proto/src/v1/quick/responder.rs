//! The responder of quick mode.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, Spi};
use esp_core::secret::SecretBytes;

use super::negotiate::{self, Lifetimes, Seed};
use super::settle::settle;
use super::{Quick, tell_made};
use crate::config::{ConnectionConfig, RetransmitConfig};
use crate::crypto::dh::DhPrivate;
use crate::crypto::v1_keys::verify_hash;
use crate::diagnose::{DropReason, FailureReason, Phase, Role};
use crate::sa::{Core, Effects, OutboundStart, Pair, Path, Retransmission, pairs};
use crate::suite::difference::Offer;
use crate::suite::v1_codec::{self, ChosenChild, GroupError};
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::Established;
use crate::v1::isakmp::{Iv, Opened};
use crate::v1::phase1::NONCE_LEN;
use crate::v1::{limits, trace};
use crate::wire::codes::{ExchangeType, ProtocolId};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{
    KePayload, Message, NoncePayload, NotifyPayload, Payload, SaPayload, decode_padded_chain,
};

/// How often the second message is sent again: longer than the peer needs to repeat the third.
const REPEATS: u32 = 3;
/// Longer than quick mode can take: its end says when the outbound direction starts.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// Has sent the second message, waits for the third.
#[derive(Debug)]
pub(crate) struct Responder {
    pub(crate) pair: Pair,
    pub(crate) inbound: Spi,
    pub(crate) protocol: IpsecProtocol,
    pub(crate) retransmission: Retransmission,
    pub(super) iv: Iv,
    /// The first message, whose repetition is answered with the second.
    request: Vec<u8>,
    nonces: (Vec<u8>, Vec<u8>),
}

/// What a first message and the configuration have in common.
struct Agreed {
    pair: Pair,
    chosen: ChosenChild,
    key_exchange: Option<(DhPrivate, SecretBytes)>,
}

/// Why a first message is refused, and how.
struct Refusal {
    kind: NotifyType,
    reason: FailureReason,
    /// The initiator's SPI, by which it knows what is refused.
    spi: Vec<u8>,
    protocol: ProtocolId,
}

impl Established {
    /// The peer begins a quick mode.
    pub(super) fn answer_quick(
        &mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        let iv = self.isakmp.exchange_iv(id);
        let opened = self.isakmp.open_hashed(&iv, message, None)?;
        let theirs = |quick: &&Quick| matches!(quick, Quick::Responder(_));
        if self.exchanges.values().filter(theirs).count() >= limits::PEER_QUICK_MODES
            || core.children.len() >= fx.limits.child_sas
        {
            return Err(DropReason::TooManyExchanges);
        }
        self.heard(path, core, fx);
        self.replay.note_used(id);
        if let Err(refusal) = self.agree(&opened, message, core, fx) {
            let Refusal { kind, reason, spi, protocol } = *refusal;
            core.failed(fx, Role::Responder, Phase::Two, reason);
            let mut draft = Draft::new();
            draft.push(&Payload::Notify(NotifyPayload {
                protocol,
                spi: &spi,
                ..NotifyPayload::new(kind, &[])
            }));
            let octets = self.inform(&draft, core, fx);
            if let Some(octets) = octets {
                self.replay.keep(fx.now, message.raw, &octets);
            }
        }
        Ok(())
    }

    /// Agrees with the peer and answers, or says why not.
    fn agree(
        &mut self,
        opened: &Opened,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), Box<Refusal>> {
        let no_sa = |what| Refusal::new(NotifyType::PAYLOAD_MALFORMED, FailureReason::Protocol { what });
        let chain = opened.chain().ok_or_else(|| no_sa("the first message of quick mode is malformed"))?;
        let (header, len) = (&message.header, message.raw.len());
        let names = trace::payload_names(&chain);
        trace::message(fx, core.connection, core.path.remote, false, header, names, len);
        let contents = Contents::read(&chain).map_err(no_sa)?;
        self.follow_subnets(&contents.ids, core, fx);
        let (Some(sa), Some(nonce_i), Some(config)) = (contents.sa, contents.nonce, core.config.clone())
        else {
            return Err(no_sa("the first message of quick mode lacks the SA or nonce payload"));
        };
        let about = sa.proposals.first().map(|proposal| (proposal.protocol, proposal.spi.clone()));
        let about = about.unwrap_or((ProtocolId::ESP, Vec::new()));
        let refuse = |(kind, reason)| Refusal::about(kind, reason, &about);
        let agreed = self.choose(sa, &contents, &config, core, fx).map_err(refuse)?;
        self.answer(&agreed, &contents, nonce_i, opened, message, &config, core, fx)
            .map_err(|reason| refuse((NotifyType::NO_PROPOSAL_CHOSEN, reason)))
    }

    /// Chooses subnets, algorithms and, with PFS, makes the secret (F-10, F-11).
    fn choose(
        &self,
        sa: &SaPayload,
        contents: &Contents<'_>,
        config: &ConnectionConfig,
        core: &Core,
        fx: &mut Effects<'_>,
    ) -> Result<Agreed, (NotifyType, FailureReason)> {
        let offers = Offer::all_from_v1_child(sa);
        fx.observed.note_child(core.path.remote.ip(), offers.clone(), true);
        let pair = negotiate::pair_of(&contents.ids, core)
            .map_err(|reason| (NotifyType::INVALID_ID_INFORMATION, reason))?;
        if !pairs(core).iter().any(|own| own.covers(&pair)) {
            let (ours, theirs) = (config.child.selectors.clone(), pair.selectors());
            fx.observed.note_selectors(core.path.remote.ip(), theirs.clone());
            let reason = FailureReason::Selectors { ours, theirs, by_peer: false };
            return Err((NotifyType::INVALID_ID_INFORMATION, reason));
        }
        let invalid_key = |what| (NotifyType::INVALID_KEY_INFORMATION, FailureReason::Protocol { what });
        v1_codec::offered_group(sa, contents.ke.is_some()).map_err(|error| {
            invalid_key(match error {
                GroupError::Different => "the transforms of quick mode do not all name the same group",
                GroupError::WithoutKe(_) => "quick mode offers a group and has no KE payload",
                GroupError::WithoutGroup => "quick mode has a KE payload and offers no group",
            })
        })?;
        let chosen = negotiate::select(config, sa, core, &self.isakmp).ok_or_else(|| {
            let difference = negotiate::difference(offers, &config.child.proposals);
            let reason = FailureReason::ChildProposal { difference, by_peer: false };
            (NotifyType::NO_PROPOSAL_CHOSEN, reason)
        })?;
        let key_exchange = match (chosen.group, contents.ke) {
            (Some(group), Some(ke)) => {
                let dh = DhPrivate::generate(group, fx.rng);
                let shared = dh
                    .agree(ke)
                    .map_err(|_| invalid_key("the peer's Diffie-Hellman value is not valid in its group"))?;
                Some((dh, shared))
            }
            _ => None,
        };
        Ok(Agreed { pair, chosen, key_exchange })
    }

    /// Installs the inbound SA and sends the second message.
    #[expect(clippy::too_many_arguments, reason = "what one message has given, handed on once")]
    fn answer(
        &mut self,
        agreed: &Agreed,
        contents: &Contents<'_>,
        nonce_i: &[u8],
        opened: &Opened,
        message: &Message<'_>,
        config: &ConnectionConfig,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let Agreed { pair, chosen, key_exchange } = agreed;
        let nonce_r = fx.random(NONCE_LEN);
        let inbound = fx.new_child_spi();
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(v1_codec::answer_child(chosen, inbound)));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce_r }));
        if let Some((dh, _)) = key_exchange {
            draft.push(&Payload::Ke(KePayload { data: dh.public() }));
        }
        for id in &contents.ids {
            draft.push(&Payload::Id(**id));
        }
        push_lifetime(&mut draft, config, chosen, inbound);
        let (id, mut iv) = (message.header.message_id, opened.next.clone());
        let (exchange, isakmp) = (ExchangeType::QUICK_MODE, &self.isakmp);
        let octets = isakmp
            .seal_hashed(core, fx, &mut iv, exchange, id, Some(nonce_i), &draft)
            .inspect_err(|_| fx.registry.free_child_spi(inbound))?;
        let shared = key_exchange.as_ref().map(|(_, shared)| shared);
        let seed = Seed { shared, nonces: (nonce_i, &nonce_r), role: Role::Responder };
        let lifetimes = Lifetimes::of(config, chosen);
        let spec = seed.spec(isakmp, config, chosen, inbound, pair, &lifetimes);
        // The peer can send as soon as it has our answer; it can receive when it has sent the third message.
        let info = core.install(fx, &spec, lifetimes.time, OutboundStart::AfterPeer(fx.now + FOR_EVER));
        let displaced = settle(core, fx, pair, inbound);
        tell_made(core, fx, displaced, info);
        let again = RetransmitConfig { tries: config.retransmit.tries.min(REPEATS), ..config.retransmit };
        let retransmission =
            Retransmission::start(core, fx, octets, "the second message of quick mode", again);
        let quick = Responder {
            pair: pair.clone(),
            inbound,
            protocol: chosen.protocol,
            retransmission,
            iv,
            request: Vec::from(message.raw),
            nonces: (Vec::from(nonce_i), nonce_r),
        };
        self.exchanges.insert(id, Quick::Responder(quick));
        self.tell_connection(core, fx);
        Ok(())
    }

    /// A message came for a quick mode of the peer's: the third, or the first again.
    pub(super) fn confirm_quick(
        &mut self,
        quick: Responder,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        if message.raw == quick.request {
            fx.transmit(path, quick.retransmission.octets());
            self.exchanges.insert(id, Quick::Responder(quick));
            return Err(DropReason::Repeated);
        }
        if !self.is_third(&quick, message) {
            self.exchanges.insert(id, Quick::Responder(quick));
            return Err(DropReason::NotAuthentic);
        }
        self.heard(path, core, fx);
        let names = Vec::from([alloc::string::String::from("HASH")]);
        let (header, len) = (&message.header, message.raw.len());
        trace::message(fx, core.connection, path.remote, false, header, names, len);
        if let Some(child) = core.child_mut(quick.inbound) {
            child.confirmed = true;
        }
        core.start_outbound(fx, quick.inbound);
        Ok(())
    }

    fn is_third(&self, quick: &Responder, message: &Message<'_>) -> bool {
        let Ok(opened) = self.isakmp.open(&quick.iv, message) else { return false };
        let Ok(chain) = decode_padded_chain(opened.first, &opened.plain) else { return false };
        let (nonce_i, nonce_r) = &quick.nonces;
        let hash = self.isakmp.keys.hash_3(message.header.message_id, nonce_i, nonce_r);
        chain.hashed().is_some_and(|(received, _)| verify_hash(&hash, received))
    }
}

impl Refusal {
    fn new(kind: NotifyType, reason: FailureReason) -> Box<Self> {
        Self::about(kind, reason, &(ProtocolId::ESP, Vec::new()))
    }

    fn about(kind: NotifyType, reason: FailureReason, about: &(ProtocolId, Vec<u8>)) -> Box<Self> {
        Box::new(Self { kind, reason, protocol: about.0, spi: about.1.clone() })
    }
}

/// Says that our lifetime is shorter than the one that was offered (F-12).
fn push_lifetime(draft: &mut Draft, config: &ConnectionConfig, chosen: &ChosenChild, inbound: Spi) {
    if config.child.lifetime.as_secs() >= chosen.seconds {
        return;
    }
    draft.push(&Payload::Notify(NotifyPayload {
        protocol: chosen.protocol.into(),
        spi: &inbound.to_be_bytes(),
        ..NotifyPayload::new(
            NotifyType::RESPONDER_LIFETIME,
            &v1_codec::encode_child_lifetime(config.child.lifetime),
        )
    }));
}
