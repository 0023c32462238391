//! What a peer can do, by its vendor ids.

use alloc::vec::Vec;

use super::contents::Contents;
use super::draft::Draft;
use crate::sa::Effects;
use crate::wire::codes::ExchangeType;
use crate::wire::header::IkeSpi;
use crate::wire::v1::{NatNumbering, Payload, VendorId, VendorIdPayload};

/// The forms of NAT traversal, the preferred one first.
const NAT_FORMS: [VendorId; 5] = [
    VendorId::NatT,
    VendorId::NatTDraft03,
    VendorId::NatTDraft02LineFeed,
    VendorId::NatTDraft02,
    VendorId::NatTDraft00,
];

/// What a peer can do beside what RFC 2409 asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PeerTraits {
    /// Dead peer detection (RFC 3706).
    pub(crate) dpd: bool,
    /// Fragments of messages.
    fragmentation: bool,
    /// NAT traversal, in the best form that it has.
    nat: Option<VendorId>,
}

impl PeerTraits {
    /// Adds what a message tells.
    pub(crate) fn learn(&mut self, contents: &Contents<'_>) {
        let sent: Vec<VendorId> =
            contents.vendor_ids.iter().filter_map(|payload| payload.recognise()).collect();
        self.dpd |= sent.contains(&VendorId::Dpd);
        self.fragmentation |= sent.contains(&VendorId::Fragmentation);
        let known = self.nat;
        self.nat = NAT_FORMS.into_iter().find(|form| known == Some(*form) || sent.contains(form));
    }

    /// Has messages to the peer go out in fragments, if it takes them. `cookie` is ours, `exchange` that of phase 1.
    pub(crate) fn note_fragmentation(&self, cookie: IkeSpi, exchange: ExchangeType, fx: &mut Effects<'_>) {
        if self.fragmentation {
            fx.registry.note_fragmentation(cookie, exchange);
        }
    }

    /// The numbers of its NAT traversal payloads; `None` where it has no NAT traversal.
    pub(crate) fn nat_numbering(&self) -> Option<NatNumbering> {
        self.nat.map(|form| match form {
            VendorId::NatT => NatNumbering::Rfc3947,
            _ => NatNumbering::Draft,
        })
    }
}

/// Writes the vendor ids of a first message.
pub(crate) fn push_all(draft: &mut Draft) {
    for vendor in VendorId::SENT {
        draft.push(&Payload::VendorId(VendorIdPayload { data: vendor.octets() }));
    }
}

/// Writes the vendor ids of the answer to a first message: of the forms of NAT traversal only the one that is used
/// (RFC 3947 §3.1).
pub(crate) fn push_common(draft: &mut Draft, peer: &PeerTraits) {
    for vendor in [Some(VendorId::Dpd), Some(VendorId::Fragmentation), peer.nat].into_iter().flatten() {
        draft.push(&Payload::VendorId(VendorIdPayload { data: vendor.octets() }));
    }
}
