//! Whole ESP packets that others published, opened.

use esp_core::drop_reason::DropReason;
use esp_core::esp::Opener;
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::SaKeys;
use esp_core::suite::{Cipher, Integrity, SaSuite};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;

use crate::source::octets;

/// Next header and payload of an ESP packet.
pub fn open(opener: &Opener, sequence: u64, packet: &[u8]) -> Result<(u8, Vec<u8>), DropReason> {
    let mut copy = packet.to_vec();
    opener.open(sequence, &mut copy)?;
    let mut packet = PacketBuf::new(&mut copy, 0, packet.len()).unwrap();
    let next_header = opener.strip(&mut packet)?;
    Ok((next_header, packet.as_slice().to_vec()))
}

/// A sample packet of RFC 3602 §4. They carry no ICV; each gets one here.
pub fn rfc_3602_packet(case: &Value) {
    let suite = SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).unwrap();
    let integrity = [7; 20];
    let keys = SaKeys { encryption: octets(case, "key").into(), integrity: integrity.to_vec().into() };
    let sequence = u32::try_from(case["seq"].as_u64().unwrap()).unwrap();
    let mut packet = octets(case, "spi");
    packet.extend(sequence.to_be_bytes());
    packet.extend(octets(case, "iv"));
    packet.extend(octets(case, "encrypted"));
    let mac = Hmac::<Sha1>::new_from_slice(&integrity).unwrap().chain_update(&packet);
    packet.extend(&mac.finalize().into_bytes()[..12]);
    let original = octets(case, "original_ip_packet");
    let expected =
        if case["mode"] == "tunnel" { (4, original) } else { (original[9], original[20..].to_vec()) };
    let opener = Opener::new(suite, &keys).unwrap();
    assert_eq!(open(&opener, u64::from(sequence), &packet), Ok(expected));
}

/// The packet of RFC 7634 appendix A.
pub fn rfc_7634_packet(case: &Value) {
    let suite = SaSuite::esp(Cipher::ChaCha20Poly1305, None, false).unwrap();
    let keys = SaKeys { encryption: octets(case, "keymat").into(), integrity: Vec::new().into() };
    let opener = Opener::new(suite, &keys).unwrap();
    let esp = &octets(case, "esp_packet")[20..];
    let sequence = case["seq"].as_u64().unwrap();
    assert_eq!(open(&opener, sequence, esp), Ok((4, octets(case, "source_packet"))));
}
