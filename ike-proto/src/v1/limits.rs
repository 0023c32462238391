//! Every bound on what a peer can make an ISAKMP SA hold.

/// Quick modes that we have under way at once: four hundred pairs of subnets come up without a storm.
pub(crate) const OWN_QUICK_MODES: usize = 8;
/// Quick modes of the peer that are under way at once. One more is not answered until another is over.
pub(crate) const PEER_QUICK_MODES: usize = 64;
/// Finished exchanges whose last message is answered again when it is repeated.
pub(crate) const FINISHED: usize = 256;
/// Message ids of the peer that are remembered: none makes a second exchange (RFC 2408 §3.1).
pub(crate) const USED_IDS: usize = 4_096;
/// Pre-shared keys that are tried on the fifth message of main mode.
pub(crate) const KEYS_TRIED: usize = 64;
/// Times that the second message of aggressive mode goes out unasked: it may go to somebody who never asked.
pub(crate) const AGGRESSIVE_REPEATS: u32 = 2;
/// SPIs in one Delete of ours, which so needs no fragments.
pub(crate) const SPIS_OF_DELETE: usize = 64;
/// ISAKMP SAs with one address, the newest ones, by which a packet for an IPsec SA of nobody's is told of: it may be forged, and
/// many peers may stand behind one address.
pub(crate) const TOLD_OF_UNKNOWN_SPI: usize = 32;
/// Messages that have come in part, over all ISAKMP SAs.
pub(crate) const FRAGMENTED_MESSAGES: usize = 256;
/// Parts of one message.
pub(crate) const FRAGMENTS: usize = 64;
/// Octets of a message that comes in parts.
pub(crate) const FRAGMENTED_OCTETS: usize = 16_384;
