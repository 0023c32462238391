//! A datapath that keeps books instead of encrypting.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;

use esp_core::command::{SaCommand, SaEvent};
use esp_core::sa::{Direction, SaKey, SaParams, SaUsage, UdpEncap};
use esp_core::selector::Selectors;
use esp_core::time::Instant;

/// Security Associations as commands made them.
#[derive(Clone, Debug, Default)]
pub struct Datapath {
    /// Every command so far.
    pub log: Vec<SaCommand>,
    /// What stands, with a number that grows with each.
    sas: BTreeMap<SaKey, (u64, SaParams)>,
    usage: BTreeMap<SaKey, SaUsage>,
    used: BTreeSet<SaKey>,
    next: u64,
    pub(crate) events: VecDeque<SaEvent>,
}

impl Datapath {
    /// Carries out a command. One that a real datapath would refuse is a mistake of the endpoint, and ends the test.
    pub(crate) fn apply(&mut self, command: &SaCommand) {
        self.log.push(command.clone());
        match command {
            SaCommand::AddSa(params) => {
                self.next = self.next.saturating_add(1);
                let before = self.sas.insert(params.key(), (self.next, (**params).clone()));
                assert!(before.is_none(), "an SA was added twice: {params:?}");
            }
            SaCommand::RemoveSa(key) => {
                assert!(self.sas.remove(key).is_some(), "an SA was removed that was not there: {key}");
                self.usage.remove(key);
            }
            SaCommand::MoveSa { key, local, remote, encap } => {
                let (number, mut params) = self.sas.remove(key).expect("an SA was moved that is not there");
                params.local = local.ip();
                params.remote = remote.ip();
                params.encap =
                    encap.then(|| UdpEncap { local_port: local.port(), remote_port: remote.port() });
                self.sas.insert(params.key(), (number, params));
            }
            SaCommand::QueryUsage(key) => {
                let usage =
                    self.sas.contains_key(key).then(|| self.usage.get(key).copied().unwrap_or_default());
                self.events.push_back(SaEvent::Usage { key: *key, usage });
            }
            SaCommand::AddPolicy(_) | SaCommand::RemovePolicy(_) | SaCommand::QueryTraffic => {
                panic!("an endpoint does not touch policies, and keeps no accounts")
            }
        }
    }

    /// The SAs of one direction, oldest first.
    pub fn sas(&self, direction: Direction) -> Vec<&SaParams> {
        let mut sas: Vec<_> = self.sas.values().filter(|(_, params)| params.direction == direction).collect();
        sas.sort_by_key(|(number, _)| *number);
        sas.into_iter().map(|(_, params)| params).collect()
    }

    /// The SA that carries our packets.
    pub fn outbound(&self) -> Option<&SaParams> {
        self.sas(Direction::Outbound).pop()
    }

    /// The SA that carries our packets between two networks.
    pub fn outbound_of(&self, selectors: &Selectors) -> Option<&SaParams> {
        self.sas(Direction::Outbound).into_iter().rev().find(|params| params.selectors == *selectors)
    }

    /// The SA that receives a packet that was sent with `params`.
    pub(crate) fn accepts(&self, now: Instant, params: &SaParams) -> Option<SaKey> {
        let found = self.sas.values().find(|(_, ours)| {
            ours.direction == Direction::Inbound
                && ours.spi == params.spi
                && ours.expires.is_none_or(|at| at > now)
        });
        let (_, ours) = found?;
        let same = ours.keys == params.keys
            && ours.suite == params.suite
            && ours.selectors.local == params.selectors.remote
            && ours.selectors.remote == params.selectors.local;
        assert!(same, "the two ends disagree on an SA");
        Some(ours.key())
    }

    /// Receives a packet that was sent with `params`: true if an SA with the same SPI, keys and algorithms is there.
    pub(crate) fn receive(&mut self, now: Instant, params: &SaParams) -> bool {
        let Some(key) = self.accepts(now, params) else { return false };
        let usage = self.usage.entry(key).or_default();
        usage.packets = usage.packets.saturating_add(1);
        usage.last_used = Some(now);
        if self.used.insert(key) {
            self.events.push_back(SaEvent::FirstUse { key });
        }
        true
    }
}
