//! A VPN gateway for Linux: reads its tunnels from a TOML file and runs until SIGINT or SIGTERM.
//!
//! ```text
//! cargo run --example linux_gateway -- --config left.toml --control /run/left.sock
//! ```
//!
//! It needs `CAP_NET_ADMIN` for the TUN device and the routes, `CAP_NET_RAW` for ESP without UDP, and
//! `CAP_NET_BIND_SERVICE` for UDP 500: root has all three. The host must forward packets
//! (`sysctl net.ipv4.ip_forward=1`) for others than itself to use the tunnels.
//!
//! The control socket takes one command in each line and answers with lines of text, the last of which is a dot:
//! `status`, `connect NAME`, `disconnect NAME`, `rekey-ike NAME`, `rekey-child NAME`, `log NAME`, `shutdown`.

#[cfg(target_os = "linux")]
mod config;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
mod output;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    daemon::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
