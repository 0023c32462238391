//! Where an IKEv1 message belongs: by the cookie that we chose, or to a first message (RFC 2408 §3.1).

use alloc::vec::Vec;

use esp_core::time::Instant;

use super::{Candidate, Endpoint, candidates};
use crate::config::{ExchangeMode, Version};
use crate::diagnose::{DropReason, FailureReason, Phase, Role};
use crate::sa::{IkeSaId, Path};
use crate::v1::{self, Answer, Collected};
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::header::{Flags, Header, IkeSpi};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{Chain, Content, Message, MessageBuilder, NotifyPayload, Payload};

impl Endpoint {
    /// A message of major version 1 came.
    pub(super) fn handle_v1(&mut self, now: Instant, path: Path, header: &Header, octets: &[u8]) {
        let mode = match header.exchange {
            ExchangeType::IDENTITY_PROTECTION => Some(ExchangeMode::Main),
            ExchangeType::AGGRESSIVE => Some(ExchangeMode::Aggressive),
            _ => None,
        };
        if let (Some(mode), true) = (mode, header.responder_spi.is_zero()) {
            return self.handle_first_v1(now, path, mode, header, octets);
        }
        // Neither flag nor number says who began phase 1: the cookie that is ours does.
        let cookies = [header.responder_spi, header.initiator_spi];
        let ours = cookies.into_iter().find_map(|cookie| Some((cookie, self.registry.by_ike_spi(cookie)?)));
        let Some((cookie, id)) = ours else { return self.drop(now, path, DropReason::UnknownSpi) };
        if header.next_payload == PayloadType::V1_FRAGMENT && !header.flags.is_v1_encrypted() {
            return self.handle_fragment(now, path, cookie, id, octets);
        }
        self.with_sa(now, id, |sa, fx| sa.handle(octets, path, fx));
    }

    /// A part of a message to an ISAKMP SA came.
    fn handle_fragment(&mut self, now: Instant, path: Path, cookie: IkeSpi, id: IkeSaId, octets: &[u8]) {
        let message = match Message::decode(octets) {
            Ok(message) => message,
            Err(error) => return self.drop(now, path, DropReason::Malformed(error)),
        };
        let unusable = |what| DropReason::Unusable { what };
        let Some(part) = message.fragment() else {
            return self.drop(now, path, unusable("a fragment beside other payloads"));
        };
        match self.fragments.collect(now, cookie, &message.header, &part) {
            Collected::Message(whole) => self.with_sa(now, id, |sa, fx| sa.handle(&whole, path, fx)),
            Collected::Partial => {}
            Collected::TooMuch => self.drop(now, path, unusable("too many fragments, or too long ones")),
            Collected::Nonsense => self.drop(now, path, unusable("fragments that make up no message")),
        }
    }

    fn handle_first_v1(
        &mut self,
        now: Instant,
        path: Path,
        mode: ExchangeMode,
        header: &Header,
        octets: &[u8],
    ) {
        let address = path.remote.ip();
        let cookie = header.initiator_spi;
        // Our own first message, sent back to us.
        if self.registry.by_ike_spi(cookie).is_some() {
            return self.drop(now, path, DropReason::Reflected);
        }
        if let Some(id) = self.registry.by_first_message(address, cookie) {
            return self.with_sa(now, id, |sa, fx| sa.handle(octets, path, fx));
        }
        let message = match Message::decode(octets) {
            Ok(message) => message,
            Err(error) => return self.drop(now, path, DropReason::Malformed(error)),
        };
        let chain = match &message.content {
            Content::Clear(chain) if !cookie.is_zero() && header.message_id == 0 => chain,
            _ => {
                let what = "a first message that is encrypted, without a cookie or with a message id";
                return self.drop(now, path, DropReason::Unusable { what });
            }
        };
        self.with_effects(now, |fx| {
            let names = v1::payload_names(chain);
            v1::message(fx, None, path.remote, false, header, names, octets.len());
        });
        let all = candidates(&self.connections, path, |version| version == Version::V1(mode));
        if all.is_empty() {
            return self.refuse_unknown(now, path, mode, header);
        }
        if self.sas.len() >= self.limits.ike_sas {
            return self.drop(now, path, DropReason::TooManyIkeSas);
        }
        // There are no cookies that cost no memory in IKEv1; the bounds on half-open ones are all there is.
        if self.half_open.is_full(address, &self.limits) {
            return self.drop(now, path, DropReason::TooManyHalfOpen);
        }
        self.admit_v1(now, path, mode, &message, chain, &all);
    }

    fn admit_v1(
        &mut self,
        now: Instant,
        path: Path,
        mode: ExchangeMode,
        message: &Message<'_>,
        chain: &Chain<'_>,
        all: &[Candidate],
    ) {
        let id = self.new_id();
        let answer = self.with_effects(now, |fx| match mode {
            ExchangeMode::Main => v1::respond_main(message, chain, path, id, all, fx),
            ExchangeMode::Aggressive => v1::respond_aggressive(message, chain, path, id, all, fx),
        });
        match answer {
            Answer::Accept(sa) => self.settle(id, Some(*sa)),
            Answer::Drop(reason) => self.drop(now, path, reason),
            Answer::Refuse(kind, failure) => {
                let answered = self.refuse_v1(now, path, &message.header, kind);
                if let (Some(reason), true) = (failure, answered) {
                    let connection = all.first().map(|(connection, _)| *connection);
                    self.with_effects(now, |fx| {
                        if let (Some((_, config)), FailureReason::Identity { .. }) = (all.first(), &reason) {
                            fx.observed.note_refused(path.remote.ip(), config, reason.clone());
                        }
                        fx.failed(connection, path.remote, Role::Responder, Phase::One, reason);
                    });
                }
            }
        }
    }

    /// No connection is of this version and exchange mode. If there is one of another, that is why.
    fn refuse_unknown(&mut self, now: Instant, path: Path, mode: ExchangeMode, header: &Header) {
        let other_mode = candidates(&self.connections, path, |version| version.major() == 1);
        if let Some((connection, config)) = other_mode.first() {
            let ours = match mode {
                ExchangeMode::Main => ExchangeMode::Aggressive,
                ExchangeMode::Aggressive => ExchangeMode::Main,
            };
            let (connection, reason) = (*connection, FailureReason::ExchangeMode { ours });
            if self.refuse_v1(now, path, header, NotifyType::INVALID_EXCHANGE_TYPE) {
                self.with_effects(now, |fx| {
                    fx.observed.note_refused(path.remote.ip(), config, reason.clone());
                    fx.failed(Some(connection), path.remote, Role::Responder, Phase::One, reason);
                });
            }
        } else {
            self.tell_version(now, path, 1);
            self.refuse_v1(now, path, header, NotifyType::NO_PROPOSAL_CHOSEN);
        }
        self.drop(now, path, DropReason::NoConnection);
    }

    /// Answers a first message with an error in clear unless the rate is used up; says whether it did. It is shorter than
    /// any first message: nothing is amplified.
    fn refuse_v1(&mut self, now: Instant, path: Path, to: &Header, kind: NotifyType) -> bool {
        if !self.replies.allow(now, self.limits.unprotected_replies_per_second) {
            self.with_effects(now, |fx| fx.count(DropReason::RateLimited));
            return false;
        }
        let id = self.with_effects(now, |fx| fx.random(4));
        let id = id.try_into().map_or(1, u32::from_be_bytes);
        let header = Header::v1(
            to.initiator_spi,
            to.responder_spi,
            ExchangeType::V1_INFORMATIONAL,
            Flags::default(),
            id,
        );
        let payload = Payload::Notify(NotifyPayload::new(kind, &[]));
        let mut builder = MessageBuilder::new();
        builder.push(&payload);
        if let Ok(octets) = builder.encode(&header) {
            self.with_effects(now, |fx| {
                let names = Vec::from([v1::payload_name(&payload)]);
                v1::message(fx, None, path.remote, true, &header, names, octets.len());
                fx.transmit(path, &octets);
            });
        }
        true
    }
}
