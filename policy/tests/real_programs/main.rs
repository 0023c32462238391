//! The real programs read what the exports write: strongSwan's starter and `swanctl`, libreswan's `addconn`.
//!
//! ```text
//! tests/interop/setup                                              # once, as root: installs the programs
//! cargo test -p ipsec-policy --test real_programs -- reads         # everything
//! ```
//!
//! The programs get every combination of the policies' values, thousands of conns in a file, and conns with hostile
//! names, ids and keys. They must take every one without a complaint, and list them as they were meant. strongSwan's
//! daemon runs in a network namespace of its own, with a `/run` of its own.
//!
//! Without a filter the cases report themselves as ignored, since they need root and the programs.
//! `INTEROP_REQUIRE=1` runs them all and turns a machine that lacks something into a failure.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail")]

mod combinations;
mod hostile;
mod libreswan;
mod machine;
mod scratch;
mod starter;
mod strongswan;
mod swanctl;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::machine::{Program, Verdict};

/// What a case returns: nothing, or why it failed.
type Outcome = Result<(), String>;

/// A case: its name, the program it needs, and what it does.
type Case = (&'static str, Program, fn() -> Outcome);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases: [Case; 6] = [
        ("swanctl_reads_every_combination", Program::Swanctl, swanctl::every_combination),
        ("swanctl_reads_hostile_texts", Program::Swanctl, swanctl::hostile_texts),
        ("starter_reads_every_combination", Program::Starter, starter::every_combination),
        ("starter_reads_hostile_texts", Program::Starter, starter::hostile_texts),
        ("libreswan_reads_every_combination", Program::Libreswan, libreswan::every_combination),
        ("libreswan_reads_hostile_texts", Program::Libreswan, libreswan::hostile_texts),
    ];
    let chosen = arguments.filter.is_some();
    let trial = |(name, program, case): Case| {
        Trial::ignorable_test(name, move || match machine::verdict(program, chosen) {
            Verdict::Run => case().map(|()| Completion::Completed).map_err(Failed::from),
            Verdict::Ignore(reason) => Ok(Completion::ignored_with(reason)),
            Verdict::Lacking(reason) => Err(Failed::from(reason)),
        })
    };
    libtest_mimic::run(&arguments, cases.into_iter().map(trial).collect()).exit_code()
}
