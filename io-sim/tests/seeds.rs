//! The swarm: each scenario with many seeds, each seed twice to the same trace.
//!
//! `SIM_SEEDS` sets how many seeds are run. `SIM_SEED` runs one, of the scenario that `SIM_SCENARIO` names, and writes its
//! capture, its keys and its trace; a seed that fails does that by itself.

#![expect(clippy::panic, reason = "a wrong setting ends the run with a sentence that says what is wrong")]

use std::env;
use std::path::{Path, PathBuf};

use ipsec_io_sim::swarm::{Scenario, record, run};

fn seeds(unless_set: u64) -> u64 {
    match env::var("SIM_SEEDS") {
        Ok(text) => text.parse().unwrap_or_else(|error| panic!("SIM_SEEDS=`{text}` is no number: {error}")),
        Err(_) => unless_set,
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds")
}

#[expect(clippy::print_stderr, reason = "who waits for hundreds of runs wants to see that they go on")]
fn swarm(scenario: Scenario, seeds: u64) {
    if env::var_os("SIM_SEED").is_some() {
        return;
    }
    for seed in 0..seeds {
        let first = run(scenario, seed);
        assert!(first.is_good(), "{}", describe_failure(scenario, seed));
        let second = run(scenario, seed);
        assert_eq!(first, second, "{scenario}, seed {seed}: two runs with one seed differ");
        if (seed + 1) % 50 == 0 || seed + 1 == seeds {
            eprintln!("{scenario}: seeds {}/{seeds}", seed + 1);
        }
    }
}

fn describe_failure(scenario: Scenario, seed: u64) -> String {
    let directory = directory();
    match record(scenario, seed, &directory) {
        Ok(outcome) => format!("{outcome}\nrecorded in {}", directory.display()),
        Err(error) => format!("{scenario}, seed {seed}; it could not be recorded: {error}"),
    }
}

/// CONN-2, CONN-4, CONN-6, CONN-3: connected under 30 % loss, duplication and reordering, and through three rekeys.
#[test]
fn three_rekeys_under_heavy_loss() {
    swarm(Scenario::Rekeys, seeds(if cfg!(debug_assertions) { 20 } else { 200 }));
}

/// CONN-4: not a packet is lost in the rekeys of four hours, with a NAT box at either end too (PEER-3).
#[test]
fn no_gap_in_four_hours() {
    swarm(Scenario::Hours, seeds(9).min(9));
}

/// CONN-6, GW-7: whatever goes wrong, nothing leaves in clear or arrives twice, and when it is over all is well.
#[test]
fn chaos_then_convergence() {
    swarm(Scenario::Chaos, seeds(if cfg!(debug_assertions) { 20 } else { 200 }));
}

/// Runs the one seed that the environment names.
#[test]
fn replay() {
    let Ok(seed) = env::var("SIM_SEED") else { return };
    let seed = seed.parse().unwrap_or_else(|error| panic!("SIM_SEED=`{seed}` is no number: {error}"));
    let scenario = env::var("SIM_SCENARIO").unwrap_or_else(|_| "rekeys".to_owned());
    let scenario: Scenario = scenario.parse().unwrap_or_else(|error| panic!("SIM_SCENARIO: {error}"));
    let outcome =
        record(scenario, seed, &directory()).unwrap_or_else(|error| panic!("not recorded: {error}"));
    eprintln!("{outcome}\nrecorded in {}", directory().display());
    assert!(outcome.is_good());
}
