//! ESP and AH against scapy's `SecurityAssociation`, both ways: we seal and scapy opens, scapy seals and we open.
//!
//! Every algorithm that both have, tunnel and transport mode, IPv4 and IPv6 inside and outside, extended sequence
//! numbers, ESP in UDP, and for AH the options and extension headers whose mutability matters.
//!
//! ```text
//! tests/interop/setup                        # once: a python environment with scapy
//! cargo test -p esp-core --test scapy
//! ```
//!
//! Where there is no scapy the cases are ignored and say so; `INTEROP_REQUIRE=1` makes that a failure.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a test without the built-in harness, which clippy does not recognise"
)]

mod algorithms;
mod cases;
mod peer;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::cases::Case;
use crate::peer::Peer;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let peer = Peer::start().map(Arc::new);
    let required = std::env::var("INTEROP_REQUIRE").is_ok_and(|value| value == "1");
    let cases = cases::all();
    let packets: usize = cases.iter().map(Case::packets).sum();
    println!("{} cases, {packets} packets against scapy", cases.len());
    let groups: Vec<Vec<Case>> = grouped(cases);
    let trials = groups.into_iter().map(|group| {
        let peer = peer.clone();
        Trial::ignorable_test(group[0].plan().group(), move || match peer {
            Ok(peer) => group.iter().try_for_each(|case| run(case, &peer)).map(|()| Completion::Completed),
            Err(reason) if required => Err(Failed::from(reason)),
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The cases of each suite together: a line of the report is a suite.
fn grouped(cases: Vec<Case>) -> Vec<Vec<Case>> {
    let mut groups: Vec<Vec<Case>> = Vec::new();
    for case in cases {
        match groups.last_mut() {
            Some(group) if group[0].plan().group() == case.plan().group() => group.push(case),
            _ => groups.push(vec![case]),
        }
    }
    groups
}

fn run(case: &Case, peer: &Peer) -> Result<(), Failed> {
    case.run(peer).map_err(|error| Failed::from(format!("{}: {error}", case.name())))
}
