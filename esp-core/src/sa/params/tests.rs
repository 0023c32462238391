//! Tests of what names a Security Association.

use super::*;
use crate::testing::*;

/// SPI 0 and the reserved ones.
#[test]
fn reserved_spis_are_none() {
    for value in 0..256 {
        assert_eq!(Spi::new(value), None);
    }
    assert_eq!(Spi::new(256), Some(Spi::MIN));
    assert_eq!(Spi::new(0xc000_0001).unwrap().to_string(), "c0000001");
    assert_eq!(Spi::new(0x0102_0304).unwrap().to_be_bytes(), [1, 2, 3, 4]);
    assert_eq!(format!("{:?}", Spi::MIN), "Spi(00000100)");
}

#[test]
fn the_key_holds_the_destination_of_the_packets() {
    let outbound = params(Direction::Outbound, 0x1000, SUITE).key();
    let inbound = params(Direction::Inbound, 0x1000, SUITE).key();
    assert_eq!(outbound.to_string(), "ESP 00001000 to 198.51.100.1");
    assert_eq!(inbound.to_string(), "ESP 00001000 to 192.0.2.1");
    assert_eq!((IpsecProtocol::Esp.ip_protocol(), IpsecProtocol::Ah.ip_protocol()), (50, 51));
}

#[test]
fn keys_are_not_printed() {
    let text = format!("{:?}", params(Direction::Outbound, 0x1000, SUITE));
    assert!(text.contains("encryption: [16 secret octets], integrity: [20 secret octets]"), "{text}");
}
