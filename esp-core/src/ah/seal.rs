//! Authenticating a packet (RFC 4302 §3.3).

use crate::ah::header::{AhHeader, total_len};
use crate::ah::mutable_fields::{CoveredHeaders, End};
use crate::crypt::{KeyError, MacKey};
use crate::drop_reason::DropReason;
use crate::net::transport::{Joint, open_gap};
use crate::net::{Fragment, IpView};
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, SaKeys, Spi};
use crate::suite::SaSuite;

#[cfg(test)]
mod tests;

/// Octets of the longest ICV: HMAC-SHA2-512-256.
pub(super) const MAX_ICV_LEN: usize = 32;

/// Expands the key of a suite of AH.
pub(super) fn mac_key(suite: SaSuite, keys: &SaKeys) -> Result<MacKey, KeyError> {
    match (suite.protocol(), suite.integrity()) {
        (IpsecProtocol::Ah, Some(integrity)) => MacKey::new(integrity, keys.integrity.expose()),
        _ => Err(KeyError::Protocol { suite, needed: IpsecProtocol::Ah }),
    }
}

/// The transform of an outbound Security Association: the algorithm with its key. It knows nothing of sequence numbers
/// but the one that it is given.
#[derive(Debug)]
pub struct Sealer {
    suite: SaSuite,
    spi: Spi,
    mac: MacKey,
}

impl Sealer {
    /// Expands the key.
    pub fn new(suite: SaSuite, spi: Spi, keys: &SaKeys) -> Result<Self, KeyError> {
        Ok(Self { suite, spi, mac: mac_key(suite, keys)? })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Octets that [`Sealer::seal`] makes a packet longer, all of them taken from the room before it.
    pub fn added_len(&self, is_ipv4: bool) -> usize {
        total_len(self.suite.icv_len(), is_ipv4)
    }

    /// Puts AH into the IP packet in `packet`, behind the headers that are for nodes on the way. For tunnel mode the
    /// packet is the outer one, with the inner packet behind its header.
    ///
    /// A refused packet is left as it was: [`DropReason::BufferTooSmall`] where there is no room before it,
    /// [`DropReason::FragmentInTransportMode`] where it is no whole packet, [`DropReason::TooBig`] where its header
    /// cannot hold the length, [`DropReason::HeadersTooLong`] and [`DropReason::RouteNotPredictable`] for headers that
    /// cannot be covered.
    pub fn seal(&self, sequence: u64, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        self.check(&view, packet)?;
        let joint = Joint::for_insertion(packet.as_slice(), &view)?;
        let len = self.added_len(view.is_ipv4());
        packet.truncate(view.total_len);
        open_gap(packet, joint.offset, len)?;
        packet.prepend(joint.offset.saturating_add(len))?;

        let [h0, h1, h2, h3, l0, l1, l2, l3] = sequence.to_be_bytes();
        let words = u8::try_from(len / 4).map_err(|_| DropReason::Malformed)?;
        let octets = packet.as_mut_slice();
        let next_header = joint.set(octets, IpsecProtocol::Ah.ip_protocol())?;
        let header = AhHeader {
            next_header,
            payload_len: words.saturating_sub(2),
            spi: self.spi.get(),
            sequence: u32::from_be_bytes([l0, l1, l2, l3]),
        };
        let (before, rest) = octets.split_at_mut_checked(joint.offset).ok_or(DropReason::Malformed)?;
        let (ah, _) = rest.split_at_mut_checked(len).ok_or(DropReason::Malformed)?;
        ah.fill(0);
        ah.first_chunk_mut().map(|place| *place = header.to_bytes()).ok_or(DropReason::Malformed)?;

        let covered = CoveredHeaders::new(End::Sender, before)?;
        let high = [h0, h1, h2, h3];
        let hidden: &[u8] = if self.suite.esn() { &high } else { &[] };
        let mut icv = [0; MAX_ICV_LEN];
        let icv = icv.get_mut(..self.suite.icv_len()).ok_or(DropReason::Malformed)?;
        self.mac.compute(sequence, [covered.as_slice(), rest, hidden], icv);
        rest.get_mut(AhHeader::LEN..)
            .and_then(|rest| rest.get_mut(..icv.len()))
            .ok_or(DropReason::Malformed)?
            .copy_from_slice(icv);
        Ok(())
    }

    /// Whether [`Sealer::seal`] would take `packet`, which looks like `view`. Asked before a sequence number is spent.
    pub fn check(&self, view: &IpView, packet: &PacketBuf<'_>) -> Result<(), DropReason> {
        let len = self.added_len(view.is_ipv4());
        if view.fragment != Fragment::Whole {
            return Err(DropReason::FragmentInTransportMode);
        }
        if packet.headroom() < len {
            return Err(DropReason::BufferTooSmall);
        }
        let joint = Joint::for_insertion(packet.as_slice(), view)?;
        joint.check_len(view, len)?;
        if joint.is_plain() {
            return Ok(());
        }
        let headers = packet.as_slice().get(..joint.offset).unwrap_or_default();
        CoveredHeaders::new(End::Sender, headers).map(|_| ())
    }
}
