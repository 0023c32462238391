//! Which Security Association belongs to which tunnel, and what of its counters was counted already.

use std::collections::{BTreeMap, VecDeque};

use esp_core::command::SaCommand;
use esp_core::drop_reason::DropReason;
use esp_core::sa::{Direction, ReqId, SaKey, SaTraffic, SaUsage};

use crate::monitor::traffic::Traffic;

/// How many removed Security Associations are remembered while the datapath has not said what they had done. One that
/// never answers costs no more than this.
const MAX_LEAVING: usize = 1_024;

/// One life of a Security Association: a key may be used again.
type Life = (SaKey, u64);

#[derive(Debug)]
struct Account {
    owner: ReqId,
    direction: Direction,
    bytes: u64,
    packets: u64,
    sequence: u64,
    drops: Vec<(DropReason, u64)>,
}

/// What is to be counted for a tunnel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) owner: ReqId,
    pub(crate) traffic: Traffic,
    pub(crate) drops: Vec<(DropReason, u64)>,
}

/// All Security Associations of a gateway.
///
/// A datapath reports counters that only grow; what counts is how much they have grown since the report before. Reports
/// come in the order of the commands, so one about a key that was given away again is about its oldest life.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    lives: BTreeMap<Life, Account>,
    next: u64,
    /// Removed, and not reported for the last time, oldest first.
    leaving: VecDeque<Life>,
}

impl Accounts {
    /// Follows what is done to the datapath.
    pub(crate) fn on_command(&mut self, command: &SaCommand) {
        match command {
            SaCommand::AddSa(params) => {
                let life = (params.key(), self.next);
                self.next = self.next.saturating_add(1);
                let (owner, direction) = (params.reqid, params.direction);
                let account =
                    Account { owner, direction, bytes: 0, packets: 0, sequence: 0, drops: Vec::new() };
                self.lives.insert(life, account);
            }
            SaCommand::RemoveSa(key) => self.remove(key),
            SaCommand::MoveSa { key, local, remote, .. } => {
                let Some((life, account)) = self.newest(key).and_then(|life| self.lives.remove_entry(&life))
                else {
                    return;
                };
                let destination = match account.direction {
                    Direction::Inbound => local.ip(),
                    Direction::Outbound => remote.ip(),
                };
                self.lives.insert((SaKey { destination, ..life.0 }, life.1), account);
            }
            SaCommand::AddPolicy(_)
            | SaCommand::RemovePolicy(_)
            | SaCommand::QueryUsage(_)
            | SaCommand::QueryTraffic => {}
        }
    }

    /// The datapath says what a Security Association has done so far.
    pub(crate) fn report(&mut self, report: &SaTraffic) -> Option<Delta> {
        let life = self.oldest(&report.key)?;
        self.lives.get_mut(&life).map(|account| account.grow(report))
    }

    /// The datapath says what a removed Security Association had done.
    pub(crate) fn removed(&mut self, key: &SaKey, last: Option<&SaTraffic>) -> Option<Delta> {
        let life = self.oldest(key).filter(|life| self.leaving.contains(life))?;
        self.leaving.retain(|other| *other != life);
        let mut account = self.lives.remove(&life)?;
        last.map(|last| account.grow(last))
    }

    /// The datapath refused a command. A Security Association that has done nothing yet was not added.
    pub(crate) fn refused(&mut self, key: &SaKey) {
        if let Some(life) = self.newest(key).filter(|life| self.lives.get(life).is_some_and(Account::is_new))
        {
            self.lives.remove(&life);
        }
    }

    /// Those that stand, as they were reported last: of whom, which way, and what they have done.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (ReqId, Direction, SaTraffic)> {
        let standing = self.lives.iter().filter(|(life, _)| !self.leaving.contains(life));
        standing.map(|((key, _), account)| {
            let usage = SaUsage { bytes: account.bytes, packets: account.packets, last_used: None };
            let (sequence, drops) = (account.sequence, account.drops.clone());
            (account.owner, account.direction, SaTraffic { key: *key, usage, sequence, drops })
        })
    }

    /// How many there are, those included that are not reported for the last time.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lives.len()
    }

    fn remove(&mut self, key: &SaKey) {
        let Some(life) = self.newest(key).filter(|life| !self.leaving.contains(life)) else { return };
        self.leaving.push_back(life);
        if self.leaving.len() > MAX_LEAVING
            && let Some(forgotten) = self.leaving.pop_front()
        {
            self.lives.remove(&forgotten);
        }
    }

    fn oldest(&self, key: &SaKey) -> Option<Life> {
        self.lives.range((*key, 0)..=(*key, u64::MAX)).next().map(|(life, _)| *life)
    }

    fn newest(&self, key: &SaKey) -> Option<Life> {
        self.lives.range((*key, 0)..=(*key, u64::MAX)).next_back().map(|(life, _)| *life)
    }
}

impl Account {
    fn is_new(&self) -> bool {
        self.packets == 0 && self.drops.is_empty()
    }

    /// How much the counters have grown, and notes where they are.
    fn grow(&mut self, report: &SaTraffic) -> Delta {
        let usage = &report.usage;
        let (bytes, packets) = (growth(self.bytes, usage.bytes), growth(self.packets, usage.packets));
        (self.bytes, self.packets, self.sequence) = (usage.bytes, usage.packets, report.sequence);
        let drops = grown(&self.drops, &report.drops);
        self.drops.clone_from(&report.drops);
        Delta { owner: self.owner, traffic: Traffic::one_way(self.direction, bytes, packets), drops }
    }
}

/// How much a counter has grown. One that is smaller than it was has begun anew: its datapath was started again.
fn growth(before: u64, now: u64) -> u64 {
    now.checked_sub(before).unwrap_or(now)
}

/// How much counters have grown, without those that have not.
pub(crate) fn grown(before: &[(DropReason, u64)], now: &[(DropReason, u64)]) -> Vec<(DropReason, u64)> {
    let before = |reason| before.iter().find(|(other, _)| *other == reason).map_or(0, |(_, count)| *count);
    let growths = now.iter().map(|(reason, count)| (*reason, growth(before(*reason), *count)));
    growths.filter(|(_, count)| *count != 0).collect()
}

#[cfg(test)]
mod tests;
