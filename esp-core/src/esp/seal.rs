//! Protecting a packet (RFC 4303 §3.3).

use crate::crypt::{KeyError, MacKey};
use crate::drop_reason::DropReason;
use crate::esp::header::EspHeader;
use crate::esp::keys::{AssociatedData, EncryptKey, Keys, Parts, write_counter_iv};
use crate::esp::padding;
use crate::esp::staged::Staged;
use crate::packet_buf::PacketBuf;
use crate::sa::{SaKeys, Spi};
use crate::suite::SaSuite;

#[cfg(test)]
mod tests;

/// The transform of an outbound Security Association: algorithms with their keys. It knows nothing of sequence
/// numbers but the one that it is given, which the caller must never give twice.
#[derive(Debug)]
pub struct Sealer {
    suite: SaSuite,
    spi: Spi,
    keys: Keys<EncryptKey>,
}

impl Sealer {
    /// Expands the keys.
    pub fn new(suite: SaSuite, spi: Spi, keys: &SaKeys) -> Result<Self, KeyError> {
        Ok(Self { suite, spi, keys: Keys::new(suite, keys)? })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Whether `packet` has the room that [`Sealer::seal`] needs around it. Asked before a sequence number is
    /// spent.
    pub fn has_room(&self, packet: &PacketBuf<'_>) -> bool {
        self.has_room_for(packet.len(), packet)
    }

    /// As [`Sealer::has_room`], for the payload made longer first, to `len` octets.
    pub fn has_room_for(&self, len: usize, packet: &PacketBuf<'_>) -> bool {
        let behind = self.sealed_len(len).saturating_sub(self.header_len()).saturating_sub(packet.len());
        packet.headroom() >= self.header_len() && packet.tailroom() >= behind
    }

    /// Makes the payload in `packet` an ESP packet with this sequence number: with extended numbers all 64 bits of
    /// it, else the low 32. [`DropReason::BufferTooSmall`], and nothing changed, where there is no room around it.
    pub fn seal(&self, sequence: u64, next_header: u8, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        self.lay_out(next_header, packet)?;
        let parts = Parts::split(self.suite, packet.as_mut_slice()).ok_or(DropReason::Malformed)?;
        self.protect(sequence, parts).ok_or(DropReason::Malformed)
    }

    /// [`Sealer::seal`] for a packet of a batch. What can wait until others of the batch are there too does, and is given
    /// back for [`finish`](super::finish).
    pub(crate) fn begin(
        &self,
        sequence: u64,
        next_header: u8,
        packet: &mut PacketBuf<'_>,
    ) -> Result<Option<Staged<'_>>, DropReason> {
        let Some((cipher, mac)) = self.keys.side_by_side() else {
            return self.seal(sequence, next_header, packet).map(|()| None);
        };
        self.lay_out(next_header, packet)?;
        Ok(Some(Staged { sealer: self, cipher, mac, sequence }))
    }

    /// Puts the trailer behind the payload, and makes room for what is around both.
    fn lay_out(&self, next_header: u8, packet: &mut PacketBuf<'_>) -> Result<(), DropReason> {
        if !self.has_room(packet) {
            return Err(DropReason::BufferTooSmall);
        }
        let trailer_len = self.trailer_len(packet.len());
        padding::write(packet.append(trailer_len)?, next_header);
        packet.append(self.suite.icv_len())?;
        packet.prepend(self.header_len())?;
        Ok(())
    }

    /// Fills header, IV and ICV and encrypts the text. `None` for lengths that no packet of this suite has.
    fn protect(&self, sequence: u64, parts: Parts<'_>) -> Option<()> {
        self.write_header(sequence, parts.header)?;
        let (high, low) = halves(sequence);
        let aad = AssociatedData::new(self.suite, self.spi.get(), high, low);
        match &self.keys {
            Keys::Separate(cipher, mac) => {
                cipher.encrypt(sequence, parts.iv, parts.text)?;
                self.authenticate(mac, sequence, parts);
                Some(())
            }
            Keys::Aead(key) => {
                write_counter_iv(sequence, parts.iv)?;
                key.seal(parts.iv, aad.as_slice(), parts.text, parts.icv)
            }
            Keys::Gmac(key) => {
                write_counter_iv(sequence, parts.iv)?;
                key.compute(parts.iv, &[aad.as_slice(), parts.iv, parts.text], parts.icv)
            }
        }
    }

    /// Fills the header.
    pub(super) fn write_header(&self, sequence: u64, header: &mut [u8]) -> Option<()> {
        let (_, low) = halves(sequence);
        *header.first_chunk_mut()? = EspHeader { spi: self.spi.get(), sequence: low }.to_bytes();
        Some(())
    }

    /// Fills the ICV, over what is encrypted.
    pub(super) fn authenticate(&self, mac: &MacKey, sequence: u64, parts: Parts<'_>) {
        let Parts { header, iv, text, icv } = parts;
        let (high, _) = halves(sequence);
        // The high half of an extended number is under the ICV, behind the trailer, but not in the packet
        // (RFC 4303 §2.2.1).
        let hidden: &[u8] = if self.suite.esn() { &high } else { &[] };
        mac.compute(sequence, [header, iv, text, hidden], icv);
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

/// The half of a sequence number that is not sent, and the one that is.
fn halves(sequence: u64) -> ([u8; 4], u32) {
    let [h0, h1, h2, h3, l0, l1, l2, l3] = sequence.to_be_bytes();
    ([h0, h1, h2, h3], u32::from_be_bytes([l0, l1, l2, l3]))
}

/// The longest payload whose ESP packet, from its header to its ICV, has at most `len` octets.
pub fn max_payload_len(len: usize, suite: SaSuite) -> usize {
    let around = EspHeader::LEN.saturating_add(suite.iv_len()).saturating_add(suite.icv_len());
    let text = len.saturating_sub(around);
    let alignment = padding::alignment(suite.block_len());
    let whole = text.saturating_sub(text.checked_rem(alignment).unwrap_or(0));
    whole.saturating_sub(padding::TRAILER_LEN)
}
