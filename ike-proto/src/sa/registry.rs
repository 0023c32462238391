//! Which IKE SA an SPI belongs to.

use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use esp_core::sa::{SaKey, Spi};
use rand_core::CryptoRng;

use crate::wire::IkeSpi;
use crate::wire::codes::ExchangeType;
use crate::wire::header::Header;

/// Names an IKE SA, with those that took its place, inside one endpoint. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IkeSaId(pub(crate) u64);

/// The indices of an endpoint.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Registry {
    /// By the SPI that we chose.
    ike: BTreeMap<IkeSpi, IkeSaId>,
    /// IKEv1: by the cookie that we chose, as which exchange's messages the peer takes fragments.
    fragmenting: BTreeMap<IkeSpi, ExchangeType>,
    /// Responders, by the initiator's address and SPI: where a repeated first message belongs.
    first_messages: BTreeMap<(IpAddr, IkeSpi), IkeSaId>,
    /// By a Security Association in the datapath, of either direction.
    sas: BTreeMap<SaKey, IkeSaId>,
    /// The SPIs of Child SAs that we chose, offered ones included.
    inbound: BTreeSet<Spi>,
}

impl Registry {
    /// Draws an SPI of an IKE SA that no other has.
    pub(crate) fn new_ike_spi(&mut self, id: IkeSaId, rng: &mut dyn CryptoRng) -> IkeSpi {
        loop {
            let mut octets = [0; 8];
            rng.fill_bytes(&mut octets);
            let spi = IkeSpi(octets);
            if !spi.is_zero() && !self.ike.contains_key(&spi) {
                self.ike.insert(spi, id);
                return spi;
            }
        }
    }

    /// Gives an SPI of an IKE SA back.
    pub(crate) fn free_ike_spi(&mut self, spi: IkeSpi) {
        self.ike.remove(&spi);
        self.fragmenting.remove(&spi);
    }

    /// The IKE SA for which we chose this SPI.
    pub(crate) fn by_ike_spi(&self, spi: IkeSpi) -> Option<IkeSaId> {
        self.ike.get(&spi).copied()
    }

    /// IKEv1: notes that the peer of the ISAKMP SA takes fragments, and of which exchange type.
    pub(crate) fn note_fragmentation(&mut self, spi: IkeSpi, exchange: ExchangeType) {
        self.fragmenting.insert(spi, exchange);
    }

    /// IKEv1: of which exchange type the fragments of a message of ours are, if its receiver takes any.
    pub(crate) fn fragments_as(&self, message: &[u8]) -> Option<ExchangeType> {
        let header = Header::peek(message).ok().filter(|header| header.major_version == 1)?;
        let by = |spi: IkeSpi| self.fragmenting.get(&spi).copied();
        by(header.responder_spi).or_else(|| by(header.initiator_spi))
    }

    /// Draws an SPI of a Child SA: not a reserved one, and not one that another has.
    pub(crate) fn new_child_spi(&mut self, rng: &mut dyn CryptoRng) -> Spi {
        loop {
            let mut octets = [0; 4];
            rng.fill_bytes(&mut octets);
            if let Some(spi) = Spi::new(u32::from_be_bytes(octets))
                && self.inbound.insert(spi)
            {
                return spi;
            }
        }
    }

    /// Gives an SPI of a Child SA back.
    pub(crate) fn free_child_spi(&mut self, spi: Spi) {
        self.inbound.remove(&spi);
    }

    /// Remembers where a repetition of a first message belongs.
    pub(crate) fn note_first_message(&mut self, peer: IpAddr, spi: IkeSpi, id: IkeSaId) {
        self.first_messages.insert((peer, spi), id);
    }

    /// Forgets it.
    pub(crate) fn forget_first_message(&mut self, peer: IpAddr, spi: IkeSpi) {
        self.first_messages.remove(&(peer, spi));
    }

    /// Where a repeated first message belongs.
    pub(crate) fn by_first_message(&self, peer: IpAddr, spi: IkeSpi) -> Option<IkeSaId> {
        self.first_messages.get(&(peer, spi)).copied()
    }

    /// Notes a Security Association in the datapath.
    pub(crate) fn add_sa(&mut self, key: SaKey, id: IkeSaId) {
        self.sas.insert(key, id);
    }

    /// Forgets it.
    pub(crate) fn remove_sa(&mut self, key: SaKey) {
        self.sas.remove(&key);
    }

    /// How many entries each index has: SPIs of IKE SAs, first messages, Security Associations, SPIs of Child SAs.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> [usize; 4] {
        [self.ike.len(), self.first_messages.len(), self.sas.len(), self.inbound.len()]
    }

    /// The IKE SA that made a Security Association.
    pub(crate) fn by_sa(&self, key: &SaKey) -> Option<IkeSaId> {
        self.sas.get(key).copied()
    }
}
