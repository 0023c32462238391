//! Reads a capture file (pcap, Ethernet) and sorts its packets by what an observer of the link learns from them.

use crate::failure::{Context, Outcome};
use crate::inner::MARKER;

/// What was on the wire.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// IKE messages, on port 500 or after a non-ESP marker on 4500.
    pub(crate) ike: u64,
    /// ESP packets in UDP (RFC 3948).
    pub(crate) esp_in_udp: u64,
    /// ESP packets straight in IP.
    pub(crate) esp: u64,
    /// AH packets. What they carry can be read.
    pub(crate) ah: u64,
    /// One-byte keep-alives (RFC 3948 §2.3).
    pub(crate) keepalives: u64,
    /// Packets from or to an inner address, or with a ping's payload readable: what must not be there.
    pub(crate) clear: u64,
    /// UDP packets of a NAT's translated ports.
    pub(crate) translated: u64,
}

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const ETHERNET_HEADER: usize = 14;
const ETHERTYPE_IPV4: u16 = 0x0800;
const PROTOCOL_UDP: u8 = 17;
const PROTOCOL_ESP: u8 = 50;
const PROTOCOL_AH: u8 = 51;
const KEEPALIVE: [u8; 1] = [0xff];

/// Counts the packets of a capture. A record that is not yet whole (tcpdump is still writing) ends the reading.
pub(crate) fn read(bytes: &[u8]) -> Outcome<Seen> {
    let mut seen = Seen::default();
    if bytes.is_empty() {
        return Ok(seen);
    }
    let magic = bytes.get(..4).context(|| "a capture shorter than its header".into())?;
    // tcpdump writes in the byte order of the machine; the magic number tells which (in ns or µs).
    let little = matches!(magic, [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1]);
    let mut rest = bytes.get(FILE_HEADER..).unwrap_or_default();
    while let Some(length) = rest.get(8..12).and_then(|field| <[u8; 4]>::try_from(field).ok()) {
        let length = if little { u32::from_le_bytes(length) } else { u32::from_be_bytes(length) };
        let length = usize::try_from(length).context(|| "a captured length".into())?;
        let Some(frame) = rest.get(RECORD_HEADER..RECORD_HEADER.saturating_add(length)) else { break };
        seen.frame(frame);
        rest = rest.get(RECORD_HEADER + length..).unwrap_or_default();
    }
    Ok(seen)
}

impl Seen {
    fn frame(&mut self, frame: &[u8]) {
        let Some(packet) = frame.get(ETHERNET_HEADER..) else { return };
        if word(frame, 12) != Some(ETHERTYPE_IPV4) {
            return;
        }
        let inner_address = |at: usize| packet.get(at) == Some(&10);
        let is_ah = packet.get(9) == Some(&PROTOCOL_AH);
        if inner_address(12) || inner_address(16) || (!is_ah && repeats_marker(packet)) {
            self.clear += 1;
            return;
        }
        let header = packet.first().map_or(0, |byte| usize::from(byte & 0x0f) * 4);
        let payload = packet.get(header..).unwrap_or_default();
        match packet.get(9) {
            Some(&PROTOCOL_ESP) => self.esp += 1,
            Some(&PROTOCOL_AH) => self.ah += 1,
            Some(&PROTOCOL_UDP) => self.datagram(payload),
            _ => {}
        }
    }

    fn datagram(&mut self, udp: &[u8]) {
        let (Some(source), Some(destination), Some(data)) = (word(udp, 0), word(udp, 2), udp.get(8..)) else {
            return;
        };
        if crate::nat::PORTS.contains(&source) || crate::nat::PORTS.contains(&destination) {
            self.translated += 1;
        }
        if source == 500 || destination == 500 {
            self.ike += 1;
        } else if source == 4500 || destination == 4500 {
            match data {
                data if data == KEEPALIVE => self.keepalives += 1,
                [0, 0, 0, 0, ..] => self.ike += 1,
                _ => self.esp_in_udp += 1,
            }
        }
    }

    /// All packets of ESP, and of AH.
    pub(crate) fn all_esp(&self) -> u64 {
        self.esp + self.esp_in_udp + self.ah
    }
}

/// The pings repeat the marker, so at any phase a whole one lies within twice its length.
fn repeats_marker(packet: &[u8]) -> bool {
    packet.windows(MARKER.len()).any(|window| window == MARKER)
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(field.try_into().ok()?))
}
