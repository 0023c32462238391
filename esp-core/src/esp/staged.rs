//! Packets of a batch that are encrypted side by side.

use crate::crypt::{CbcEncryptor, Lane, MacKey, encrypt_lanes};
use crate::esp::keys::Parts;
use crate::esp::seal::Sealer;

/// How many packets are encrypted side by side.
pub(crate) const LANES: usize = 8;

/// What is left to do for a packet that has its number, its trailer and its room, in a suite of CBC mode: there one
/// block waits for the one before it, and only another packet's can be encrypted meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staged<'k> {
    pub(super) sealer: &'k Sealer,
    pub(super) cipher: &'k CbcEncryptor,
    pub(super) mac: &'k MacKey,
    pub(super) sequence: u64,
}

impl Staged<'_> {
    /// Fills header and IV; gives the packet's parts. `None` for lengths that no packet of this suite has.
    fn head<'p>(&self, packet: &'p mut [u8]) -> Option<Parts<'p>> {
        let parts = Parts::split(self.sealer.suite(), packet)?;
        self.sealer.write_header(self.sequence, parts.header)?;
        self.cipher.derive_iv(self.sequence, parts.iv)?;
        Some(parts)
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
    for (staged, parts) in all.into_iter().flatten() {
        staged.sealer.authenticate(staged.mac, staged.sequence, parts);
    }
}
