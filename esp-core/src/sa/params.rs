//! What a Security Association is made of: plain data, handed from the key exchange to a backend.

use core::fmt;
use core::net::IpAddr;

use crate::net::TunnelOptions;
use crate::secret::SecretBytes;
use crate::selector::Selectors;
use crate::suite::SaSuite;
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// A Security Parameters Index of ESP or AH, chosen by the receiver of the packets that carry it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spi(u32);

impl Spi {
    /// The lowest value that is not reserved (RFC 4303 §2.1).
    pub const MIN: Self = Self(256);

    /// `None` for 0 to 255, which are reserved (RFC 4303 §2.1).
    pub const fn new(value: u32) -> Option<Self> {
        if value < Self::MIN.0 { None } else { Some(Self(value)) }
    }

    /// The value in host order.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The four octets as they are on the wire.
    pub const fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Spi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for Spi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spi({self})")
    }
}

/// ESP or AH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpsecProtocol {
    /// Encapsulating Security Payload (RFC 4303), IP protocol 50.
    Esp,
    /// Authentication Header (RFC 4302), IP protocol 51.
    Ah,
}

impl IpsecProtocol {
    /// The IP protocol number.
    pub const fn ip_protocol(self) -> u8 {
        match self {
            Self::Esp => 50,
            Self::Ah => 51,
        }
    }
}

impl fmt::Display for IpsecProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Esp => "ESP",
            Self::Ah => "AH",
        })
    }
}

/// Whether a whole IP packet is carried or only what follows its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A whole IP packet inside another.
    Tunnel,
    /// The payload of the packet itself.
    Transport,
}

/// Which way a Security Association's packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the peer to us; we chose the SPI.
    Inbound,
    /// From us to the peer; the peer chose the SPI.
    Outbound,
}

/// What names a Security Association in a table (RFC 4301 §4.1): protocol, destination and SPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaKey {
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// The outer destination address: ours for an inbound Security Association.
    pub destination: IpAddr,
    /// The index.
    pub spi: Spi,
}

impl fmt::Display for SaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} to {}", self.protocol, self.spi, self.destination)
    }
}

/// Ties policies to the Security Associations that may serve them: a policy names it, and the newest outbound
/// Security Association with the same value carries the policy's packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReqId(pub u32);

/// The UDP ports that carry ESP where a NAT is on the path (RFC 3948).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UdpEncap {
    /// Our port, 4500.
    pub local_port: u16,
    /// The peer's port as we see it, behind a NAT any.
    pub remote_port: u16,
}

/// The addresses of a packet before a NAT changed them. In transport mode the checksums of TCP and UDP cover them, and
/// the receiver puts the checksums right (RFC 3948 §3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginalAddresses {
    /// The sender's own address, as it knows it.
    pub source: IpAddr,
    /// The address that it sends to.
    pub destination: IpAddr,
}

/// The keys of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaKeys {
    /// The encryption key, as long as [`Cipher::key_len`](crate::suite::Cipher::key_len) says.
    pub encryption: SecretBytes,
    /// The integrity key, as long as [`Integrity::key_len`](crate::suite::Integrity::key_len) says.
    pub integrity: SecretBytes,
}

/// How much a Security Association may carry. `None` is no limit but the sequence number's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VolumeLimits {
    /// Inner octets after which the owner is asked to rekey.
    pub soft_bytes: Option<u64>,
    /// Inner octets after which no packet passes.
    pub hard_bytes: Option<u64>,
    /// Packets after which the owner is asked to rekey.
    pub soft_packets: Option<u64>,
    /// Packets after which no packet passes.
    pub hard_packets: Option<u64>,
}

/// One direction of a Security Association, as the key exchange hands it to a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaParams {
    /// Which way its packets go.
    pub direction: Direction,
    /// The index in its packets.
    pub spi: Spi,
    /// ESP or AH.
    pub protocol: IpsecProtocol,
    /// Tunnel or transport mode.
    pub mode: Mode,
    /// Our outer address.
    pub local: IpAddr,
    /// The peer's outer address.
    pub remote: IpAddr,
    /// The UDP ports, where ESP is carried in UDP.
    pub encap: Option<UdpEncap>,
    /// The addresses as the peer sees them, where a NAT is known to change them: inbound, transport mode in UDP.
    /// Without them the checksums inside are computed anew.
    pub original: Option<OriginalAddresses>,
    /// The algorithms.
    pub suite: SaSuite,
    /// The keys of this direction.
    pub keys: SaKeys,
    /// What it may carry, as negotiated. `local` is our side in both directions.
    pub selectors: Selectors,
    /// Sequence numbers below the newest that are still accepted, inbound; at least 32 (RFC 4303 §3.4.3).
    pub replay_window: u32,
    /// Limits of volume.
    pub limits: VolumeLimits,
    /// From when on no packet passes, whatever the key exchange is doing.
    pub expires: Option<Instant>,
    /// What ties it to policies.
    pub reqid: ReqId,
    /// How the outer header follows from the inner one, in tunnel mode.
    pub tunnel: TunnelOptions,
}

impl SaParams {
    /// What names it in a table.
    pub fn key(&self) -> SaKey {
        let destination = match self.direction {
            Direction::Inbound => self.local,
            Direction::Outbound => self.remote,
        };
        SaKey { protocol: self.protocol, destination, spi: self.spi }
    }
}

/// What a Security Association has carried so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaUsage {
    /// Inner octets.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// When the last one passed.
    pub last_used: Option<Instant>,
}
