//! IKEv1: policies, keys, keyrings and profiles.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::blocks::{Block, Line};
use super::router::{seconds, unknown};
use crate::import::fault::{Faults, quoted};
use crate::import::{Place, ReadId, Setting, secrets, values};
use crate::proposal::{Encryption, Group, Integrity, Proposal, Spelling};
use crate::psk::PreSharedKey;

/// `crypto isakmp policy`.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) number: u32,
    pub(super) place: Place,
    pub(super) proposal: Proposal,
    pub(super) pre_share: bool,
    pub(super) lifetime: Setting<u64>,
}

impl Policy {
    pub(super) fn read(block: &Block<'_>, faults: &mut Faults) -> Self {
        let number = block.head.words.get(3).and_then(|word| word.parse().ok()).unwrap_or(u32::MAX);
        let mut policy = Self {
            number,
            place: block.head.place(),
            proposal: Proposal::default(),
            pre_share: false,
            lifetime: Setting::default_of(86_400),
        };
        for line in &block.lines {
            policy.line(line, faults);
        }
        // What IOS takes where a policy says nothing.
        let proposal = &mut policy.proposal;
        if proposal.encryption.is_empty() {
            proposal.encryption.push(Encryption::Des);
        }
        if proposal.integrity.is_empty() {
            proposal.integrity.push(Integrity::Sha1);
        }
        if proposal.groups.is_empty() {
            proposal.groups.push(Group::Modp768);
        }
        policy
    }

    fn line(&mut self, line: &Line<'_>, faults: &mut Faults) {
        let words = line.words.as_slice();
        match words {
            ["authentication", kind, ..] => self.pre_share = *kind == "pre-share",
            ["lifetime", value, ..] => {
                if let Some(lifetime) = seconds(line, 1, value, faults) {
                    self.lifetime = lifetime;
                }
            }
            ["encr" | "encryption" | "hash" | "group", ..] => {
                let text = words.join(" ");
                let text = text
                    .strip_prefix("encr ")
                    .map_or(text.clone(), |rest| alloc::format!("encryption {rest}"));
                match Spelling::IosIkeV1.read(&text) {
                    Ok(part) => {
                        self.proposal.encryption.extend(part.encryption);
                        self.proposal.integrity.extend(part.integrity);
                        self.proposal.groups.extend(part.groups);
                    }
                    Err(error) => faults.error(line.at(1), alloc::format!("{error}")),
                }
            }
            _ => unknown(line, faults),
        }
    }
}

/// A key for peers at some addresses, or for anyone.
#[derive(Clone, Debug)]
pub(super) struct StaticKey<'a> {
    pub(super) psk: Setting<PreSharedKey>,
    peers: Peers<'a>,
}

#[derive(Clone, Debug)]
enum Peers<'a> {
    /// The addresses that agree with this one where the mask is set.
    Masked(Ipv4Addr, Ipv4Addr),
    One(IpAddr),
    Host(&'a str),
}

impl<'a> StaticKey<'a> {
    /// `crypto isakmp key [0|6] KEY {address ADDRESS [MASK] | hostname NAME}`.
    pub(super) fn global(line: &Line<'a>, words: &[&'a str], faults: &mut Faults) -> Option<Self> {
        let (key, rest, index) = match words {
            ["0", key, rest @ ..] if rest.len() > 1 => (key, rest, 4),
            ["6", ..] if words.len() > 3 => return encrypted(line, faults),
            [key, rest @ ..] => (key, rest, 3),
            [] => return None,
        };
        let psk = Setting::at(line.at(index), secrets::checked(line.at(index), key, faults)?);
        let peers = Self::peers(line, index.saturating_add(1), rest, faults)?;
        Some(Self { psk, peers })
    }

    /// `pre-shared-key {address ADDRESS [MASK] | hostname NAME} key [0|6] KEY` of a keyring.
    pub(super) fn of_keyring(line: &Line<'a>, words: &[&'a str], faults: &mut Faults) -> Option<Self> {
        let position = words.iter().position(|word| *word == "key").filter(|at| *at >= 2);
        let Some((peers, after)) = position.and_then(|at| words.split_at_checked(at)) else {
            faults.error(line.place(), "write `pre-shared-key address ADDRESS key KEY`");
            return None;
        };
        let before = peers.len().saturating_add(2);
        let (key, index) = match after {
            ["key", "0", key] => (key, before.saturating_add(1)),
            ["key", "6", _] => return encrypted(line, faults),
            ["key", key] => (key, before),
            _ => {
                faults.error(line.at(1), "the key is one word behind `key`");
                return None;
            }
        };
        let psk = Setting::at(line.at(index), secrets::checked(line.at(index), key, faults)?);
        let peers = Self::peers(line, 1, peers, faults)?;
        Some(Self { psk, peers })
    }

    fn peers(line: &Line<'a>, index: usize, words: &[&'a str], faults: &mut Faults) -> Option<Peers<'a>> {
        let found = match words {
            ["address", "ipv6", address, ..] => {
                let (address, length) = address.split_once('/').unwrap_or((address, "128"));
                (length == "128").then(|| address.parse().ok().map(Peers::One)).flatten()
            }
            ["address", address] | ["address", address, "no-xauth"] => match address.parse() {
                Ok(IpAddr::V4(v4)) if v4.is_unspecified() => Some(Peers::Masked(v4, v4)),
                Ok(address) => Some(Peers::One(address)),
                Err(_) => None,
            },
            ["address", address, mask, ..] => address
                .parse()
                .ok()
                .zip(mask.parse().ok())
                .map(|(address, mask)| Peers::Masked(address, mask)),
            ["hostname", name, ..] => Some(Peers::Host(name)),
            _ => None,
        };
        if found.is_none() {
            faults.error(line.at(index), "the key is for `address ADDRESS` or `hostname NAME`");
        }
        found
    }

    /// How well the key fits a peer: exactly, or as one of many. `None` if it does not.
    pub(super) fn rate(&self, peer: Option<IpAddr>, id: &ReadId) -> Option<u8> {
        match (&self.peers, peer) {
            (Peers::One(address), Some(peer)) => (*address == peer).then_some(3),
            (Peers::Masked(address, mask), Some(IpAddr::V4(peer))) => {
                let mask = u32::from(*mask);
                let fits = u32::from(peer) & mask == u32::from(*address) & mask;
                fits.then_some(if mask == u32::MAX { 3 } else { 1 })
            }
            (Peers::Host(name), _) => (values::id(name) == *id).then_some(2),
            _ => None,
        }
    }
}

/// A key that the router has encrypted, which only the router can read.
pub(super) fn encrypted<T>(line: &Line<'_>, faults: &mut Faults) -> Option<T> {
    faults.warning(
        line.place(),
        "the key is encrypted by the router and was left out; give it in clear to compare it",
    );
    None
}

/// `crypto keyring`.
#[derive(Clone, Debug, Default)]
pub(super) struct Keyring1<'a> {
    pub(super) keys: Vec<StaticKey<'a>>,
    pub(super) local: Option<Setting<IpAddr>>,
}

impl<'a> Keyring1<'a> {
    pub(super) fn read(block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut keyring = Self::default();
        for line in &block.lines {
            match line.words.as_slice() {
                ["pre-shared-key", rest @ ..] => {
                    keyring.keys.extend(StaticKey::of_keyring(line, rest, faults))
                }
                ["local-address", address, ..] => {
                    keyring.local = address.parse().ok().map(|address| Setting::at(line.at(1), address));
                }
                ["description", ..] => {}
                _ => unknown(line, faults),
            }
        }
        keyring
    }
}

/// `crypto isakmp profile`.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile1<'a> {
    pub(super) keyring: Option<Setting<&'a str>>,
    /// Whether the router names itself by its host name.
    pub(super) self_is_host: Option<Place>,
    pub(super) remote: Option<Setting<ReadId>>,
    pub(super) aggressive: Option<Place>,
}

impl<'a> Profile1<'a> {
    pub(super) fn read(block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut profile = Self::default();
        for line in &block.lines {
            let words: &[&'a str] = &line.words;
            match words {
                ["keyring", name, ..] => profile.keyring = Some(Setting::at(line.at(1), name)),
                ["self-identity", "address", ..] => {}
                ["self-identity", "fqdn"] => profile.self_is_host = Some(line.at(1)),
                ["match", "identity", rest @ ..] => profile.remote = matched(line, 3, rest, faults),
                ["initiate", "mode", "aggressive", ..] => profile.aggressive = Some(line.at(2)),
                ["keepalive" | "description" | "vrf" | "local-address", ..] => {}
                _ => unknown(line, faults),
            }
        }
        profile
    }
}

/// `address ADDRESS [MASK]`, `address ipv6 ADDRESS/128`, `host NAME`, `fqdn NAME`.
pub(super) fn matched(
    line: &Line<'_>,
    index: usize,
    words: &[&str],
    faults: &mut Faults,
) -> Option<Setting<ReadId>> {
    let id = match words {
        ["address", "ipv6", address, ..] => values::id(address.strip_suffix("/128").unwrap_or(address)),
        ["address", "0.0.0.0", ..] => ReadId::Any,
        ["address", address] | ["address", address, "255.255.255.255"] => {
            values::id(address.strip_suffix("/128").unwrap_or(address))
        }
        ["address", address, mask, ..] => ReadId::Other(values::short(&alloc::format!("{address} {mask}"))),
        ["host" | "fqdn", "domain", name, ..] => ReadId::Other(values::short(name)),
        ["host" | "fqdn", name, ..] => values::id(name),
        ["any", ..] => ReadId::Any,
        [_, name, ..] => ReadId::Other(values::short(name)),
        _ => {
            let given = quoted(&words.join(" "));
            faults.error(
                line.place(),
                alloc::format!("{given} is no id; write `address ADDRESS` or `fqdn NAME`"),
            );
            return None;
        }
    };
    Some(Setting::at(line.at(index), id))
}
