//! Diffie-Hellman groups.

use core::fmt;

/// A Diffie-Hellman group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DhGroup {
    /// Group 1: 768 bits (RFC 2409 §6.1). RFC 8247 forbids it.
    Modp768,
    /// Group 2: 1024 bits (RFC 2409 §6.2).
    Modp1024,
    /// Group 5: 1536 bits (RFC 3526 §2).
    Modp1536,
    /// Group 14: 2048 bits (RFC 3526 §3).
    Modp2048,
    /// Group 24: 2048 bits with a subgroup of 256 bits (RFC 5114 §2.3).
    Modp2048Sub256,
}

impl DhGroup {
    /// Every group, by number.
    pub const ALL: [Self; 5] =
        [Self::Modp768, Self::Modp1024, Self::Modp1536, Self::Modp2048, Self::Modp2048Sub256];

    /// The number in the registry that both versions share.
    pub const fn number(self) -> u16 {
        match self {
            Self::Modp768 => 1,
            Self::Modp1024 => 2,
            Self::Modp1536 => 5,
            Self::Modp2048 => 14,
            Self::Modp2048Sub256 => 24,
        }
    }

    /// The group with a number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.number() == number)
    }

    /// Octets of a public value and of the shared secret: the length of the modulus, leading zeros included.
    pub const fn public_len(self) -> usize {
        match self {
            Self::Modp768 => 96,
            Self::Modp1024 => 128,
            Self::Modp1536 => 192,
            Self::Modp2048 | Self::Modp2048Sub256 => 256,
        }
    }

    /// The name that strongSwan and the product's configuration use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modp768 => "modp768",
            Self::Modp1024 => "modp1024",
            Self::Modp1536 => "modp1536",
            Self::Modp2048 => "modp2048",
            Self::Modp2048Sub256 => "modp2048s256",
        }
    }
}

impl fmt::Display for DhGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
