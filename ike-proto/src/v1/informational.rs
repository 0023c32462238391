//! Informational exchanges under an established ISAKMP SA (RFC 2409 §5.7), and exchanges that are refused.

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::sa::{IpsecProtocol, SaKey, Spi};

use super::contents::Contents;
use super::draft::Draft;
use super::established::Established;
use super::isakmp::{Opened, new_message_id};
use super::quick;
use super::trace;
use crate::diagnose::{CloseReason, DropReason, FailureReason, Phase};
use crate::sa::{Ask, ChildState, Core, Effects, Lifetime, Pair, Path};
use crate::suite::v1_codec;
use crate::wire::codes::{ExchangeType, ProtocolId};
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{DeletePayload, Message, NotifyPayload, Payload};

/// How long a peer may take to install an IPsec SA: one that waits for the third message of quick mode, which was lost.
const NOT_YET_INSTALLED: Duration = Duration::from_secs(30);
/// Octets of both cookies.
const COOKIES_LEN: usize = 16;

impl Established {
    /// Sends an Informational message. It is not answered and not repeated (RFC 2408 §4.8). Returns its octets.
    pub(crate) fn inform(&mut self, draft: &Draft, core: &mut Core, fx: &mut Effects<'_>) -> Option<Vec<u8>> {
        let id = new_message_id(fx);
        let mut iv = self.isakmp.exchange_iv(id);
        let exchange = ExchangeType::V1_INFORMATIONAL;
        let octets = self.isakmp.seal_hashed(core, fx, &mut iv, exchange, id, None, draft).ok()?;
        core.send(fx, &octets);
        Some(octets)
    }

    /// An Informational message came. Without the right hash it changes nothing. Says why the ISAKMP SA ends, if it
    /// does.
    pub(crate) fn handle_informational(
        &mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<Option<CloseReason>, DropReason> {
        let id = message.header.message_id;
        if self.committed.contains_key(&id) {
            return self.handle_connected(message, path, core, fx).map(|()| None);
        }
        if self.replay.is_used(id) {
            return Err(DropReason::Repeated);
        }
        let iv = self.isakmp.exchange_iv(id);
        let opened = self.isakmp.open_hashed(&iv, message, None)?;
        self.replay.note_used(id);
        self.heard(path, core, fx);
        Ok(self.take_informational(&opened, message, core, fx))
    }

    /// Everything in the message is done before the ISAKMP SA ends, and it ends once.
    fn take_informational(
        &mut self,
        opened: &Opened,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Option<CloseReason> {
        let chain = opened.chain()?;
        let (header, len) = (&message.header, message.raw.len());
        let names = trace::payload_names(&chain);
        trace::message(fx, core.connection, core.path.remote, false, header, names, len);
        let contents = Contents::read(&chain).ok()?;
        for notify in &contents.notifies {
            self.take_notify(notify, &contents, core, fx);
        }
        let mut ends = false;
        for delete in &contents.deletes {
            match delete {
                DeletePayload::Child { protocol, spis } => {
                    for spi in spis.iter().filter_map(|spi| Spi::new(*spi)) {
                        self.deleted_by_peer(*protocol, spi, core, fx);
                    }
                }
                DeletePayload::Isakmp(cookies) => {
                    let name = self.isakmp.name;
                    ends |= cookies.contains(&(name.initiator, name.responder));
                }
            }
        }
        ends.then_some(CloseReason::PeerDeleted)
    }

    fn take_notify(
        &mut self,
        notify: &NotifyPayload<'_>,
        contents: &Contents<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        match notify.kind {
            NotifyType::R_U_THERE => self.answer_probe(notify, core, fx),
            // That it came at all is the answer; see `heard`.
            NotifyType::R_U_THERE_ACK => {}
            NotifyType::RESPONDER_LIFETIME => self.note_responder_lifetime(notify, core, fx),
            NotifyType::INITIAL_CONTACT => {
                if let Some(connection) = core.connection {
                    fx.asks.push(Ask::InitialContact { connection, except: core.id });
                }
            }
            kind if kind.is_error() => {
                if let (NotifyType::INVALID_SPI, Some((protocol, spi))) = (kind, notify.child_spi())
                    && !self.offers(spi)
                {
                    self.take_invalid_spi(protocol, spi, core, fx);
                } else if let Some(quick) = self.refused_quick(notify.spi) {
                    let reason = quick::refused(contents, &quick.pair, core, fx);
                    self.fail_quick(quick, reason, core, fx);
                } else if let (true, Some(config)) = (is_about_phase_1(notify), &core.config) {
                    // Our last message has ended phase 1 for us, and the peer does not like what it says of us.
                    let reason = FailureReason::RefusedByPeer { local_id: config.local_id.clone() };
                    core.failed(fx, self.isakmp.role, Phase::One, reason);
                }
            }
            _ => {}
        }
    }

    /// Says that we have no IPsec SA with this SPI of ours, in the same form as a Delete of it.
    pub(crate) fn tell_invalid_spi(&mut self, key: SaKey, core: &mut Core, fx: &mut Effects<'_>) {
        let (mut draft, spi) = (Draft::new(), key.spi.to_be_bytes());
        draft.push(&Payload::Notify(NotifyPayload {
            protocol: key.protocol.into(),
            spi: &spi,
            ..NotifyPayload::new(NotifyType::INVALID_SPI, &spi)
        }));
        self.inform(&draft, core, fx);
    }

    /// The peer's SPI is the one of our outbound packets (F-17). What this ISAKMP SA did not make, another one of the
    /// connection may have made.
    fn deleted_by_peer(&mut self, protocol: IpsecProtocol, spi: Spi, core: &mut Core, fx: &mut Effects<'_>) {
        let found = core.child_by_outbound(spi).filter(|child| child.protocol == protocol);
        let Some(child) = found else {
            if let Some(connection) = core.connection {
                fx.asks.push(Ask::ChildDeleted { connection, protocol, spi, except: core.id });
            }
            return;
        };
        let (inbound, pair) = (child.inbound.spi, Pair::of(&child.selectors));
        let replaced = child.state == ChildState::Replaced;
        let reason = if replaced { CloseReason::Replaced } else { CloseReason::PeerDeleted };
        core.remove_child(fx, inbound, reason);
        // The peer is done with the old one, so it has the new one.
        if let Some(pair) = &pair {
            let of_pair = core.children.iter().filter(|child| child.serves() && pair.is_of(&child.selectors));
            let waiting: Vec<Spi> = of_pair.map(|child| child.inbound.spi).collect();
            for spi in waiting {
                core.start_outbound(fx, spi);
            }
        }
        quick::revive(core, fx, pair.as_ref());
    }

    /// The peer has no IPsec SA with the SPI of our outbound packets: what it deleted without our hearing of it, or has not
    /// installed yet.
    fn take_invalid_spi(&mut self, protocol: IpsecProtocol, spi: Spi, core: &mut Core, fx: &mut Effects<'_>) {
        let made_at = core.child_by_outbound(spi).map(|child| child.made_at);
        if made_at.is_none_or(|at| at + NOT_YET_INSTALLED <= fx.now) {
            self.deleted_by_peer(protocol, spi, core, fx);
        }
    }

    /// The peer holds to a shorter lifetime than we offered (F-12).
    pub(crate) fn note_responder_lifetime(
        &mut self,
        notify: &NotifyPayload<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        if notify.protocol == ProtocolId::IKE {
            let seconds = v1_codec::decode_ike_lifetime(notify.data);
            let (Some(seconds), Some(since)) = (seconds, core.established_at) else { return };
            let passed = fx.now.saturating_duration_since(since);
            let left = quick::sensible(seconds).saturating_sub(passed);
            if core.lifetime.is_some_and(|lifetime| lifetime.expires_at > fx.now + left) {
                core.lifetime = Some(Lifetime::new(fx, left, self.isakmp.role));
            }
            return;
        }
        let Some((_, spi)) = notify.child_spi() else { return };
        let seconds = v1_codec::decode_child_lifetime(notify.data).seconds;
        let inbound = core.child_by_outbound(spi).map(|child| child.inbound.spi);
        if let (Some(seconds), Some(inbound)) = (seconds, inbound) {
            let role = self.isakmp.role;
            let shorter = Lifetime::new(fx, quick::sensible(seconds), role);
            if let Some(child) =
                core.child_mut(inbound).filter(|child| child.lifetime.expires_at > shorter.expires_at)
            {
                child.lifetime = shorter;
                child.planned = shorter;
            }
        }
    }

    /// CONNECTED for a quick mode whose second message had the commit bit (F-13). RFC 2408 §3.1 gives it the message id of
    /// the quick mode and leaves open which vector it has.
    pub(crate) fn handle_connected(
        &mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        let Some((spi, running)) = self.committed.get(&id).cloned() else { return Err(DropReason::Repeated) };
        let ivs = [running, self.isakmp.exchange_iv(id)];
        let opened = ivs.iter().find_map(|iv| self.isakmp.open_hashed(iv, message, None).ok());
        let opened = opened.ok_or(DropReason::NotAuthentic)?;
        self.heard(path, core, fx);
        let chain = opened.chain();
        let connected = chain.as_ref().and_then(|chain| Contents::read(chain).ok());
        if connected.is_some_and(|contents| contents.notify(NotifyType::CONNECTED).is_some()) {
            self.committed.remove(&id);
            core.start_outbound(fx, spi);
        }
        Ok(())
    }

    /// New group mode and transaction exchanges are not spoken; the peer is told so and goes on without (RFC 2409 §5.6).
    pub(crate) fn refuse_exchange(
        &mut self,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        if self.replay.is_used(id) {
            return Err(DropReason::Repeated);
        }
        self.isakmp.open_hashed(&self.isakmp.exchange_iv(id), message, None)?;
        self.replay.note_used(id);
        self.heard(path, core, fx);
        let kind = match message.header.exchange {
            ExchangeType::NEW_GROUP_MODE => NotifyType::ATTRIBUTES_NOT_SUPPORTED,
            _ => NotifyType::UNSUPPORTED_EXCHANGE_TYPE,
        };
        self.tell(kind, &[], core, fx);
        Ok(())
    }
}

/// Whether an error is about who we are or how we prove it. In quick mode there are subnets of that name.
fn is_about_phase_1(notify: &NotifyPayload<'_>) -> bool {
    match notify.kind {
        NotifyType::AUTHENTICATION_FAILED => true,
        NotifyType::INVALID_ID_INFORMATION => {
            notify.protocol == ProtocolId::IKE && notify.spi.len() == COOKIES_LEN
        }
        _ => false,
    }
}
