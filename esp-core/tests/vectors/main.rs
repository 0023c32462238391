//! The algorithms and whole ESP packets against values that others published: one line for each file, with the number
//! of its cases.
//!
//! ```text
//! cargo test -p esp-core --test vectors
//! ```
//!
//! The files lie outside the repository: found through `IPSEC_VECTORS`, or in a folder `shared/vectors` beside one of the
//! folders above this crate. A file that is not there is ignored, and its line says so.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test without the built-in harness, which clippy does not recognise"
)]

mod aead;
mod cbc;
mod gcm_packets;
mod mac;
mod opening;
mod source;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::source::Check;

/// What the text of a file holds.
type Parse = fn(&str) -> Vec<Check>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> =
        gcm_packets::all().into_iter().map(|(name, checks)| trial(name, checks)).collect();
    let files = [mac::FILES, cbc::FILES, aead::FILES].concat();
    trials.extend(files.into_iter().map(|(file, parse)| match source::read(file) {
        Some(text) => trial(file, parse(&text)),
        None => Trial::ignorable_test(file, || Ok(Completion::ignored_with("the file is not there"))),
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A line of the report.
fn trial(name: &str, checks: Vec<Check>) -> Trial {
    Trial::test(format!("{name}: {} cases", checks.len()), move || {
        assert!(!checks.is_empty(), "nothing was found to check");
        checks.into_iter().for_each(|check| check());
        Ok(())
    })
}
