//! Packet captures that Wireshark and tcpdump read.

use esp_core::time::Instant;

/// A file of raw IP packets in the pcap format, written into memory. Time zero is the start of the world.
#[derive(Clone, Debug)]
pub struct PcapWriter {
    octets: Vec<u8>,
    packets: usize,
}

const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
const SNAP_LENGTH: u32 = 65_535;
/// The packets start with an IPv4 or IPv6 header.
const LINKTYPE_RAW: u32 = 101;

impl Default for PcapWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl PcapWriter {
    /// A file with its header and no packet.
    pub fn new() -> Self {
        let mut octets = Vec::with_capacity(4096);
        octets.extend_from_slice(&MAGIC_MICROSECONDS.to_le_bytes());
        octets.extend_from_slice(&2_u16.to_le_bytes());
        octets.extend_from_slice(&4_u16.to_le_bytes());
        // Offset and accuracy of the time stamps, which nobody uses.
        octets.extend_from_slice(&[0; 8]);
        octets.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
        octets.extend_from_slice(&LINKTYPE_RAW.to_le_bytes());
        Self { octets, packets: 0 }
    }

    /// Appends a packet.
    pub fn write(&mut self, at: Instant, packet: &[u8]) {
        let micros = at.as_micros();
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        for field in [saturate(micros / 1_000_000), saturate(micros % 1_000_000), length, length] {
            self.octets.extend_from_slice(&field.to_le_bytes());
        }
        self.octets.extend_from_slice(packet);
        self.packets += 1;
    }

    /// The file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
    }

    /// How many packets it holds.
    pub fn packets(&self) -> usize {
        self.packets
    }
}

fn saturate(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
