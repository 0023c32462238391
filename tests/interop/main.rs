//! Interoperability: the example gateway against strongSwan, on real sockets, TUN devices and NAT.
//!
//! Every case builds its own network namespaces: two inner hosts, two gateways, and where the case asks for it a NAT
//! router in front of one gateway. It passes only if pings between the *inner* hosts arrive, the SA counters of both
//! ends rise by them, and the link between the gateways carried none of them in clear.
//!
//! ```text
//! tests/interop/setup                                       # once, as root: installs the peers
//! cargo test --release --test interop -- strongswan         # everything
//! cargo test --release --test interop -- rekeys-child       # the cases with that in their name
//! ```
//!
//! Peers whose ESP and AH are the kernel's run in a kernel booted for it, under `tests/kernel-lab/run`; elsewhere their
//! cases (`kernel::…`) report themselves as ignored:
//!
//! ```text
//! CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=$PWD/tests/kernel-lab/run cargo test --release --test interop -- kernel::
//! ```
//!
//! Without a filter the cases report themselves as ignored, since they need root and take some minutes.
//! `INTEROP_REQUIRE=1` runs them all and turns a machine that lacks something into a failure. `INTEROP_KEEP=1` keeps
//! logs and captures of passing cases too. `INTEROP_GATEWAY=PATH` takes that program instead of building the example.
//! `INTEROP_SELFCHECK=1` adds the same cases with strongSwan on both ends (`selfcheck::…`), which tests the harness.
#![expect(
    clippy::disallowed_methods,
    reason = "the harness waits on real programs, so it needs a real clock"
)]
#![expect(clippy::print_stderr, reason = "a test program talks to the person who runs it")]

mod capture;
mod cases;
mod exported;
mod failure;
mod flood;
mod gateway;
mod inner;
mod lab;
mod libreswan;
mod libreswan_peer;
mod machine;
mod many;
mod mistakes;
mod nat;
mod ours;
mod pair;
mod peer;
mod plan;
mod process;
mod sas;
mod shell;
mod strongswan;
mod strongswan_peer;
mod suite;
mod swanctl_conf;
mod topology;
mod wait;
mod wire_watch;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::cases::Case;
use crate::machine::Verdict;

/// More at once would make the pings wait for a processor rather than for a gateway.
const MOST_CASES_AT_ONCE: usize = 4;

fn main() -> ExitCode {
    if let Some(exit) = flood::run_if_asked() {
        return exit;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads =
        Some(arguments.test_threads.unwrap_or(MOST_CASES_AT_ONCE).min(MOST_CASES_AT_ONCE));
    if machine::kernel_has_ipsec() {
        // It has one processor, and all that is not needed at once can wait.
        arguments.test_threads = Some(1);
    }
    let verdict = machine::verdict(arguments.filter.is_some());
    let trials = cases::all().into_iter().map(|case| trial(case, &verdict)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(case: Case, verdict: &Verdict) -> Trial {
    let (name, verdict) = (case.name.clone(), machine::verdict_on(case.needs, verdict));
    Trial::ignorable_test(name, move || match verdict {
        Verdict::Run => case.run().map(|()| Completion::Completed).map_err(Failed::from),
        Verdict::Ignore(reason) => Ok(Completion::ignored_with(reason)),
        Verdict::Lacking(reason) => Err(Failed::from(reason)),
    })
}
