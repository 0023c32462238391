//! Whether this machine can run a case, and whether it was asked to.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that a case needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    Swanctl,
    Starter,
    Libreswan,
}

/// What to do with a case.
#[derive(Debug)]
pub(crate) enum Verdict {
    Run,
    /// It is reported as ignored, for this reason.
    Ignore(String),
    /// It was required and cannot run.
    Lacking(String),
}

pub(crate) fn verdict(program: Program, chosen: bool) -> Verdict {
    let required = std::env::var("INTEROP_REQUIRE").is_ok_and(|value| value == "1");
    if !chosen && !required {
        let how =
            "needs root and the programs; run: cargo test -p ipsec-policy --test real_programs -- reads";
        return Verdict::Ignore(how.into());
    }
    match (lacking(program), required) {
        (None, _) => Verdict::Run,
        (Some(reason), true) => Verdict::Lacking(reason),
        (Some(reason), false) => Verdict::Ignore(reason),
    }
}

/// The first thing that is missing.
fn lacking(program: Program) -> Option<String> {
    let files: Vec<PathBuf> = match program {
        Program::Swanctl => vec!["/usr/lib/ipsec/charon".into(), "/usr/sbin/swanctl".into()],
        Program::Starter => {
            ["charon", "starter", "stroke"].map(|name| Path::new("/usr/lib/ipsec").join(name)).into()
        }
        Program::Libreswan => vec![libreswan("addconn"), libreswan("algparse")],
    };
    if let Some(file) = files.iter().find(|file| !file.exists()) {
        return Some(format!("{} is not there; run tests/interop/setup", file.display()));
    }
    if matches!(program, Program::Libreswan) {
        return None;
    }
    let unshare = Command::new("unshare").args(["--net", "--mount", "true"]).output();
    let allowed = unshare.is_ok_and(|output| output.status.success());
    (!allowed).then(|| "needs root, for a network namespace".into())
}

/// A program of libreswan, whose package conflicts with strongSwan's and is therefore unpacked beside it.
pub(crate) fn libreswan(program: &str) -> PathBuf {
    let cache = std::env::var_os("LAB_CACHE").map_or_else(|| "/var/tmp/ipsec-lab".into(), PathBuf::from);
    cache.join("libreswan/usr/libexec/ipsec").join(program)
}
