//! How many IKE SAs initiators without proof have made us hold.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use crate::config::Limits;
use crate::sa::IkeSaId;

/// The half-open IKE SAs, in all and by address.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(super) struct HalfOpenTable {
    ids: BTreeMap<IkeSaId, IpAddr>,
    by_address: BTreeMap<IpAddr, BTreeSet<IkeSaId>>,
}

impl HalfOpenTable {
    /// Keeps account of an IKE SA.
    pub(super) fn set(&mut self, id: IkeSaId, address: IpAddr, half_open: bool) {
        if half_open {
            if let Some(before) = self.ids.insert(id, address).filter(|before| *before != address) {
                self.forget_address(id, before);
            }
            self.by_address.entry(address).or_default().insert(id);
        } else if let Some(address) = self.ids.remove(&id) {
            self.forget_address(id, address);
        }
    }

    /// Whether no more may come from this address.
    pub(super) fn is_full(&self, address: IpAddr, limits: &Limits) -> bool {
        self.ids.len() >= limits.half_open || self.of(address) >= limits.half_open_per_address
    }

    /// Whether an initiator at this address must show that it receives what is sent there.
    pub(super) fn needs_cookie(&self, address: IpAddr, limits: &Limits) -> bool {
        self.ids.len() >= limits.cookie_threshold || self.of(address) >= limits.cookie_threshold_per_address
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    fn of(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).map_or(0, BTreeSet::len)
    }

    fn forget_address(&mut self, id: IkeSaId, address: IpAddr) {
        if let Some(ids) = self.by_address.get_mut(&address) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_address.remove(&address);
            }
        }
    }
}
