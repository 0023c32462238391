//! The Internet checksum (RFC 1071).

use std::net::IpAddr;

/// The one's complement sum of 16-bit words, not yet complemented.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum(u64);

impl Sum {
    /// Adds octets; an odd one at the end counts as the high half of a word.
    pub(super) fn add(mut self, octets: &[u8]) -> Self {
        let mut words = octets.chunks_exact(2);
        for word in words.by_ref() {
            if let [high, low] = *word {
                self.0 += u64::from(u16::from_be_bytes([high, low]));
            }
        }
        if let [last] = *words.remainder() {
            self.0 += u64::from(u16::from_be_bytes([last, 0]));
        }
        self
    }

    /// The pseudo-header of UDP and ICMPv6 (RFC 768, RFC 8200 §8.1).
    pub(super) fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, length: usize) -> Self {
        let sum = match (source, destination) {
            (IpAddr::V4(from), IpAddr::V4(to)) => Self::default().add(&from.octets()).add(&to.octets()),
            (IpAddr::V6(from), IpAddr::V6(to)) => Self::default().add(&from.octets()).add(&to.octets()),
            _ => Self::default(),
        };
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        sum.add(&length.to_be_bytes()).add(&[0, protocol])
    }

    /// The checksum: the complement of the folded sum. Zero over octets that hold their own valid checksum.
    pub(super) fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !u16::try_from(sum).unwrap_or(u16::MAX)
    }
}
