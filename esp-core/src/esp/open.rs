//! Verifying and decrypting a packet (RFC 4303 §3.4), in two steps: the replay window moves between them.

use crate::crypt::{CbcDecryptor, KeyError, MacKey};
use crate::drop_reason::DropReason;
use crate::esp::header::EspHeader;
use crate::esp::padding;
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, SaKeys};
use crate::suite::{Integrity, SaSuite};

#[cfg(test)]
mod tests;

/// Octets to which an old draft cut HMAC-SHA2-256 (F-30).
const DRAFT_SHA256_ICV_LEN: usize = 12;

/// The transform of an inbound Security Association: algorithms with their keys. It knows nothing of the replay
/// window: the caller moves that after [`Opener::verify`] and before it uses what [`Opener::decrypt`] gives.
#[derive(Debug)]
pub struct Opener {
    suite: SaSuite,
    cipher: CbcDecryptor,
    mac: MacKey,
}

impl Opener {
    /// Expands the keys.
    pub fn new(suite: SaSuite, keys: &SaKeys) -> Result<Self, KeyError> {
        let protocol = KeyError::Protocol { suite, needed: IpsecProtocol::Esp };
        let cipher = suite.cipher().ok_or(protocol)?;
        let integrity = suite.integrity().ok_or(KeyError::NotBuilt(cipher.name()))?;
        Ok(Self {
            suite,
            cipher: CbcDecryptor::new(cipher, keys.encryption.expose())?,
            mac: MacKey::new(integrity, keys.integrity.expose())?,
        })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Checks lengths and Integrity Check Value of an ESP packet. `sequence` is the number that the low half in the
    /// packet stands for; its high half is under the ICV where the suite has extended numbers.
    pub fn verify(&self, sequence: u64, packet: &[u8]) -> Result<(), DropReason> {
        let block_len = self.suite.block_len();
        let icv_len = self.suite.icv_len();
        let before = EspHeader::LEN.saturating_add(self.suite.iv_len());
        let (covered, icv) = packet
            .len()
            .checked_sub(icv_len)
            .and_then(|covered| packet.split_at_checked(covered))
            .ok_or(DropReason::TooShort)?;
        let text_len = covered.len().checked_sub(before).ok_or(DropReason::TooShort)?;
        if text_len < padding::TRAILER_LEN.max(block_len) {
            return Err(DropReason::TooShort);
        }
        if text_len.checked_rem(block_len) != Some(0) {
            return Err(DropReason::NotBlockAligned);
        }
        let high = high_half(sequence);
        if self.mac.verify([covered, self.hidden(&high)], icv) { Ok(()) } else { Err(DropReason::BadIcv) }
    }

    /// F-30: whether a packet that [`Opener::verify`] refused would have been right with the ICV of 96 bits that an
    /// old draft of HMAC-SHA2-256 had under the same identifier.
    pub fn is_draft_sha256(&self, sequence: u64, packet: &[u8]) -> bool {
        if self.suite.integrity() != Some(Integrity::HmacSha256_128) {
            return false;
        }
        let Some((covered, icv)) = packet.split_last_chunk::<DRAFT_SHA256_ICV_LEN>() else { return false };
        let high = high_half(sequence);
        self.mac.matches_cut([covered, self.hidden(&high)], icv)
    }

    /// Decrypts a packet that was verified and leaves its payload in `packet`; gives the next header.
    pub fn decrypt(&self, packet: &mut PacketBuf<'_>) -> Result<u8, DropReason> {
        let iv_len = self.suite.iv_len();
        packet.truncate(packet.len().saturating_sub(self.suite.icv_len()));
        packet.trim_front(EspHeader::LEN)?;
        let (iv, text) = packet.as_mut_slice().split_at_mut_checked(iv_len).ok_or(DropReason::TooShort)?;
        self.cipher.decrypt(iv, text).ok_or(DropReason::NotBlockAligned)?;
        let (payload_len, next_header) = padding::check(text)?;
        packet.trim_front(iv_len)?;
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
