//! Which IKE SAs stand with which peer, of all connections: only who has none says INITIAL-CONTACT.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use super::IkeSaId;
use crate::endpoint::ConnectionId;

/// An index by the peer's address.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Contacts {
    all: BTreeSet<(IpAddr, ConnectionId, IkeSaId)>,
    places: BTreeMap<IkeSaId, (IpAddr, ConnectionId)>,
}

impl Contacts {
    /// Where an IKE SA stands now, if it does.
    pub(crate) fn set(&mut self, id: IkeSaId, place: Option<(IpAddr, ConnectionId)>) {
        let before = match place {
            Some(place) => self.places.insert(id, place),
            None => self.places.remove(&id),
        };
        if before == place {
            return;
        }
        if let Some((address, connection)) = before {
            self.all.remove(&(address, connection, id));
        }
        if let Some((address, connection)) = place {
            self.all.insert((address, connection, id));
        }
    }

    /// The IKE SAs that stand with an address.
    pub(crate) fn with(&self, address: IpAddr) -> impl Iterator<Item = (ConnectionId, IkeSaId)> + '_ {
        let first = (address, ConnectionId(0), IkeSaId(0));
        let last = (address, ConnectionId(u32::MAX), IkeSaId(u64::MAX));
        self.all.range(first..=last).map(|(_, connection, id)| (*connection, *id))
    }
}
