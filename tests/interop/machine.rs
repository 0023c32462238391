//! Whether this machine can run the cases, and whether it was asked to.

use std::path::Path;
use std::time::Duration;

use crate::shell;

/// What to do with the cases.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// Run them.
    Run,
    /// Report them as ignored, for this reason.
    Ignore(String),
    /// Report them as failed: they were required and cannot run.
    Lacking(String),
}

/// Where a case's peer has its ESP and AH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// In userspace; any machine will do.
    Userspace,
    /// In the kernel, which few machines' kernels have.
    Kernel,
}

/// Whether the kernel is one with ESP and AH that may be used for this: that of `tests/kernel-lab`.
pub(crate) fn kernel_has_ipsec() -> bool {
    std::env::var("KERNEL_LAB").is_ok_and(|value| value == "1")
}

/// `usual`, or what the same takes in the kernel lab.
pub(crate) fn patience(usual: Duration) -> Duration {
    if kernel_has_ipsec() { usual * 4 } else { usual }
}

/// What to do with cases that need this, with `verdict` on the machine as such.
pub(crate) fn verdict_on(needs: Needs, verdict: &Verdict) -> Verdict {
    match (needs, kernel_has_ipsec()) {
        (Needs::Kernel, false) => {
            Verdict::Ignore("needs a kernel with ESP and AH: tests/kernel-lab/run".into())
        }
        (Needs::Userspace, true) => Verdict::Ignore("needs no kernel lab, where all takes longer".into()),
        _ => verdict.clone(),
    }
}

/// `chosen`: the caller named cases. Without that or `INTEROP_REQUIRE=1` a plain `cargo test` stays quick.
pub(crate) fn verdict(chosen: bool) -> Verdict {
    let required = std::env::var("INTEROP_REQUIRE").is_ok_and(|value| value == "1");
    if !chosen && !required {
        let how = "needs root and strongSwan; run: cargo test --release --test interop -- strongswan";
        return Verdict::Ignore(how.into());
    }
    match (lacking(), required) {
        (None, _) => Verdict::Run,
        (Some(reason), true) => Verdict::Lacking(reason),
        (Some(reason), false) => Verdict::Ignore(reason),
    }
}

/// The first thing that is missing.
fn lacking() -> Option<String> {
    if !is_root() {
        return Some("needs root, for network namespaces".into());
    }
    if !Path::new("/dev/net/tun").exists() {
        return Some("needs TUN: /dev/net/tun is not there".into());
    }
    for path in [crate::strongswan::CHARON, crate::strongswan::LIBIPSEC_PLUGIN] {
        if !Path::new(path).exists() {
            return Some(format!("needs strongSwan: {path} is not there; run tests/interop/setup"));
        }
    }
    let pluto = crate::libreswan::programs().join("pluto");
    if !pluto.exists() {
        return Some(format!("needs libreswan: {} is not there; run tests/interop/setup", pluto.display()));
    }
    for program in ["ip", "nft", "ping", "tcpdump", "swanctl", "setpriv", "ike-scan", "certutil"] {
        if !in_path(program) {
            return Some(format!("needs the program {program}; run tests/interop/setup"));
        }
    }
    let probe = format!("ioprobe{}", std::process::id());
    if let Err(error) = shell::run(&["ip", "netns", "add", &probe]) {
        return Some(format!("needs network namespaces: {error}"));
    }
    shell::run(&["ip", "netns", "del", &probe])
        .err()
        .map(|error| format!("needs network namespaces: {error}"))
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

fn in_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).exists())
}
