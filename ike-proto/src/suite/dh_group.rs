//! Diffie-Hellman groups.

use core::fmt;

/// A Diffie-Hellman group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DhGroup {
    /// Group 1: 768 bits (RFC 2409 §6.1). RFC 8247 forbids it.
    Modp768,
    /// Group 2: 1024 bits (RFC 2409 §6.2). RFC 8247 advises against it.
    Modp1024,
    /// Group 5: 1536 bits (RFC 3526 §2). RFC 8247 advises against it.
    Modp1536,
    /// Group 14: 2048 bits (RFC 3526 §3).
    Modp2048,
    /// Group 15: 3072 bits (RFC 3526 §4).
    Modp3072,
    /// Group 16: 4096 bits (RFC 3526 §5).
    Modp4096,
    /// Group 17: 6144 bits (RFC 3526 §6).
    Modp6144,
    /// Group 18: 8192 bits (RFC 3526 §7).
    Modp8192,
    /// Group 19: the curve P-256 (RFC 5903 §3.1).
    Ecp256,
    /// Group 20: the curve P-384 (RFC 5903 §3.2).
    Ecp384,
    /// Group 21: the curve P-521 (RFC 5903 §3.3).
    Ecp521,
    /// Group 22: 1024 bits with a subgroup of 160 bits (RFC 5114 §2.1). RFC 8247 forbids it.
    Modp1024Sub160,
    /// Group 23: 2048 bits with a subgroup of 224 bits (RFC 5114 §2.2). RFC 8247 advises against it.
    Modp2048Sub224,
    /// Group 24: 2048 bits with a subgroup of 256 bits (RFC 5114 §2.3). RFC 8247 advises against it.
    Modp2048Sub256,
    /// Group 31: Curve25519 (RFC 8031).
    Curve25519,
}

impl DhGroup {
    /// Every group, by number.
    pub const ALL: [Self; 15] = [
        Self::Modp768,
        Self::Modp1024,
        Self::Modp1536,
        Self::Modp2048,
        Self::Modp3072,
        Self::Modp4096,
        Self::Modp6144,
        Self::Modp8192,
        Self::Ecp256,
        Self::Ecp384,
        Self::Ecp521,
        Self::Modp1024Sub160,
        Self::Modp2048Sub224,
        Self::Modp2048Sub256,
        Self::Curve25519,
    ];

    /// The number in the registry that both versions share.
    pub const fn number(self) -> u16 {
        match self {
            Self::Modp768 => 1,
            Self::Modp1024 => 2,
            Self::Modp1536 => 5,
            Self::Modp2048 => 14,
            Self::Modp3072 => 15,
            Self::Modp4096 => 16,
            Self::Modp6144 => 17,
            Self::Modp8192 => 18,
            Self::Ecp256 => 19,
            Self::Ecp384 => 20,
            Self::Ecp521 => 21,
            Self::Modp1024Sub160 => 22,
            Self::Modp2048Sub224 => 23,
            Self::Modp2048Sub256 => 24,
            Self::Curve25519 => 31,
        }
    }

    /// The group with a number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.number() == number)
    }

    /// Octets of a public value: the length of the modulus, leading zeros included; of a NIST curve both coordinates
    /// without a mark before them (RFC 5903 §7).
    pub const fn public_len(self) -> usize {
        match self {
            Self::Curve25519 => 32,
            Self::Ecp256 => 64,
            Self::Modp768 | Self::Ecp384 => 96,
            Self::Modp1024 | Self::Modp1024Sub160 => 128,
            Self::Ecp521 => 132,
            Self::Modp1536 => 192,
            Self::Modp2048 | Self::Modp2048Sub224 | Self::Modp2048Sub256 => 256,
            Self::Modp3072 => 384,
            Self::Modp4096 => 512,
            Self::Modp6144 => 768,
            Self::Modp8192 => 1024,
        }
    }

    /// Octets of the shared secret: the length of the modulus, leading zeros included; of a NIST curve only the first
    /// coordinate (RFC 5903 §7).
    pub const fn shared_len(self) -> usize {
        match self {
            Self::Ecp256 | Self::Ecp384 | Self::Ecp521 => self.public_len() / 2,
            _ => self.public_len(),
        }
    }

    /// The name that strongSwan and the product's configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modp768 => "modp768",
            Self::Modp1024 => "modp1024",
            Self::Modp1536 => "modp1536",
            Self::Modp2048 => "modp2048",
            Self::Modp3072 => "modp3072",
            Self::Modp4096 => "modp4096",
            Self::Modp6144 => "modp6144",
            Self::Modp8192 => "modp8192",
            Self::Ecp256 => "ecp256",
            Self::Ecp384 => "ecp384",
            Self::Ecp521 => "ecp521",
            Self::Modp1024Sub160 => "modp1024s160",
            Self::Modp2048Sub224 => "modp2048s224",
            Self::Modp2048Sub256 => "modp2048s256",
            Self::Curve25519 => "curve25519",
        }
    }
}

impl fmt::Display for DhGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
