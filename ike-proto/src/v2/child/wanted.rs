//! Which Child SAs a connection is to have: one for everything, or one for each pair of subnets (CONF-4).

use alloc::vec::Vec;
use core::time::Duration;

use esp_core::selector::Selectors;

use super::narrow;
use crate::config::{ChildSas, ConnectionConfig};
use crate::diagnose::Role;
use crate::sa::{Core, Effects, Pair, pairs};
use crate::v2::established::{Established, Task};

/// How long to wait before a pair of subnets that was refused is tried again.
const PAIR_AGAIN: Duration = Duration::from_secs(60);

fn one_per_pair(config: &ConnectionConfig) -> bool {
    config.v2.child_sas == ChildSas::OnePerPair
}

/// What is to be carried, a Child SA for each.
fn wanted(core: &Core) -> Vec<Selectors> {
    match core.config.as_deref() {
        None => Vec::new(),
        Some(config) if one_per_pair(config) => pairs(core).iter().map(Pair::selectors).collect(),
        Some(config) => Vec::from([config.child.selectors.clone()]),
    }
}

/// What no Child SA serves that is to be served. One Child SA for everything may carry less than everything, since the
/// peer may narrow it.
pub(crate) fn missing(core: &Core) -> Vec<Selectors> {
    let per_pair = core.config.as_deref().is_some_and(one_per_pair);
    let served = |selectors: &Selectors| match per_pair {
        true => {
            core.children.iter().any(|child| child.serves() && narrow::covers(&child.selectors, selectors))
        }
        false => core.has_child(),
    };
    wanted(core).into_iter().filter(|selectors| !served(selectors)).collect()
}

/// What the first Child SA, which IKE_AUTH makes, is to carry.
pub(crate) fn first(config: &ConnectionConfig, core: &Core) -> Selectors {
    wanted(core).into_iter().next().unwrap_or_else(|| config.child.selectors.clone())
}

/// What the Child SA is to carry that takes the place of one with these selectors.
pub(crate) fn replacement(config: &ConnectionConfig, old: &Selectors) -> Selectors {
    if one_per_pair(config) { old.clone() } else { config.child.selectors.clone() }
}

/// Whether a Child SA of one connection can end without anything going unserved that another one serves.
pub(crate) fn takes_over(old: &Core, new: &Core) -> bool {
    if !old.config.as_deref().is_some_and(one_per_pair) {
        return true;
    }
    let missing = missing(new);
    let served = old.children.iter().filter(|child| child.serves());
    served.into_iter().all(|child| !missing.contains(&child.selectors))
}

impl Established {
    /// Has a Child SA made for whatever none serves.
    pub(crate) fn create_missing(&mut self, core: &Core) {
        for selectors in missing(core) {
            self.add_task(Task::CreateChild(selectors));
        }
    }

    /// Has those made that go beside the first one.
    pub(crate) fn create_other_pairs(&mut self, core: &Core) {
        if core.config.as_deref().is_some_and(one_per_pair) {
            self.create_missing(core);
        }
    }

    /// The peer refused a Child SA for these selectors. Where it is the only one, the connection has failed, and whoever
    /// wants it begins again; one of several is tried again now and then.
    pub(crate) fn refused(&mut self, selectors: Selectors, core: &Core, fx: &mut Effects<'_>) {
        if core.config.as_deref().is_some_and(one_per_pair) {
            self.postpone_for(Task::CreateChild(selectors), PAIR_AGAIN, fx);
        }
    }

    /// The peer has deleted a Child SA and the others stand: the end that initiated makes it anew, a little later.
    pub(crate) fn make_up_for_deleted(&mut self, core: &Core, fx: &mut Effects<'_>) {
        let others_stand = core.config.as_deref().is_some_and(one_per_pair) && core.has_child();
        if others_stand && self.current.role == Role::Initiator {
            for selectors in missing(core) {
                self.postpone(Task::CreateChild(selectors), fx);
            }
        }
    }
}
