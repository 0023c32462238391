//! IKEv2: policies, keyrings and profiles.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::blocks::{Block, Line};
use super::phase_1_v1::{encrypted, matched};
use super::router::{seconds, unknown};
use crate::import::fault::Faults;
use crate::import::{ReadAuth, ReadId, Setting, secrets, values};
use crate::psk::PreSharedKey;

/// `crypto ikev2 policy`.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy2<'a> {
    pub(super) proposals: Vec<Setting<&'a str>>,
    pub(super) local: Option<Setting<IpAddr>>,
}

impl<'a> Policy2<'a> {
    pub(super) fn read(block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut policy = Self::default();
        for line in &block.lines {
            match line.words.as_slice() {
                ["proposal", name, ..] => policy.proposals.push(Setting::at(line.at(1), name)),
                ["match", "address", "local", address, ..] => {
                    policy.local = address.parse().ok().map(|address| Setting::at(line.at(3), address));
                }
                ["match", "fvrf", ..] => {}
                _ => unknown(line, faults),
            }
        }
        policy
    }
}

/// `crypto ikev2 keyring`.
#[derive(Clone, Debug, Default)]
pub(super) struct Keyring2<'a> {
    peers: Vec<Peer<'a>>,
}

#[derive(Clone, Debug, Default)]
struct Peer<'a> {
    address: Option<&'a str>,
    psk: Option<Setting<PreSharedKey>>,
}

impl<'a> Keyring2<'a> {
    pub(super) fn read(block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut keyring = Self::default();
        for line in &block.lines {
            let words: &[&'a str] = &line.words;
            if let ["peer", ..] = words {
                keyring.peers.push(Peer::default());
                continue;
            }
            let Some(peer) = keyring.peers.last_mut() else {
                unknown(line, faults);
                continue;
            };
            match words {
                ["address", address, ..] => {
                    peer.address = Some(address.strip_suffix("/128").unwrap_or(address))
                }
                ["pre-shared-key", rest @ ..] => peer.key(line, rest, faults),
                ["description" | "identity" | "hostname", ..] => {}
                _ => unknown(line, faults),
            }
        }
        keyring
    }

    /// The key for a peer: of its own address, or of any.
    pub(super) fn key(&self, peer: Option<IpAddr>) -> Option<Setting<PreSharedKey>> {
        let is = |own: &Peer<'_>| peer.is_some() && own.address.and_then(|text| text.parse().ok()) == peer;
        let any = |own: &Peer<'_>| matches!(own.address, None | Some("0.0.0.0" | "::/0"));
        let found = self.peers.iter().find(|own| is(own)).or_else(|| self.peers.iter().find(|own| any(own)));
        found.and_then(|own| own.psk.clone())
    }
}

impl Peer<'_> {
    /// `[local|remote] [0|6] KEY`.
    fn key(&mut self, line: &Line<'_>, words: &[&str], faults: &mut Faults) {
        let (words, skipped) = match words {
            ["local" | "remote", rest @ ..] if !rest.is_empty() => (rest, 1),
            _ => (words, 0),
        };
        let (key, index) = match words {
            ["0", key] => (key, 2),
            ["6", _] => return encrypted::<()>(line, faults).unwrap_or_default(),
            [key] => (key, 1),
            _ => return faults.error(line.place(), "the key is one word"),
        };
        let at = line.at(usize::saturating_add(index, skipped));
        if let Some(psk) = secrets::checked(at, key, faults) {
            if self.psk.as_ref().is_some_and(|own| own.value != psk) {
                faults.warning(
                    at,
                    "the local and the remote key differ; a tunnel has one key for both directions",
                );
            }
            self.psk = Some(Setting::at(at, psk));
        }
    }
}

/// `crypto ikev2 profile`.
#[derive(Clone, Debug)]
pub(super) struct Profile2<'a> {
    pub(super) keyring: Option<Setting<&'a str>>,
    pub(super) local: Option<Setting<ReadId>>,
    pub(super) remote: Option<Setting<ReadId>>,
    pub(super) auth: Setting<ReadAuth>,
    pub(super) lifetime: Setting<u64>,
}

impl<'a> Profile2<'a> {
    pub(super) fn read(block: &Block<'a>, faults: &mut Faults) -> Self {
        let mut profile = Self {
            keyring: None,
            local: None,
            remote: None,
            auth: Setting::default_of(ReadAuth::Psk),
            lifetime: Setting::default_of(86_400),
        };
        for line in &block.lines {
            profile.line(line, faults);
        }
        profile
    }

    fn line(&mut self, line: &Line<'a>, faults: &mut Faults) {
        let words: &[&'a str] = &line.words;
        match words {
            ["keyring", "local", name, ..] | ["keyring", name] => {
                self.keyring = Some(Setting::at(line.at(words.len().saturating_sub(1)), name));
            }
            ["match", "identity", "remote", rest @ ..] => self.remote = matched(line, 4, rest, faults),
            ["identity", "local", "address" | "fqdn", id, ..] => {
                self.local = Some(Setting::at(line.at(3), values::id(id)));
            }
            ["identity", "local", _, id, ..] => {
                self.local = Some(Setting::at(line.at(3), ReadId::Other(values::short(id))));
            }
            ["authentication", "local" | "remote", "pre-share"] => {}
            ["authentication", "local" | "remote", other, ..] => {
                self.auth = Setting::at(line.at(2), ReadAuth::Other(values::short(other)));
            }
            ["lifetime", value, ..] => {
                if let Some(lifetime) = seconds(line, 1, value, faults) {
                    self.lifetime = lifetime;
                }
            }
            ["dpd" | "description" | "nat" | "ivrf" | "virtual-template", ..] | ["match", ..] => {}
            _ => unknown(line, faults),
        }
    }
}
