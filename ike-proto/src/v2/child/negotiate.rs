//! What the two ends of an exchange agree on for a Child SA.

use alloc::boxed::Box;
use alloc::vec::Vec;

use esp_core::sa::{IpsecProtocol, Mode, Spi};
use esp_core::secret::SecretBytes;
use esp_core::selector::Selectors;
use esp_core::suite::SaSuite;

use super::narrow;
use crate::config::ConnectionConfig;
use crate::crypto::v2_keys::child_keys;
use crate::diagnose::{FailureReason, Role};
use crate::sa::{ChildSa, ChildSpec, Core, Effects};
use crate::suite::difference::{Difference, Field, Offer};
use crate::suite::select::{self, ChosenChild};
use crate::suite::v2_codec::{self, ChildExchange};
use crate::suite::{ChildProposal, DhGroup};
use crate::v2::contents::Contents;
use crate::v2::draft::Draft;
use crate::v2::generation::Generation;
use crate::wire::codes::NotifyType;
use crate::wire::v2::{Payload, TsPayload};

/// What we offered for a Child SA.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) inbound: Spi,
    pub(crate) proposals: Vec<ChildProposal>,
    pub(crate) selectors: Selectors,
    pub(crate) mode: Mode,
}

/// What was agreed on. Selectors are seen from us.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) outbound: Spi,
    pub(crate) protocol: IpsecProtocol,
    pub(crate) suite: SaSuite,
    pub(crate) group: Option<DhGroup>,
    pub(crate) selectors: Selectors,
    pub(crate) mode: Mode,
    number: u8,
}

/// What a responder agrees to.
#[derive(Debug)]
pub(crate) struct ChildAnswer {
    pub(crate) agreed: Agreed,
    /// What the peer offered, by name.
    pub(crate) offers: Vec<Offer>,
}

/// Why a responder does not agree.
#[derive(Debug)]
pub(crate) struct ChildRefusal {
    /// What the peer is told.
    pub(crate) kind: NotifyType,
    /// What we are told.
    pub(crate) reason: FailureReason,
    /// What the peer offered, by name.
    pub(crate) offers: Vec<Offer>,
}

/// Why an answer is of no use.
#[derive(Debug)]
pub(crate) struct AnswerRefusal {
    /// What the peer thinks was agreed on, if it does: it has a Child SA now that must be deleted.
    pub(crate) agreed: Option<Agreed>,
    /// Why.
    pub(crate) reason: FailureReason,
}

fn refusal(agreed: Option<Agreed>, reason: FailureReason) -> Box<AnswerRefusal> {
    Box::new(AnswerRefusal { agreed, reason })
}

impl Offered {
    /// Offers the algorithms that the connection has for these selectors, under a new SPI.
    pub(crate) fn new(
        config: &ConnectionConfig,
        selectors: Selectors,
        core: &mut Core,
        fx: &mut Effects<'_>,
    ) -> Self {
        Self {
            inbound: core.new_child_spi(fx),
            proposals: config.child.proposals.clone(),
            selectors,
            mode: config.child.mode,
        }
    }

    /// Writes the SA payload and the notifications that go with it.
    pub(crate) fn push_sa(&self, draft: &mut Draft, exchange: ChildExchange) {
        if self.mode == Mode::Transport {
            draft.notify(NotifyType::USE_TRANSPORT_MODE, &[]);
        }
        draft.push(&Payload::Sa(v2_codec::offer_child(&self.proposals, self.inbound, exchange)));
    }

    /// Writes TSi and TSr.
    pub(crate) fn push_selectors(&self, draft: &mut Draft) {
        push_selectors(draft, &self.selectors, Role::Initiator);
    }

    /// Checks the peer's answer.
    ///
    /// # Errors
    /// The peer refused, or it answered with what was not offered.
    pub(crate) fn check_answer(
        &self,
        contents: &Contents<'_>,
        exchange: ChildExchange,
        config: &ConnectionConfig,
        core: &Core,
        fx: &Effects<'_>,
    ) -> Result<Agreed, Box<AnswerRefusal>> {
        let (Some(sa), Some(ts_i), Some(ts_r)) = (contents.sa, contents.ts_i, contents.ts_r) else {
            return Err(refusal(None, self.refused(contents, exchange, core, fx)));
        };
        let what = "the peer chose algorithms that were not offered";
        let chosen = select::check_child_answer(&self.proposals, sa, exchange)
            .map_err(|_| refusal(None, FailureReason::Protocol { what }))?;
        let selectors = Selectors { local: ts_i.selectors.clone(), remote: ts_r.selectors.clone() };
        let transport = contents.notify(NotifyType::USE_TRANSPORT_MODE).is_some();
        let mode = if transport { Mode::Transport } else { Mode::Tunnel };
        let agreed = Agreed::new(chosen, selectors, mode);
        if mode != config.child.mode {
            return Err(refusal(Some(agreed), FailureReason::Mode));
        }
        let whole = !agreed.selectors.local.is_empty() && !agreed.selectors.remote.is_empty();
        if !whole || !narrow::covers(&self.selectors, &agreed.selectors) {
            let (ours, theirs) = (self.selectors.clone(), agreed.selectors.clone());
            return Err(refusal(Some(agreed), FailureReason::Selectors { ours, theirs, by_peer: false }));
        }
        Ok(agreed)
    }

    fn refused(
        &self,
        contents: &Contents<'_>,
        exchange: ChildExchange,
        core: &Core,
        fx: &Effects<'_>,
    ) -> FailureReason {
        match contents.error().map(|notify| notify.kind) {
            Some(NotifyType::NO_PROPOSAL_CHOSEN) => {
                let theirs = fx.observed.child(core.path.remote.ip());
                // IKE_AUTH has made a Child SA of the same proposals, only without a group.
                let only_group = exchange == ChildExchange::Create && !core.children.is_empty();
                let difference = if only_group && theirs.iter().all(|offer| offer.groups.is_empty()) {
                    Difference::of_group_alone(self.proposals.iter().map(Offer::from).collect())
                } else {
                    // What was offered in IKE_AUTH tells nothing of groups.
                    let with_group = fx.observed.child_with_group(core.path.remote.ip());
                    let exchange = if with_group { exchange } else { ChildExchange::Auth };
                    difference(theirs, &self.proposals, exchange)
                };
                FailureReason::ChildProposal { difference, by_peer: true }
            }
            Some(NotifyType::TS_UNACCEPTABLE) => FailureReason::Selectors {
                ours: self.selectors.clone(),
                theirs: fx.observed.selectors(core.path.remote.ip()),
                by_peer: true,
            },
            Some(kind) => FailureReason::Notify { name: alloc::format!("{kind}") },
            None => FailureReason::Protocol { what: "the answer lacks the SA, TSi or TSr payload" },
        }
    }
}

impl Agreed {
    fn new(chosen: ChosenChild, selectors: Selectors, mode: Mode) -> Self {
        let ChosenChild { protocol, suite, group, number, spi: outbound } = chosen;
        Self { outbound, protocol, suite, group, selectors, mode, number }
    }

    /// Writes the SA payload of an answer and the notifications that go with it.
    pub(crate) fn push_sa(&self, draft: &mut Draft, inbound: Spi) {
        if self.mode == Mode::Transport {
            draft.notify(NotifyType::USE_TRANSPORT_MODE, &[]);
        }
        let sa = v2_codec::answer_child(self.protocol, self.suite, self.group, self.number, inbound);
        draft.push(&Payload::Sa(sa));
    }

    /// Writes TSi and TSr.
    pub(crate) fn push_selectors(&self, draft: &mut Draft, role: Role) {
        push_selectors(draft, &self.selectors, role);
    }
}

fn push_selectors(draft: &mut Draft, selectors: &Selectors, role: Role) {
    let (local, remote) = (selectors.local.clone(), selectors.remote.clone());
    let (ts_i, ts_r) = if role == Role::Initiator { (local, remote) } else { (remote, local) };
    draft.push(&Payload::TsI(TsPayload::new(ts_i)));
    draft.push(&Payload::TsR(TsPayload::new(ts_r)));
}

/// What keys are made of beside SK_d.
#[derive(Debug)]
pub(crate) struct ChildSeed<'a> {
    /// The secret of the exchange's own key exchange, where it had one.
    pub(crate) shared: Option<&'a SecretBytes>,
    pub(crate) nonce_i: &'a [u8],
    pub(crate) nonce_r: &'a [u8],
    /// Which end of the exchange we were.
    pub(crate) role: Role,
}

impl ChildSeed<'_> {
    /// The Child SA that was agreed on, with its keys.
    ///
    /// # Errors
    /// None for any suite there is.
    pub(crate) fn spec(
        &self,
        generation: &Generation,
        config: &ConnectionConfig,
        agreed: &Agreed,
        inbound: Spi,
    ) -> Result<ChildSpec, FailureReason> {
        let keys = child_keys(
            generation.suite.prf,
            &generation.keys.sk_d,
            self.shared,
            self.nonce_i,
            self.nonce_r,
            agreed.suite,
        )
        .map_err(|_| FailureReason::Protocol { what: "the keys of the Child SA could not be derived" })?;
        Ok(ChildSpec {
            inbound,
            outbound: agreed.outbound,
            protocol: agreed.protocol,
            mode: agreed.mode,
            suite: agreed.suite,
            pfs: agreed.group,
            selectors: agreed.selectors.clone(),
            keys,
            role: self.role,
            reqid: config.child.reqid,
            replay_window: config.child.replay_window,
            volume: config.child.volume,
        })
    }
}

/// Agrees as a responder, or says why not. `replaces` is the Child SA that a rekey is about: what it carries must
/// still be carried, as far as the configuration allows (RFC 7296 §2.9.2).
pub(crate) fn answer(
    config: &ConnectionConfig,
    contents: &Contents<'_>,
    exchange: ChildExchange,
    replaces: Option<&ChildSa>,
) -> Result<ChildAnswer, Box<ChildRefusal>> {
    let refuse = |kind, reason, offers| Box::new(ChildRefusal { kind, reason, offers });
    let (Some(sa), Some(ts_i), Some(ts_r)) = (contents.sa, contents.ts_i, contents.ts_r) else {
        let reason = FailureReason::Protocol { what: "the request lacks the SA, TSi or TSr payload" };
        return Err(refuse(NotifyType::INVALID_SYNTAX, reason, Vec::new()));
    };
    let offers = Offer::all_from_v2(sa);
    let Some(chosen) = select::select_child(&config.child.proposals, sa, exchange) else {
        let difference = difference(offers.clone(), &config.child.proposals, exchange);
        let reason = FailureReason::ChildProposal { difference, by_peer: false };
        return Err(refuse(NotifyType::NO_PROPOSAL_CHOSEN, reason, offers));
    };
    let transport = contents.notify(NotifyType::USE_TRANSPORT_MODE).is_some();
    if config.child.mode == Mode::Transport && !transport {
        return Err(refuse(NotifyType::NO_PROPOSAL_CHOSEN, FailureReason::Mode, offers));
    }
    let ours = &config.child.selectors;
    let theirs = Selectors { local: ts_r.selectors.clone(), remote: ts_i.selectors.clone() };
    let limit = MAX_SELECTORS;
    let selectors = narrow::common(&theirs, ours, limit).filter(|selectors| {
        let in_use = replaces.and_then(|child| narrow::common(&child.selectors, ours, limit));
        in_use.is_none_or(|in_use| narrow::covers(selectors, &in_use))
    });
    let Some(selectors) = selectors else {
        let reason = FailureReason::Selectors { ours: ours.clone(), theirs, by_peer: false };
        return Err(refuse(NotifyType::TS_UNACCEPTABLE, reason, offers));
    };
    let agreed = Agreed::new(chosen, selectors, config.child.mode);
    Ok(ChildAnswer { agreed, offers })
}

/// Selectors of one side that a Child SA can have: what a TS payload can count.
const MAX_SELECTORS: usize = 255;

fn difference(theirs: Vec<Offer>, ours: &[ChildProposal], exchange: ChildExchange) -> Difference {
    let create = [Field::Protocol, Field::Encryption, Field::Integrity, Field::Esn, Field::DhGroup];
    let auth = [Field::Protocol, Field::Encryption, Field::Integrity, Field::Esn];
    let ours = ours.iter().map(Offer::from).collect();
    match exchange {
        ChildExchange::Auth => Difference::between(theirs, ours, &auth),
        ChildExchange::Create => Difference::between(theirs, ours, &create),
    }
}
