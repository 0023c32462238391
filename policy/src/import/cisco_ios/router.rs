//! The objects of a router that concern IPsec.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::blocks::{Block, Line};
use super::phase_1_v1::{Keyring1, Policy, Profile1, StaticKey};
use super::phase_1_v2::{Keyring2, Policy2, Profile2};
use crate::import::fault::{Faults, quoted};
use crate::import::{Place, Setting};
use crate::proposal::{Group, Proposal, Spelling};

/// An entry of a crypto map.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) map: &'a str,
    pub(super) place: Place,
    pub(super) peer: Option<Setting<IpAddr>>,
    pub(super) transform_set: Option<Setting<&'a str>>,
    pub(super) pfs: Option<Setting<Group>>,
    pub(super) lifetime: Option<Setting<u64>>,
    pub(super) profile_v1: Option<Setting<&'a str>>,
    pub(super) profile_v2: Option<Setting<&'a str>>,
    pub(super) access_list: Option<Setting<&'a str>>,
}

/// A transform set.
#[derive(Clone, Debug)]
pub(super) struct TransformSet {
    pub(super) place: Place,
    pub(super) proposal: Proposal,
    pub(super) is_ah: bool,
    pub(super) transport: bool,
}

/// Everything that an entry of a crypto map may need.
#[derive(Clone, Debug, Default)]
pub(super) struct Router<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) domain: Option<&'a str>,
    /// Whether IKEv1 names the router by its host name.
    pub(super) identity_is_host: bool,
    pub(super) policies: Vec<Policy>,
    pub(super) keys: Vec<StaticKey<'a>>,
    pub(super) keyrings_v1: BTreeMap<&'a str, Keyring1<'a>>,
    pub(super) profiles_v1: BTreeMap<&'a str, Profile1<'a>>,
    pub(super) aggressive_peers: Vec<IpAddr>,
    pub(super) proposals_v2: BTreeMap<&'a str, Setting<Proposal>>,
    pub(super) policies_v2: Vec<Policy2<'a>>,
    pub(super) keyrings_v2: BTreeMap<&'a str, Keyring2<'a>>,
    pub(super) profiles_v2: BTreeMap<&'a str, Profile2<'a>>,
    pub(super) transform_sets: BTreeMap<&'a str, TransformSet>,
    pub(super) lifetime: Option<Setting<u64>>,
    /// The lines of access lists, with the number of words before what they say. Most lists are not a tunnel's, so they
    /// are read only when an entry refers to them.
    pub(super) access_lists: BTreeMap<&'a str, Vec<(Line<'a>, usize)>>,
    pub(super) entries: Vec<Entry<'a>>,
    /// The addresses of interfaces by the crypto map on them.
    pub(super) addresses: BTreeMap<&'a str, (Place, IpAddr)>,
}

impl<'a> Router<'a> {
    pub(super) fn read(blocks: &[Block<'a>], faults: &mut Faults) -> Self {
        let mut router = Self::default();
        for block in blocks {
            router.block(block, faults);
        }
        router
    }

    fn block(&mut self, block: &Block<'a>, faults: &mut Faults) {
        let words: &[&'a str] = &block.head.words;
        match words {
            ["hostname", name, ..] => self.host = Some(name),
            ["ip", "domain", "name", name, ..] | ["ip", "domain-name", name, ..] => self.domain = Some(name),
            ["interface", ..] => self.interface(block),
            ["access-list", name, ..] => {
                self.access_lists.entry(name).or_default().push((block.head.clone(), 2));
            }
            ["ip", "access-list", "extended", name] | ["ipv6", "access-list", name] => {
                let lines = block.lines.iter().map(|line| (line.clone(), 0));
                self.access_lists.entry(name).or_default().extend(lines);
            }
            ["crypto", rest @ ..] => self.crypto(block, rest, faults),
            _ => {}
        }
    }

    fn crypto(&mut self, block: &Block<'a>, words: &[&'a str], faults: &mut Faults) {
        match words {
            ["isakmp", "policy", ..] => self.policies.push(Policy::read(block, faults)),
            ["isakmp", "key", rest @ ..] => self.keys.extend(StaticKey::global(&block.head, rest, faults)),
            ["isakmp", "identity", kind, ..] => self.identity_is_host = *kind == "hostname",
            ["isakmp", "profile", name, ..] => {
                self.profiles_v1.insert(name, Profile1::read(block, faults));
            }
            ["isakmp", "peer", "address", peer, ..] => self.aggressive_peer(block, peer),
            ["keyring", name, ..] => {
                self.keyrings_v1.insert(name, Keyring1::read(block, faults));
            }
            ["ikev2", "proposal", name, ..] => {
                let proposal = settings(block, Spelling::IosIkeV2, faults).of_phase_1();
                self.proposals_v2.insert(name, Setting::at(block.head.place(), proposal));
            }
            ["ikev2", "policy", ..] => self.policies_v2.push(Policy2::read(block, faults)),
            ["ikev2", "keyring", name, ..] => {
                self.keyrings_v2.insert(name, Keyring2::read(block, faults));
            }
            ["ikev2", "profile", name, ..] => {
                self.profiles_v2.insert(name, Profile2::read(block, faults));
            }
            ["ipsec", "transform-set", name, rest @ ..] => {
                let set = TransformSet::read(block, rest, faults);
                self.transform_sets.extend(set.map(|set| (*name, set)));
            }
            ["ipsec", "security-association", "lifetime", "seconds", value, ..] => {
                self.lifetime = seconds(&block.head, 5, value, faults);
            }
            ["map", "ipv6", name, _number, "ipsec-isakmp", ..]
            | ["map", name, _number, "ipsec-isakmp", ..] => {
                self.entries.push(Entry::read(name, block, faults));
            }
            ["isakmp", "keepalive" | "nat" | "enable" | "invalid-spi-recovery" | "aggressive-mode", ..]
            | ["ikev2", "dpd" | "nat" | "cookie-challenge" | "fragmentation" | "http-url", ..]
            | ["ipsec", "df-bit" | "fragmentation" | "nat-transparency" | "security-association", ..] => {}
            _ => unknown(&block.head, faults),
        }
    }

    fn aggressive_peer(&mut self, block: &Block<'a>, peer: &str) {
        let aggressive = |line: &Line<'_>| matches!(line.words.as_slice(), ["set", "aggressive-mode", ..]);
        if block.lines.iter().any(aggressive) {
            self.aggressive_peers.extend(peer.parse::<IpAddr>());
        }
    }

    /// The address of an interface with a crypto map on it.
    fn interface(&mut self, block: &Block<'a>) {
        let lines = || block.lines.iter();
        let address = lines().find_map(|line| match line.words.as_slice() {
            ["ip", "address", address, ..] => address.parse().ok().map(|address| (line.at(2), address)),
            ["ipv6", "address", address, ..] => {
                let address = address.split('/').next().unwrap_or_default();
                address.parse().ok().map(|address| (line.at(2), address))
            }
            _ => None,
        });
        let map = lines().find_map(|line| match line.words.as_slice() {
            ["crypto", "map", name] | ["ipv6", "crypto", "map", name] => Some(*name),
            _ => None,
        });
        if let (Some(map), Some(address)) = (map, address) {
            self.addresses.insert(map, address);
        }
    }
}

impl<'a> Entry<'a> {
    fn read(map: &'a str, block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut entry = Self {
            map,
            place: block.head.place(),
            peer: None,
            transform_set: None,
            pfs: None,
            lifetime: None,
            profile_v1: None,
            profile_v2: None,
            access_list: None,
        };
        for line in &block.lines {
            entry.line(line, faults);
        }
        entry
    }

    fn line(&mut self, line: &Line<'a>, faults: &mut Faults) {
        let words: &[&'a str] = &line.words;
        match words {
            ["set", "peer", peer, ..] => match peer.parse() {
                Ok(_) if self.peer.is_some() => {
                    faults.warning(line.at(2), "of several peers the first alone was read");
                }
                Ok(peer) => self.peer = Some(Setting::at(line.at(2), peer)),
                Err(_) => faults.error(line.at(2), alloc::format!("{} is no address", quoted(peer))),
            },
            ["set", "transform-set", name, more @ ..] => {
                self.transform_set = Some(Setting::at(line.at(2), name));
                if !more.is_empty() {
                    faults.warning(line.at(3), "of several transform sets the first alone was read");
                }
            }
            ["set", "pfs"] => self.pfs = Some(Setting::at(line.at(1), Group::Modp768)),
            ["set", "pfs", word, ..] => {
                match Spelling::IosIkeV1.read_group(word.strip_prefix("group").unwrap_or(word)) {
                    Ok(group) => self.pfs = Some(Setting::at(line.at(2), group)),
                    Err(error) => faults.error(line.at(2), alloc::format!("{error}")),
                }
            }
            ["set", "security-association", "lifetime", "seconds", value, ..] => {
                self.lifetime = seconds(line, 4, value, faults);
            }
            ["set", "isakmp-profile", name, ..] => self.profile_v1 = Some(Setting::at(line.at(2), name)),
            ["set", "ikev2-profile", name, ..] => self.profile_v2 = Some(Setting::at(line.at(2), name)),
            ["match", "address", name, ..] => self.access_list = Some(Setting::at(line.at(2), name)),
            ["description" | "reverse-route", ..]
            | ["set", "security-association" | "reverse-route" | "ip" | "nat", ..] => {}
            _ => unknown(line, faults),
        }
    }
}

impl TransformSet {
    fn read(block: &Block<'_>, words: &[&str], faults: &mut Faults) -> Option<Self> {
        let place = block.head.at(4);
        let proposal = match Spelling::IosTransformSet.read(&words.join(" ")) {
            Ok(proposal) => proposal.of_phase_2(),
            Err(error) => {
                faults.error(place, alloc::format!("{error}"));
                return None;
            }
        };
        let has = |start: &str| words.iter().any(|word| word.starts_with(start));
        if has("ah-") && has("esp-") {
            faults.error(place, "a tunnel has ESP or AH, not both");
        }
        let transport =
            block.lines.iter().any(|line| matches!(line.words.as_slice(), ["mode", "transport", ..]));
        Some(Self { place, proposal, is_ah: has("ah-"), transport })
    }
}

/// The algorithms that stand in a block, a setting on each line.
pub(super) fn settings(block: &Block<'_>, spelling: Spelling, faults: &mut Faults) -> Proposal {
    let mut proposal = Proposal::default();
    for line in &block.lines {
        match spelling.read(&line.words.join(" ")) {
            Ok(part) => {
                proposal.encryption.extend(part.encryption);
                proposal.integrity.extend(part.integrity);
                proposal.prf.extend(part.prf);
                proposal.groups.extend(part.groups);
            }
            Err(error) => faults.error(line.at(1), alloc::format!("{error}")),
        }
    }
    proposal
}

pub(super) fn seconds(
    line: &Line<'_>,
    index: usize,
    text: &str,
    faults: &mut Faults,
) -> Option<Setting<u64>> {
    match text.parse() {
        Ok(value) => Some(Setting::at(line.at(index), value)),
        Err(_) => {
            faults.error(line.at(index), alloc::format!("{} is no number of seconds", quoted(text)));
            None
        }
    }
}

/// A command that is not known, named by its words but the last: that may be a key.
pub(super) fn unknown(line: &Line<'_>, faults: &mut Faults) {
    let shown: Vec<&str> =
        line.words.iter().copied().take(line.words.len().saturating_sub(1).clamp(1, 3)).collect();
    let message =
        alloc::format!("the command {} is not read here and was left out", quoted(&shown.join(" ")));
    faults.warning(line.place(), message);
}
