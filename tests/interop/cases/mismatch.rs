//! DIAG-1, DIAG-2: one thing is configured differently at the two ends, and the log of our gateway names it, as far as
//! `docs/diagnosis.md` says that it can be known.
//!
//! Each mistake is a tunnel with a peer address of its own: strongSwan looks for a connection by address, and would take
//! another tunnel's for the one with the mistake.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Case, Setting, Side};
use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::Gateway;
use crate::lab::Lab;
use crate::many::widen;
use crate::mistakes::{self, Mistake, When};
use crate::ours::Ours;
use crate::pair::Left;
use crate::plan::{self, SUITES};
use crate::strongswan::StrongSwan;
use crate::suite::{EXCHANGES, Exchange};
use crate::topology::{self, Topology};
use crate::wait;

/// All tries of an attempt, which take 12 s, and what a busy machine adds.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// One case for each exchange, with the number of mistakes in its name.
pub(super) fn cases(group: &str) -> Vec<Case> {
    let case = |exchange: Exchange| {
        let count = mistakes::of(exchange).len();
        let name = format!("{group}::mismatch::{}::{count}-mistakes", exchange.name());
        let suite = SUITES[0].with(exchange);
        let setting = Setting { left: Left::Ours, suite, topology: Topology::Direct, initiator: Side::We };
        Case::new(name, setting, |setting| named(setting.suite.exchange))
    };
    EXCHANGES.into_iter().map(case).collect()
}

/// The two gateways. Fields are dropped in this order: the programs end first.
struct Table {
    left: Ours,
    right: StrongSwan,
    lab: Lab,
    exchange: Exchange,
    mistakes: Vec<(String, Mistake)>,
}

/// What differed from what was expected, over the whole table, so that one run shows all of it.
fn named(exchange: Exchange) -> Outcome {
    let mut table = Table::new(exchange)?;
    let result = table.run();
    result.map_err(|error| {
        table.lab.keep();
        let (left, right) = (table.left.report(), table.right.report());
        let kept = table.lab.folder().display().to_string();
        Failure::new(format!("{error}\n\nleft: {left}\nright: {right}\nfiles kept in {kept}\n"))
    })
}

impl Table {
    fn new(exchange: Exchange) -> Outcome<Self> {
        let mut lab = Lab::new()?;
        let network = topology::build(&mut lab, Topology::Direct)?;
        let suite = SUITES[0].with(exchange);
        let count = mistakes::of(exchange).len();
        widen(&network.left, "10.1", count)?;
        widen(&network.right, "10.2", count)?;
        let (mut lefts, mut rights, mut named) = (Vec::new(), Vec::new(), Vec::new());
        for (index, mistake) in (1..).zip(mistakes::of(exchange)) {
            let address = format!("192.0.2.{}", 100 + index);
            network.right.gateway.address(topology::OUTER, &format!("{address}/24"))?;
            let (left, right) = plan::plans(&network, suite, false);
            let (mut left, mut right) = (left.numbered(index, suite), right.numbered(index, suite));
            left.peer.clone_from(&address);
            right.address = address;
            // Nobody begins by itself, and strongSwan makes one attempt at a time.
            (left.initiates, right.initiates) = (false, false);
            (mistake.change)(&mut right);
            named.push((left.name.clone(), mistake));
            lefts.push(left);
            rights.push(right);
        }
        let left = Ours::new(&lab, &network.left.gateway, "left", &lefts)?;
        let right = StrongSwan::new(&lab, &network.right.gateway, "right", &rights)?;
        Ok(Self { left, right, lab, exchange, mistakes: named })
    }

    fn run(&mut self) -> Outcome {
        self.right.start()?;
        self.left.start()?;
        let mut wrong = self.round(When::Initiating)?;
        // Without what it has learnt.
        self.left.crash();
        self.right.crash();
        self.right.start()?;
        self.left.start()?;
        wrong += &self.round(When::Answering)?;
        wrong += &self.round(When::Remembering)?;
        self.left.must_run()?;
        self.right.must_run()?;
        ensure(wrong.is_empty(), || format!("not as expected:\n{wrong}"))
    }

    /// Has every tunnel attempted, and gives what was told differently than expected.
    fn round(&mut self, when: When) -> Outcome<String> {
        let before = self.entries()?;
        let names: Vec<_> = self.mistakes.iter().map(|(name, _)| name.clone()).collect();
        for name in &names {
            self.attempt(when, name)?;
        }
        for (name, mistake) in self.mistakes.clone() {
            if mistake.shows_at_rekey {
                self.rekey(when, &name)?;
            }
        }
        let mut wrong = String::new();
        for (name, mistake) in &self.mistakes {
            // A failure that is told again is counted in the entry that it has, which so is another one too.
            let known = before.get(name).map_or(&[][..], Vec::as_slice);
            let expected = (mistake.expected)(self.exchange, when);
            let mut told = Vec::new();
            let found = wait::until(TOLD_WITHIN, || {
                let new = self.left.log(name)?.into_iter().filter(|line| !known.contains(line));
                told = new.filter(|line| is_failure(line)).collect();
                Ok(!told.is_empty())
            });
            let first = told.first().map_or("nothing", |line| line);
            if found.is_err() || !expected.iter().all(|words| first.contains(words)) {
                wrong +=
                    &format!("{name} {}, {when:?}: expected {expected:?}, told: {first}\n", mistake.name);
            }
        }
        Ok(wrong)
    }

    fn attempt(&mut self, when: When, name: &str) -> Outcome {
        match when {
            When::Initiating | When::Remembering => self.left.order("connect", name),
            When::Answering => self.right.begin_tunnel(name),
        }
    }

    /// The tunnel comes up, and fails when its Child SA is replaced.
    fn rekey(&mut self, when: When, name: &str) -> Outcome {
        let left = &mut self.left;
        wait::until(CONNECT_WITHIN, || Ok(left.views()?.get(name).is_some_and(Option::is_some)))
            .context(|| format!("{name} should come up"))?;
        match when {
            When::Initiating | When::Remembering => self.left.order("rekey-child", name),
            When::Answering => self.right.rekey_child_of(name),
        }
    }

    fn entries(&self) -> Outcome<BTreeMap<String, Vec<String>>> {
        self.mistakes.iter().map(|(name, _)| Ok((name.clone(), self.left.log(name)?))).collect()
    }
}

/// Whether an entry of the log explains a failure, or says that the peer has ended what it had just agreed to.
fn is_failure(line: &str) -> bool {
    ["Phase 1 with ", "Phase 2 with ", "closed: deleted by the peer"].iter().any(|words| line.contains(words))
}
