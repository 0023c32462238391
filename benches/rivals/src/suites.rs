//! What is measured: suites, keys and packets.

use std::net::{IpAddr, Ipv4Addr};

use crate::rivals::SLACK;
use esp_core::net::{Cidr, TunnelOptions, ipv4_checksum};
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKeys, SaParams, Spi, VolumeLimits};
use esp_core::secret::SecretBytes;
use esp_core::selector::{Selectors, TrafficSelector};
use esp_core::suite::{Cipher, Integrity, SaSuite};

/// Security Associations, each with its own keys.
pub const SAS: usize = 8;
/// Packets of one pass, of all Security Associations in turn.
pub const PACKETS: usize = 32;
/// Octets of an inner packet.
pub const SIZES: [usize; 4] = [64, 576, 1408, 9000];

/// The suites, the weakest first.
pub fn suites() -> Vec<SaSuite> {
    let suites = [
        (Cipher::TripleDesCbc, Some(Integrity::HmacMd5_96)),
        (Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96)),
        (Cipher::Aes128Cbc, Some(Integrity::HmacSha256_128)),
        (Cipher::Aes256Cbc, Some(Integrity::HmacSha256_128)),
        (Cipher::Aes256Cbc, Some(Integrity::HmacSha512_256)),
        (Cipher::Aes128Gcm16, None),
        (Cipher::Aes256Gcm16, None),
        (Cipher::ChaCha20Poly1305, None),
    ];
    suites.iter().map(|&(cipher, integrity)| SaSuite::esp(cipher, integrity, false).unwrap()).collect()
}

/// The outbound Security Associations of a suite.
pub fn outbound(suite: SaSuite) -> Vec<SaParams> {
    let each = (0_u8..).take(SAS).map(|at| SaParams {
        direction: Direction::Outbound,
        spi: Spi::new(0x1000 + u32::from(at)).unwrap(),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: "192.0.2.1".parse().unwrap(),
        remote: "198.51.100.1".parse().unwrap(),
        encap: None,
        original: None,
        suite,
        keys: SaKeys {
            encryption: key(at, suite.encryption_key_len()),
            integrity: key(at + 100, suite.integrity_key_len()),
        },
        selectors: selectors("10.1.0.0/16", "10.2.0.0/16"),
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(1),
        tunnel: TunnelOptions::default(),
    });
    each.collect()
}

/// The same as the peer has it.
pub fn inbound(params: &SaParams) -> SaParams {
    let mut peer = params.clone();
    peer.direction = Direction::Inbound;
    (peer.local, peer.remote) = (params.remote, params.local);
    peer.selectors = selectors("10.2.0.0/16", "10.1.0.0/16");
    peer
}

fn key(seed: u8, len: usize) -> SecretBytes {
    let octets: Vec<u8> = (0_u8..).map(|at| at.wrapping_mul(29) ^ seed).take(len).collect();
    SecretBytes::copy_from(&octets)
}

pub fn selectors(local: &str, remote: &str) -> Selectors {
    let all = |net: &str| vec![TrafficSelector::from(net.parse::<Cidr>().unwrap())];
    Selectors { local: all(local), remote: all(remote) }
}

/// An IPv4 packet of `len` octets with UDP in it.
pub fn packet(source: Ipv4Addr, destination: Ipv4Addr, len: usize) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, 17, 0, 0];
    packet[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
    packet.extend(source.octets());
    packet.extend(destination.octets());
    let checksum = ipv4_checksum(&packet).to_be_bytes();
    packet[10..12].copy_from_slice(&checksum);
    packet.extend([0x13, 0x88, 0, 53]);
    packet.extend(u16::try_from(len - 20).unwrap().to_be_bytes());
    packet.resize(len, 0x5a);
    packet
}

/// The inner packet of every Security Association.
pub fn inner(len: usize) -> Vec<u8> {
    packet(Ipv4Addr::new(10, 1, 0, 1), Ipv4Addr::new(10, 2, 0, 1), len)
}

/// The buffers of one pass, which all contenders use.
pub struct Buffers {
    pub len: usize,
    pub storage: Vec<Vec<u8>>,
}

impl Buffers {
    /// Each with an inner packet of `len` octets, and room around it.
    pub fn new(len: usize) -> Self {
        let mut storage = vec![0; PacketBuf::HEADROOM];
        storage.extend(inner(len));
        storage.resize(storage.len() + PacketBuf::TAILROOM + SLACK, 0);
        Self { len, storage: vec![storage; PACKETS] }
    }

    /// The packets as they are before they are sealed.
    pub fn plain(&mut self) -> Vec<PacketBuf<'_>> {
        let len = self.len;
        let each = self.storage.iter_mut();
        each.map(|storage| PacketBuf::new(storage, PacketBuf::HEADROOM, len).unwrap()).collect()
    }

    /// The packets, filled with what `sealed` holds.
    pub fn sealed(&mut self, sealed: &[Vec<u8>], headroom: usize) -> Vec<PacketBuf<'_>> {
        let each = self.storage.iter_mut().zip(sealed).map(|(storage, sealed)| {
            storage[headroom..][..sealed.len()].copy_from_slice(sealed);
            PacketBuf::new(storage, headroom, sealed.len()).unwrap()
        });
        each.collect()
    }
}

/// The peer's address.
pub fn peer() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}
