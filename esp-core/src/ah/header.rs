//! The part of AH that is before its check value, and how long the whole is.

#[cfg(test)]
mod tests;

/// What AH says before its Integrity Check Value (RFC 4302 §2).
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------------------------------+
/// |  next header  |  payload len  |            reserved           |
/// +---------------+---------------+-------------------------------+
/// |                              SPI                              |
/// +---------------------------------------------------------------+
/// |                        sequence number                        |
/// +---------------------------------------------------------------+
/// |                  ICV, and padding behind it                   |
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AhHeader {
    /// The protocol of what follows AH.
    pub next_header: u8,
    /// Words of 32 bits of the whole of AH, less 2.
    pub payload_len: u8,
    /// The SPI; 0 to 255 are possible here, though no Security Association has them.
    pub spi: u32,
    /// The sequence number; with extended ones the low half.
    pub sequence: u32,
}

impl AhHeader {
    /// Octets before the ICV.
    pub const LEN: usize = 12;

    /// The header at the beginning of `octets`; `None` where that is shorter. The reserved field is ignored, though
    /// the ICV covers it.
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let [next_header, payload_len, _, _, s0, s1, s2, s3, n0, n1, n2, n3] =
            *octets.first_chunk::<{ Self::LEN }>()?;
        Some(Self {
            next_header,
            payload_len,
            spi: u32::from_be_bytes([s0, s1, s2, s3]),
            sequence: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }

    /// The octets on the wire.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let [s0, s1, s2, s3] = self.spi.to_be_bytes();
        let [n0, n1, n2, n3] = self.sequence.to_be_bytes();
        [self.next_header, self.payload_len, 0, 0, s0, s1, s2, s3, n0, n1, n2, n3]
    }

    /// Octets of the whole of AH by its own word.
    pub fn total_len(&self) -> usize {
        usize::from(self.payload_len).saturating_add(2).saturating_mul(4)
    }
}

/// Octets of the whole of AH with an ICV of `icv_len` octets: a multiple of 4 in IPv4, of 8 in IPv6 (RFC 4302 §2.6).
pub(crate) fn total_len(icv_len: usize, is_ipv4: bool) -> usize {
    AhHeader::LEN.saturating_add(icv_len).next_multiple_of(if is_ipv4 { 4 } else { 8 })
}
