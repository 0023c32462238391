//! Verifying a packet and taking AH out of it (RFC 4302 §3.4), in two steps: the replay window moves between them.

use crate::ah::header::{AhHeader, total_len};
use crate::ah::mutable_fields::{CoveredHeaders, End};
use crate::ah::seal::mac_key;
use crate::crypt::{KeyError, MacKey};
use crate::drop_reason::DropReason;
use crate::net::transport::{Joint, restore_headers};
use crate::net::{Fragment, IpView};
use crate::packet_buf::PacketBuf;
use crate::sa::{IpsecProtocol, Mode, SaKeys};
use crate::suite::{Integrity, SaSuite};

#[cfg(test)]
mod tests;

/// Octets to which an old draft cut HMAC-SHA2-256 (F-30).
const DRAFT_SHA256_ICV_LEN: usize = 12;

/// The transform of an inbound Security Association: the algorithm with its key. It knows nothing of the replay window:
/// the caller moves that after [`Opener::verify`] and before it uses what [`Opener::remove`] gives.
#[derive(Debug)]
pub struct Opener {
    suite: SaSuite,
    mac: MacKey,
}

/// A packet with AH, taken apart.
struct Parts<'a> {
    before: &'a [u8],
    header: AhHeader,
    /// From AH on, to the end.
    rest: &'a [u8],
    is_ipv4: bool,
}

impl Opener {
    /// Expands the key.
    pub fn new(suite: SaSuite, keys: &SaKeys) -> Result<Self, KeyError> {
        Ok(Self { suite, mac: mac_key(suite, keys)? })
    }

    /// The algorithms.
    pub fn suite(&self) -> SaSuite {
        self.suite
    }

    /// Checks the lengths and the Integrity Check Value of `packet`, a whole IP packet with AH in it. `sequence` is the
    /// number that the low half in the packet stands for; its high half is under the ICV where the suite has extended
    /// numbers.
    pub fn verify(&self, sequence: u64, packet: &[u8]) -> Result<(), DropReason> {
        let parts = take_apart(packet)?;
        let icv_len = self.suite.icv_len();
        // The padding is as short as the family allows. Linux pads to 64 bits in IPv4 too unless it is told
        // otherwise; that is covered by the ICV and does no harm.
        let allowed = [total_len(icv_len, parts.is_ipv4), total_len(icv_len, false)];
        if !allowed.contains(&parts.header.total_len()) {
            return Err(DropReason::BadAhLength);
        }
        let matches = self.matches(sequence, &parts, icv_len)?;
        if matches { Ok(()) } else { Err(DropReason::BadIcv) }
    }

    /// F-30: whether a packet that [`Opener::verify`] refused would have been right with the ICV of 96 bits that an old
    /// draft of HMAC-SHA2-256 had under the same identifier.
    pub fn is_draft_sha256(&self, sequence: u64, packet: &[u8]) -> bool {
        if self.suite.integrity() != Some(Integrity::HmacSha256_128) {
            return false;
        }
        let Ok(parts) = take_apart(packet) else { return false };
        parts.header.total_len() == total_len(DRAFT_SHA256_ICV_LEN, parts.is_ipv4)
            && self.matches(sequence, &parts, DRAFT_SHA256_ICV_LEN) == Ok(true)
    }

    /// Takes AH out of a packet that was verified; gives the next header. In tunnel mode the outer headers go with it
    /// and the inner packet is left, in transport mode the packet is left that AH was put into.
    pub fn remove(&self, mode: Mode, packet: &mut PacketBuf<'_>) -> Result<u8, DropReason> {
        let view = IpView::parse(packet.as_slice())?;
        let joint = Joint::before_upper_layer(packet.as_slice(), &view)?;
        let behind = packet.as_slice().get(joint.offset..).unwrap_or_default();
        let header = AhHeader::parse(behind).ok_or(DropReason::TooShort)?;
        let end = joint.offset.saturating_add(header.total_len());
        packet.trim_front(end)?;
        if mode == Mode::Transport {
            restore_headers(packet, joint.offset, end)?;
            joint.set(packet.as_mut_slice(), header.next_header)?;
        }
        Ok(header.next_header)
    }

    /// Whether the first `icv_len` octets behind AH's fixed part are the ICV over the packet with zeros in their place.
    fn matches(&self, sequence: u64, parts: &Parts<'_>, icv_len: usize) -> Result<bool, DropReason> {
        let covered = CoveredHeaders::new(End::Receiver, parts.before)?;
        let (fixed, behind) = parts.rest.split_at_checked(AhHeader::LEN).ok_or(DropReason::TooShort)?;
        let (icv, behind) = behind.split_at_checked(icv_len).ok_or(DropReason::TooShort)?;
        let zeros = [0; super::seal::MAX_ICV_LEN];
        let zeros = zeros.get(..icv_len).ok_or(DropReason::Malformed)?;
        let [h0, h1, h2, h3, ..] = sequence.to_be_bytes();
        let high = [h0, h1, h2, h3];
        let hidden: &[u8] = if self.suite.esn() { &high } else { &[] };
        Ok(self.mac.matches_cut([covered.as_slice(), fixed, zeros, behind, hidden], icv))
    }
}

fn take_apart(packet: &[u8]) -> Result<Parts<'_>, DropReason> {
    let view = IpView::parse(packet)?;
    if view.fragment != Fragment::Whole {
        return Err(DropReason::OuterFragment);
    }
    if view.protocol != IpsecProtocol::Ah.ip_protocol() {
        return Err(DropReason::NotIpsec);
    }
    let packet = packet.get(..view.total_len).unwrap_or_default();
    let (before, rest) = packet.split_at_checked(view.header_len).ok_or(DropReason::Malformed)?;
    let header = AhHeader::parse(rest).ok_or(DropReason::TooShort)?;
    if header.total_len() > rest.len() {
        return Err(DropReason::TooShort);
    }
    Ok(Parts { before, header, rest, is_ipv4: view.is_ipv4() })
}
