//! F-24, F-25, CONN-6: every interleaving of what two peers do to their SAs at once, enumerated and not sampled.
//!
//! Each end does one thing: nothing, replace the Child SA, replace the IKE SA, delete the Child SA, delete the IKE SA.
//! It begins at any point; what is under way is delivered in every order; and a bounded number of datagrams is lost,
//! doubled or late at every place. Two ways to the same histories of both ends lead to the same state, since an
//! endpoint is a function of its inputs: such a state is looked at once, and its ways are counted.

mod world;

use std::collections::BTreeMap;

use world::{Action, World};

/// The ways on from states that were seen.
struct Search {
    seen: BTreeMap<u64, u64>,
    trail: Vec<String>,
}

impl Drop for Search {
    /// Says how a failure was reached.
    #[allow(clippy::print_stderr, reason = "a test that fails says how")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the way here: {:#?}", self.trail);
        }
    }
}

impl Search {
    /// How many interleavings go on from here.
    fn explore(&mut self, world: &World) -> u64 {
        let key = world.key();
        if let Some(ways) = self.seen.get(&key) {
            return *ways;
        }
        let steps = world.steps();
        let mut ways = 0_u64;
        if steps.is_empty() {
            self.trail.push("the end".into());
            world.assert_settled();
            self.trail.pop();
            ways = 1;
        }
        for step in steps {
            self.trail.push(world.describe(step));
            assert!(self.trail.len() < 400, "it goes on for ever");
            let mut next = world.fork();
            next.take(step);
            ways = ways.saturating_add(self.explore(&next));
            self.trail.pop();
        }
        self.seen.insert(key, ways);
        ways
    }
}

/// The ways and the states of one mixture.
fn enumerate(actions: [Action; 2], faults: u8, busy: bool, seed: u64) -> (u64, usize) {
    let mut search = Search { seen: BTreeMap::new(), trail: vec![format!("{actions:?} {busy} {seed}")] };
    let ways = search.explore(&World::connected(actions, faults, busy, seed));
    (ways, search.seen.len())
}

fn faults() -> u8 {
    std::env::var("IKE_INTERLEAVING_FAULTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Every mixture of an action of one end with the actions of the other, idle and with traffic, for each seed.
#[allow(clippy::print_stdout, reason = "the number is what the test shows")]
fn mixtures(ours: Action) {
    let (mut ways, mut states) = (0_u64, 0);
    for theirs in Action::ALL {
        for busy in [false, true] {
            for seed in [1, 2] {
                let (more, of) = enumerate([ours, theirs], faults(), busy, seed);
                ways = ways.saturating_add(more);
                states += of;
            }
        }
    }
    println!("{ours:?} against everything: {ways} interleavings, {states} states");
    assert!(ways > 100);
}

#[test]
fn nothing_against_everything() {
    mixtures(Action::Nothing);
}

#[test]
fn a_child_rekey_against_everything() {
    mixtures(Action::RekeyChild);
}

#[test]
fn an_ike_rekey_against_everything() {
    mixtures(Action::RekeyIke);
}

#[test]
fn a_child_delete_against_everything() {
    mixtures(Action::DeleteChild);
}

#[test]
fn an_ike_delete_against_everything() {
    mixtures(Action::DeleteIke);
}
