//! Protecting a packet (RFC 4303 §3.3).

use crate::crypt::{CbcEncryptor, KeyError, MacKey};
use crate::drop_reason::DropReason;
use crate::esp::header::EspHeader;
use crate::esp::padding;
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, SaKeys, Spi};
use crate::suite::SaSuite;

#[cfg(test)]
mod tests;

/// The transform of an outbound Security Association: algorithms with their keys. It knows nothing of sequence
/// numbers but the one that it is given, which the caller must never give twice.
#[derive(Debug)]
pub struct Sealer {
    suite: SaSuite,
    spi: Spi,
    cipher: CbcEncryptor,
    mac: MacKey,
}

impl Sealer {
    /// Expands the keys.
    pub fn new(suite: SaSuite, spi: Spi, keys: &SaKeys) -> Result<Self, KeyError> {
        let protocol = KeyError::Protocol { suite, needed: IpsecProtocol::Esp };
        let cipher = suite.cipher().ok_or(protocol)?;
        let integrity = suite.integrity().ok_or(KeyError::NotBuilt(cipher.name()))?;
        Ok(Self {
            suite,
            spi,
            cipher: CbcEncryptor::new(cipher, keys.encryption.expose())?,
            mac: MacKey::new(integrity, keys.integrity.expose())?,
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Whether `packet` has the room that [`Sealer::seal`] needs around it. Asked before a sequence number is
    /// spent.
    pub fn has_room(&self, packet: &PacketBuf<'_>) -> bool {
        let trailer = self.trailer_len(packet.len()).saturating_add(self.suite.icv_len());
        packet.headroom() >= self.header_len() && packet.tailroom() >= trailer
    }

    /// Makes the payload in `packet` an ESP packet with this sequence number: with extended numbers all 64 bits of
    /// it, else the low 32. [`DropReason::BufferTooSmall`], and nothing changed, where there is no room around it.
    pub fn seal(&self, sequence: u64, next_header: u8, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        if !self.has_room(packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let trailer_len = self.trailer_len(packet.len());
        padding::write(packet.append(trailer_len)?, next_header);

        let iv_len = self.suite.iv_len();
        self.cipher.derive_iv(sequence, packet.prepend(iv_len)?).ok_or(DropReason::Malformed)?;
        let (iv, text) = packet.as_mut_slice().split_at_mut_checked(iv_len).ok_or(DropReason::Malformed)?;
        self.cipher.encrypt(iv, text).ok_or(DropReason::Malformed)?;

        let [h0, h1, h2, h3, l0, l1, l2, l3] = sequence.to_be_bytes();
        let header = EspHeader { spi: self.spi.get(), sequence: u32::from_be_bytes([l0, l1, l2, l3]) };
        packet.prepend(EspHeader::LEN)?.copy_from_slice(&header.to_bytes());

        // The high half of an extended number is under the ICV, behind the trailer, but not in the packet
        // (RFC 4303 §2.2.1).
        let high = [h0, h1, h2, h3];
        let hidden: &[u8] = if self.suite.esn() { &high } else { &[] };
        let covered = packet.len();
        packet.append(self.suite.icv_len())?;
        let (covered, icv) =
            packet.as_mut_slice().split_at_mut_checked(covered).ok_or(DropReason::Malformed)?;
        self.mac.compute([covered, hidden], icv);
        Ok(())
    }

    /// Octets of ESP header and IV.
    pub(crate) fn header_len(&self) -> usize {
        EspHeader::LEN.saturating_add(self.suite.iv_len())
    }

    /// Octets of the ESP packet with `payload_len` octets of payload, from its header to its ICV.
    pub(crate) fn sealed_len(&self, payload_len: usize) -> usize {
        let trailer = self.trailer_len(payload_len).saturating_add(self.suite.icv_len());
        self.header_len().saturating_add(payload_len).saturating_add(trailer)
    }

    fn trailer_len(&self, payload_len: usize) -> usize {
        padding::pad_len(payload_len, self.suite.block_len()).saturating_add(padding::TRAILER_LEN)
    }
}

/// The longest payload whose ESP packet, from its header to its ICV, has at most `len` octets.
pub fn max_payload_len(len: usize, suite: SaSuite) -> usize {
    let around = EspHeader::LEN.saturating_add(suite.iv_len()).saturating_add(suite.icv_len());
    let text = len.saturating_sub(around);
    let alignment = padding::alignment(suite.block_len());
    let whole = text.saturating_sub(text.checked_rem(alignment).unwrap_or(0));
    whole.saturating_sub(padding::TRAILER_LEN)
}
