//! Verifying and decrypting a packet (RFC 4303 §3.4), and then taking it out: the replay window moves in between.

use crate::crypt::KeyError;
use crate::drop_reason::DropReason;
use crate::esp::header::EspHeader;
use crate::esp::keys::{AssociatedData, DecryptKey, Keys, Parts};
use crate::esp::padding;
use crate::packet_buf::PacketBuf;
use crate::sa::SaKeys;
use crate::suite::{Integrity, SaSuite};

#[cfg(test)]
mod tests;

/// Octets to which an old draft cut HMAC-SHA2-256 (F-30).
const DRAFT_SHA256_ICV_LEN: usize = 12;

/// The transform of an inbound Security Association: algorithms with their keys. It knows nothing of the replay
/// window: the caller moves that after [`Opener::open`] and before it uses what [`Opener::strip`] gives.
#[derive(Debug)]
pub struct Opener {
    suite: SaSuite,
    keys: Keys<DecryptKey>,
}

impl Opener {
    /// Expands the keys.
    pub fn new(suite: SaSuite, keys: &SaKeys) -> Result<Self, KeyError> {
        Ok(Self { suite, keys: Keys::new(suite, keys)? })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Checks lengths and Integrity Check Value of an ESP packet and, if they are right, decrypts it in place; header,
    /// trailer and ICV stay around it. `sequence` is the number that the low half in the packet stands for; its high
    /// half is under the ICV where the suite has extended numbers.
    ///
    /// A refused packet is left as it was; but AES-CCM can verify only what it has decrypted, and leaves zeros.
    pub fn open(&self, sequence: u64, packet: &mut [u8]) -> Result<(), DropReason> {
        self.check_len(packet.len())?;
        let EspHeader { spi, sequence: low } = EspHeader::parse(packet).ok_or(DropReason::TooShort)?;
        let parts = Parts::split(self.suite, packet).ok_or(DropReason::TooShort)?;
        let Parts { header, iv, text, icv } = parts;
        let high = high_half(sequence);
        let aad = AssociatedData::new(self.suite, spi, high, low);
        let verified = match &self.keys {
            Keys::Separate(cipher, mac) => {
                if !mac.verify([header, iv, text, self.hidden(&high)], icv) {
                    return Err(DropReason::BadIcv);
                }
                return cipher.decrypt(iv, text).ok_or(DropReason::NotBlockAligned);
            }
            Keys::Aead(key) => key.open(iv, aad.as_slice(), text, icv).is_some(),
            Keys::Gmac(key) => key.verify(iv, &[aad.as_slice(), iv, text], icv),
        };
        if verified { Ok(()) } else { Err(DropReason::BadIcv) }
    }

    fn check_len(&self, len: usize) -> Result<(), DropReason> {
        let around = EspHeader::LEN.saturating_add(self.suite.iv_len()).saturating_add(self.suite.icv_len());
        let block_len = self.suite.block_len();
        let text_len = len.checked_sub(around).ok_or(DropReason::TooShort)?;
        if text_len < padding::TRAILER_LEN.max(block_len) {
            return Err(DropReason::TooShort);
        }
        if text_len.checked_rem(block_len) != Some(0) {
            return Err(DropReason::NotBlockAligned);
        }
        Ok(())
    }

    /// F-30: whether a packet that [`Opener::open`] refused would have been right with the ICV of 96 bits that an
    /// old draft of HMAC-SHA2-256 had under the same identifier.
    pub fn is_draft_sha256(&self, sequence: u64, packet: &[u8]) -> bool {
        let Keys::Separate(_, mac) = &self.keys else { return false };
        if mac.integrity() != Integrity::HmacSha256_128 {
            return false;
        }
        let Some((covered, icv)) = packet.split_last_chunk::<DRAFT_SHA256_ICV_LEN>() else { return false };
        let high = high_half(sequence);
        mac.matches_cut([covered, self.hidden(&high)], icv)
    }

    /// Takes header, trailer and ICV off a packet that [`Opener::open`] decrypted, and leaves its payload in `packet`;
    /// gives the next header.
    pub fn strip(&self, packet: &mut PacketBuf<'_>) -> Result<u8, DropReason> {
        packet.truncate(packet.len().saturating_sub(self.suite.icv_len()));
        packet.trim_front(EspHeader::LEN.saturating_add(self.suite.iv_len()))?;
        let (payload_len, next_header) = padding::check(packet.as_slice())?;
        packet.truncate(payload_len);
        Ok(next_header)
    }

    /// What the ICV covers behind the packet's own octets.
    fn hidden<'a>(&self, high: &'a [u8; 4]) -> &'a [u8] {
        if self.suite.esn() { high } else { &[] }
    }
}

fn high_half(sequence: u64) -> [u8; 4] {
    let [h0, h1, h2, h3, ..] = sequence.to_be_bytes();
    [h0, h1, h2, h3]
}
