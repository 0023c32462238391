//! Why a packet was dropped: every refusal has a name and a counter.

use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

#[cfg(test)]
mod tests;

/// Declares [`DropReason`], its list and its texts together, so that none of the three can lack an entry.
macro_rules! drop_reasons {
    ($($(#[doc = $doc:literal])+ $name:ident => $text:literal,)+) => {
        /// Why a packet was dropped.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DropReason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl DropReason {
            /// Every reason, in the order of [`DropReason::index`].
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// What happened, for a person.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

drop_reasons! {
    /// Shorter than ESP header, IV, trailer and ICV together.
    TooShort => "shorter than the smallest ESP packet of its Security Association",
    /// The encrypted part is no multiple of the cipher's block.
    NotBlockAligned => "the encrypted part is no multiple of the cipher's block",
    /// A length field of an IP header contradicts the octets that are there.
    BadLengthField => "a length field of an IP header contradicts the packet's length",
    /// AH's own length is not the one that its Security Association's Integrity Check Value gives it (RFC 4302 §2.2).
    BadAhLength => "the length of AH is not the one of its Security Association's check value",
    /// A packet that was taken for IPsec and holds neither ESP nor AH nor ESP in UDP.
    NotIpsec => "neither ESP nor AH",
    /// No Security Association has this SPI at this destination (RFC 4303 §3.4.2).
    UnknownSpi => "no Security Association has this SPI",
    /// An SPI of 0 to 255, which no Security Association can have (RFC 4303 §2.1).
    ReservedSpi => "the SPI is one of the reserved ones, 0 to 255",
    /// The Integrity Check Value does not match: another key, or a changed packet.
    BadIcv => "the integrity check failed",
    /// As [`DropReason::BadIcv`], but the value of the obsolete 96-bit draft of HMAC-SHA2-256 would have matched.
    Sha256IcvCutTo96 => "the peer cuts HMAC-SHA2-256 to 96 bits, as an old draft said; RFC 4868 says 128",
    /// The sequence number was received already.
    Replayed => "the sequence number was received already",
    /// The sequence number lies behind the replay window.
    TooOld => "the sequence number lies behind the replay window",
    /// Sequence number 0, which no sender uses (RFC 4303 §3.3.3).
    SequenceZero => "the sequence number is 0",
    /// Verified, but the padding is not 1, 2, 3 and so on (RFC 4303 §2.4).
    BadPadding => "the padding is not 1, 2, 3 and so on",
    /// Verified, but the pad length is beyond the decrypted octets.
    PadLengthTooLong => "the pad length is longer than the packet",
    /// Verified, but what is inside a tunnel is neither IPv4 nor IPv6.
    UnexpectedNextHeader => "the protected payload is neither IPv4 nor IPv6",
    /// Verified, and meant to be dropped: next header 59, sent against traffic analysis (RFC 4303 §2.6).
    DummyPacket => "a dummy packet, sent to be dropped",
    /// The inner packet is not what the Security Association was negotiated for (RFC 4301 §5.2).
    SelectorMismatch => "the packet is outside the traffic selectors of its Security Association",
    /// No policy selects the packet.
    NoPolicy => "no policy selects the packet",
    /// A policy says that the packet is dropped.
    DiscardPolicy => "a policy discards the packet",
    /// The policy asks for protection and there is no Security Association.
    NoOutboundSa => "no Security Association is there to protect the packet",
    /// The Security Association is past the end of its lifetime.
    Expired => "the Security Association's lifetime is over",
    /// The Security Association has carried what it may carry.
    VolumeExhausted => "the Security Association has carried its hard limit of octets or packets",
    /// The Security Association has no sequence number left (RFC 4303 §3.3.3).
    SequenceExhausted => "the Security Association has no sequence number left",
    /// A fragment of an outer packet: it is reassembled before ESP or not at all (RFC 4303 §3.4.1).
    OuterFragment => "a fragment of an ESP or AH packet that was not reassembled",
    /// Transport mode protects whole packets only (RFC 4302 §3.3.4, RFC 4303 §3.3.4).
    FragmentInTransportMode => "a fragment, which transport mode cannot protect",
    /// The packet's own addresses are not the ends of the transport mode Security Association.
    NotBetweenTheEnds => "transport mode carries packets between the two ends of the Security Association alone",
    /// A transport mode packet without the IP header that it came with.
    NoOuterHeader => "a transport mode packet without the IP header that it came with",
    /// Padding against traffic analysis was asked for outside ESP's tunnel mode, where nothing tells the receiver where
    /// the payload ends (RFC 4303 §2.7).
    PaddingOutsideTunnelMode => "padding against traffic analysis is for ESP in tunnel mode alone",
    /// The headers before AH are longer than a packet may have.
    HeadersTooLong => "the headers before AH are too long",
    /// The packet goes by a route whose end its sender cannot tell, so AH cannot cover its destination.
    RouteNotPredictable => "a routing header whose end cannot be told beforehand",
    /// Neither IPv4 nor IPv6.
    NotAnIpPacket => "not an IP packet",
    /// The caller's buffer has no room for the headers or the trailer.
    BufferTooSmall => "the buffer has no room for what ESP adds",
    /// The inner packet may not be forwarded once more.
    TtlExceeded => "the packet's time to live ran out",
    /// The packet does not fit and may not be fragmented.
    TooBig => "the packet is longer than the tunnel carries and may not be fragmented",
    /// A router marked congestion on the outer packet, and the flow inside can be told of it but by loss
    /// (RFC 6040 §4.2).
    CongestionWithoutEcn => "congestion was marked on the way, which the flow inside cannot be told but by loss",
    /// A later TCP fragment that begins inside the TCP header: made to get around a filter (RFC 1858, RFC 3128).
    OverlappingFragment => "a fragment that begins inside the TCP header",
    /// A datagram to the UDP port of ESP that is none of ESP.
    NotEsp => "a datagram to the port of ESP in UDP that carries none",
    /// A message from outside that is none about a packet which was too big.
    NotTooBig => "a message from outside that is not about the length of a packet of ours",
    /// A checksum of ICMP is wrong.
    BadChecksum => "a checksum is wrong",
    /// A message from outside tells a path MTU that cannot be, or about a packet that was not sent lately.
    ImplausiblePathMtu => "a path MTU that cannot be, or about a packet that was not sent lately",
    /// A header that contradicts itself.
    Malformed => "a header contradicts itself",
}

impl DropReason {
    /// How many reasons there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The place of this reason in [`DropReason::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for DropReason {}

/// How many packets were dropped, by reason. Shared by every core.
pub struct DropCounters([AtomicU64; DropReason::COUNT]);

impl DropCounters {
    /// All at zero.
    pub const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; DropReason::COUNT])
    }

    /// Counts one dropped packet.
    pub fn count(&self, reason: DropReason) {
        if let Some(counter) = self.0.get(reason.index()) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many packets were dropped for `reason`.
    pub fn get(&self, reason: DropReason) -> u64 {
        self.0.get(reason.index()).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }

    /// Every reason with its count, zeros too.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.iter().map(|&reason| (reason, self.get(reason)))
    }

    /// The reasons that there were, each with its count.
    pub fn nonzero(&self) -> Vec<(DropReason, u64)> {
        self.iter().filter(|&(_, count)| count != 0).collect()
    }

    /// How many packets were dropped in all.
    pub fn total(&self) -> u64 {
        self.iter().fold(0, |sum, (_, count)| sum.saturating_add(count))
    }
}

impl Default for DropCounters {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DropCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().filter(|&(_, count)| count != 0)).finish()
    }
}
