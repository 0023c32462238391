//! The part of an ESP packet that is not encrypted.

#[cfg(test)]
mod tests;

/// SPI and sequence number, as they are on the wire (RFC 4303 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EspHeader {
    /// The SPI; 0 to 255 are possible here, though no Security Association has them.
    pub spi: u32,
    /// The sequence number; with extended ones the low half.
    pub sequence: u32,
}

impl EspHeader {
    /// Octets of the header.
    pub const LEN: usize = 8;

    /// The header at the beginning of `packet`; `None` where that is shorter.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let [s0, s1, s2, s3, n0, n1, n2, n3] = *packet.first_chunk::<{ Self::LEN }>()?;
        Some(Self {
            spi: u32::from_be_bytes([s0, s1, s2, s3]),
            sequence: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }

    /// The octets on the wire.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let [s0, s1, s2, s3] = self.spi.to_be_bytes();
        let [n0, n1, n2, n3] = self.sequence.to_be_bytes();
        [s0, s1, s2, s3, n0, n1, n2, n3]
    }
}
