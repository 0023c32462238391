//! What peers offered when they initiated, so that a bare NO_PROPOSAL_CHOSEN can be explained.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::suite::difference::Offer;

/// How many peers' offers are remembered.
const MAX_PEERS: usize = 256;
/// How many proposals of one offer are remembered.
const MAX_OFFERS: usize = 8;

/// The last offers of each address; the address that was first seen longest ago is forgotten first.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    peers: BTreeMap<IpAddr, Offers>,
    order: VecDeque<IpAddr>,
}

/// What one address offered last.
#[derive(Debug, Default)]
struct Offers {
    ike: Vec<Offer>,
    child: Vec<Offer>,
}

impl Observed {
    /// Remembers an offer for an IKE SA.
    pub(crate) fn note_ike(&mut self, peer: IpAddr, mut offers: Vec<Offer>) {
        offers.truncate(MAX_OFFERS);
        self.entry(peer).ike = offers;
    }

    /// Remembers an offer for a Child SA.
    pub(crate) fn note_child(&mut self, peer: IpAddr, mut offers: Vec<Offer>) {
        offers.truncate(MAX_OFFERS);
        self.entry(peer).child = offers;
    }

    /// What the address offered last for an IKE SA; nothing where it never did.
    pub(crate) fn ike(&self, peer: IpAddr) -> Vec<Offer> {
        self.peers.get(&peer).map(|offers| offers.ike.clone()).unwrap_or_default()
    }

    /// What the address offered last for a Child SA; nothing where it never did.
    pub(crate) fn child(&self, peer: IpAddr) -> Vec<Offer> {
        self.peers.get(&peer).map(|offers| offers.child.clone()).unwrap_or_default()
    }

    fn entry(&mut self, peer: IpAddr) -> &mut Offers {
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
