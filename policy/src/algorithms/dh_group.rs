//! Diffie-Hellman groups (IKE-5, SEC-4).

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::proposal::Group;
use crate::text::{UnknownValue, list};

/// Why the groups of RFC 5114 should not be chosen.
const UNKNOWN_ORIGIN: &str =
    "nobody can show where its prime comes from, and its small subgroups leak keys that are reused";

/// Declares the groups: number, name and weakness.
macro_rules! groups {
    ($($(#[$meta:meta])* $name:ident = $number:literal, $text:literal, $weakness:expr;)+) => {
        /// A Diffie-Hellman group, named by its number in the registries of IKE.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DhGroup {
            $($(#[$meta])* $name,)+
        }

        impl DhGroup {
            /// Every group, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The number that IKE sends, and that configuration text holds.
            pub const fn group_number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)+
                }
            }

            /// The name that strongSwan and the product's ipsec.conf use.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// Why this group should not be chosen, if it should not.
            pub const fn weakness(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $weakness,)+
                }
            }
        }

        impl From<DhGroup> for Group {
            fn from(choice: DhGroup) -> Self {
                match choice {
                    $(DhGroup::$name => Self::$name,)+
                }
            }
        }
    };
}

groups! {
    /// Group 1, 768 bits (RFC 2409 §6.1).
    Modp768 = 1, "modp768", Some("a group of 768 bits has been broken in public");
    /// Group 2, 1024 bits (RFC 2409 §6.2).
    #[default]
    Modp1024 = 2, "modp1024", Some("a group of 1024 bits is within reach of a state, once for all who use it");
    /// Group 5, 1536 bits (RFC 3526 §2).
    Modp1536 = 5, "modp1536",
        Some("a group of 1536 bits is below the 112 bits of strength that are the minimum today");
    /// Group 14, 2048 bits (RFC 3526 §3).
    Modp2048 = 14, "modp2048", None;
    /// Group 15, 3072 bits (RFC 3526 §4).
    Modp3072 = 15, "modp3072", None;
    /// Group 16, 4096 bits (RFC 3526 §5).
    Modp4096 = 16, "modp4096", None;
    /// Group 17, 6144 bits (RFC 3526 §6).
    Modp6144 = 17, "modp6144", None;
    /// Group 18, 8192 bits (RFC 3526 §7).
    Modp8192 = 18, "modp8192", None;
    /// Group 19, the curve P-256 (RFC 5903 §3.1).
    Ecp256 = 19, "ecp256", None;
    /// Group 20, the curve P-384 (RFC 5903 §3.2).
    Ecp384 = 20, "ecp384", None;
    /// Group 21, the curve P-521 (RFC 5903 §3.3).
    Ecp521 = 21, "ecp521", None;
    /// Group 22, 1024 bits with a subgroup of 160 bits (RFC 5114 §2.1).
    Modp1024Subgroup160 = 22, "modp1024s160", Some(UNKNOWN_ORIGIN);
    /// Group 23, 2048 bits with a subgroup of 224 bits (RFC 5114 §2.2).
    Modp2048Subgroup224 = 23, "modp2048s224", Some(UNKNOWN_ORIGIN);
    /// Group 24, 2048 bits with a subgroup of 256 bits (RFC 5114 §2.3).
    Modp2048Subgroup256 = 24, "modp2048s256", Some(UNKNOWN_ORIGIN);
    /// Group 31, Curve25519 (RFC 8031).
    Curve25519 = 31, "curve25519", None;
}

impl DhGroup {
    /// The group of this number.
    pub fn from_number(number: u64) -> Result<Self, UnknownValue> {
        let found = Self::ALL.iter().copied().find(|group| u64::from(group.group_number()) == number);
        found.ok_or_else(|| Self::unknown(number.to_string()))
    }

    fn unknown(given: String) -> UnknownValue {
        UnknownValue { what: "Diffie-Hellman group", given, allowed: list(Self::ALL) }
    }
}

impl fmt::Display for DhGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.group_number().fmt(f)
    }
}

impl FromStr for DhGroup {
    type Err = UnknownValue;

    /// Reads the number (`2`) or the name (`modp1024`).
    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let is = |group: &Self| group.name() == text || group.group_number().to_string() == text;
        Self::ALL.iter().copied().find(is).ok_or_else(|| Self::unknown(text.to_string()))
    }
}

/// Whether and with which group each phase 2 key is exchanged anew (SEC-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PfsChoice {
    /// With a fresh exchange in this group.
    Group(DhGroup),
    /// From the keys of phase 1 alone.
    Disabled,
}

impl PfsChoice {
    /// The group, if there is one.
    pub const fn group(self) -> Option<DhGroup> {
        match self {
            Self::Group(group) => Some(group),
            Self::Disabled => None,
        }
    }

    fn unknown(given: String) -> UnknownValue {
        UnknownValue { what: "PFS group", given, allowed: format!("{}, disabled", list(DhGroup::ALL)) }
    }
}

impl Default for PfsChoice {
    /// Group 2.
    fn default() -> Self {
        Self::Group(DhGroup::default())
    }
}

impl fmt::Display for PfsChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => group.fmt(f),
            Self::Disabled => f.write_str("disabled"),
        }
    }
}

impl FromStr for PfsChoice {
    type Err = UnknownValue;

    /// Reads a group, or `disabled`.
    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        if text == "disabled" {
            return Ok(Self::Disabled);
        }
        text.parse().map(Self::Group).map_err(|_| Self::unknown(text.to_string()))
    }
}

impl Serialize for DhGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.group_number())
    }
}

impl Serialize for PfsChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Group(group) => group.serialize(serializer),
            Self::Disabled => serializer.serialize_str("disabled"),
        }
    }
}

impl<'de> Deserialize<'de> for DhGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(NumberOrWord)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for PfsChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(NumberOrWord)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Reads `2` as well as `"2"`: people write both.
struct NumberOrWord;

impl Visitor<'_> for NumberOrWord {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Diffie-Hellman group such as 14")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_string())
    }
}
