//! The Internet checksum (RFC 1071) and its update where a header changes (RFC 1624).

use core::net::IpAddr;

#[cfg(test)]
mod tests;

/// The ones' complement sum of 16-bit words, not yet folded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// Adds octets; an odd one at the end counts as the high half of a word. So only the last piece may be odd.
    pub(crate) fn add(self, octets: &[u8]) -> Self {
        let sum = octets.chunks(2).fold(self.0, |sum, word| {
            let word = match *word {
                [high, low] => u16::from_be_bytes([high, low]),
                [high] => u16::from_be_bytes([high, 0]),
                _ => 0,
            };
            sum.saturating_add(u64::from(word))
        });
        Self(sum)
    }

    /// The pseudo-header of ICMPv6 and the transport protocols (RFC 8200 §8.1, RFC 9293 §3.1).
    pub(crate) fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, len: usize) -> Self {
        let addresses = [source, destination].iter().fold(Self::default(), |sum, address| match address {
            IpAddr::V4(address) => sum.add(&address.octets()),
            IpAddr::V6(address) => sum.add(&address.octets()),
        });
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        addresses.add(&len.to_be_bytes()).add(&[0, protocol])
    }

    /// The checksum: 0 over octets that hold their own right one.
    pub(crate) fn finish(self) -> u16 {
        // The ones' complement sum is the sum modulo 0xffff, where a sum that is not zero never becomes zero.
        let folded = if self.0 == 0 { 0 } else { (self.0.saturating_sub(1) % 0xffff).saturating_add(1) };
        !u16::try_from(folded).unwrap_or(u16::MAX)
    }
}

/// The checksum of an IPv4 header: 0 over a header that holds its own right checksum.
pub fn ipv4_checksum(header: &[u8]) -> u16 {
    Sum::default().add(header).finish()
}

/// What `checksum` becomes where one word that it covers changes from `old` to `new` (RFC 1624 §3, equation 3). A
/// wrong checksum stays wrong.
pub(crate) fn adjust(checksum: u16, old: u16, new: u16) -> u16 {
    let sum = u32::from(!checksum).saturating_add(u32::from(!old)).saturating_add(u32::from(new));
    let folded = (sum & 0xffff).saturating_add(sum >> 16);
    let folded = (folded & 0xffff).saturating_add(folded >> 16);
    !u16::try_from(folded).unwrap_or(u16::MAX)
}
