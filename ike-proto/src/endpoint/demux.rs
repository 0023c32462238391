//! Where a datagram belongs.

use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::time::Instant;

use super::{Candidate, Endpoint, candidates};
use crate::config::Version;
use crate::diagnose::{DropReason, FailureReason, Phase, Role};
use crate::sa::Path;
use crate::v2::init::{Answer, respond};
use crate::wire::codes::{ExchangeType, NotifyType};
use crate::wire::header::{Flags, Header};
use crate::wire::v2::{Message, MessageBuilder, NotifyPayload, Payload};

impl Endpoint {
    /// Version and SPIs are decided on the header alone.
    pub(super) fn handle_datagram(
        &mut self,
        now: Instant,
        local: SocketAddr,
        remote: SocketAddr,
        payload: &[u8],
    ) {
        let path = Path { local, remote };
        let Some(octets) = path.unframe(payload) else { return self.drop(now, path, DropReason::NoMarker) };
        if octets.len() > self.limits.message_len {
            let what = "the message is longer than allowed";
            return self.drop(now, path, DropReason::Unusable { what });
        }
        let header = match Header::peek(octets) {
            Ok(header) => header,
            Err(error) => return self.drop(now, path, DropReason::Malformed(error)),
        };
        match header.major_version {
            1 => return self.handle_v1(now, path, &header, octets),
            2 => {}
            _ => return self.refuse_version(now, path, &header),
        }
        let from_initiator = header.flags.is_initiator();
        let is_first =
            header.exchange == ExchangeType::IKE_SA_INIT && from_initiator && !header.flags.is_response();
        if is_first && header.responder_spi.is_zero() {
            return self.handle_first_message(now, path, &header, octets);
        }
        let ours = if from_initiator { header.responder_spi } else { header.initiator_spi };
        match self.registry.by_ike_spi(ours) {
            Some(id) => self.with_sa(now, id, |sa, fx| sa.handle(octets, path, fx)),
            None => {
                // A hint for a peer whose IKE SA we have lost: it probes, and finds out (RFC 7296 §2.21.4).
                if !header.flags.is_response() && header.exchange != ExchangeType::IKE_SA_INIT {
                    self.answer_unprotected(now, path, &header, NotifyType::INVALID_IKE_SPI, &[]);
                }
                self.drop(now, path, DropReason::UnknownSpi);
            }
        }
    }

    fn handle_first_message(&mut self, now: Instant, path: Path, header: &Header, octets: &[u8]) {
        let address = path.remote.ip();
        let spi = header.initiator_spi;
        // Our own first message, sent back to us.
        if self.registry.by_ike_spi(spi).is_some() {
            return self.drop(now, path, DropReason::Reflected);
        }
        if let Some(id) = self.registry.by_first_message(address, spi) {
            return self.with_sa(now, id, |sa, fx| sa.handle(octets, path, fx));
        }
        let request = match Message::decode(octets) {
            Ok(request) if !spi.is_zero() && header.message_id == 0 => request,
            Ok(_) => {
                let what = "a first message without an SPI, or with a message id";
                return self.drop(now, path, DropReason::Unusable { what });
            }
            Err(error) => return self.drop(now, path, DropReason::Malformed(error)),
        };
        self.with_effects(now, |fx| {
            let names = crate::v2::payload_names(&request.payloads);
            crate::v2::message(fx, None, path.remote, false, header, names, octets.len());
        });
        let candidates = candidates(&self.connections, path, |version| version == Version::V2);
        if candidates.is_empty() {
            self.tell_version(now, path, header.major_version);
            self.answer_unprotected(now, path, header, NotifyType::NO_PROPOSAL_CHOSEN, &[]);
            return self.drop(now, path, DropReason::NoConnection);
        }
        if let Some(reason) = self.check_load(now, path, header, &request) {
            return self.drop(now, path, reason);
        }
        self.admit(now, path, &request, &candidates);
    }

    /// Whether there is room for another half-open IKE SA, and whether a cookie must come first (RFC 7296 §2.6).
    fn check_load(
        &mut self,
        now: Instant,
        path: Path,
        header: &Header,
        request: &Message<'_>,
    ) -> Option<DropReason> {
        let (address, spi) = (path.remote.ip(), header.initiator_spi);
        if self.sas.len() >= self.limits.ike_sas {
            return Some(DropReason::TooManyIkeSas);
        }
        if self.half_open.is_full(address, &self.limits) {
            return Some(DropReason::TooManyHalfOpen);
        }
        if !self.half_open.needs_cookie(address, &self.limits) {
            return None;
        }
        let nonce = request.payloads.iter().find_map(|payload| match payload {
            Payload::Nonce(nonce) => Some(nonce.data),
            _ => None,
        });
        let Some(nonce) = nonce else {
            return Some(DropReason::Unusable { what: "a first message without a nonce" });
        };
        // The cookie is the first payload (F-22).
        if let Some(Payload::Notify(NotifyPayload { kind: NotifyType::COOKIE, data, .. })) =
            request.payloads.first()
            && self.cookies.verify(now, data, nonce, address, spi)
        {
            return None;
        }
        let cookie = self.cookies.make(now, self.rng.as_mut(), nonce, address, spi);
        // A cookie is shorter than what asks for it, and is sent at any load: nothing is amplified.
        self.send_notify(now, path, header, NotifyType::COOKIE, &cookie);
        Some(DropReason::CookieNeeded)
    }

    fn admit(&mut self, now: Instant, path: Path, request: &Message<'_>, candidates: &[Candidate]) {
        let id = self.new_id();
        match self.with_effects(now, |fx| respond(request, path, id, candidates, fx)) {
            Answer::Accept(sa) => self.settle(id, Some(*sa)),
            Answer::Drop(reason) => self.drop(now, path, reason),
            Answer::Refuse { kind, data, failure } => {
                let answered = self.answer_unprotected(now, path, &request.header, kind, &data);
                if let (Some(reason), true) = (failure, answered) {
                    let connection = candidates.first().map(|(connection, _)| *connection);
                    self.with_effects(now, |fx| {
                        fx.failed(connection, path.remote, Role::Responder, Phase::One, reason);
                    });
                }
            }
        }
    }

    /// Tells a peer of another version which one is spoken, at most so often. A response is never answered.
    fn refuse_version(&mut self, now: Instant, path: Path, header: &Header) {
        let major = header.major_version;
        if major > 2 && !header.flags.is_response() {
            self.answer_unprotected(now, path, header, NotifyType::INVALID_MAJOR_VERSION, &[]);
        }
        self.drop(now, path, DropReason::Version { major });
    }

    /// Tells of an initiator that speaks another version than the connections between the addresses.
    pub(super) fn tell_version(&mut self, now: Instant, path: Path, peer: u8) {
        let others = candidates(&self.connections, path, |version| version.major() != peer);
        if let Some((connection, config)) = others.first()
            && self.replies.allow(now, self.limits.unprotected_replies_per_second)
        {
            let (connection, reason) = (*connection, FailureReason::Version { peer });
            self.with_effects(now, |fx| {
                fx.observed.note_refused(path.remote.ip(), config, reason.clone());
                fx.failed(Some(connection), path.remote, Role::Responder, Phase::One, reason);
            });
        }
    }

    /// Answers without protection unless the rate is used up; says whether it did.
    fn answer_unprotected(
        &mut self,
        now: Instant,
        path: Path,
        header: &Header,
        kind: NotifyType,
        data: &[u8],
    ) -> bool {
        let allowed = self.replies.allow(now, self.limits.unprotected_replies_per_second);
        if allowed {
            self.send_notify(now, path, header, kind, data);
        } else {
            self.with_effects(now, |fx| fx.count(DropReason::RateLimited));
        }
        allowed
    }

    fn send_notify(&mut self, now: Instant, path: Path, to: &Header, kind: NotifyType, data: &[u8]) {
        let from_initiator = to.flags.is_initiator();
        let flags = if from_initiator { Flags::RESPONSE } else { Flags::RESPONSE.with(Flags::INITIATOR) };
        let header = Header::v2(to.initiator_spi, to.responder_spi, to.exchange, flags, to.message_id);
        let payload = Payload::Notify(NotifyPayload::new(kind, data));
        let mut builder = MessageBuilder::new();
        builder.push(&payload);
        if let Ok(octets) = builder.encode(&header) {
            self.with_effects(now, |fx| {
                let names = Vec::from([crate::v2::payload_name(&payload)]);
                crate::v2::message(fx, None, path.remote, true, &header, names, octets.len());
                fx.transmit(path, &octets);
            });
        }
    }

    /// Counts and tells a drop.
    pub(super) fn drop(&mut self, now: Instant, path: Path, reason: DropReason) {
        self.with_effects(now, |fx| {
            fx.dropped(path.remote, reason);
        });
    }
}
