//! TUN device, routes and raw sockets against the real kernel, in a network namespace of each test's own.
//!
//! The machine's own namespace is never touched: each case runs in a copy of this program under `unshare --net`. Where
//! the process may not do that, or there is no TUN driver, the cases are ignored and say why.
#![cfg_attr(
    target_os = "linux",
    expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::print_stdout,
        reason = "a test without the built-in harness, which clippy does not recognise"
    )
)]

#[cfg(target_os = "linux")]
#[path = "privileged/cases.rs"]
mod cases;
#[cfg(target_os = "linux")]
#[path = "privileged/datapath.rs"]
mod datapath;
#[cfg(target_os = "linux")]
#[path = "privileged/gateways.rs"]
mod gateways;
#[cfg(target_os = "linux")]
#[path = "privileged/namespace.rs"]
mod namespace;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    namespace::run(&[cases::ALL, datapath::ALL, gateways::ALL].concat())
}

#[cfg(not(target_os = "linux"))]
fn main() {}
