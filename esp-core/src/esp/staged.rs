//! Packets of a batch that are encrypted side by side.

use crate::crypt::{CbcEncryptor, Lane, MacKey, encrypt_lanes};
use crate::esp::header::EspHeader;
use crate::esp::keys::Parts;
use crate::sa::Spi;
use crate::suite::SaSuite;

/// How many packets are encrypted side by side.
pub(crate) const LANES: usize = 8;

/// What is left to do for a packet that has its number, its trailer and its room, in a suite of CBC mode: there one
/// block waits for the one before it, and only another packet's can be encrypted meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staged<'k> {
    pub(super) suite: SaSuite,
    pub(super) spi: Spi,
    pub(super) cipher: &'k CbcEncryptor,
    pub(super) mac: &'k MacKey,
    pub(super) sequence: u64,
}

impl Staged<'_> {
    /// Fills header and IV; gives the packet's parts. `None` for lengths that no packet of this suite has.
    fn head<'p>(&self, packet: &'p mut [u8]) -> Option<Parts<'p>> {
        let parts = Parts::split(self.suite, packet)?;
        let [.., l0, l1, l2, l3] = self.sequence.to_be_bytes();
        let sequence = u32::from_be_bytes([l0, l1, l2, l3]);
        *parts.header.first_chunk_mut()? = EspHeader { spi: self.spi.get(), sequence }.to_bytes();
        self.cipher.derive_iv(self.sequence, parts.iv)?;
        Some(parts)
    }

    /// Fills the ICV, over what is encrypted now.
    fn authenticate(&self, parts: Parts<'_>) {
        let Parts { header, iv, text, icv } = parts;
        // The high half of an extended number is under the ICV but not in the packet (RFC 4303 §2.2.1).
        let [h0, h1, h2, h3, ..] = self.sequence.to_be_bytes();
        let high = [h0, h1, h2, h3];
        let hidden: &[u8] = if self.suite.esn() { &high } else { &[] };
        self.mac.compute(self.sequence, [header, iv, text, hidden], icv);
    }
}

/// Seals what was begun of at most [`LANES`] packets.
pub(crate) fn finish<'k, 'p>(packets: impl Iterator<Item = (Option<Staged<'k>>, &'p mut [u8])>) {
    let mut all = [const { None::<(Staged<'k>, Parts<'p>)> }; LANES];
    let begun = packets.filter_map(|(staged, packet)| Some((staged?, staged?.head(packet)?)));
    all.iter_mut().zip(begun).for_each(|(place, packet)| *place = Some(packet));
    let mut lanes = [const { None::<Lane<'_>> }; LANES];
    for (lane, packet) in lanes.iter_mut().zip(&mut all) {
        *lane = packet.as_mut().and_then(|(staged, parts)| staged.cipher.lane(parts.iv, parts.text));
    }
    encrypt_lanes(&mut lanes);
    all.into_iter().flatten().for_each(|(staged, parts)| staged.authenticate(parts));
}
