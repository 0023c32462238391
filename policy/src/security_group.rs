//! The security group of a gateway (GW-9): ordered rules for what reaches its external address and leaves it.

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use core::ops::RangeInclusive;
use core::str::FromStr;

use esp_core::net::Cidr;
use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::text::{UnknownValue, serde_by_text, text_enum};

text_enum! {
    /// What a rule does with what it matches.
    Verdict, "verdict" {
        /// Let it pass.
        Allow = "allow",
        /// Drop it.
        Deny = "deny",
    }
}

text_enum! {
    /// Which way a rule looks.
    TrafficDirection, "direction" {
        /// What comes in from a remote address.
        In = "in",
        /// What goes out to a remote address.
        Out = "out",
    }
}

/// The protocol that a rule matches: `any`, `tcp`, `udp`, `icmp`, `esp`, `ah` or the number of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolMatch(Option<u8>);

/// The numbers of the protocols that have a word (RFC 5237).
const PROTOCOL_WORDS: [(&str, u8); 5] = [("tcp", 6), ("udp", 17), ("icmp", 1), ("esp", 50), ("ah", 51)];

impl ProtocolMatch {
    /// Every protocol.
    pub const ANY: Self = Self(None);

    /// The protocol of this number.
    pub const fn number(number: u8) -> Self {
        Self(Some(number))
    }

    /// Whether it matches the protocol of this number.
    pub fn matches(self, number: u8) -> bool {
        self.0.is_none_or(|wanted| wanted == number)
    }
}

impl fmt::Display for ProtocolMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(number) = self.0 else { return f.write_str("any") };
        match PROTOCOL_WORDS.iter().find(|(_, of)| *of == number) {
            Some((word, _)) => f.write_str(word),
            None => number.fmt(f),
        }
    }
}

impl FromStr for ProtocolMatch {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        if text == "any" {
            return Ok(Self::ANY);
        }
        let word = PROTOCOL_WORDS.iter().find(|(word, _)| *word == text).map(|(_, number)| *number);
        word.or_else(|| text.parse().ok()).map(Self::number).ok_or_else(|| UnknownValue {
            what: "protocol",
            given: text.into(),
            allowed: "any, tcp, udp, icmp, esp, ah, 0 to 255".into(),
        })
    }
}

serde_by_text!(ProtocolMatch, "any, tcp, udp, icmp, esp, ah or a number from 0 to 255");

/// One rule. The first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityRule {
    /// What it does.
    pub verdict: Verdict,
    /// Which way it looks.
    pub direction: TrafficDirection,
    /// What it matches.
    pub protocol: ProtocolMatch,
    /// The ports at our end that it matches, the last included; absent for all. Only for TCP and UDP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<(u16, u16)>,
    /// The remote addresses that it matches; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::subnets::optional")]
    pub remote: Option<Cidr>,
}

/// Ordered rules. What none of them matches is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// What people call it.
    #[serde(default)]
    pub name: Name,
    /// The rules, the first one first.
    #[serde(default, rename = "rule")]
    pub rules: Vec<SecurityRule>,
}

/// Packets that a gateway must be able to exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) direction: TrafficDirection,
    pub(crate) protocol: u8,
    pub(crate) port: Option<u16>,
    /// The peer's address; `None` for a peer at any address.
    pub(crate) remote: Option<IpAddr>,
}

impl SecurityGroup {
    /// Why what is needed does not pass, if it does not: the place of the rule that denies it, counted from 1, or `None` in
    /// it where no rule lets it pass. What would be dropped for some of the possible peers alone counts as dropped.
    pub(crate) fn blocks(&self, need: &Need) -> Option<Option<usize>> {
        for (place, rule) in (1..).zip(&self.rules) {
            if !rule.may_match(need) {
                continue;
            }
            match rule.verdict {
                Verdict::Deny => return Some(Some(place)),
                Verdict::Allow if rule.matches_all(need) => return None,
                Verdict::Allow => {}
            }
        }
        Some(None)
    }
}

impl SecurityRule {
    fn ports(&self) -> Option<RangeInclusive<u16>> {
        self.ports.map(|(first, last)| first..=last)
    }

    /// Whether it matches some of the packets.
    fn may_match(&self, need: &Need) -> bool {
        let port = match (self.ports(), need.port) {
            (Some(ports), Some(port)) => ports.contains(&port),
            // A protocol without ports has none that could lie in a range.
            (Some(_), None) => false,
            (None, _) => true,
        };
        let remote = match (&self.remote, need.remote) {
            (Some(remote), Some(address)) => remote.contains(address),
            (Some(_) | None, None) | (None, Some(_)) => true,
        };
        self.direction == need.direction && self.protocol.matches(need.protocol) && port && remote
    }

    /// Whether it matches all of the packets, given that it matches some.
    fn matches_all(&self, need: &Need) -> bool {
        need.remote.is_some() || self.remote.is_none_or(|remote| remote.length() == 0)
    }
}

#[cfg(test)]
mod tests;
