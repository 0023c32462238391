use esp_core::time::Instant;

use super::PcapWriter;

/// Octet for octet what the format's specification (draft-ietf-opsawg-pcap) asks for, in little-endian order.
#[test]
fn the_octets_are_those_of_the_format() {
    let mut pcap = PcapWriter::new();
    pcap.write(Instant::from_micros(3_000_258), &[0x45, 0xaa, 0xbb]);
    let header = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0];
    let record = [3, 0, 0, 0, 2, 1, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0x45, 0xaa, 0xbb];
    assert_eq!(pcap.as_bytes(), [&header[..], &record[..]].concat());
    assert_eq!(pcap.packets(), 1);
}
