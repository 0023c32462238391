use esp_core::sa::{Direction, UdpEncap};

use super::KeyLog;
use crate::testing::params;

#[test]
fn both_ends_of_a_security_association_are_one_line_of_wiresharks_table() {
    let mut log = KeyLog::default();
    assert!(log.is_empty());
    log.add(&params(Direction::Outbound, 0xab, None));
    log.add(&params(Direction::Inbound, 0xab, None));
    let expected = concat!(
        "\"IPv4\",\"192.0.2.1\",\"192.0.2.2\",\"0xc0ffee01\",",
        "\"AES-CBC [RFC3602]\",\"0xabababababababababababababababab\",",
        "\"HMAC-SHA-1-96 [RFC2404]\",\"0xabababababababababababababababababababab\",\"32-bit\"\n",
    );
    assert_eq!(log.text(), expected);
    assert_eq!(log.len(), 1);
}

#[test]
fn behind_a_nat_the_addresses_are_left_open() {
    let mut log = KeyLog::default();
    log.add(&params(Direction::Outbound, 1, Some(UdpEncap { local_port: 4500, remote_port: 40_000 })));
    assert!(log.text().starts_with("\"IPv4\",\"*\",\"*\",\"0xc0ffee01\""));
}
