//! Runs each case in a network namespace of its own.

use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};

/// A case: its name and its body, which panics on failure.
pub(crate) type Case = (&'static str, fn());

/// Names the case that a copy of this program is to run, inside its namespace.
const CASE: &str = "IPSEC_PRIVILEGED_CASE";

/// Runs the cases, each in a new namespace; or, inside such a namespace, the one that is named.
pub(crate) fn run(cases: &[Case]) -> ExitCode {
    if let Ok(name) = std::env::var(CASE) {
        let Some((_, body)) = cases.iter().find(|(case, _)| *case == name) else { return ExitCode::from(2) };
        body();
        return ExitCode::SUCCESS;
    }
    let why_not = why_not();
    if let Some(reason) = &why_not {
        println!("ignored: {reason}");
    }
    let trials = cases.iter().map(|&(name, _)| {
        let kind = if why_not.is_some() { "needs root" } else { "" };
        Trial::test(name, move || in_namespace(name)).with_kind(kind).with_ignored_flag(why_not.is_some())
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Why the cases cannot run here.
fn why_not() -> Option<String> {
    if !std::path::Path::new("/dev/net/tun").exists() {
        return Some("there is no TUN driver (/dev/net/tun)".into());
    }
    if Command::new("ip").arg("-V").output().is_err() {
        return Some("the program `ip` (iproute2) is not installed".into());
    }
    match Command::new("unshare").args(["--net", "true"]).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            Some(format!("no network namespace: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Err(error) => Some(format!("the program `unshare` does not start: {error}")),
    }
}

fn in_namespace(case: &str) -> Result<(), Failed> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let output: Output = Command::new("unshare")
        .arg("--net")
        .arg(program)
        .env(CASE, case)
        .output()
        .map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&text).into_owned().into())
}

/// Runs `ip` with the words of `arguments` and returns what it prints.
pub(crate) fn ip(arguments: &str) -> String {
    let output = Command::new("ip").args(arguments.split_whitespace()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Whether `ip` succeeds with the words of `arguments`.
pub(crate) fn ip_succeeds(arguments: &str) -> bool {
    Command::new("ip").args(arguments.split_whitespace()).output().unwrap().status.success()
}
