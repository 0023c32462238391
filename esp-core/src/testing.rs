//! What the tests of this crate share: packets and parameters.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::vec::Vec;

use crate::net::{TunnelOptions, ipv4_checksum};
use crate::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKeys, SaParams, Spi, VolumeLimits};
use crate::secret::SecretBytes;
use crate::selector::{Selectors, TrafficSelector};
use crate::suite::{Cipher, Integrity, SaSuite};

/// Every suite of ESP.
pub(crate) fn suites() -> Vec<SaSuite> {
    let mut suites = Vec::new();
    for &cipher in Cipher::ALL {
        for integrity in core::iter::once(None).chain(Integrity::ALL.iter().copied().map(Some)) {
            suites.extend([false, true].into_iter().flat_map(|esn| SaSuite::esp(cipher, integrity, esn)));
        }
    }
    suites
}

/// Every suite of AH.
pub(crate) fn ah_suites() -> impl Iterator<Item = SaSuite> {
    Integrity::ALL.iter().flat_map(|&integrity| [false, true].map(|esn| SaSuite::ah(integrity, esn)))
}

/// The ciphers in CBC mode.
pub(crate) const CBC: [Cipher; 4] =
    [Cipher::TripleDesCbc, Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc];

/// A suite that most tests do with.
pub(crate) const SUITE: SaSuite = suite(Cipher::Aes128Cbc, Integrity::HmacSha1_96, false);

/// A suite of two algorithms that go together.
pub(crate) const fn suite(cipher: Cipher, integrity: Integrity, esn: bool) -> SaSuite {
    match SaSuite::esp(cipher, Some(integrity), esn) {
        Ok(suite) => suite,
        Err(_) => panic!("no suite"),
    }
}

/// Octets that look like nothing in particular, the same for the same seed.
pub(crate) fn octets(seed: u8, len: usize) -> Vec<u8> {
    let mut state = u32::from(seed).wrapping_mul(2_654_435_761).wrapping_add(1);
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect()
}

/// Keys of the right lengths for `suite`.
pub(crate) fn keys(suite: SaSuite, seed: u8) -> SaKeys {
    SaKeys {
        encryption: SecretBytes::copy_from(&octets(seed, suite.encryption_key_len())),
        integrity: SecretBytes::copy_from(&octets(seed.wrapping_add(1), suite.integrity_key_len())),
    }
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Selectors for all traffic between two networks.
pub(crate) fn selectors(local: &str, remote: &str) -> Selectors {
    let all = |net: &str| TrafficSelector::from(net.parse::<crate::net::Cidr>().unwrap());
    Selectors { local: vec![all(local)], remote: vec![all(remote)] }
}

/// One direction between 192.0.2.1 (us) and 198.51.100.1, carrying 10.1.0.0/16 to 10.2.0.0/16.
pub(crate) fn params(direction: Direction, spi: u32, suite: SaSuite) -> SaParams {
    SaParams {
        direction,
        spi: Spi::new(spi).unwrap(),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: ip("192.0.2.1"),
        remote: ip("198.51.100.1"),
        encap: None,
        original: None,
        suite,
        keys: keys(suite, 7),
        selectors: selectors("10.1.0.0/16", "10.2.0.0/16"),
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(1),
        tunnel: TunnelOptions::default(),
    }
}

/// The same Security Association as the other end sees it.
pub(crate) fn mirrored(params: &SaParams) -> SaParams {
    let mut other = params.clone();
    other.direction = match params.direction {
        Direction::Inbound => Direction::Outbound,
        Direction::Outbound => Direction::Inbound,
    };
    (other.local, other.remote) = (params.remote, params.local);
    other.selectors =
        Selectors { local: params.selectors.remote.clone(), remote: params.selectors.local.clone() };
    other
}

/// A UDP packet over IPv4 with `payload_len` octets behind the UDP header.
pub(crate) fn udp4(source: Ipv4Addr, destination: Ipv4Addr, payload_len: usize) -> Vec<u8> {
    let total = u16::try_from(28 + payload_len).unwrap().to_be_bytes();
    let udp_len = u16::try_from(8 + payload_len).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, total[0], total[1], 0x12, 0x34, 0x40, 0, 64, 17, 0, 0];
    packet.extend(source.octets());
    packet.extend(destination.octets());
    let checksum = ipv4_checksum(&packet).to_be_bytes();
    packet[10..12].copy_from_slice(&checksum);
    packet.extend([0x13, 0x88, 0, 53, udp_len[0], udp_len[1], 0, 0]);
    packet.extend(octets(9, payload_len));
    packet
}

/// From 10.1.0.1 to 10.2.0.1.
pub(crate) fn inner(payload_len: usize) -> Vec<u8> {
    udp4(Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, 2, 0, 1), payload_len)
}

/// An IPv6 packet with the given next header and what is behind the fixed header.
pub(crate) fn ipv6(source: Ipv6Addr, destination: Ipv6Addr, next_header: u8, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(rest.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x60, 0, 0, 0, len[0], len[1], next_header, 61];
    packet.extend(source.octets());
    packet.extend(destination.octets());
    packet.extend(rest);
    packet
}

/// Storage that is long enough for a packet of `len` octets with room around it.
pub(crate) fn storage(len: usize) -> Vec<u8> {
    vec![0xa5; crate::packet_buf::PacketBuf::HEADROOM + len + crate::packet_buf::PacketBuf::TAILROOM]
}

/// The octets that hexadecimal text stands for.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
