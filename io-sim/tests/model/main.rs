//! Random histories against a simple model of what must be reachable.
//!
//! A history is a list of things that operators do, that happen to gateways and to the network, and of time that passes.
//! The [`Model`](model::Model) knows in a few lines what the two hosts must be able to do after it; the simulator shows
//! what they can. A history that fails is made as short as it can be, printed, and kept in `tests/model/regressions.txt`,
//! from where every later run takes it first.
//!
//! `MODEL_HISTORIES` sets how many are run of each version, `MODEL_SEED` other ones than usual.
#![allow(clippy::panic, reason = "a test may fail")]

mod history;
mod model;
mod run;

use std::env;

use ipsec_policy::IkeVersion;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

fn number(name: &str, unless_set: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|error| panic!("{name}=`{text}` is no number: {error}")),
        Err(_) => unless_set,
    }
}

fn histories(version: IkeVersion, many: u64) {
    let cases = number("MODEL_HISTORIES", if cfg!(debug_assertions) { 15 } else { many });
    let config = Config {
        cases: u32::try_from(cases).unwrap_or(u32::MAX),
        max_shrink_iters: 500,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/model/regressions.txt"))),
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed.iter_mut().zip(number("MODEL_SEED", 1).to_le_bytes()).for_each(|(octet, given)| *octet = given);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&history::history(), |(seed, steps)| run::run(version, seed, &steps));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// CONN-2 to CONN-6, TUN-6, TUN-7, X-30: what must be reachable is, and nothing else, with IKEv1.
#[test]
fn ikev1() {
    histories(IkeVersion::V1, 800);
}

/// CONN-2 to CONN-6, TUN-6, TUN-7, X-30: what must be reachable is, and nothing else, with IKEv2.
#[test]
fn ikev2() {
    histories(IkeVersion::V2, 1_200);
}
