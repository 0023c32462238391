//! What peers said when they initiated, so that a bare refusal of theirs can be explained.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::net::IpAddr;

use esp_core::selector::Selectors;

use super::FailureReason;
use crate::config::ConnectionConfig;
use crate::suite::difference::Offer;

/// How many peers are remembered.
const MAX_PEERS: usize = 256;
/// How many proposals of one offer are remembered.
const MAX_OFFERS: usize = 8;
/// How many selectors of one side are remembered.
const MAX_SELECTORS: usize = 32;

/// What each address said last; the address that was first seen longest ago is forgotten first.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Observed {
    peers: BTreeMap<IpAddr, Said>,
    order: VecDeque<IpAddr>,
}

/// What one address said last.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
struct Said {
    ike: Vec<Offer>,
    child: Vec<Offer>,
    /// Whether a group could have been in the offer for a Child SA: that of IKE_AUTH has none.
    child_with_group: bool,
    /// Seen from us.
    selectors: Selectors,
    /// Why we refused it, under which configuration.
    refused: Option<(Weak<ConnectionConfig>, FailureReason)>,
}

impl Observed {
    /// Remembers an offer for an IKE SA.
    pub(crate) fn note_ike(&mut self, peer: IpAddr, mut offers: Vec<Offer>) {
        offers.truncate(MAX_OFFERS);
        self.entry(peer).ike = offers;
    }

    /// Remembers an offer for a Child SA, and whether its exchange could have had a group.
    pub(crate) fn note_child(&mut self, peer: IpAddr, mut offers: Vec<Offer>, with_group: bool) {
        offers.truncate(MAX_OFFERS);
        let said = self.entry(peer);
        (said.child, said.child_with_group) = (offers, with_group);
    }

    /// Remembers the selectors of an offer for a Child SA, seen from us.
    pub(crate) fn note_selectors(&mut self, peer: IpAddr, mut selectors: Selectors) {
        selectors.local.truncate(MAX_SELECTORS);
        selectors.remote.truncate(MAX_SELECTORS);
        self.entry(peer).selectors = selectors;
    }

    /// Remembers why an initiator was refused for a connection: its proof or identity, its version or its exchange mode.
    pub(crate) fn note_refused(
        &mut self,
        peer: IpAddr,
        config: &Arc<ConnectionConfig>,
        reason: FailureReason,
    ) {
        self.entry(peer).refused = Some((Arc::downgrade(config), reason));
    }

    /// The peer was authenticated: what stood in the way before does so no more.
    pub(crate) fn forget_refused(&mut self, peer: IpAddr) {
        if let Some(said) = self.peers.get_mut(&peer) {
            said.refused = None;
        }
    }

    /// What the address offered last for an IKE SA; nothing where it never did.
    pub(crate) fn ike(&self, peer: IpAddr) -> Vec<Offer> {
        self.peers.get(&peer).map(|said| said.ike.clone()).unwrap_or_default()
    }

    /// What the address offered last for a Child SA; nothing where it never did.
    pub(crate) fn child(&self, peer: IpAddr) -> Vec<Offer> {
        self.peers.get(&peer).map(|said| said.child.clone()).unwrap_or_default()
    }

    /// Whether the group is of meaning in what the address offered last for a Child SA.
    pub(crate) fn child_with_group(&self, peer: IpAddr) -> bool {
        self.peers.get(&peer).is_some_and(|said| said.child_with_group)
    }

    /// The selectors that the address offered last; none where it never did.
    pub(crate) fn selectors(&self, peer: IpAddr) -> Selectors {
        self.peers.get(&peer).map(|said| said.selectors.clone()).unwrap_or_default()
    }

    /// Why we refused the address when it last initiated; nothing if the configuration has changed since.
    pub(crate) fn refused(&self, peer: IpAddr, config: &Arc<ConnectionConfig>) -> Option<FailureReason> {
        let (under, reason) = self.peers.get(&peer)?.refused.as_ref()?;
        core::ptr::eq(under.as_ptr(), Arc::as_ptr(config)).then(|| reason.clone())
    }

    fn entry(&mut self, peer: IpAddr) -> &mut Said {
        if !self.peers.contains_key(&peer) {
            if self.order.len() >= MAX_PEERS
                && let Some(oldest) = self.order.pop_front()
            {
                self.peers.remove(&oldest);
            }
            self.order.push_back(peer);
        }
        self.peers.entry(peer).or_default()
    }
}
