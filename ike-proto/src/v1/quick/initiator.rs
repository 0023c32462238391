//! The initiator of quick mode.

use alloc::vec::Vec;

use esp_core::sa::Spi;
use esp_core::time::Instant;

use super::negotiate::{self, Lifetimes, Seed};
use super::settle::settle;
use super::{Quick, retry_rekey, revive, tell_made};
use crate::crypto::dh::DhPrivate;
use crate::diagnose::{CloseReason, DropReason, FailureReason, Phase, Role};
use crate::sa::{ChildState, Core, Effects, OutboundStart, Pair, Path, Retransmission};
use crate::v1::contents::Contents;
use crate::v1::draft::Draft;
use crate::v1::established::{Established, Task};
use crate::v1::isakmp::{Iv, Opened, new_message_id};
use crate::v1::phase1::NONCE_LEN;
use crate::v1::trace;
use crate::wire::codes::ExchangeType;
use crate::wire::header::Flags;
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{HashPayload, KePayload, Message, NoncePayload, OwnedId, Payload};

/// How long CONNECTED is waited for from a peer that set the commit bit, before its SA is used unasked.
const COMMIT_WAIT: core::time::Duration = core::time::Duration::from_secs(15);
/// How long the old Security Association goes on carrying after our third message, if the peer sends nothing on the new one
/// before: a peer receives on the new one only when it has taken in that message, and packets sent right behind it are lost.
const SWITCH_AFTER: core::time::Duration = core::time::Duration::from_secs(1);

/// Has sent the first message, waits for the second.
#[derive(Debug)]
pub(crate) struct Initiator {
    pub(crate) pair: Pair,
    pub(crate) inbound: Spi,
    pub(crate) retransmission: Retransmission,
    pub(super) iv: Iv,
    pub(super) replaces: Option<Spi>,
    nonce: Vec<u8>,
    dh: Option<DhPrivate>,
    ids: [OwnedId; 2],
    begun_at: Instant,
}

impl Initiator {
    /// Gives back what was drawn for it.
    pub(crate) fn abandon(self, core: &mut Core, fx: &mut Effects<'_>) {
        fx.registry.free_child_spi(self.inbound);
        if let Some(spi) = self.replaces {
            retry_rekey(core, fx, spi);
        }
    }
}

impl Established {
    /// Begins a quick mode, unless what it is for has come about meanwhile.
    pub(crate) fn start_quick(&mut self, task: &Task, core: &mut Core, fx: &mut Effects<'_>) {
        let Task { pair, replaces } = task;
        let useless = match replaces {
            Some(spi) => core.child(*spi).is_none_or(|child| child.state != ChildState::Rekeying),
            None => core.children.iter().any(|child| child.serves() && pair.is_of(&child.selectors)),
        };
        if useless {
            return;
        }
        // The peer is about to make the same.
        if self.exchanges.values().any(|quick| quick.pair() == pair) {
            if let Some(spi) = replaces {
                retry_rekey(core, fx, *spi);
            }
            return;
        }
        if let Err(reason) = self.send_first(task, core, fx) {
            core.failed(fx, Role::Initiator, Phase::Two, reason);
            if let Some(spi) = replaces {
                retry_rekey(core, fx, *spi);
            }
        }
    }

    fn send_first(
        &mut self,
        task: &Task,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
        let (local, remote) = negotiate::ids(&task.pair)?;
        let id = new_message_id(fx);
        let inbound = fx.new_child_spi();
        let nonce = fx.random(NONCE_LEN);
        let group = negotiate::offered_group(&config);
        let dh = group.map(|group| DhPrivate::generate(group, fx.rng));
        let mut draft = Draft::new();
        draft.push(&Payload::Sa(negotiate::offer(&config, inbound, core, &self.isakmp)));
        draft.push(&Payload::Nonce(NoncePayload { data: &nonce }));
        if let Some(dh) = &dh {
            draft.push(&Payload::Ke(KePayload { data: dh.public() }));
        }
        draft.push(&Payload::Id(local.payload()));
        draft.push(&Payload::Id(remote.payload()));
        let mut iv = self.isakmp.exchange_iv(id);
        let octets =
            match self.isakmp.seal_hashed(core, fx, &mut iv, ExchangeType::QUICK_MODE, id, None, &draft) {
                Ok(octets) => octets,
                Err(reason) => {
                    fx.registry.free_child_spi(inbound);
                    return Err(reason);
                }
            };
        let retransmission =
            Retransmission::start(core, fx, octets, "the first message of quick mode", config.retransmit);
        let quick = Initiator {
            pair: task.pair.clone(),
            inbound,
            retransmission,
            iv,
            replaces: task.replaces,
            nonce,
            dh,
            ids: [local, remote],
            begun_at: fx.now,
        };
        self.exchanges.insert(id, Quick::Initiator(quick));
        Ok(())
    }

    /// A message came for a quick mode of ours: the second. Unless it is the peer's, nothing changes.
    pub(super) fn finish_quick(
        &mut self,
        quick: Initiator,
        message: &Message<'_>,
        path: Path,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), DropReason> {
        let id = message.header.message_id;
        let opened = match self.isakmp.open_hashed(&quick.iv, message, Some(&quick.nonce)) {
            Ok(opened) => opened,
            Err(reason) => {
                self.exchanges.insert(id, Quick::Initiator(quick));
                return Err(reason);
            }
        };
        self.heard(path, core, fx);
        self.replay.note_used(id);
        if let Err(reason) = self.take_answer(&quick, &opened, message, core, fx) {
            // The peer has SAs that we cannot use; it is told so by their SPIs, which are ours.
            let protocol = negotiate::offered_protocol(core);
            self.send_delete(protocol, &[quick.inbound], core, fx);
            self.fail_quick(quick, reason, core, fx);
        }
        Ok(())
    }

    /// Checks the peer's choice, installs the SAs and sends the third message.
    fn take_answer(
        &mut self,
        quick: &Initiator,
        opened: &Opened,
        message: &Message<'_>,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Result<(), FailureReason> {
        let protocol = |what| FailureReason::Protocol { what };
        let chain = opened.chain().ok_or(protocol("the second message of quick mode is malformed"))?;
        let (header, raw) = (&message.header, message.raw);
        let names = trace::payload_names(&chain);
        trace::message(fx, core.connection, core.path.remote, false, header, names, raw.len());
        let contents = Contents::read(&chain).map_err(protocol)?;
        let config = core.config.clone().ok_or(FailureReason::Cancelled)?;
        if contents.error().is_some() {
            return Err(negotiate::refused(&contents, &quick.pair, core, fx));
        }
        let (Some(sa), Some(nonce_r)) = (contents.sa, contents.nonce) else {
            return Err(protocol("the second message of quick mode lacks the SA or nonce payload"));
        };
        let chosen = negotiate::check_answer(&config, sa, core, &self.isakmp)?;
        // No IDs in the answer mean that they are taken as they were offered.
        let same = |own: &OwnedId, id: &crate::wire::v1::IdPayload<'_>| own.payload() == *id;
        match (contents.ids.as_slice(), &quick.ids) {
            ([], _) => {}
            ([first, second], [local, remote]) if same(local, first) && same(remote, second) => {}
            (ids, _) => return Err(negotiate::other_ids(ids, &quick.pair)),
        }
        let shared = match (&quick.dh, contents.ke) {
            (None, None) => None,
            (Some(dh), Some(ke)) => {
                Some(dh.agree(ke).map_err(|_| protocol("the peer's Diffie-Hellman value is not valid"))?)
            }
            _ => {
                return Err(protocol(
                    "the peer's answer has no KE payload although it was asked for, or the reverse",
                ));
            }
        };
        let seed = Seed { shared: shared.as_ref(), nonces: (&quick.nonce, nonce_r), role: Role::Initiator };
        let mut lifetimes = Lifetimes::of(&config, &chosen);
        if let Some(notify) = contents.notify(NotifyType::RESPONDER_LIFETIME) {
            lifetimes.shorten(notify.data);
        }
        let spec = seed.spec(&self.isakmp, &config, &chosen, quick.inbound, &quick.pair, &lifetimes);
        let committed = header.flags.contains(Flags::V1_COMMIT);
        let start = match (committed, quick.replaces) {
            (true, _) => OutboundStart::AfterPeer(fx.now + COMMIT_WAIT),
            (false, Some(_)) => OutboundStart::AfterPeer(fx.now + SWITCH_AFTER),
            (false, None) => OutboundStart::Now,
        };
        let info = core.install(fx, &spec, lifetimes.time, start);
        if let Some(child) = core.child_mut(quick.inbound) {
            child.begun_at = quick.begun_at;
            child.confirmed = true;
        }
        let displaced = settle(core, fx, &quick.pair, quick.inbound);
        tell_made(core, fx, displaced, info);
        let id = header.message_id;
        let hash = self.isakmp.keys.hash_3(id, &quick.nonce, nonce_r);
        let mut draft = Draft::new();
        draft.push(&Payload::Hash(HashPayload { data: hash.expose() }));
        let mut iv = opened.next.clone();
        let octets = self.isakmp.seal(core, fx, &mut iv, ExchangeType::QUICK_MODE, id, &draft)?;
        core.send(fx, &octets);
        self.replay.keep(fx.now, raw, &octets);
        if committed {
            self.committed.insert(id, (quick.inbound, iv));
        }
        Ok(())
    }

    /// A quick mode of ours has come to nothing.
    pub(crate) fn fail_quick(
        &mut self,
        quick: Initiator,
        reason: FailureReason,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) {
        let pair = quick.pair.clone();
        if core.child(quick.inbound).is_some() {
            core.remove_child(fx, quick.inbound, CloseReason::Failed(reason.clone()));
            revive(core, fx, Some(&pair));
        } else {
            fx.registry.free_child_spi(quick.inbound);
        }
        core.failed(fx, Role::Initiator, Phase::Two, reason);
        match quick.replaces {
            Some(spi) => retry_rekey(core, fx, spi),
            None => self.postpone(&pair, fx.now),
        }
    }

    /// Whether a quick mode of ours has offered this SPI.
    pub(crate) fn offers(&self, spi: Spi) -> bool {
        self.exchanges.values().any(|quick| matches!(quick, Quick::Initiator(_)) && quick.inbound() == spi)
    }

    /// The quick mode of ours that an error is about: the one whose SPI it names, or the oldest.
    pub(crate) fn refused_quick(&mut self, spi: &[u8]) -> Option<Initiator> {
        let ours = |quick: &Quick| matches!(quick, Quick::Initiator(_));
        let named = self
            .exchanges
            .iter()
            .find(|(_, quick)| ours(quick) && quick.inbound().to_be_bytes().as_slice() == spi)
            .map(|(id, _)| *id);
        let oldest = || {
            let mut own: Vec<(u32, Instant)> = Vec::new();
            for (id, quick) in &self.exchanges {
                if let Quick::Initiator(quick) = quick {
                    own.push((*id, quick.begun_at));
                }
            }
            own.into_iter().min_by_key(|(_, at)| *at).map(|(id, _)| id)
        };
        let id = named.or_else(oldest)?;
        match self.exchanges.remove(&id) {
            Some(Quick::Initiator(quick)) => Some(quick),
            _ => None,
        }
    }
}
